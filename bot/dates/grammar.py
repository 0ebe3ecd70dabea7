"""From the signs of a text's tokens to the EDTF date that they tell. Pure.

A pattern is written in the signs of `vocabulary`. What is told without a year takes the year given: the
caller asks again with another. Nothing gets a precision that its words do not have: "two weeks ago" is about
a day, "three months ago" about a month, "early March" about its first ten days.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from itertools import product
from typing import Any

from bot.dates import relative
from bot.dates.clock import moments
from bot.dates.told import Time, Told, one

Values = Sequence[Any]
# Thirds of a month's days and of a year's months; the last day of a month depends on it.
_MONTH_PARTS = {"early": (1, 10), "mid": (11, 20), "late": (21, 31)}
_YEAR_PARTS = {"early": (1, 4), "mid": (5, 8), "late": (9, 12)}
_DECADE_PARTS = {"early": (0, 3), "mid": (4, 6), "late": (7, 9)}
_CENTURY_PARTS = {"early": (0, 33), "mid": (34, 66), "late": (67, 99)}
WINTER = 24
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_FIRST_DAY = "0001-01-01"


Reader = Callable[[Values, Time], Told | None]


def _day(year: int, month: int, day: int) -> str | None:
    if not 1 <= month <= 12 or not 1 <= day <= monthrange(max(year, 1), month)[1] or not 0 < year < 10_000:
        return None
    return f"{year:04}-{month:02}-{day:02}"


def _dated(day: int, month: int, year: Any, time: Time, weekday: int | None = None) -> Told | None:
    """Return a day of a month; `year` may be two digits, or None."""
    number = time.year if year is None else year if isinstance(year, int) else full_year(year, time.today)
    edtf = _day(number, month, day)
    if edtf is None:
        return None
    if weekday is None or year is None or date.fromisoformat(edtf).weekday() == weekday:
        return one(edtf, yearless=year is None)
    # The weekday is another: either of the two may be the slip.
    return replace(one(edtf), moments=(edtf, _nearest(date.fromisoformat(edtf), weekday).isoformat()))


def _nearest(day: date, weekday: int) -> date:
    off = (weekday - day.weekday()) % 7
    back = off > 3 and day > date.min + timedelta(days=7)
    return day + timedelta(days=off - 7 if back else off)


def full_year(digits: str, today: date) -> int:
    """Return the year that two digits tell: at most ten years ahead, else of the last hundred years."""
    year = today.year // 100 * 100 + int(digits)
    return year if year <= today.year + 10 else year - 100


def _in_digits(values: Values, time: Time) -> Told | None:
    """Return a date in digits; one that may be two days has both, day first."""
    *numbers, text = values[0]
    if len(numbers) == 2:
        year, month = sorted(numbers, reverse=True)
        return one(f"{year:04}-{month:02}") if 1 <= month <= 12 else None
    first, second, third = numbers
    if re.match(r"\d{4}", text):
        edtf = _day(first, second, third)
        return one(edtf) if edtf else None
    year = third if re.search(r"\d{4}$", text) else full_year(text[-2:], time.today)
    found = [*dict.fromkeys(filter(None, (_day(year, second, first), _day(year, first, second))))]
    if "." in text and time.dots_begin_with_days:
        found = [day for day in (_day(year, second, first),) if day]
    return replace(one(found[0]), moments=tuple(found if len(found) > 1 else ())) if found else None


def _weekday_and(values: Values, time: Time) -> Told | None:
    """Return a date in digits with its weekday, which may tell which of two days it is."""
    found = _in_digits(values[1:], time)
    if found is None or not found.moments:
        return found
    fitting = [day for day in found.moments if date.fromisoformat(day).weekday() == values[0]]
    if len(fitting) == 1:
        return one(fitting[0])
    near = _nearest(date.fromisoformat(found.moments[0]), values[0]).isoformat()
    return replace(found, moments=tuple(dict.fromkeys((*found.moments, near))))


def _part_of_month(values: Values, time: Time) -> Told:
    part, month, year = (*values, None)[:3]
    number = time.year if year is None else year
    first, last = _MONTH_PARTS[part]
    last = min(last, monthrange(number, month)[1])
    stem = f"{number:04}-{month:02}"
    return Told(f"{stem}-{first:02}~", f"{stem}-{last:02}~", yearless=year is None)


def _part_of_year(values: Values, _time: Time) -> Told:
    part, year = values
    first, last = _YEAR_PARTS[part]
    return Told(f"{year:04}-{first:02}~", f"{year:04}-{last:02}~")


def _feast(days: Sequence[str], year: Any, time: Time) -> Told | None:
    """Return a feast, which churches may keep on several days (MM-DD)."""
    found = [_dated(int(day[3:]), int(day[:2]), year, time) for day in days]
    told = [each for each in found if each]
    return replace(told[0], moments=tuple(each.begin for each in told if len(told) > 1)) if told else None


def _years(first: int, last: int) -> Told:
    return Told(f"{first:04}~", f"{last:04}~")


def _part_of_decade(values: Values, _time: Time) -> Told:
    first, last = _DECADE_PARTS[values[0]]
    return _years(values[1] * 10 + first, values[1] * 10 + last)


def _part_of_century(values: Values, _time: Time) -> Told:
    first, last = _CENTURY_PARTS[values[0]]
    return _years((values[1] - 1) * 100 + first, (values[1] - 1) * 100 + last)


def _season(values: Values, _time: Time) -> Told:
    season, year = values[0], values[1]
    later = values[2] if len(values) > 2 else None
    if isinstance(year, tuple):
        year, later = year[0], year[0] + 1
    if later is None or season != WINTER:
        return one(f"{year:04}-{season}")
    return Told(f"{year:04}-12", f"{year + 1:04}-02")


def _half_of_month(values: Values, time: Time) -> Told | None:
    half, month, year = (*values, None)[:3]
    number = time.year if year is None else year
    stem, last = f"{number:04}-{month:02}", monthrange(number, month)[1]
    first, until = (1, 15) if half == 1 else (16, last)
    return Told(f"{stem}-{first:02}", f"{stem}-{until:02}", yearless=year is None) if half <= 2 else None


def _coded(most: int, base: int) -> Reader:
    """Return a reader of a numbered part of a year, which EDTF has a code for."""

    def read(values: Values, _time: Time) -> Told | None:
        number, year = values
        return one(f"{year:04}-{base + number}") if number <= most else None

    return read


def _century(values: Values, _time: Time) -> Told | None:
    return one(f"{values[0] - 1:02}XX") if values[0] >= 1 else None


def _decade(values: Values, _time: Time) -> Told | None:
    return one(f"{values[0]:03}X")


def _decade_of(values: Values, _time: Time) -> Told | None:
    """Return a decade told by its first year, in four digits or two."""
    return one(f"{_decade_number(values[0]):03}X") if int(values[0]) % 10 == 0 else None


def _decade_number(year: str | int) -> int:
    """Return the first three digits of a year; one of two digits is of the last hundred years."""
    number = int(year)
    return number // 10 if number > 99 else 190 + number // 10 if number >= 20 else 200 + number // 10


def _part_of_season(values: Values, _time: Time) -> Told | None:
    """Return about one month of a season; a winter belongs to two years."""
    part, season, year = values
    month = 3 * (season - 20) + ("early", "mid", "late").index(part)
    return one(f"{year:04}-{month:02}~") if season != WINTER else None


_DATES: tuple[tuple[str, Reader], ...] = (
    ("f", _in_digits),
    ("[wW]f", _weekday_and),
    ("n[mM]", lambda v, t: _dated(v[0], v[1], None, t)),
    ("n[mM][yz]", lambda v, t: _dated(v[0], v[1], v[2], t)),
    ("[wW]n[mM]", lambda v, t: _dated(v[1], v[2], None, t)),
    ("[wW]n[mM][yz]", lambda v, t: _dated(v[1], v[2], v[3], t, v[0])),
    ("[mM]n", lambda v, t: _dated(v[1], v[0], None, t)),
    ("[mM]n[yz]", lambda v, t: _dated(v[1], v[0], v[2], t)),
    ("[wW][mM]n", lambda v, t: _dated(v[2], v[1], None, t)),
    ("[wW][mM]n[yz]", lambda v, t: _dated(v[2], v[1], v[3], t, v[0])),
    ("y[mM]n", lambda v, t: _dated(v[2], v[1], v[0], t)),
    ("n-[mM]-[yz]", lambda v, t: _dated(v[0], v[1], v[2], t)),
    ("om", lambda v, t: _dated(v[0], v[1], None, t)),
    ("om[yz]", lambda v, t: _dated(v[0], v[1], v[2], t)),
    ("[mM]y", lambda v, _t: one(f"{v[1]:04}-{v[0]:02}")),
    ("y[mM]", lambda v, _t: one(f"{v[0]:04}-{v[1]:02}")),
    ("m", lambda v, t: one(f"{t.year:04}-{v[0]:02}", yearless=True)),
    ("y", lambda v, _t: one(f"{v[0]:04}")),
    (
        "Y",
        lambda v, _t: Told(f"{v[0][0]:04}", f"{v[0][0] + 1:04}") if (v[0][0] + 1) % 100 == v[0][1] else None,
    ),
    ("p[mM]y?", _part_of_month),
    ("py", _part_of_year),
    ("psy", _part_of_season),
    ("px|pX[xD]|pxX", _part_of_decade),
    ("pX[zy]", lambda v, t: _part_of_decade((v[0], _decade_number(v[1])), t)),
    ("p[nro]c|prC|pCr", _part_of_century),
    ("pc[nr]", _part_of_century),
    ("s[yY]|sy-[yz]", _season),
    ("[onr]qy", _coded(4, 32)),
    ("Qy", _coded(4, 32)),
    ("yQ", lambda v, t: _coded(4, 32)((v[1], v[0]), t)),
    ("[onr]hy", _coded(2, 39)),
    ("Hy", _coded(2, 39)),
    ("yH", lambda v, t: _coded(2, 39)((v[1], v[0]), t)),
    ("[onr]h[mM]y?", _half_of_month),
    ("[nro]c|rC|Cr", _century),
    ("c[nr]", _century),
    ("x", _decade),
    ("X[xD]|xX", _decade),
    ("X[zy]", _decade_of),
    ("E", lambda v, t: _feast(v[0], None, t)),
    ("E[yz]", lambda v, t: _feast(v[0], v[1], t)),
    ("e", lambda v, t: relative.days_on(v[0], t.today)),
    ("L", lambda v, t: relative.this(v[0], "year", t.today)),
    ("N", lambda _v, t: relative.last_night(t.today)),
    ("w", lambda v, t: relative.weekday(v[0], t.today + timedelta(days=7 * t.ahead))),
    ("lw", lambda v, t: relative.weekday(v[1], t.today, v[0])),
    ("wl", lambda v, t: relative.weekday(v[0], t.today, v[1])),
    ("lu", lambda v, t: relative.this(v[0], v[1], t.today)),
    ("ul", lambda v, t: relative.this(v[1], v[0], t.today)),
    ("lm", lambda v, t: relative.month_of(v[1], v[0], t.today)),
    ("ml", lambda v, t: relative.month_of(v[0], v[1], t.today)),
    ("ls", lambda v, t: relative.season_of(v[1], v[0], t.today)),
    ("sl", lambda v, t: relative.season_of(v[0], v[1], t.today)),
    ("A[kn]u", lambda v, t: relative.ago(v[0], v[1], t.today)),
    ("[kn]ua", lambda v, t: relative.ago(v[0], v[1], t.today)),
    ("ua", lambda v, t: relative.ago(1, v[0], t.today)),
    ("Pu", lambda v, t: relative.past(1, v[0], t.today)),
    ("P[kn]u", lambda v, t: relative.past(v[0], v[1], t.today)),
    ("wlu", lambda v, t: relative.weekday_of(v[0], v[1], v[2], t.today)),
    ("luw", lambda v, t: relative.weekday_of(v[2], v[0], v[1], t.today)),
    ("l[kn]u", lambda v, t: relative.past(v[1], v[2], t.today) if v[0] == -1 else None),
    ("[kn]lu", lambda v, t: relative.past(v[0], v[2], t.today) if v[1] == -1 else None),
    ("[kn]ul", lambda v, t: relative.past(v[0], v[1], t.today) if v[2] == -1 else None),
)
# Signs that carry no value to a reader.
SILENT = frozenset("aAqhcCXbiTFRKBJNPOv-")


_SIGNS = re.compile(r"\[([^]]+)\]|(\S)(\??)")


@cache
def _readers() -> dict[str, Reader]:
    """Return the reader of each row of signs; where two patterns fit, the first."""
    found: dict[str, Reader] = {}
    for pattern, reader in _DATES:
        for signs in _rows(pattern):
            found.setdefault(signs, reader)
    return found


def _rows(pattern: str) -> Iterator[str]:
    """Yield the rows of signs of a pattern: `[..]` is one of several, `?` one that may be missing."""
    for way in pattern.split("|"):
        each = [(*(several or one), *([""] if open_ else [])) for several, one, open_ in _SIGNS.findall(way)]
        yield from map("".join, product(*each))


def date_of(signs: str, values: Values, time: Time) -> Told | None:
    """Return one date, with its time of day where that is told."""
    if ":" in (signs[:1], signs[-1:]) and len(signs) > 1:
        inner = slice(1, None) if signs[0] == ":" else slice(-1)
        return _at(date_of(signs[inner], values[inner], time), values[0 if signs[0] == ":" else -1])
    if signs.startswith("v") and len(signs) > 1:
        return _about(date_of(signs[1:], values[1:], time))
    if signs.startswith("Z") and len(signs) > 1:
        return _night_to(date_of(signs[1:], values[1:], time))
    if (reader := _readers().get(signs)) is not None:
        return reader([value for sign, value in zip(signs, values, strict=True) if sign not in SILENT], time)
    return _of_a_year(signs, values, time)


def _at(day: Told | None, clock: str) -> Told | None:
    """Return a day with a time of day."""
    if day is None or not _DAY.fullmatch(day.edtf):
        return None
    found = tuple(each for moment in day.moments or (day.begin,) for each in moments(moment, clock))
    if not found:
        return None
    return replace(day, begin=found[0], end=found[0], moments=found if len(found) > 1 else ())


def _night_to(day: Told | None) -> Told | None:
    """Return the night between a day and the day before it, as both days."""
    if day is None or day.moments or not _DAY.fullmatch(day.edtf) or day.edtf <= _FIRST_DAY:
        return None
    return replace(day, begin=(date.fromisoformat(day.begin) - timedelta(days=1)).isoformat())


def _about(told: Told | None) -> Told | None:
    """Return a date as only about right."""
    if told is None or told.begin != told.end or told.moments or re.search("[T~X]", told.begin):
        return None
    return Told(f"{told.begin}~", f"{told.end}~", told.yearless, told.relative)


def _of_a_year(signs: str, values: Values, time: Time) -> Told | None:
    """Return a part of last, this or next year, or the beginning, middle or end of such a month."""
    step, unit = (
        (values[-2:] if signs.endswith("lu") else values[:-3:-1]) if re.search("lu$|ul$", signs) else (0, "")
    )
    told = None
    if unit == "year":
        told = (
            date_of(f"{signs[:-2]}y", (*values[:-2], time.today.year + step), time)
            if len(signs) > 2
            else None
        )
    elif unit == "month" and signs[:-2] == "p":
        year, month = relative.months_on(time.today, step).split("-")
        told = _part_of_month((values[0], int(month), int(year)), time)
    elif signs.endswith("L") and len(signs) > 1:
        told = date_of(f"{signs[:-1]}y", (*values[:-1], time.today.year + values[-1]), time)
    return replace(told, relative=True) if told else None
