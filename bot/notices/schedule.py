"""When a chat may hear: cadence, quiet hours and muting, in the chat's own time zone. Pure.

The schedule is judged when a chat is about to hear, not when a change is made: a delivery whose time has not
come is held, and its listener knows when it opens. So a change of clocks or of settings rewrites nothing. A
time of day that a change of clocks skips is taken as the moment of the change; of a time that comes twice,
the first counts: a digest comes once on such a day, as on any other.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from storage.domain.clock import moment_text, read_moment
from storage.domain.models import Cadence, Listener

HOUR = timedelta(hours=1)


class Spans(NamedTuple):
    """For how long a change waits for others to be told with it, and what was said is remembered."""

    gather: timedelta = timedelta(0)
    retention: timedelta = timedelta(days=30)


UNGATHERED = Spans()


def ready_at(listener: Listener, due: datetime, now: datetime) -> datetime:
    """Return the moment from which a notice that is due since `due` may be sent; `now` where that is now."""
    moment = max(_digest(listener, due), now)
    if listener.muted_until:
        moment = max(moment, read_moment(listener.muted_until))
    return _after_quiet(listener, moment)


def next_digest(listener: Listener, now: datetime) -> datetime:
    """Return when a chat hears next of what happens now."""
    return ready_at(listener, now, now)


def _digest(listener: Listener, due: datetime) -> datetime:
    """Return the moment of the digest that a notice belongs to; the notice's own where there are none."""
    if listener.cadence is Cadence.AT_ONCE:
        return due
    if listener.cadence is Cadence.HOURLY:
        # Of the chat's own hours, some of which begin at half past Greenwich's.
        local = due.astimezone(zone(listener.zone))
        begun = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        return due - begun + (HOUR if begun else timedelta())
    day = due.astimezone(zone(listener.zone)).date()
    at = time.fromisoformat(listener.time)
    # From the day before: its digest may come after midnight where the clocks are changed then.
    for ahead in range(-1, 9):
        candidate = day + timedelta(days=ahead)
        if listener.cadence is Cadence.WEEKLY and candidate.weekday() != listener.weekday:
            continue
        moment = _moment(datetime.combine(candidate, at), listener.zone)
        if moment >= due:
            return moment
    raise AssertionError("a week has seven days")


def _after_quiet(listener: Listener, moment: datetime) -> datetime:
    """Return the end of the quiet hours that a moment falls into, else the moment itself.

    The clock on the wall decides: where it is put back into quiet hours, they go on.
    """
    if not listener.quiet_from or not listener.quiet_until:
        return moment
    begins, ends = time.fromisoformat(listener.quiet_from), time.fromisoformat(listener.quiet_until)
    local = moment.astimezone(zone(listener.zone))
    at = local.time()
    quiet = begins <= at < ends if begins < ends else at >= begins or at < ends
    if not quiet:
        return moment
    day = local.date() + timedelta(days=0 if at < ends else 1)
    end = datetime.combine(day, ends)
    return next(
        found for fold in (0, 1) if (found := _moment(end.replace(fold=fold), listener.zone)) > moment
    )


def _moment(local: datetime, name: str) -> datetime:
    """Return the moment of a local time: of two the one that its fold says, of none the end of the gap."""
    first, second = (local.replace(tzinfo=zone(name), fold=fold).astimezone(UTC) for fold in (0, 1))
    if first <= second:
        return second if local.fold else first
    # Skipped: the clocks are changed somewhere between the two.
    before, after = second, first
    offset = before.astimezone(zone(name)).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        if middle.astimezone(zone(name)).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


@lru_cache(maxsize=512)
def zone(name: str) -> ZoneInfo:
    """Return a time zone; raises KeyError (ZoneInfoNotFoundError) or ValueError for an unknown name."""
    return ZoneInfo(name)


def text_of(moment: datetime) -> str:
    """Return a moment as the record writes it."""
    return moment_text(moment)
