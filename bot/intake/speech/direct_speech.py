"""Which quotations a cue brings: before it, behind it, and going on after its sentence. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.intake.speech.layout import Span, sentences
from bot.intake.speech.quotations import Passage
from bot.intake.speech.raw import Spans

# Between a cue and the quotation behind it: to whom, where, when.
MOST_BETWEEN = 110
# From so many words on a quotation is one, and no words in somebody's sentence.
FEWEST_WORDS, MANY_WORDS = 3, 7
_NOTHING = re.compile(r"[\s,—–-]*")
_LEADS = re.compile(r"(?:[^!?;“”\"]{0,110}?[,:]|\s*that,?|)\s*")
# Few words that go on with a quotation: `“A,” she said, and then “B.”`
_LINKS = re.compile(r"\s*,\s*(?P<link>(?:[a-z]+\s+){1,4})")
_ADVERBIAL = re.compile(r"(?:in|on|at|during|from|for|after|before|by|with|as|under)\b", re.IGNORECASE)
_COLON = re.compile(r"[^.!?“”\"]{0,60}:\s*")
_MARKS = "“”\"'’‘«»„ "
_ENDS = ",.!?…-—–"
EDGES = " \t\r\n\xa0,;:—–-"


class Surroundings:
    """A paragraph of the text with its sentences and quotations, and where the next one stands."""

    def __init__(self, text: str, part: Span, passages: Sequence[Passage], below: Span | None = None) -> None:
        self.text = text
        self.part = part
        self.below = below
        self.everywhere = passages
        self.sentences = sentences(text, part) or [part]
        self.passages = [each for each in passages if each.span.overlaps(part)]
        # Quotations that stand right before a cue: they are no other cue's.
        self.claimed: set[int] = set()

    def sentence_at(self, at: int) -> Span:
        """Return the sentence that holds a place in the text."""
        return next((each for each in self.sentences if at < each.end), self.sentences[-1])

    def is_quoted(self, at: int) -> bool:
        """Tell whether a place lies within a quotation."""
        return any(each.span.start < at < each.span.end for each in self.passages)

    def trimmed(self, start: int, end: int) -> Span:
        """Return a part of the text without the punctuation and the space at its ends."""
        while start < end and self.text[start] in EDGES:
            start += 1
        while end > start and self.text[end - 1] in EDGES + ".":
            end -= 1
        return Span(start, end)

    def before(self, kernel: Span, *, leads_on: bool = False) -> Passage | None:
        """Return the quotation that ends right before a cue and its subject, and claim it for them.

        `leads_on` tells that what is said follows the cue: then `In his book, “The Gate,” he said` quotes
        nothing.
        """
        for passage in reversed(self.passages):
            if passage.span.end > kernel.start:
                continue
            between = self.text[passage.span.end : kernel.start]
            mark = passage.span.of(self.text).rstrip(_MARKS)[-1:]
            said = mark in _ENDS or between.lstrip().startswith((",", "—", "–", "-"))
            sentence = self.sentence_at(kernel.start)
            apart = passage.span.end <= sentence.start
            if apart or not (passage.closed and said and _NOTHING.fullmatch(between)):
                return None
            lead = self.text[sentence.start : passage.span.start]
            if leads_on and (_ADVERBIAL.match(lead) or passage.words(self.text) < FEWEST_WORDS):
                return None
            self.claimed.add(id(passage))
            return passage
        return None

    def brought(self, kernel: Span, before: Passage | None, *, behind: bool = True) -> Spans:
        """Return the quotations that a cue brings; `behind` tells that no clause stands behind it."""
        found = [self._with_lead(before)] if before else []
        after = self._behind(kernel, split=bool(before)) if behind else None
        if after:
            found.append(after)
        if found:
            found += self.continued(after.end if after else kernel.end)
        return tuple(found) or self._below(kernel)

    def _with_lead(self, passage: Passage) -> Span:
        """Return a quotation with the words of its sentence before it: `The plan is “a mess,” she said`."""
        start = self.sentence_at(passage.span.start).start
        lead = self.text[start : passage.span.start]
        if start < passage.span.start and re.search(r"\w", lead) and not re.search(r"[,:]\s*$", lead):
            return Span(start, passage.span.end)
        return passage.span

    def _behind(self, kernel: Span, *, split: bool) -> Span | None:
        """Return the quotation that a cue leads to: right behind it, or behind a comma or colon."""
        end = self.sentence_at(kernel.end - 1).end
        for passage in self.passages:
            if passage.span.start < kernel.end:
                continue
            between = self.text[kernel.end : passage.span.start]
            if passage.span.start >= end or id(passage) in self.claimed or len(between) > MOST_BETWEEN:
                return None
            if split and (link := _LINKS.fullmatch(between)):
                return Span(kernel.end + link.start("link"), passage.span.end)
            if not _LEADS.fullmatch(between):
                return None
            return passage.span if split or between.strip() or self._is_said(passage) else None
        return None

    def _below(self, kernel: Span) -> Spans:
        """Return the paragraph below one that ends in a cue and a colon, where it is quoted by its marks."""
        if not self.below or not _COLON.fullmatch(self.text[kernel.end : self.part.end]):
            return ()
        first = next((each for each in self.everywhere if each.span.start == self.below.start), None)
        if first is None:
            return (self.below,)
        return (first.span,)

    def _is_said(self, passage: Passage) -> bool:
        """Tell whether a passage is a quotation by itself, no words in a sentence."""
        words = passage.words(self.text)
        starts = passage.span.of(self.text).lstrip(_MARKS)[:1].isupper()
        return words >= MANY_WORDS or (words >= FEWEST_WORDS and starts)

    def continued(self, at: int) -> list[Span]:
        """Return the quotations that go on behind a cue's sentence: `“A,” she said. “B.”`."""
        found: list[Span] = []
        end = self.sentence_at(at - 1).end
        for passage in self.passages:
            if passage.span.start < at:
                continue
            gap = self.text[max(at, end) : passage.span.start]
            if id(passage) in self.claimed or passage.span.start < end or gap.strip():
                break
            found.append(passage.span)
            end = at = passage.span.end
        return found

    def to_ends(self, content: Spans, kernel: Span) -> Spans:
        """Return content that ends where the quotation does in which it ends, and what goes on behind it."""
        found = list(content)
        for number in range(len(found)):
            for passage in self.passages:
                if passage.span.overlaps(found[number]) and not passage.span.overlaps(kernel):
                    found[number] = cover(found[number], passage.span)
        if any(passage.span.end == found[-1].end for passage in self.passages):
            found += self.continued(max(found[-1].end, kernel.end))
        return tuple(found)


def cover(one: Span, other: Span) -> Span:
    """Return the part of the text from the first of two to the end of the last."""
    return Span(min(one.start, other.start), max(one.end, other.end))
