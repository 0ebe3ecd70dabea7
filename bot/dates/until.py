"""Until when: a time of day, a day or both, as people type them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from bot.dates.reading import YEARS_BACK, read
from bot.dates.vocabulary import languages, plain
from bot.times.of_day import time_of_day
from bot.times.zones import local_day, moment_of
from storage.domain import dates
from storage.domain.clock import moment_text, read_moment

MOST_WORDS = 8
# Words before a time that tell nothing beside it: until, on, at.
_BEFORE = frozenset("KTg@")
_YEARLESS = re.compile(r"XXXX-(\d\d-\d\d)")


def until(text: str, now: datetime, *, language: str = "en") -> datetime | None:
    """Return the moment that a text names: `until 7pm`, `2026-12-01`, `до п'ятниці`, `bis morgen 9:00`.

    A time of day is the next such time in the chat's zone, a day is its beginning, a weekday or a day without
    year the next. None for any other text, and for a bare number.
    """
    if text.isdigit() and len(text) < len("20270101"):
        return None  # of what: an hour, minutes, days?
    words = text.split()[:MOST_WORDS]
    while words and _tells_nothing(words[0]):
        del words[0]
    for parted in range(len(words) + 1):
        day, hour = " ".join(words[:parted]), " ".join(words[parted:])
        at = time_of_day(hour) if hour else "00:00"
        if at is not None and hour and not day:
            return _next(at, now)
        if at is not None and (found := _moment(day, at, now, language)) is not None:
            return found
    return None


def _tells_nothing(word: str) -> bool:
    known = plain(word)
    return any(meaning.sign in _BEFORE for each in languages() for meaning in each.meanings.get((known,), ()))


def _moment(text: str, at: str, now: datetime, language: str) -> datetime | None:
    """Return a time of day (HH:MM) on the day that a text names, or the moment that it names."""
    today = date.fromisoformat(local_day(moment_text(now)))
    reading = read(text, today, language=language, ahead=True)
    edtf = reading.edtf if reading else None
    if edtf is None:
        return None
    if match := _YEARLESS.fullmatch(edtf):
        edtf = _next_year(match[1], today)
    if moment := dates.MOMENT.fullmatch(edtf):
        if moment[3]:
            return datetime.fromisoformat(edtf).astimezone(UTC)
        edtf, at = moment[1], moment[2][:5]
    span = dates.span(edtf)
    # A day long gone is no day to wait for; the first years of the calendar have no moments.
    if span is None or not "1970" < span.earliest == span.latest:
        return None
    return read_moment(moment_of(span.earliest, at))


def _next_year(month_day: str, today: date) -> str:
    """Return the next day (ISO) after today that is MM-DD."""
    years = range(today.year, today.year + YEARS_BACK + 1)
    days = (f"{year}-{month_day}" for year in years)
    return next(day for day in days if dates.span(day) and day > today.isoformat())


def _next(at: str, now: datetime) -> datetime:
    """Return the next moment at which it is a time of day (HH:MM)."""
    days = (local_day(moment_text(now + timedelta(days=ahead))) for ahead in (0, 1, 2))
    return next(moment for day in days if (moment := read_moment(moment_of(day, at))) > now)
