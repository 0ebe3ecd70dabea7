"""Dates of the story in EDTF (ISO 8601-2): checking, bounds, and reading what people type.

The standard library reads plain dates. Everything else goes to the edtf library, which is imported when it is
first needed: its import would slow each start.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

_PLAIN = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_PARTS = re.compile(r"([\dX]{4})(?:-([\dX]{2})(?:-([\dX]{2}))?)?([?~%]?)")
_BETWEEN = re.compile(r"(?:(?<!\s)\s++)?(?:\.\.|/|\bto\b|\buntil\b|–|—)\s*+", re.IGNORECASE)
_OPEN = re.compile(r"^(since|after|from|before|until|by)\s+", re.IGNORECASE)
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_DATELIKE = re.compile(
    rf"\b\d{{4}}-\d{{1,2}}(?:-\d{{1,2}})?\b|\b\d{{1,2}} (?:{_MONTHS})[a-z]*(?: \d{{4}})?\b", re.IGNORECASE
)
FIRST, LAST = "0000-01-01", "9999-12-31"
# How many days apart first and last day of a day, a month and a year are at most.
LASTING = (0, 30, 365)


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `earliest` to `latest` inclusive (ISO); `yearless` is MM or MM-DD where no year is given."""

    earliest: str
    latest: str
    yearless: str | None = None


@dataclass(frozen=True, slots=True)
class Parts:
    """A date as its source gives it: each of year, month and day may be missing."""

    year: str | None
    month: int | None
    day: int | None
    qualifier: str


@lru_cache(maxsize=16_384)
def canonical(text: str) -> str:
    """Return the EDTF date itself, checked. Raises ValueError saying what to write instead."""
    trimmed = text.strip()
    plain = _PLAIN.fullmatch(trimmed)
    if plain and _plain_bounds(plain):
        return trimmed
    if len(trimmed) <= 40 and not plain and _edtf_bounds(trimmed):
        return trimmed
    raise ValueError(
        f"{trimmed[:40]!r} is not a date: write 2024-01-04, 2024-01, 2024, XXXX-07-18 (year not given)"
        " or 2023-07-18? (uncertain)"
    )


@lru_cache(maxsize=16_384)
def bounds(text: str) -> tuple[str, str] | tuple[None, None]:
    """Return the first and last day (ISO) that an EDTF date may mean; none where the year is open."""
    plain = _PLAIN.fullmatch(text)
    found = _plain_bounds(plain) if plain else _edtf_bounds(text)
    if found is None or text.startswith("XXXX"):
        return None, None
    return found


def lasting(earliest: str, latest: str) -> int:
    """Return how long a span of ISO days is: 0 a day, 1 at most a month, 2 at most a year, 3 longer."""
    days = (
        date.fromisoformat(latest.replace("0000", "0001", 1))
        - date.fromisoformat(earliest.replace("0000", "0001", 1))
    ).days
    return next((number for number, most in enumerate(LASTING) if days <= most), len(LASTING))


def days_before(day: str, days: int) -> str:
    """Return the ISO day that is `days` before another, at earliest the first day of the calendar."""
    try:
        return (date.fromisoformat(day) - timedelta(days=days)).isoformat()
    except (ValueError, OverflowError):
        return FIRST


@lru_cache(maxsize=16_384)
def split(text: str) -> tuple[Parts, ...]:
    """Return the date's parts as given; two for an interval, none for a form that has no such parts."""
    matches = [_PARTS.fullmatch(piece) for piece in text.split("/")]
    if not all(matches):
        return ()
    return tuple(_parts(match) for match in matches if match)


def typed(text: str) -> Span | None:
    """Read a date or a range as people type it: `March 2023`, `18 July`, `2023..2024`, `since May 2023`.

    Returns None where the words are no date at all.
    """
    trimmed = text.strip().rstrip("?.!,")
    if not re.search(rf"\d|\b(?:{_MONTHS})", trimmed, re.IGNORECASE):
        return None
    if opening := _OPEN.match(trimmed):
        return _half_open(opening[1].casefold(), _one(trimmed[opening.end() :]))
    if exact := _one(trimmed):
        return exact
    pieces = [_one(piece) for piece in _BETWEEN.split(trimmed)]
    if len(pieces) == 2 and pieces[0] and pieces[1]:
        return Span(min(pieces[0].earliest, pieces[1].earliest), max(pieces[0].latest, pieces[1].latest))
    return None


