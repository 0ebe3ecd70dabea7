"""Time zones: moments are told in the zone of the chat that is answered.

The zone is kept for the context of a request or a delivery, as the language is (`bot.texts.speak`).
"""

from __future__ import annotations

import re
from contextvars import ContextVar
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from storage.domain.clock import moment_text, read_moment

_zone: ContextVar[str] = ContextVar("zone", default="UTC")
# Names that are no place's time: the machine's own zone, and placeholders of the time zone database.
_NO_ZONES = frozenset(("localtime", "posixrules", "Factory"))
# zoneinfo's Etc/GMT+2 is two hours behind UTC, as POSIX has it; people mean two hours before it.
_OFFSET = re.compile(r"(?:utc|gmt)?\s*([+-\u2212])\s*(\d{1,2})(?::?00)?", re.IGNORECASE | re.ASCII)
_BEHIND = re.compile(r"Etc/GMT([+-])(\d+)")


def keep_time(name: str) -> None:
    """Choose the time zone of this context, by name; one that this machine does not know is UTC."""
    _zone.set(name if _is_known(name) else "UTC")


def zone_name() -> str:
    """Return the name of this context's time zone."""
    return _zone.get()


@lru_cache(maxsize=512)
def zone(name: str) -> ZoneInfo:
    """Return a time zone; raises KeyError (ZoneInfoNotFoundError) or ValueError for an unknown name."""
    return ZoneInfo(name)


@lru_cache(maxsize=512)
def _is_known(name: str) -> bool:
    try:
        zone(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


@lru_cache(maxsize=1)
def zones() -> tuple[str, ...]:
    """Return the names of all time zones; looked up once, because they are spread over many folders."""
    return tuple(sorted(available_timezones() - _NO_ZONES))


@lru_cache(maxsize=1)
def zones_of_places() -> tuple[str, ...]:
    """Return the names of all time zones but those that are hours from UTC, whose signs are turned round."""
    return tuple(name for name in zones() if not name.startswith("Etc/"))


def zone_at_offset(text: str) -> str | None:
    """Return the name of the zone that is whole hours from UTC: `GMT+2`, `UTC-5`, `+2`; None if none is."""
    match = _OFFSET.fullmatch(text.strip())
    if match is None:
        return None
    hours = int(match[2]) if match[1] == "+" else -int(match[2])
    return "UTC" if hours == 0 else f"Etc/GMT{-hours:+d}" if -12 <= hours <= 14 else None


def zone_text(name: str) -> str:
    """Return what people call a time zone: `Europe/Kyiv`, or `UTC+2` for one without a place."""
    if name == "Etc/UTC":
        return "UTC"
    match = _BEHIND.fullmatch(name)
    return f"UTC{'-' if match[1] == '+' else '+'}{match[2]}" if match and match[2] != "0" else name


def local(moment: str) -> datetime:
    """Return a moment of the record (UTC text) in this context's zone."""
    return read_moment(moment).astimezone(zone(_zone.get()))


def local_day(moment: str) -> str:
    """Return the day (ISO) of a moment of the record in this context's zone."""
    return local(moment).date().isoformat()


def shown(moment: str) -> str:
    """Return a moment of the record as people read it: `2026-11-22 12:00 (Europe/Kyiv)`, or `... UTC`."""
    name = zone_text(_zone.get())
    return f"{local(moment):%Y-%m-%d %H:%M} " + (name if name.startswith("UTC") else f"({name})")


def moment_of(day: str, at: str = "00:00") -> str:
    """Return the moment (UTC text) of a day (ISO) and a time of day (HH:MM) in this context's zone.

    In a time that occurs twice or not at all, a change of clocks, it is the earlier or the one before it.
    Days at the very ends of the calendar have no zone: there it is UTC.
    """
    if not "0002" <= day[:4] <= "9998":
        return f"{day}T{at}:00.000000Z"
    here = datetime.combine(datetime.fromisoformat(day), time.fromisoformat(at), zone(_zone.get()))
    return moment_text(here.astimezone(UTC))


def end_of(day: str) -> str:
    """Return the last moment (UTC text) of a day (ISO) in this context's zone."""
    if not "0002" <= day[:4] <= "9998":
        return f"{day}T23:59:59.999999Z"
    following = (datetime.fromisoformat(day) + timedelta(days=1)).date().isoformat()
    return moment_text(read_moment(moment_of(following)) - timedelta(microseconds=1))
