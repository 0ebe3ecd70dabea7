"""Dates in a part of the text: the phrase, and what it means against the day of the source. Pure."""

from __future__ import annotations

import re
from datetime import date, timedelta

from bot.dates.finding import find
from bot.dates.reading import Doubt, Reading, read
from bot.intake.finding.drafts import FoundDate
from bot.intake.speech.layout import Span

MOST_DATES = 3
# Two days that differ in year, month and weekday: what a phrase means on both depends on no day.
_SOME_DAY, _ANOTHER = date(2001, 3, 8), date(2010, 9, 21)
_MAY_HOLD = re.compile(
    r"\d|day\b|week|month|year|january|february|march|april|\bmay\b|june|july|august|september|october|november"
    r"|december|tonight|tomorrow|spring|summer|autumn|winter|decade|century|\b(?:jan|feb|mar|apr|jun|jul|aug|sept?"
    r"|oct|nov|dec)\b",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(
    r"\b(?:(?:last|next|this)\s+)?(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day(?:\s+(?:morning|afternoon|evening|night))?\b"
)
_OPEN = re.compile(r"\b(?:since|until|till|by|before|after)\s+$", re.IGNORECASE)
_YEARS = re.compile(r"\d{4}")
# What tells nothing at the end of a date.
_TAIL = frozenset("on the in of at for and to a".split())
_MARKS = " .,:;"
_AHEAD = re.compile(
    r"\b(?:will|would|shall|next|plan(?:s|ned)?|scheduled|expected|due|to\s+be)\b", re.IGNORECASE
)


def dates(text: str, part: Span, published: date | None) -> tuple[FoundDate, ...]:
    """Return the dates in a part of the text; what hangs on an unknown day of the source stays open."""
    found: list[FoundDate] = []
    rest = [part]
    while rest and len(found) < MOST_DATES:
        here = rest.pop(0)
        if not _MAY_HOLD.search(text, *here):
            continue
        dated = _first(text, here, published)
        if dated is None:
            continue
        found.append(dated)
        rest += [Span(here.start, dated.at.start), Span(dated.at.end, here.end)]
    return tuple(sorted(found, key=lambda each: each.at))


def _first(text: str, part: Span, published: date | None) -> FoundDate | None:
    words = part.of(text)
    if match := _WEEKDAY.search(words):
        ahead = bool(_AHEAD.search(words[: match.start()])) or match[0].startswith("next")
        # "By Monday" is no Monday.
        opening = _OPEN.search(words[: match.start()])
        for start in (opening.start() if opening else match.start(), match.start()):
            at = Span(part.start + start, part.start + match.end())
            edtf = _meant(words[start : match.end()], published, ahead=ahead)
            if edtf is not None or published is None:
                break
        return FoundDate(at=at, phrase=at.of(text), edtf=edtf)
    known = find(words, published or _SOME_DAY)
    if known is None:
        return None
    phrase = known.words.rstrip(_MARKS)
    while phrase.rpartition(" ")[2].lower() in _TAIL:
        phrase = phrase.rpartition(" ")[0].rstrip(_MARKS)
    start = words.find(phrase)
    if start < 0:
        return None
    at = Span(part.start + start, part.start + start + len(phrase))
    ahead = bool(_AHEAD.search(words[:start]))
    return FoundDate(at=at, phrase=phrase, edtf=_resolved(phrase, known.reading, published, ahead=ahead))


def _meant(phrase: str, published: date | None, *, ahead: bool) -> str | None:
    if published is None:
        return None
    reading = read(phrase, published, ahead=ahead)
    return reading.edtf if reading else None


def _resolved(phrase: str, reading: Reading, published: date | None, *, ahead: bool) -> str | None:
    if published is not None:
        return _with_year(reading, published, ahead=ahead)
    other = read(phrase, _ANOTHER)
    return reading.edtf if other is not None and other.choices == reading.choices else None


def _with_year(reading: Reading, published: date, *, ahead: bool) -> str | None:
    """Return what a date means; a day and month without a year is the nearest to the source's day.

    What may be yet to come is left open where no word tells that it is: "had been inspected in March".
    """
    if reading.doubt is Doubt.YEAR and (ahead or reading.choices[0].endswith("/..")):
        # "Since May" is since the last one, "will be paid by May" the next.
        return _YEARS.sub(lambda year: f"{int(year[0]) + ahead:04}", reading.choices[0])
    edtf = reading.edtf
    match = re.fullmatch(r"XXXX-(\d\d)(?:-(\d\d))?", edtf or "")
    if match is None:
        return edtf
    near: list[tuple[timedelta, str]] = []
    for year in (published.year - 1, published.year, published.year + 1):
        try:
            day = date(year, int(match[1]), int(match[2] or 15))
        except ValueError:
            continue
        if day > published and day.month != published.month and not ahead:
            continue
        near.append((abs(day - published), edtf.replace("XXXX", f"{year:04}") if edtf else ""))
    # The source leaves the year open: half a year off it may be either.
    return min(near)[1] if near and min(near)[0] < timedelta(days=150) else edtf
