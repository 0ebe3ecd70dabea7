"""Dates of the story in EDTF (ISO 8601-2): checking, bounds, and reading what people type."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

from storage.domain import date_words
from storage.domain.date_forms import FIRST, LAST, LONGEST, MOMENT, days_of, is_form, is_written_as_a_date

__all__ = [
    "FIRST", "LAST", "LASTING", "MOMENT", "Span", "bounds", "canonical", "days_before", "edtf", "impossible",
    "lacks_year", "lasting", "meant", "on_record", "turned", "typed",
]  # fmt: skip

_BETWEEN = re.compile(r"\.\.|/|\b(?:to|until|till|through)\b|–|—|\s-\s", re.IGNORECASE)
_AND = re.compile(r"\band\b", re.IGNORECASE)
_BEGINNING = re.compile(r"(from|since|between)\s++", re.IGNORECASE)
_OPEN = re.compile(r"^(since|after|from|before|until|by)\s+", re.IGNORECASE)
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_MONTH_NAMES = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DATELIKE = re.compile(
    rf"\b\d{{4}}-\d{{2}}(?:-\d{{2}})?\b|\b\d{{1,2}} {_MONTH}(?: \d{{4}})?\b", re.IGNORECASE
)
_HYPHEN = re.compile("[\u2010-\u2012\u2212\ufe63\uff0d]")
_DAY_BY_DIGITS = re.compile(r"\b(\d{4})[-–—](\d{1,2})[-–—](\d{1,2})(?![\dX])")
_RANGE_WORD = "(?:from|since|after|before|until|till|by|between|and|to|through|the|of|in|on)"
# A word that nobody writes but for a date, and a date with a month in another language.
_WORD_OF_A_DATE = re.compile(
    rf"{_RANGE_WORD}|{_MONTH}|[-–—/.]+|\d+(?:st|nd|rd|th)|[\[{{]?Y?-?\d[-–—\dXTZYESW/.,:+?~%]*[\]}}]?",
    re.IGNORECASE,
)
_DAY_BY_WORDS = re.compile(r"\d{1,2}\.?\s+\w+\s+\d{4}|\w+\s+\d{1,2},?\s+\d{4}")
_DATED = re.compile(rf"\d{{4}}|\b{_MONTH}\b|^{_RANGE_WORD}\s+\d", re.IGNORECASE)
_WORD = re.compile(r"[^\s,.]+")
_DAY = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?")
# How many days apart first and last day of a day, a month and a year are at most.
LASTING = (0, 30, 365)
_DAYS_OF_400_YEARS = 146_097


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `earliest` to `latest` inclusive (ISO); `yearless` is MM or MM-DD where no year is given.

    `turned` tells that it was typed with its end first.
    """

    earliest: str
    latest: str
    yearless: str | None = None
    turned: bool = field(default=False, compare=False)


def canonical(text: str) -> str:
    """Return the EDTF date itself, checked. Raises ValueError saying what to write instead."""
    if _is_form(text):
        return text
    raise ValueError(
        f"{text[:40]!r} is not a date: write 2024-01-04, 2024-01, 2024, 2023/2024 (a range),"
        " XXXX-07-18 (year not given) or 2023-07-18? (uncertain)"
    )


def on_record(text: str) -> str:
    """Return a date that the record holds, also one that only an earlier version took.

    It is shown as it is, and stands for no days. Raises ValueError for what was never a date.
    """
    return text if is_written_as_a_date(text) else canonical(text)


def bounds(text: str) -> tuple[str, str] | tuple[None, None]:
    """Return the first and last day (ISO) that an EDTF date may mean; none where the year is open."""
    found = None if text.startswith("XXXX") else _days_of(text)
    return (None, None) if found in (None, (FIRST, LAST)) else found


def _days_of(text: str) -> tuple[str, str] | None:
    return _days_of_short(text) if len(text) <= LONGEST else None


