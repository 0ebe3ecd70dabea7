"""Tell what a text that is read as no date was meant to be: no day of the calendar, or some other date."""

from __future__ import annotations

import re
from datetime import date

from bot.dates.reading import read
from bot.dates.vocabulary import languages, plain
from storage.domain import dates
from storage.domain.folding import digits

LONGEST = 140
# A leap year has all days that any year has.
_SOME_DAY = date(2000, 1, 1)
_SHAPED = re.compile(r"(?<![\d-])\d{4}-\d{1,2}(?:-\d{1,2})?(?![\d-])")
_DAY = r"\d{1,2}(?:st|nd|rd|th|\.)?"
_WORDED = (
    re.compile(rf"\b({_DAY})(?: of| de)? [^\W\d_]{{1,20}}\.?(?:,? (?:de )?\d{{4}})?"),
    re.compile(rf"\b[^\W\d_]{{1,20}}\.? ({_DAY})(?:,? \d{{4}})?\b"),
)
_IN_DIGITS = re.compile(r"(?<![\d./-])\d{1,2}([./-])\d{1,2}\1\d{4}(?![\d./-])")
_DAY_BY_WORDS = re.compile(r"\d{1,2}\.?\s+\w+\s+\d{4}|\w+\s+\d{1,2},?\s+\d{4}")
# A year that is not the calendar's: `fiscal year 2023/24`.
_NAMED_YEAR = re.compile(r"(?<!\d)\d{4}/(?:\d{4}|\d{2})(?!\d)")
_WITH_DIGITS = re.compile(
    r"[\[{(]?Y?-?\d[-–—\dXTZYESW/.,:+?~%]*[\]})]?|\d+[^\W\d_]{1,3}|[-–—/.]+", re.IGNORECASE
)


def impossible(text: str) -> bool:
    """Tell whether a text names a day that no calendar has: `30 February`, `2023-13-01`."""
    written = _plain(text)
    if any(_no_day(match[0]) for match in _SHAPED.finditer(written)):
        return True
    for pattern in _WORDED:
        for match in pattern.finditer(written):
            begin, end = (edge - match.start() for edge in match.span(1))
            if _is_none(match[0]) and not _is_none(f"{match[0][:begin]}1{match[0][end:]}"):
                return True
    return any(_is_none(match[0]) for match in _IN_DIGITS.finditer(written))


def is_meant(text: str, *, alone: bool) -> bool:
    """Tell whether a text is meant as a date: `alone` as nothing but one, else also among other words."""
    written = _plain(text).rstrip("?.!,")
    words = re.findall(r"[^\W\d_]{3,}", plain(written))
    signs = {m.sign for each in languages() for word in words for m in each.meanings.get((word,), ())}
    if not alone:
        return (
            any(mark.isdecimal() for mark in written) or bool(signs & set("uam")) or _begins_as_one(written)
        )
    if _NAMED_YEAR.search(written):
        return True
    if not (re.search(r"\d{4}", written) or (re.search(r"\d", written) and "m" in signs)):
        return False
    return bool(_DAY_BY_WORDS.fullmatch(written)) or any(
        _has_no_others(written, each.words) for each in languages()
    )


def _begins_as_one(text: str) -> bool:
    """Tell whether a text begins as what is open at one end: `since the invasion`."""
    first, _space, others = plain(text).partition(" ")
    signs = {m.sign for each in languages() for m in each.meanings.get((first,), ())}
    return bool(others and signs & set("FKBJ"))


def _has_no_others(text: str, known: frozenset[str]) -> bool:
    """Tell whether each word of a text has digits as dates have them, or is one of those known."""
    words = (word.strip(",.") for word in text.split())
    return all(not word or _WITH_DIGITS.fullmatch(word) or plain(word) in known for word in words)


def _no_day(text: str) -> bool:
    """Tell whether a date in digits, year first, is none of the calendar; a month of one digit is no date."""
    year, *others = text.split("-")
    written = "-".join((year, *(f"{each:0>2}" for each in others)))
    return dates.bounds(written)[0] is None and (len(others) == 2 or len(others[0]) == 2)


def _is_none(text: str) -> bool:
    return read(text, _SOME_DAY) is None


def _plain(text: str) -> str:
    return " ".join(digits(text).split()) if len(text) <= LONGEST else ""