def edtf(text: str) -> str | None:
    """Return the EDTF date that a text tells, in EDTF or in plain words (`18 July 2023`), or None."""
    trimmed = re.sub(r"^(?:in|on)\s+", "", text.strip(), flags=re.IGNORECASE)
    try:
        return canonical(trimmed)
    except ValueError:
        pass
    in_words = _words_to_edtf(trimmed) if len(trimmed) <= 40 else None
    return in_words if in_words and _one(in_words) else None


def impossible(text: str) -> bool:
    """Tell whether the text has the form of a date but names a day that does not exist."""
    matched = _DATELIKE.search(text)
    return matched is not None and typed(matched[0]) is None


def _half_open(word: str, span: Span | None) -> Span | None:
    if span is None or span.yearless:
        return None
    if word in ("since", "from"):
        return Span(span.earliest, LAST)
    if word in ("until", "by"):
        return Span(FIRST, span.latest)
    try:
        if word == "after":
            return Span((date.fromisoformat(span.latest) + timedelta(days=1)).isoformat(), LAST)
        return Span(FIRST, (date.fromisoformat(span.earliest) - timedelta(days=1)).isoformat())
    except (OverflowError, ValueError):
        return None  # nothing comes before the first or after the last day of the calendar


@lru_cache(maxsize=4096)
def _one(text: str) -> Span | None:
    """Return the span of one date, in EDTF or in plain words."""
    text = text.strip()
    if plain := _PLAIN.fullmatch(text):
        found = _plain_bounds(plain)
        return Span(*found) if found else None
    if not text or len(text) > 40 or len(text.split()) > 5:
        return None
    edtf = text if re.fullmatch(r"[\dX?~%/-]+", text) else _words_to_edtf(text)
    if edtf is None:
        return None
    if edtf.startswith("XXXX-"):
        return Span(FIRST, LAST, edtf[5:].rstrip("?~%"))
    found = _edtf_bounds(edtf)
    return Span(*found) if found else None


def _words_to_edtf(text: str) -> str | None:
    """Read plain words, requiring that they are nothing but a date."""
    # Atomic, for a run of digits can be taken apart in more ways than there is time to try.
    if not re.fullmatch(
        r"(?:(?>\d{4}|\d{1,2}(?:st|nd|rd|th)?|[a-z]{3,9}|of)[\s,.]*+)++", text, re.IGNORECASE
    ):
        return None
    if not re.search(rf"\b(?:{_MONTHS})[a-z]*\b", text, re.IGNORECASE):
        return None
    words = [
        word
        for word in re.findall(r"[a-z]+", text.casefold())
        if word not in ("of", "the", "st", "nd", "rd", "th")
    ]
    if len(words) != 1 or not re.fullmatch(rf"(?:{_MONTHS})[a-z]*", words[0]):
        return None
    from edtf import text_to_edtf

    found = text_to_edtf(text)
    return str(found) if found and re.fullmatch(r"[\dX]{4}-\d{2}(?:-\d{2})?", str(found)) else None


def _plain_bounds(match: re.Match[str]) -> tuple[str, str] | None:
    year, month, day = match.groups()
    try:
        if day:
            date(int(year), int(month), int(day))
            return match[0], match[0]
        if month:
            start = date(int(year), int(month), 1)
            following = start.replace(day=28) + timedelta(days=4)
            return start.isoformat(), (following - timedelta(days=following.day)).isoformat()
        date(int(year), 1, 1)
    except (ValueError, OverflowError):
        return None
    return f"{year}-01-01", f"{year}-12-31"


@lru_cache(maxsize=4096)
def _edtf_bounds(text: str) -> tuple[str, str] | None:
    if text.startswith(("-", "/")) or text.endswith("/"):
        return None  # years before the first and open intervals: the library makes up the missing end
    from edtf import EDTFParseException, parse_edtf

    try:
        parsed = parse_edtf(text)
        first, last = _iso(parsed.lower_strict()[:3], FIRST), _iso(parsed.upper_strict()[:3], LAST)
    except (EDTFParseException, TypeError, ValueError, AttributeError, OverflowError):
        return None  # the library raises several kinds for open or malformed intervals
    return (first, last) if first <= last else None  # it takes intervals that end before they begin


def _iso(day: tuple[int, ...], otherwise: str) -> str:
    year, month, number = day
    return f"{year:04d}-{month:02d}-{number:02d}" if 0 <= year <= 9999 else otherwise


def _parts(match: re.Match[str]) -> Parts:
    year, month, day, qualifier = match.groups()
    return Parts(
        year=None if year == "XXXX" else year,
        month=int(month) if month and month.isdigit() else None,
        day=int(day) if day and day.isdigit() else None,
        qualifier=qualifier,
    )
