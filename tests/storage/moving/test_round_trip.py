"""A record that is moved to a server and back is the same, to the last row of every table."""

from __future__ import annotations

import io
import re
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

import psycopg
import pytest

from storage.domain.errors import MovedRecord, Refused
from storage.engines.postgres.tables import tables
from storage.moving.moving import move, unlock
from storage.moving.place import Where
from storage.moving.to_server import restore_there
from storage.record import Record
from storage.sheets.exporting import export_sheet
from storage.trail.verifying import Verified
from tests.storage.moving.full import rows

pytestmark = pytest.mark.postgres


def unseen(_done: int, _total: int) -> None:
    pass


@asynccontextmanager
async def opened(where: Where) -> AsyncIterator[Record]:
    record = await Record.open(where.path, url=where.address, create=False)
    try:
        yield record
    finally:
        await record.close()


async def sheet(where: Where) -> tuple[str, Verified]:
    """Return all that a record exports, and what verifying its trail finds."""
    out = io.StringIO()
    async with opened(where) as record:
        await export_sheet(record, out)
        return out.getvalue(), await record.audit.verify()


async def test_there_and_back_nothing_has_changed(full, empty, tmp_path, root):
    here, there, back = Where(full), Where(full, empty), Where(tmp_path / "back.db")
    before, exported = rows(full), await sheet(here)
    assert all(before.values()), [name for name, held in before.items() if not held]
    seen: list[tuple[int, int]] = []
    done = await move(here, there, lambda *told: seen.append(told))
    assert seen[-1] == (total := sum(len(held) for held in before.values()), total) and seen == sorted(seen)
    assert await sheet(there) == exported
    await move(there, back, unseen)
    assert await sheet(back) == exported
    after = rows(back.path)
    # The file that was left behind is a copy that takedowns have to know of.
    noted = [row for row in after["backup"] if row not in before["backup"]]
    assert [row[0] for row in noted] == [str(full)]
    assert before | {"backup": []} == after | {"backup": []}
    assert done.state.trail.head in repr(before["audit"])
    declared = re.findall(
        r"(?m)^CREATE (?:VIRTUAL )?TABLE \"?(\w+)", (root / "storage/schema.sql").read_text()
    )
    assert sorted(declared) == sorted(before)


async def test_the_key_of_webhooks_comes_along(full, empty, tmp_path):
    there, back = Where(full, empty), Where(tmp_path / "back.db")
    keys = [item.with_name(f"{item.name}.webhook-key") for item in (full, back.path)]
    keys[0].write_bytes(b"key")
    await move(Where(full), there, unseen)
    keys[1].write_bytes(b"other")
    with pytest.raises(Refused, match="belongs to another record"):
        await move(there, back, unseen)
    keys[1].unlink()
    await move(there, back, unseen)
    assert keys[1].read_bytes() == b"key" and keys[1].stat().st_mode & 0o077 == 0


async def test_search_numbers_and_rules_are_as_they_were(full, empty):
    there = Where(full, empty)
    await move(Where(full), there, unseen)
    async with opened(there) as record:
        assert await record.search.find("warrant", story_id=None, limit=5)
        with pytest.raises(psycopg.errors.IntegrityError, match="never deleted"):
            async with record.database.transaction() as tx:
                await tx.run("DELETE FROM fact")
        async with record.database.transaction() as tx:
            await tx.run(
                "INSERT INTO dialogue (chat, person, command, state, touched_at) VALUES (1, 2, 3, 4, 5)"
            )
            # Number 2 was somebody's before the move.
            assert (await tx.fetch("SELECT max(id) FROM dialogue"))[0][0] == 3


async def test_a_rehearsal_leaves_both_as_they_were(full, empty, tmp_path):
    here, there = Where(full), Where(full, empty)
    before = rows(full)
    assert (await move(here, there, unseen, rehearse=True)).state.facts
    assert rows(full) == before
    await move(here, there, unseen)
    back = tmp_path / "back.db"
    assert (await move(there, Where(back), unseen, rehearse=True)).state.facts
    assert {item.name for item in tmp_path.iterdir()} <= {"record.db", "record.db-live"}
    await sheet(there)


async def test_what_is_left_says_where_the_record_is_and_can_be_unlocked(full, empty, tmp_path):
    here, there, back = Where(full), Where(full, empty), Where(tmp_path / "back.db")
    for old, new in ((here, there), (there, back)):
        await move(old, new, unseen)
        with pytest.raises(MovedRecord, match=r"was moved to .*storage.(url|path).*--unlock") as told:
            await Record.open(old.path, url=old.address)
        assert "password" not in str(told.value)
        with pytest.raises(MovedRecord):
            await move(old, Where(tmp_path / "other.db", None if old.address else empty), unseen)
    for old in (here, there):
        assert (await unlock(old)).done
        await sheet(old)
        async with opened(old) as record, record.database.transaction() as tx:
            await tx.run("UPDATE story SET title = title")
        with pytest.raises(Refused, match="nothing to unlock"):
            await unlock(old)


async def test_who_still_has_it_open_can_write_no_more(full, empty, tmp_path, monkeypatch):
    monkeypatch.setattr("storage.engines.away.on_server._OTHERS", "SELECT 0")
    monkeypatch.setattr("storage.engines.replacing._LOCKED_FROM", 2**40)
    for old, new in ((Where(full), Where(full, empty)), (Where(full, empty), Where(tmp_path / "back.db"))):
        async with opened(old) as record:
            await move(old, new, unseen)
            with pytest.raises(MovedRecord, match=r"was moved to .*start again"):
                async with record.database.transaction() as tx:
                    await tx.run("UPDATE story SET title = title")


async def test_a_backup_is_restored_to_an_empty_database(stocked, empty, tmp_path):
    here, beside, backup = Where(tmp_path / "record.db"), tmp_path / "beside.db", tmp_path / "monday.db"
    shutil.copyfile(stocked, here.path)
    async with opened(here) as record:
        await record.database.backup(backup)
    await restore_there(backup, beside, empty, unseen)
    assert await sheet(Where(beside, empty)) == await sheet(here)
    with pytest.raises(Refused, match="holds a record already"):
        await restore_there(backup, beside, empty, unseen)
    assert not list(tmp_path.glob("beside.db.*"))


async def test_both_engines_have_the_same_tables_and_columns(full, empty):
    """What is not copied would be missed by nobody until it is wanted."""
    await move(Where(full), Where(full, empty), unseen)
    columns = (
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()"
    )
    with psycopg.connect(empty) as connection:
        there = set(connection.execute(columns).fetchall())
    with closing(sqlite3.connect(full)) as source:
        here = {(table.name, column) for table in tables(source) for column in table.there}
    assert there - here == {("onrecord", "number"), ("fact_text", "words")} and not here - there
