"""Text in lines of a given width, each with the room that it really takes. Pure but for the fonts."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from bot.pictures.fonts import extent
from bot.texts import clean

# Units between the ink of two lines at least, and how high a line is at least, in ems.
GAP, TOP, BOTTOM = 1.5, 0.98, 0.27
# Marks on one letter: more of them are no language's, and tower over other lines.
MOST_MARKS = 3
# The signs that set a line apart as one from right to left, whatever stands around it.
_RIGHT_TO_LEFT, _END = "\u2067", "\u2069"


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of text of a size in units: its width, and how far it reaches above and below its line."""

    text: str
    size: float
    width: float
    top: float
    bottom: float
    leftward: bool = False

    @property
    def directed(self) -> str:
        """The text as it is written into a drawing, its direction with it."""
        return f"{_RIGHT_TO_LEFT}{self.text}{_END}" if self.leftward else self.text


def lines(text: str, size: float, room: float, *, mirrored: bool = False) -> list[TextLine]:
    """Return a text in lines no wider than `room` units; a word that is wider is broken.

    On a `mirrored` picture a text is one from right to left if most of its letters are.
    """
    text = tidy(text)
    leftward = is_leftward(text, mirrored=mirrored)
    found = [_line(each, size, leftward=leftward) for each in _wrapped(text.split(), room / size)]
    return found or [_line("", size, leftward=leftward)]


def one_line(text: str, size: float, *, mirrored: bool = False) -> TextLine:
    """Return a text as one line, however wide."""
    text = tidy(text)
    return _line(text, size, leftward=is_leftward(text, mirrored=mirrored))


def tidy(text: str) -> str:
    """Return a text without what cannot be shown, its spaces single, its letters with few marks each."""
    text = " ".join(clean(text).split())
    if text.isascii():
        return text
    kept, marks = [], 0
    for sign in text:
        marks = marks + 1 if unicodedata.category(sign) in ("Mn", "Me") else 0
        if marks <= MOST_MARKS:
            kept.append(sign)
    return "".join(kept)


def is_leftward(text: str, *, mirrored: bool) -> bool:
    """Tell whether a text is written from right to left: by its first letter, `mirrored` by most."""
    if text.isascii():
        return False
    ways = [way != "L" for way in map(unicodedata.bidirectional, text) if way in ("L", "R", "AL")]
    return 2 * sum(ways) > len(ways) if mirrored else any(ways[:1])


def _line(text: str, size: float, *, leftward: bool) -> TextLine:
    width, top, bottom = extent(text)
    return TextLine(text, size, width * size, max(top, TOP) * size, max(bottom, BOTTOM) * size, leftward)


def _wrapped(words: list[str], room: float) -> Iterator[str]:
    """Yield lines of words, each at most `room` ems wide."""
    space = extent(" ").width
    line, width = "", 0.0
    for whole in words:
        for word in _broken(whole, room):
            taken = extent(word).width
            if line and width + space + taken > room:
                yield line
                line, width = "", 0.0
            width += taken + (space if line else 0)
            line = f"{line} {word}" if line else word
    if line:
        yield line


def _broken(word: str, room: float) -> Iterator[str]:
    """Yield a word whole, or in parts that fit a line; no mark is parted from its letter."""
    while extent(word).width > room:
        end, width = 1, extent(word[0]).width
        while end < len(word) and width <= room:
            end += 1
            width = extent(word[:end]).width
        end = max(end - 1, 1)
        while end > 1 and unicodedata.category(word[end]) in ("Mn", "Me", "Mc", "Cf"):
            end -= 1
        yield word[:end]
        word = word[end:]
    yield word
