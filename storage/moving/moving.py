"""Move a record: checked that it may be, copied, compared, and only then locked where it was.

What is copied is in one transaction, or in a file of another name. Just before it is committed the old
record is marked as being moved, and just after it as moved: a kill in between leaves one that says so, and
the same command finds out how far it came. Any other kill leaves the old record as it was, and nothing where
it was to go.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, cast

from storage.domain.clock import Clock, moment_text, utc_now
from storage.domain.errors import Refused
from storage.engines.away.mark import Mark, refusal
from storage.engines.opening import needing_psycopg
from storage.moving.comparing import State
from storage.moving.place import Place, Where, at

# Told of rows that were copied, and of how many there are.
Progress = Callable[[int, int], None]
_SAME_KIND = (
    "A record is moved from a file to a PostgreSQL (postgresql://...), or from there to a file; {old} and"
    " {new} are of one kind: {advice}"
)
_NOT_MOVED = "{place} was not moved away: there is nothing to unlock"


class Moved(NamedTuple):
    """Where a record is now, and what it holds; nothing is told where an earlier move had come to its end."""

    old: str
    new: str
    state: State | None


async def move(
    old: Where, new: Where, progress: Progress, *, clock: Clock = utc_now, rehearse: bool = False
) -> Moved:
    """Move a record to a place where nothing is; raises RecordError, and then it is where it was.

    With `rehearse` all is done but the last step, and then undone.
    """
    async with at(old) as here, at(new) as there:
        _refuse_same_kind(old, new, here, there)
        if (mark := await here.mark()) is not None and await _ended(here, there, mark):
            return Moved(here.name, there.name, None)
        moment = moment_text(clock())
        with needing_psycopg():
            from storage.moving.server_place import ServerPlace
            from storage.moving.to_file import to_file
            from storage.moving.to_server import to_server
        if new.address is None:
            state = await to_file(
                old, new.path, cast("ServerPlace", here), there, progress, moment, rehearse=rehearse
            )
        else:
            state = await to_server(old.path, new.address, here, there, progress, moment, rehearse=rehearse)
        return Moved(here.name, there.name, state)


async def unlock(where: Where) -> Mark:
    """Make what is left of a record that was moved away one again; return where it was moved to, and when."""
    async with at(where) as here:
        mark = await here.mark()
        if mark is None:
            raise Refused(_NOT_MOVED.format(place=here.name))
        await here.unlock()
        return mark


async def _ended(here: Place, there: Place, mark: Mark) -> bool:
    """Find out how far an earlier move came: end it if all was copied, else begin anew."""
    if mark.done or mark.place != there.name:
        raise refusal(here.name, mark)
    if await there.has(await here.head()):
        await here.end()
        return True
    await here.unlock()
    return False


def _refuse_same_kind(old: Where, new: Where, here: Place, there: Place) -> None:
    if (old.address is None) is (new.address is None):
        advice = (
            "stop the bot and move the file by hand"
            if new.address is None
            else "move it to a file first, or let pg_dump and psql copy it"
        )
        raise Refused(_SAME_KIND.format(old=here.name, new=there.name, advice=advice))
