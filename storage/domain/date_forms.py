"""The forms of EDTF (ISO 8601-2) that the record takes, and the days that each of them may mean. Pure.

Levels 0 and 1 for the years 0000 to 9999; of level 2 unspecified digits anywhere (`20X4-X1`), qualifiers of
parts, seasons and sets. Years of other lengths, exponents (`Y1E9`) and significant digits are not among them:
what a form costs must not depend on the numbers in it. Specified at https://www.loc.gov/standards/datetime/.
"""

from __future__ import annotations

import re
from calendar import isleap
from collections.abc import Iterator
from itertools import product

FIRST, LAST = "0000-01-01", "9999-12-31"
LONGEST = 40
_DATE = re.compile(r"[?~%]?([0-9X]{4})[?~%]?(?:-[?~%]?([0-9X]{2})[?~%]?(?:-[?~%]?([0-9X]{2})[?~%]?)?)?")
MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"T((?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,9})?)?|24:00(?::00)?)"
    r"(Z|[+-](?:0[0-9]|1[0-4])(?::?[0-5][0-9])?)?"
)
# Everything that EDTF is written with.
_WRITTEN = re.compile(r"[-0-9A-Z?~%/.,:+\[\]{}]{1,40}")
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
# First and last month of seasons, quarters and other parts of a year. A winter is taken to end with its year.
_SEASONS = {
    21: (3, 5), 22: (6, 8), 23: (9, 11), 24: (12, 12), 25: (3, 5), 26: (6, 8), 27: (9, 11), 28: (12, 12),
    29: (9, 11), 30: (12, 12), 31: (3, 5), 32: (6, 8), 33: (1, 3), 34: (4, 6), 35: (7, 9), 36: (10, 12),
    37: (1, 4), 38: (5, 8), 39: (9, 12), 40: (1, 6), 41: (7, 12),
}  # fmt: skip

Days = tuple[str, str]


def days_of(text: str) -> Days | None:
    """Return the first and the last day (ISO) that a date may mean; None for what is not one of the forms.

    An end that is open (`2023/..`) or unknown (`2023/`) is the first or the last day of the calendar. Forms
    that only earlier versions took are read too: `is_form` tells which new dates are taken.
    """
    if len(text) > LONGEST:
        return None
    if pieces := _listed(text):
        found = [_range(piece, "..") for piece in pieces]
        whole = [days for days in found if days]
        return (min(whole)[0], max(last for _first, last in whole)) if len(whole) == len(found) else None
    return _range(text, "/")


def is_form(text: str) -> bool:
    """Tell whether a new date may be written so: no range ends before it begins, and each zone exists.

    Ranges and sets are of dates, not of times of day (EDTF, levels 0 and 2).
    """
    if days_of(text) is None:
        return False
    if moment := MOMENT.fullmatch(text):
        return _is_zone(moment[3])
    pieces, sign = (_listed(text), "..") if text[0] in "[{" else ([text], "/")
    return "T" not in text and all(_in_order(*piece.partition(sign)) for piece in pieces)


def is_written_as_a_date(text: str) -> bool:
    """Tell whether a text is made of nothing but what EDTF is written with, as each date on record is."""
    return _WRITTEN.fullmatch(text) is not None


def _listed(text: str) -> list[str]:
    """Return the pieces of a set; none for what is no set."""
    return text[1:-1].split(",") if (text[:1], text[-1:]) in (("[", "]"), ("{", "}")) else []


def _range(text: str, sign: str) -> Days | None:
    """Return the days of a date, or from the one before to the one after a sign."""
    before, parted, after = text.partition(sign)
    if not parted:
        return _one(text)
    # No set is of any day at all; an interval without ends is one of EDTF's.
    if before in ("", "..") and after in ("", ".."):
        return (FIRST, LAST) if sign == "/" else None
    first = (FIRST, FIRST) if before in ("", "..") else _one(before)
    last = (LAST, LAST) if after in ("", "..") else _one(after)
    return (first[0], last[1]) if first and last and first[0] <= last[1] else None


def _in_order(before: str, parted: str, after: str) -> bool:
    """Tell whether a range, if it is one, may end when it begins or later."""
    if not parted or before in ("", "..") or after in ("", ".."):
        return True
    first, last = _begins(before), _begins(after, latest=True)
    return first is not None and last is not None and first <= last


def _is_zone(offset: str | None) -> bool:
    """Tell whether there is such an offset: ISO 8601 has no -00:00, and zones go from -12:00 to +14:00."""
    if not offset or offset == "Z":
        return True
    digits = offset[1:].replace(":", "").ljust(4, "0")
    return "0000" < digits <= "1200" if offset[0] == "-" else digits <= "1400"


def _one(text: str) -> Days | None:
    if moment := MOMENT.fullmatch(text):
        text = moment[1]
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day = match.groups()
    if month and month.isdigit() and int(month) in _SEASONS:
        return _season(year, *_SEASONS[int(month)]) if day is None else None
    first, last = _edge(year, month or "XX", day or "XX"), _edge(year, month or "XX", day or "XX", last=True)
    return (first, last) if first and last else None


def _season(year: str, first: int, last: int) -> Days | None:
    begins, ends = _edge(year, f"{first:02}", "XX"), _edge(year, f"{last:02}", "XX", last=True)
    return (begins, ends) if begins and ends else None


def _begins(text: str, *, latest: bool = False) -> str | None:
    """Return the earliest or the latest day on which the year, month or day that is meant may begin."""
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day = match.groups()
    if month and month.isdigit() and int(month) in _SEASONS:
        month = f"{_SEASONS[int(month)][0]:02}"
    return _edge(year, month or "01", day or "01", last=latest)


def _edge(year: str, month: str, day: str, *, last: bool = False) -> str | None:
    """Return the first or the last day of the calendar that has the digits given; X is any digit."""
    months, days = _numbers(month, 12), _numbers(day, 31)
    if last:
        months.reverse()
        days.reverse()
    pairs = [(one, other) for one in months for other in days if other <= _DAYS[one - 1]]
    if pairs == [(2, 29)] and not any(_fits(year[2:], number) for number in range(0, 100, 4)):
        return None
    for number in _years(year, last=last) if pairs else ():
        for one, other in pairs:
            if (one, other) != (2, 29) or isleap(number):
                return f"{number:04}-{one:02}-{other:02}"
    return None


def _numbers(pattern: str, most: int) -> list[int]:
    """Return the numbers of two digits from 1 on that have the digits given."""
    if "X" not in pattern:
        return [int(pattern)] if 1 <= int(pattern) <= most else []
    return [number for number in range(1, most + 1) if pattern == "XX" or _fits(pattern, number)]


def _years(pattern: str, *, last: bool) -> Iterator[int]:
    """Yield the years that have the digits given, in order or from the last one back."""
    digits = "9876543210" if last else "0123456789"
    return (int("".join(each)) for each in product(*(digits if sign == "X" else sign for sign in pattern)))


def _fits(pattern: str, number: int) -> bool:
    return all(sign in ("X", digit) for sign, digit in zip(pattern, f"{number:02}", strict=True))
