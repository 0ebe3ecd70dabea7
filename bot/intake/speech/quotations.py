"""Quoted passages of a text, as offsets, whatever the marks and whether they pair. Pure.

Which way a mark points is read from what stands beside it, for keyboards and editors turn marks about. A
passage never runs past its paragraph, but where the next one opens with a mark again and nothing was
closed: so writers carry a quotation over paragraphs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.intake.speech.layout import Paragraph, Span

# In so many paragraphs at most is one quotation carried on.
MOST_PARAGRAPHS = 12
_DOUBLE = re.compile(r"[“”„«»\"]|''|``")
_SINGLE = re.compile(r"[‘’‚‹›']")
_BEFORE_OPENING = re.compile(r"[\s(\[{—–―:/-]")
_WORD = re.compile(r"\w+(?:['’-]\w+)*")


@dataclass(frozen=True, slots=True)
class Passage:
    """A quoted passage with its marks; not `closed` where the closing mark is missing."""

    span: Span
    paragraph: int
    closed: bool = True

    def words(self, text: str) -> int:
        """Return how many words it has."""
        return len(_WORD.findall(self.span.of(text)))


def passages(text: str, paragraphs: Sequence[Paragraph]) -> list[Passage]:
    """Return the quoted passages in their order, none overlapping another."""
    found: list[Passage] = []
    for before, paragraph in pairwise((None, *paragraphs)):
        assert paragraph is not None
        here = _in_paragraph(text, paragraph)
        if here and found and before and _goes_on(text, found[-1], here[0], before, paragraph):
            last = found.pop()
            here[0] = Passage(Span(last.span.start, here[0].span.end), last.paragraph, here[0].closed)
        found += here
    return found


def _goes_on(text: str, last: Passage, first: Passage, before: Paragraph, paragraph: Paragraph) -> bool:
    """Tell whether a passage is one with that before it: not closed there, opened again here."""
    return (
        not last.closed
        and last.span.end == before.span.end
        and first.span.start == paragraph.span.start
        and paragraph.number - last.paragraph < MOST_PARAGRAPHS
        and last.words(text) > 3
    )


def _in_paragraph(text: str, paragraph: Paragraph) -> list[Passage]:
    double = _paired(text, paragraph, _DOUBLE)
    if double:
        return double
    # Single marks quote only where no double ones do: among those they quote within.
    return [each for each in _paired(text, paragraph, _SINGLE) if each.closed and each.words(text) > 1]


def _paired(text: str, paragraph: Paragraph, marks: re.Pattern[str]) -> list[Passage]:
    found: list[Passage] = []
    begin: int | None = None
    for match in marks.finditer(text, *paragraph.span):
        opens, closes = _opens(text, match, paragraph.span), _closes(text, match, paragraph.span)
        if marks is _SINGLE and opens == closes:
            continue  # an apostrophe
        if opens and not closes:
            if begin is not None and marks is not _SINGLE:
                # Another mark opens before this one was closed: what was open ends here.
                found.append(_passage(text, begin, match.start(), paragraph.number, closed=False))
            begin = match.start()
        elif closes and begin is not None:
            found.append(_passage(text, begin, match.end(), paragraph.number, closed=True))
            begin = None
        elif opens:
            begin = match.start()
    if begin is not None and marks is not _SINGLE:
        found.append(_passage(text, begin, paragraph.span.end, paragraph.number, closed=False))
    return [each for each in found if each.words(text)]


def _passage(text: str, start: int, end: int, paragraph: int, *, closed: bool) -> Passage:
    while end > start and text[end - 1].isspace():
        end -= 1
    return Passage(Span(start, end), paragraph, closed)


def _opens(text: str, match: re.Match[str], part: Span) -> bool:
    """Tell whether a mark may open: space before, none behind it."""
    before = match.start() == part.start or _BEFORE_OPENING.match(text[match.start() - 1])
    nested = match.start() > part.start and text[match.start() - 1] in "“\"‘'"
    return bool(before or nested) and match.end() < part.end and not text[match.end()].isspace()


def _closes(text: str, match: re.Match[str], part: Span) -> bool:
    """Tell whether a mark may close: no space before, or behind as well, and no letter behind it."""
    if match.start() == part.start:
        return False
    ends = match.end() == part.end
    if text[match.start() - 1].isspace():
        return ends or text[match.end()].isspace()
    return ends or not text[match.end()].isalnum()
