"""Places in a source as people type them: a bare number is a paragraph. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

from storage.domain.folding import digits

_NAMED = r"(?:¶|paragraph|para\.?|par\.?|p)\s?"
_NUMBERS = r"(?P<first>[1-9]\d{0,4})(?:\s?[-–]\s?(?P<last>[1-9]\d{0,4}))?"
_PARAGRAPH = re.compile(rf"(?:{_NAMED})?{_NUMBERS}\.?", re.IGNORECASE)
# "Para 5 of the law was cut" is a statement.
_BEFORE = re.compile(
    rf"(?:¶\s?|p\s?(?=\d+[:,.]?\s)|[Pp]ara(?:graph|\.)?\s?(?=\d+[:,.])){_NUMBERS}[:,.]?\s+(?=\S)"
)
_BEHIND = re.compile(rf"(?<!\s)\s++[(\[]?¶\s?{_NUMBERS}[)\]]?\.?$")


class Placed(NamedTuple):
    """A text without the place that stood beside it, and that place, "" where there was none."""

    text: str
    place: str


def locator(text: str) -> str:
    """Return a place with paragraphs in one form, `¶5`: for `5`, `para 5`, `p5`, `¶ 5`. Others stay.

    `p. 5` stays: so pages are written.
    """
    match = _PARAGRAPH.fullmatch(digits(text.strip()))
    return _written(match) if match else text


def placed(text: str) -> Placed:
    """Return a text without the paragraph that it begins or ends with: `¶5 The gate was open`."""
    if match := _BEFORE.match(text):
        return Placed(text[match.end() :], _written(match))
    if match := _BEHIND.search(text):
        return Placed(text[: match.start()], _written(match))
    return Placed(text, "")


def following(place: str) -> str | None:
    """Return the paragraph behind a place, None where that is no paragraph."""
    match = _PARAGRAPH.fullmatch(place)
    return f"¶{int(match['last'] or match['first']) + 1}" if match else None


def _written(match: re.Match[str]) -> str:
    last = f"–{match['last']}" if match["last"] else ""
    return f"¶{match['first']}{last}"
