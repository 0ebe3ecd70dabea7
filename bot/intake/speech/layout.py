"""Parts of a text, as offsets into it: paragraphs and sentences. Pure.

Sentences are cut by rules, not by the parser: a quotation of several sentences with "he said" behind it
misleads the parser's own cuts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from bot.intake.speech.cues import FORMS

# A text that is read at once: some thirty pages. A longer one is more than an article.
LONGEST = 200_000
LONGEST_PARAGRAPH = 6_000
# Marks that may open and close a quotation.
OPENING, CLOSING = "“\"„«‘'‚‹", "”\"“»’'›"
# Parts of a paragraph without the end of a sentence are cut here: the parser's cost grows with their length.
LONGEST_SENTENCE = 2_000

_TEXT = re.compile(r"\S(?:.*\S)?", re.DOTALL)
_BREAK = re.compile(rf"(?<![.!?…])([.!?…]++)([)\]{re.escape(CLOSING)}]*+)(?=\s)")
_NEXT = re.compile(rf"\s+[(\[{re.escape(OPENING)}–—-]*(\w[\w.'’-]*)?")
# Before a name or a number these never end a sentence.
_TITLES = frozenset(
    "mr mrs ms dr prof sen sens rep reps gov govs gen col lt sgt capt cmdr maj adm rev hon pres supt st mt ft"
    " vs no nos fig vol jan feb mar apr jun jul aug sept sep oct nov dec messrs mme mlle".split()
)
_MAY_END = frozenset("jr sr inc ltd co corp etc al dept est assn bros p.m a.m".split())
_INITIALS = re.compile(r"(?:[A-Za-z]\.)*[A-Za-z]\.?")
_STARTERS = frozenset(
    "the a an this that these those he she it they we i you his her its their our my there here in on"
    " at by for from with as but and or so if when while after before since although though however what"
    " who why how where no not some many most all one two last next".split()
)
_NAMES_TO_A_CUE = re.compile(r"\s+((?:[A-Z][\w.'’-]*|the|a|an|of|de|van|von|al)\s+){1,7}(\w+)")


class Span(NamedTuple):
    """A part of the text: where it begins, and where it ends."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """Return the words."""
        return text[self.start : self.end]

    def overlaps(self, other: Span) -> bool:
        """Tell whether two parts share a character."""
        return self.start < other.end and other.start < self.end


class Paragraph(NamedTuple):
    """A numbered part of the text."""

    number: int
    span: Span


def numbered(parts: Iterable[tuple[int, int]]) -> list[Paragraph]:
    """Return the paragraphs of a text by where they stand, as far as it is read."""
    inside = ((start, min(end, LONGEST)) for start, end in parts if start < LONGEST)
    return [Paragraph(number, Span(*part)) for number, part in enumerate(inside, 1)]


def pieces(text: str, paragraphs: Iterable[Paragraph]) -> list[Paragraph]:
    """Return paragraphs, the very long ones cut at ends of sentences: work grows with their square."""
    found = []
    for number, (start, end) in paragraphs:
        at = start
        while end - at > LONGEST_PARAGRAPH:
            cut = _BREAK.search(text, at + LONGEST_PARAGRAPH, min(end, at + 2 * LONGEST_PARAGRAPH))
            stop = cut.end() if cut else at + LONGEST_PARAGRAPH
            found.append(Paragraph(number, Span(at, stop)))
            at = stop
        found.append(Paragraph(number, Span(at, end)))
    return found


def sentences(text: str, part: Span) -> list[Span]:
    """Return the sentences of a part of the text, without the space between them."""
    cuts = [part.start, *_cuts(text, part), part.end]
    return [Span(*match.span()) for at in pairwise(cuts) if (match := _TEXT.search(text, *at))]


def _cuts(text: str, part: Span) -> Iterator[int]:
    last = part.start
    for match in _BREAK.finditer(text, *part):
        if _ends(text, match, part) or match.end() - last > LONGEST_SENTENCE:
            yield match.end()
            last = match.end()


def _ends(text: str, match: re.Match[str], part: Span) -> bool:
    """Tell whether marks end a sentence."""
    following = _NEXT.match(text, match.end(), part.end)
    word = following[1] if following else None
    if word is None:
        return following is not None and match.end() < part.end
    if word[0].islower():
        return False
    if match[1] == "." and not match[2]:
        before = text[max(part.start, match.start() - 30) : match.start()].split()
        known = before[-1].lstrip("([" + OPENING).lower() if before else ""
        if known in _TITLES:
            return False
        if known in _MAY_END or (_INITIALS.fullmatch(known) and known != "i"):
            return word.rstrip(".").lower() in _STARTERS
    if match[2] and match[1][-1] in "?!…":
        # “Why?” Ann Reed asked.
        named = _NAMES_TO_A_CUE.match(text, match.end(), part.end)
        return not (named and named[2].lower() in FORMS)
    return True
