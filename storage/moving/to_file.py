"""Move a record from a server to a file."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from storage.domain.errors import BusyRecord, Refused, UnwritableRecord
from storage.engines import files, replacing
from storage.engines.away import on_server
from storage.engines.postgres.connection import LASTING
from storage.engines.postgres.database import PostgresDatabase
from storage.moving.comparing import State, compare, state_of
from storage.moving.counting import Counting
from storage.moving.ending import ending
from storage.moving.place import Place, Where
from storage.moving.server_place import ServerPlace
from storage.record import Record
from storage.webhooks.keys import Keys

_IN_USE = (
    "{place} is in use ({count} connections of OnRecord): stop the bot on every machine, and all else that"
    " has it open, and try again. Nothing was changed"
)


async def to_file(
    old: Where,
    path: Path,
    here: ServerPlace,
    there: Place,
    progress: Callable[[int, int], None],
    moment: str,
    *,
    rehearse: bool,
) -> State:
    """Move the record on a server to a file, and return what it holds; see `moving.move`."""
    _refuse_taken(path)
    _refuse_other_key(old.path, path)
    if count := await here.link.run(on_server.others, begins=True):
        raise BusyRecord(_IN_USE.format(place=here.name, count=count))
    partial = path.with_name(f"{path.name}.moving")
    record = await Record.open(old.path, url=old.address, create=False)
    try:
        async with ending(record.database, here, there) as last:
            await last.tx.run(LASTING)
            state = await _copied(record, partial, progress)
            if not rehearse:
                _refuse_taken(path)
                _take_key_along(old.path, path)
                last.lock = lambda tx: on_server.lock(tx, here.name, there.name, moment)
                last.commit = lambda: _put_in_place(partial, path)
    except OSError as error:
        raise UnwritableRecord(f"{path} cannot be written: {error.strerror}. Nothing was changed") from error
    finally:
        await record.close()
        replacing.remove(partial)
    return state


async def _copied(record: Record, partial: Path, progress: Callable[[int, int], None]) -> State:
    """Copy a record that nobody writes to into a file of another name, and compare the two."""
    # What a kill has left beside it is another file's.
    replacing.remove(partial)
    database = record.database
    assert isinstance(database, PostgresDatabase)
    counts = await database.counts()
    counting = Counting(progress, sum(counts.values()))
    with counting.stopping():
        await database.backup(partial, counting)
    made = await Record.open(partial, create=False)
    try:
        there = {name: (await made.database.read(f"SELECT count(*) FROM {name}"))[0][0] for name in counts}
        state = await state_of(record, counts)
        compare(state, await state_of(made, there))
    finally:
        await made.close()
    replacing.mark(partial)
    return state


def _take_key_along(old: Path, new: Path) -> None:
    """Copy what webhooks are signed with, which lies beside the record's file, to where it is looked for."""
    key, there = Keys(old).path, Keys(new).path
    if key.exists() and not there.exists():
        with os.fdopen(files.begin(there), "wb") as out:
            out.write(key.read_bytes())
        files.sync(there)


def _refuse_other_key(old: Path, new: Path) -> None:
    """Raise Refused where something else lies in the place of that key."""
    key, there = Keys(old).path, Keys(new).path
    if there.exists() and key.exists() and there.read_bytes() != key.read_bytes():
        raise Refused(f"{there} belongs to another record: name another file. Nothing was changed")


async def _put_in_place(partial: Path, path: Path) -> None:
    files.put_in_place(partial, path)


def _refuse_taken(path: Path) -> None:
    """Raise Refused where no new file can stand."""
    if path.exists() or path.is_symlink():
        raise Refused(f"{path} is there already: name a file that is not. Nothing was changed")
    if not path.parent.is_dir():
        raise Refused(f"There is no folder {path.parent}: make it first. Nothing was changed")
    if beside := [item.name for item in files.sidecars(path) if item.exists()]:
        raise Refused(
            f"{beside[0]} of another record lies beside {path}: name another file. Nothing was changed"
        )