# What is kept is short, whatever people write.
@lru_cache(maxsize=16_384)
def _days_of_short(text: str) -> tuple[str, str] | None:
    return days_of(text)


def _is_form(text: str) -> bool:
    return len(text) <= LONGEST and _is_form_short(text)


@lru_cache(maxsize=16_384)
def _is_form_short(text: str) -> bool:
    return is_form(text)


def lasting(earliest: str, latest: str) -> int:
    """Return how long a span of ISO days is: 0 a day, 1 at most a month, 2 at most a year, 3 longer."""
    days = _number(latest) - _number(earliest)
    return next((number for number, most in enumerate(LASTING) if days <= most), len(LASTING))


def _number(day: str) -> int:
    """Return the number of an ISO day; the year 0000, which Python's dates lack, is as long as 0400."""
    if day.startswith("0000"):
        return date.fromisoformat(f"0400{day[4:]}").toordinal() - _DAYS_OF_400_YEARS
    return date.fromisoformat(day).toordinal()


def days_before(day: str, days: int) -> str:
    """Return the ISO day that is `days` before another, at earliest the first day of the calendar."""
    try:
        return (date.fromisoformat(day) - timedelta(days=days)).isoformat()
    except (ValueError, OverflowError):
        return FIRST


def typed(text: str) -> Span | None:
    """Read a date or a range as people type it: `March 2023`, `18 July`, `2023..2024`, `since May 2023`.

    Returns None where the words are no date at all, and for a range without a year.
    """
    trimmed = _trimmed(text)
    if not re.search(rf"\d|\b(?:{_MONTHS})", trimmed, re.IGNORECASE):
        return None
    if exact := _one(trimmed):
        return exact
    if ends := _ends(trimmed):
        return _between(*ends)
    opening = _OPEN.match(trimmed)
    return _half_open(opening[1].casefold(), _one(trimmed[opening.end() :])) if opening else None


def edtf(text: str) -> str | None:
    """Return the EDTF date that a text tells: EDTF, words (`18 July 2023`) or a range; None if none."""
    trimmed = re.sub(r"^(?:in|on)\s+", "", _plain(text), flags=re.IGNORECASE)
    ends = _ends(trimmed)
    forms = (_told(trimmed), "/".join(ends) if ends else None)
    return next((form for form in forms if form and _is_form(form)), None)


def impossible(text: str) -> bool:
    """Tell whether the text has the form of a date but names a day that does not exist."""
    return any(typed(each[0]) is None for each in _DATELIKE.finditer(_plain(text)))


def lacks_year(text: str) -> bool:
    """Tell whether the text is a range of days or months without a year: `since 18 July`."""
    trimmed = _trimmed(text)
    ends = _ends(trimmed) or (_told(_OPEN.sub("", trimmed)) or "",) * 2
    return typed(text) is None and any(end.startswith("XXXX-") for end in ends)


def meant(text: str, *, alone: bool) -> bool:
    """Tell whether a text is meant as a date: `alone` nothing but one, else also with other words."""
    plain = _plain(text).rstrip("?.!,")
    if not alone or not _DATED.search(plain):
        return bool(_DATED.search(plain))
    words = (word.strip(",.") for word in plain.split())
    return all(not word or _WORD_OF_A_DATE.fullmatch(word) for word in words) or bool(
        _DAY_BY_WORDS.fullmatch(plain)
    )


def turned(text: str) -> bool:
    """Tell whether the text is a range that ends before it begins."""
    span = typed(text)
    return span is not None and span.turned


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


def _plain(text: str) -> str:
    """Return a text with plain digits and hyphens, its days written in full; nothing for a long one."""
    if len(text) > date_words.LONGEST:
        return ""
    digits = "".join(str(unicodedata.decimal(sign, sign)) for sign in text.strip())
    return _DAY_BY_DIGITS.sub(_padded, _HYPHEN.sub("-", digits))


