"""Until when: a time of day, a day or both, as people type them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from bot.times.of_day import time_of_day
from bot.times.zones import local_day, moment_of
from storage.domain import dates
from storage.domain.clock import moment_text, read_moment

_UNTIL = re.compile(r"^(?:until|till|to)\s+", re.IGNORECASE)


def until(text: str, now: datetime) -> datetime | None:
    """Return the moment that a text names: `until 7pm`, `2026-12-01`, `until 1 December 2026 9:00`.

    A time of day is the next such time in the chat's zone, a day is its beginning. None for any other text,
    and for a bare number.
    """
    if text.isdigit():
        return None  # of what: an hour, minutes, days?
    words = _UNTIL.sub("", text).split()[:8]
    for parted in range(len(words) + 1):
        day, hour = " ".join(words[:parted]), " ".join(words[parted:])
        at, span = time_of_day(hour) if hour else "00:00", dates.typed(day) if day else None
        if at is not None and hour and not day:
            return _next(at, now)
        # A day long gone is no day to wait for; the first years of the calendar have no moments.
        if at is not None and span is not None and "1970" < span.earliest == span.latest:
            return read_moment(moment_of(span.earliest, at))
    return None


def _next(at: str, now: datetime) -> datetime:
    """Return the next moment at which it is a time of day (HH:MM)."""
    days = (local_day(moment_text(now + timedelta(days=ahead))) for ahead in (0, 1, 2))
    return next(moment for day in days if (moment := read_moment(moment_of(day, at))) > now)
