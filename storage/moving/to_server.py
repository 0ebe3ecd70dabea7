"""Move a record from a file to a server, or put a backup there."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path

from storage.domain.errors import UnreadableRecord
from storage.engines import migrations, replacing
from storage.engines.away import in_file
from storage.engines.errors import DAMAGED, translated
from storage.engines.postgres import filling, outcome, tables
from storage.engines.postgres.connection import Link, Plain
from storage.engines.postgres.errors import Place as Address
from storage.engines.postgres.uncommitted import Uncommitted
from storage.moving.comparing import State, compare, state_of
from storage.moving.counting import Counting
from storage.moving.ending import ending
from storage.moving.place import Place
from storage.record import Record
from storage.restoring import checked, refuse_unfit
from storage.search.indexes.tsvector import TsVector

# The file is a copy from now on, which holds words that are taken down later.
_NOTE = (
    "INSERT INTO backup (path, made_at) VALUES (%s, %s)"
    " ON CONFLICT (path) DO UPDATE SET made_at = excluded.made_at"
)


async def to_server(
    path: Path,
    address: str,
    here: Place,
    there: Place,
    progress: Callable[[int, int], None],
    moment: str,
    *,
    rehearse: bool,
) -> State:
    """Move the record in a file to a server, and return what it holds; see `moving.move`."""
    with replacing.held(path):
        pass
    record = await Record.open(path, create=False)
    link = Link(Address(address))
    try:
        if await record.database.check():
            raise UnreadableRecord(DAMAGED.format(path=path))
        async with ending(record.database, here, there) as last:
            state = await _copied(record, path, link, progress)
            if not rehearse:
                await link.run(lambda plain: plain.execute(_NOTE, (here.name, moment)))
                last.lock = lambda tx: in_file.lock(tx, path, there.name, moment)
                last.commit = lambda: outcome.commit(link)
    finally:
        await link.close()
        await record.close()
    return state


async def restore_there(
    backup: Path, beside: Path, address: str, progress: Callable[[int, int], None]
) -> State:
    """Put a backup in an empty schema on a server, all or nothing; return what it holds.

    A copy that is brought up to date lies beside a file meanwhile. Raises RecordError.
    """
    refuse_unfit(backup, beside)
    partial = beside.with_name(f"{beside.name}.restoring")
    link = Link(Address(address))
    try:
        replacing.copy(backup, partial)
        await checked(backup, partial)
        record = await Record.open(partial, create=False)
        try:
            state = await _copied(record, partial, link, progress)
            await outcome.commit(link)
        finally:
            await record.close()
    finally:
        await link.close()
        replacing.remove(partial)
        # The backup itself holds what it held.
        for before in migrations.copies_before(partial):
            replacing.remove(before)
    return state


async def _copied(record: Record, path: Path, link: Link, progress: Callable[[int, int], None]) -> State:
    """Copy a record that nobody writes to into the open transaction of a link, and compare the two."""
    with translated(path), contextlib.closing(sqlite3.connect(path)) as source:
        chosen = tables.tables(source)
        counts = tables.count(source, chosen)
    counting = Counting(progress, sum(counts.values()))

    def fill(plain: Plain) -> dict[str, int]:
        filling.fill(plain, path, TsVector().add, counting)
        return filling.count(plain, chosen)

    with counting.stopping():
        await link.run(lambda plain: filling.begin(plain, link.place.shown), begins=True)
        with translated(path):
            there = await link.run(fill)
    state = await state_of(record, counts)
    compare(state, await state_of(Record(Uncommitted(path, link), record.ledger.clock), there))
    return state