def _padded(match: re.Match[str]) -> str:
    year, month, day = match.groups()
    return f"{year}-{month:0>2}-{day:0>2}"


def _trimmed(text: str) -> str:
    plain = _plain(text)
    return plain if re.search(r"\d\.\.$", plain) else plain.rstrip("?.!,")


def _told(text: str) -> str | None:
    """Return the EDTF of one date, in EDTF or in plain words, which may be no day of the calendar."""
    text = text.strip()
    if is_written_as_a_date(text) and not text.isalpha():
        return text
    return date_words.read(text) or (_words_to_edtf(text) if len(text.split()) <= 5 else None)


def _ends(text: str) -> tuple[str, str] | None:
    """Return both ends of a range in EDTF; what only one of them tells of year and month holds for both."""
    word = _BEGINNING.match(text)
    sign = _AND if word and word[1].casefold() == "between" else _BETWEEN
    pieces = [piece.strip() for piece in sign.split(text[word.end() if word else 0 :])]
    if len(pieces) != 2:
        return None
    first, last = pieces
    begins, ends = _end(first), _end(last)
    if ends and _DAY.fullmatch(first) and re.fullmatch(r"[0-9X]{4}-[0-9]{2}-[0-9]{2}", ends):
        begins = f"{ends[:8]}{_part(first)[1]}"
    if (
        begins is None
        or ends is None
        or (".." in (begins, ends) and ".." not in text)
        or begins == ends == ".."
    ):
        return None
    given = [each[:4] for each in (begins, ends) if re.match(r"[0-9]{4}", each)]
    shared = [re.sub(r"^XXXX(?=-)", given[0], each) for each in (begins, ends)] if len(given) == 1 else []
    if shared and _days_of("/".join(shared)):
        begins, ends = shared
    return begins, ends


def _end(text: str) -> str | None:
    """Return one end of a range in EDTF, `..` for one left open; None for what is no date."""
    told = _told(text) if text else ".."
    return told if told == ".." or (told and "/" not in told and _days_of(told)) else None


def _between(first: str, last: str) -> Span | None:
    """Return the span of a range, turned round where it ends before it begins; None if a year is missing."""
    if "XXXX" in first + last:
        return None
    begins, ends = (
        (edge, edge) if each == ".." else _days_of(each) for each, edge in ((first, FIRST), (last, LAST))
    )
    if begins is None or ends is None:
        return None
    return Span(min(begins[0], ends[0]), max(begins[1], ends[1]), turned=begins[0] > ends[1])


def _one(text: str) -> Span | None:
    """Return the span of one date, in EDTF or in plain words."""
    told = _told(text)
    found = _days_of(told) if told else None
    if told is None or found is None:
        return None
    if told.startswith("XXXX-") and "/" not in told:
        return Span(FIRST, LAST, re.sub(r"[?~%]", "", told[5:]))
    return None if "XXXX" in told else Span(*found)


def _words_to_edtf(text: str) -> str | None:
    """Read a month in words, with a day or a year or both, requiring that there is nothing else."""
    given: dict[str, str] = {}
    for word in _WORD.findall(text.casefold()):
        if word in ("the", "of"):
            continue
        part, told = _part(word)
        if not part or part in given:
            return None
        given[part] = told
    if "month" not in given:
        return None
    return "-".join(filter(None, (given.get("year", "XXXX"), given["month"], given.get("day"))))


def _part(word: str) -> tuple[str, str]:
    """Return which part of a date a word is, and its digits; nothing for any other word."""
    if re.fullmatch(r"[0-9]{4}", word):
        return "year", word
    if day := _DAY.fullmatch(word):
        return "day", f"{int(day[1]):02}"
    found = [number for number, name in enumerate(_MONTH_NAMES, 1) if name.startswith(word)]
    return ("month", f"{found[0]:02}") if len(found) == 1 and len(word) >= 3 else ("", "")
