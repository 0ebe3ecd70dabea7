"""Times of day told in several words (`в 7 вечера`, `19 Uhr`), and the zone that is named behind one. Pure.

A zone is named by a place of the time zone database, or by an abbreviation. The database tells which offsets
zones call so: `CST` is three of them, and then all three are told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache

from bot.dates.tokens import time_of
from bot.dates.vocabulary import Language, Meaning, Phrase, plain
from bot.times.zones import zone, zones

NOON = 12
# A winter and a summer of any year, by which zones tell their abbreviations.
_SEASONS = (datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 7, 1, tzinfo=UTC))
_ABBREVIATION = re.compile(r"[a-z]{2,5}")
_NAMED = re.compile(r"(?P<time>[^\[]+)(?:\[(?P<zones>[^]]+)\])?")


def with_times(way: Sequence[Meaning]) -> list[Meaning]:
    """Return meanings in which an hour and the words beside it are one time of day.

    `at 7` alone may be in either half of the day, and stays a number.
    """
    found: list[Meaning] = []
    at = 0
    while at < len(way):
        behind = at + 1
        beside: dict[str, str | None] = {}
        if way[at].sign in ":n":
            # In this order: 7 Uhr abends Berliner Zeit.
            for sign in "UGt":
                if behind < len(way) and way[behind].sign == sign:
                    beside[sign] = way[behind].value
                    behind += 1
        asked = bool(found) and found[-1].sign == "@"
        if time := _time(way[at], beside, asked=asked):
            found.append(Meaning(":", time))
            at = behind
        else:
            found.append(way[at])
            at += 1
    return [meaning for meaning in found if meaning.sign != "G"]


def _time(meaning: Meaning, beside: Mapping[str, str | None], *, asked: bool) -> str | None:
    """Return a time in digits, or an hour that the words beside it make one; None for any other meaning."""
    half, zones_told = beside.get("G"), beside.get("t") or ""
    if meaning.sign == ":":
        return _in_half(meaning.value, half) + zones_told
    if meaning.sign == "n" and ("U" in beside or (asked and (half or meaning.value > NOON))):
        return _in_half(f"{meaning.value}:00", half) + zones_told
    return None


def _in_half(time: str, half: str | None) -> str:
    """Return a time of day of the morning (`a`) or of the evening (`p`)."""
    match = re.match(r"\d{1,2}", time)
    if half is None or match is None or int(match[0]) > NOON or re.search("[ap]\\.?m", time):
        return time
    hour = int(match[0]) % 12 + (12 if half == "p" else 0)
    rest = time[match.end() :]
    return f"{hour}{rest}"


def moments(day: str, time: str) -> list[str]:
    """Return the EDTF moments that a time on a day may be: one for each offset of its zone."""
    match = _NAMED.fullmatch(time)
    clock = time_of(match["time"]) if match else None
    if match is None or clock is None:
        return []
    if match["zones"] is None:
        return [f"{day}T{clock}"]
    offsets = (_offset(name, day, clock) for name in match["zones"].split(" "))
    return [f"{day}T{clock}{offset}" for offset in dict.fromkeys(offsets) if offset]


def zone_named(words: Phrase, language: Language) -> str | None:
    """Return the zones that words name, as a time has them behind it: `[Europe/Kyiv]`; None for none."""
    name = " ".join(word for word in words if word not in language.zone_words)
    if known := language.zones.get(name) or _places().get(name):
        return f"[{known}]"
    offsets = _abbreviations().get(name) if _ABBREVIATION.fullmatch(name) and name == words[0] else None
    return f"[{' '.join(offsets)}]" if offsets else None


@cache
def _places() -> dict[str, str]:
    """Return the zones by the last part of their name, which is a place; none for a name of two zones."""
    named: dict[str, set[str]] = {}
    for name in zones():
        if "/" in name and not name.startswith("Etc/"):
            named.setdefault(plain(name.rpartition("/")[2].replace("_", " ")), set()).add(name)
    return {place: min(names) for place, names in named.items() if len(names) == 1}


@cache
def _abbreviations() -> dict[str, tuple[str, ...]]:
    """Return the offsets that zones call by an abbreviation now."""
    found: dict[str, set[str]] = {}
    for name in zones():
        for moment in _SEASONS:
            here = moment.replace(tzinfo=zone(name))
            called = (here.tzname() or "").casefold()
            if offset := _written(here.utcoffset()):
                found.setdefault(called, set()).add(offset)
    return {called: tuple(sorted(offsets)) for called, offsets in found.items()}


def _offset(name: str, day: str, clock: str) -> str | None:
    """Return the offset of a zone at a time of day there; an offset is its own."""
    if "/" not in name:
        return name
    try:
        return _written(datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=zone(name)).utcoffset())
    except (ValueError, OverflowError):
        return None


def _written(offset: timedelta | None) -> str | None:
    """Return an offset as EDTF has it; None for one with seconds, of the time before there were zones."""
    if offset is None or offset % timedelta(minutes=1):
        return None
    sign, minutes = ("-", -offset) if offset < timedelta(0) else ("+", offset)
    hours, left = divmod(minutes // timedelta(minutes=1), 60)
    return f"{sign}{hours:02}:{left:02}" if offset else "Z"
