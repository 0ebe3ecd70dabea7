"""Fonts that come with the program, and how much room a text takes in them: measured, not guessed.

Letters of other scripts than Latin, Greek, Cyrillic, Arabic, Hebrew have no shape here: see `lacking`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from bot.pictures.picture import PicturesUnavailable

# The packages of fonts, in the order in which they are looked for a letter; each holds one upright file.
_PACKAGES = ("fontpkg_noto_sans", "fontpkg_noto_sans_arabic", "fontpkg_heebo")
FAMILIES = ("Noto Sans", "Noto Sans Arabic", "Heebo")
# What stands for a letter that none of the fonts has, and the room that it takes, in ems.
BOX = "�"
_BOX_WIDTH, _BOX_TOP, _BOX_BOTTOM = 1.0, 0.9, 0.2
# Signs that direct others and take no room.
_UNSEEN = frozenset("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad\u2066\u2067\u2068\u2069")


class Extent(NamedTuple):
    """What a text takes of room, in ems: its width, and how far it reaches above and below its line."""

    width: float
    top: float
    bottom: float


def files() -> tuple[Path, ...]:
    """Return the files of the fonts. Raises PicturesUnavailable where one is not installed."""
    found = []
    for package in _PACKAGES:
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            raise PicturesUnavailable
        folder = Path(spec.origin).parent / "files"
        found += [path for path in sorted(folder.glob("*.ttf")) if "Italic" not in path.name][:1]
    return tuple(found)


@lru_cache(maxsize=20_000)
def extent(text: str) -> Extent:
    """Return how much room a text takes in one line, in ems. Raises PicturesUnavailable."""
    width = top = bottom = 0.0
    for at, run in _runs(text):
        one = _shaped(at, run) if at is not None else _boxes(run)
        width, top, bottom = width + one.width, max(top, one.top), max(bottom, one.bottom)
    return Extent(width, top, bottom)


def lacking(text: str) -> set[str]:
    """Return the letters of a text that none of the fonts has."""
    return {sign for at, run in _runs(text) if at is None for sign in run if sign not in _UNSEEN}


def _runs(text: str) -> Iterator[tuple[int | None, str]]:
    """Yield the parts of a text that one font has, each with the font's number; None where none has it."""
    at: int | None = 0
    placed = []
    for sign in text:
        # A mark stands on its letter, and so comes from the same font, where that has it.
        stays = sign in _UNSEEN or (unicodedata.category(sign).startswith("M") and _has(at, sign))
        at = at if stays else _font_of(sign)
        placed.append((at, sign))
    for key, signs in groupby(placed, key=lambda each: each[0]):
        yield key, "".join(sign for _at, sign in signs)


@lru_cache(maxsize=20_000)
def _font_of(sign: str) -> int | None:
    return next((at for at in range(len(_PACKAGES)) if _has(at, sign)), None)


def _has(at: int | None, sign: str) -> bool:
    return at is not None and ord(sign) in _fonts()[at].letters


class _Font(NamedTuple):
    """A font, the number of its units in an em, and the letters that it has."""

    font: Any
    units: int
    letters: frozenset[int]


@cache
def _fonts() -> tuple[_Font, ...]:
    try:
        import uharfbuzz
    except ImportError as error:
        raise PicturesUnavailable from error
    found = []
    for path in files():
        face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(path)))
        found.append(_Font(uharfbuzz.Font(face), face.upem, frozenset(face.unicodes)))
    return tuple(found)


def _shaped(at: int, text: str) -> Extent:
    """Return the room that one font needs for a text, from its glyphs as they are shaped and placed."""
    import uharfbuzz

    font, units, _letters = _fonts()[at]
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    uharfbuzz.shape(font, buffer)
    width = top = bottom = 0.0
    for glyph, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        width += place.x_advance
        ink = font.get_glyph_extents(glyph.codepoint)
        if ink is not None and ink.height:
            top = max(top, place.y_offset + ink.y_bearing)
            bottom = max(bottom, -(place.y_offset + ink.y_bearing + ink.height))
    return Extent(width / units, top / units, bottom / units)


def _boxes(text: str) -> Extent:
    seen = [sign for sign in text if sign not in _UNSEEN and not unicodedata.combining(sign)]
    return Extent(_BOX_WIDTH * len(seen), _BOX_TOP, _BOX_BOTTOM)
