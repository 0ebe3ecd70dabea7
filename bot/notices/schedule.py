"""When a chat may be notified: cadence, quiet hours and muting, in the chat's own time zone. Pure.

The schedule is evaluated when a notice is about to be sent, not when a change is made: a delivery that is too
early is held, and its listener's row says until when. So a change of clocks or of settings rewrites nothing.
A time of day that a change of clocks skips means the moment of the change; of a time that occurs twice, the
first counts: there is one digest on such a day, as on any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

from bot.times.zones import zone
from storage.domain.clock import moment_text, read_moment
from storage.domain.models import Cadence, Listener
from storage.notifying.notices import Released, Waiting

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
# How often changes are let go within a minute, and what is not urgent once of those, before others wait for
# its end: a chat gets no more than three messages of one minute's changes, and a retraction goes at once.
MOST_A_MINUTE = 2


class Spans(NamedTuple):
    """How long a change waits for others to be sent with it, and how long sent messages are remembered."""

    gather: timedelta = timedelta(0)
    retention: timedelta = timedelta(days=30)


UNGATHERED = Spans()


def let_go_at(waiting: Waiting, recent: Sequence[Released], gather: timedelta) -> datetime:
    """Return the moment from which changes that wait for others may be told, all in one message.

    They wait as long as others keep coming, within `gather` of each other, a minute at most; what is urgent
    does not wait, and takes along what does. `recent` are those of this minute that were let go, the latest
    first, MOST_A_MINUTE at most: a place among them is kept for what is urgent.
    """
    first, last = read_moment(waiting.first), read_moment(waiting.last)
    moment = first if waiting.urgent else min(last + gather, first + max(gather, MINUTE))
    full = recent[-1:] if len(recent) == MOST_A_MINUTE else ()
    alike = () if waiting.urgent else [each for each in recent if not each.urgent]
    return max([moment, *(read_moment(each.at) + MINUTE for each in (*full, *alike))])


def ready_at(listener: Listener, due: datetime, now: datetime) -> datetime:
    """Return the moment from which a notice due since `due` may be sent; `now` if that is now."""
    moment = max(_digest(listener, due), now)
    if listener.muted_until:
        moment = max(moment, read_moment(listener.muted_until))
    return _after_quiet(listener, moment)


def awake_at(listener: Listener, now: datetime) -> datetime:
    """Return the moment from which a chat may be sent what belongs to no digest; `now` if that is now."""
    return ready_at(listener.model_copy(update={"cadence": Cadence.AT_ONCE}), now, now)


def next_digest(listener: Listener, now: datetime) -> datetime:
    """Return when a chat will be notified of a change made now."""
    return ready_at(listener, now, now)


def _digest(listener: Listener, due: datetime) -> datetime:
    """Return the moment of the digest that a notice belongs to; the notice's own without digests."""
    if listener.cadence is Cadence.AT_ONCE:
        return due
    if listener.cadence is Cadence.HOURLY:
        # Hours of the chat's own zone: in some zones they begin at half past an hour of UTC.
        local = due.astimezone(zone(listener.zone))
        begun = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        return due - begun + (HOUR if begun else timedelta())
    day = due.astimezone(zone(listener.zone)).date()
    at = time.fromisoformat(listener.time)
    # Begin with the day before: its digest may come after midnight if the clocks change then.
    for ahead in range(-1, 9):
        candidate = day + timedelta(days=ahead)
        if listener.cadence is Cadence.WEEKLY and candidate.weekday() != listener.weekday:
            continue
        moment = _moment(datetime.combine(candidate, at), listener.zone)
        if moment >= due:
            return moment
    raise AssertionError("a week has seven days")


def _after_quiet(listener: Listener, moment: datetime) -> datetime:
    """Return the end of the quiet hours that contain a moment, else the moment itself.

    Local time decides: if a change of clocks goes back into quiet hours, they continue.
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
    """Return the moment of a local time: its fold chooses between two; a skipped one is the gap's end."""
    first, second = (local.replace(tzinfo=zone(name), fold=fold).astimezone(UTC) for fold in (0, 1))
    if first <= second:
        return second if local.fold else first
    # Skipped: the clocks change between the two.
    before, after = second, first
    offset = before.astimezone(zone(name)).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        if middle.astimezone(zone(name)).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


def text_of(moment: datetime) -> str:
    """Return a moment in the record's format."""
    return moment_text(moment)
