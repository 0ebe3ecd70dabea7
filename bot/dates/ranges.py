"""Ranges of dates, and those that are open at one end, from the signs of a text's tokens. Pure."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import replace
from datetime import date, timedelta

from bot.dates.grammar import Values, date_of
from bot.dates.told import Time, Told
from storage.domain import dates

_MONTH_FIRST = re.compile(r"[mM]n[T-]n[yz]?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def range_of(signs: str, values: Values, time: Time) -> Told | None:
    """Return a date, a range, or what is open at one end."""
    return (
        date_of(signs, values, time)
        or _month_first(signs, values, time)
        or _range(signs, values, time)
        or _open(signs, values, time)
    )


def _month_first(signs: str, values: Values, time: Time) -> Told | None:
    """Return the days of `May 3-5, 2023`."""
    if _MONTH_FIRST.fullmatch(signs) is None:
        return None
    month, first, _to, last, *year = values
    kinds = f"nm{signs[4:]}"
    begins, ends = date_of(kinds, (first, month, *year), time), date_of(kinds, (last, month, *year), time)
    return _joined(begins, ends, time) if begins and ends else None


def _range(signs: str, values: Values, time: Time) -> Told | None:
    """Return a range, taken apart at the first sign at which both its halves are dates."""
    start = 1 if signs[:1] in tuple("bFR") else 0
    parting = "i" if signs[:1] == "b" else "T-"
    for at in range(start + 1, len(signs) - 1):
        if signs[at] not in parting:
            continue
        behind = at + 1 + (signs[at + 1] in "FR")
        last = date_of(signs[behind:], values[behind:], time)
        first = _first(signs[start:at], values[start:at], last, time) if last else None
        if first and last and (joined := _of_each_order(first, last, time)):
            return joined
    return None


def _of_each_order(first: Told, last: Told, time: Time) -> Told | None:
    """Return the range between two dates, for each order of their digits that may be meant."""
    orders = max(len(first.moments), len(last.moments), 1)
    pairs = [(_ordered(first, at), _ordered(last, at)) for at in range(orders)]
    found = [joined for pair in pairs if (joined := _joined(*pair, time))]
    if len(found) < 2:
        return found[0] if found else None
    return replace(found[0], moments=tuple(dict.fromkeys(joined.edtf for joined in found)))


def _ordered(told: Told, at: int) -> Told:
    """Return a date in digits read in one of its orders."""
    if not told.moments:
        return told
    moment = told.moments[min(at, len(told.moments) - 1)]
    return replace(told, begin=moment, end=moment, moments=())


def _first(signs: str, values: Values, last: Told, time: Time) -> Told | None:
    """Return the beginning of a range; a day alone is of the month of its end."""
    if signs != "n":
        return date_of(signs, values, time)
    if (
        _DAY.fullmatch(last.begin) is None
        or values[0] > monthrange(int(last.begin[:4]) or 4, int(last.begin[5:7]))[1]
    ):
        return None
    day = f"{last.begin[:8]}{values[0]:02}"
    return replace(last, begin=day, end=day)


def _joined(first: Told, last: Told, time: Time) -> Told | None:
    """Return the range from one date to another; None where it ends before it begins, unless that is read."""
    if not time.turning:
        return _joined_in_order(first, last)
    begins, ends = dates.bounds(first.begin)[0], dates.bounds(last.end)[1]
    return Told(last.begin, first.end) if begins and ends and ends < begins else None


def _joined_in_order(first: Told, last: Told) -> Told | None:
    if first.yearless and not last.yearless and last.begin[:4].isdigit():
        first = _in_year(first, int(last.begin[:4]))
        if not _in_order(first, last):
            first = _in_year(first, int(last.begin[:4]) - 1)
    elif last.yearless and not first.yearless and first.begin[:4].isdigit():
        last = _in_year(last, int(first.begin[:4]))
        if not _in_order(first, last):
            last = _in_year(last, int(first.begin[:4]) + 1)
    elif first.yearless and last.yearless and not _in_order(first, last):
        first = replace(_in_year(first, int(first.begin[:4]) - 1), yearless=True)
    if not _in_order(first, last):
        return None
    return Told(first.begin, last.end, first.yearless and last.yearless, first.relative or last.relative)


def _in_year(told: Told, year: int) -> Told:
    return replace(told, begin=f"{year:04}{told.begin[4:]}", end=f"{year:04}{told.end[4:]}", yearless=False)


def _in_order(first: Told, last: Told) -> bool:
    begins, ends = dates.bounds(first.begin)[0], dates.bounds(last.end)[1]
    later = dates.bounds(last.begin)[0]
    return begins is not None and ends is not None and later is not None and begins <= later


def _open(signs: str, values: Values, time: Time) -> Told | None:
    """Return what is open at one end: since, until, before or after a date."""
    if (signs.endswith("O") or values[-1:] == [".."]) and len(signs) > 1:
        begun = signs[1:-1] if signs[0] == "F" else signs[:-1]
        return _open(f"F{begun}", ["", *values[len(signs) - 1 - len(begun) : -1]], time)
    how = "K" if values[:1] == [".."] else signs[:1]
    told = range_of(signs[1:], values[1:], time) if how in tuple("FKBJ") and len(signs) > 1 else None
    if told is None or told.moments or ".." in (told.begin, told.end):
        return None
    if how == "F":
        return replace(told, end="..")
    if how == "K":
        return replace(told, begin="..")
    if how == "B":
        before = _beside(told.begin, -1)
        return replace(told, begin="..", end=before) if before else None
    after = _beside(told.end, 1)
    return replace(told, begin=after, end="..") if after else None


def _beside(edtf: str, step: int) -> str | None:
    """Return the date just before or after another, as exact as it; of a season or decade the day or year."""
    first, last = dates.bounds(edtf)
    if first is None or last is None:
        return None
    try:
        edge = date.fromisoformat(first if step < 0 else last) + timedelta(days=step)
    except (ValueError, OverflowError):
        return None
    bare = edtf.rstrip("~")
    if re.fullmatch(r"[0-9X]{4}", bare):
        return f"{edge.year:04}"
    return edge.isoformat()[:7] if re.fullmatch(r"\d{4}-(?:0\d|1[0-2])", bare) else edge.isoformat()
