"""A connection that is lost: reading goes on by itself, and of a change it is known whether it was kept."""

from __future__ import annotations

import asyncio

import psycopg
import pytest

from storage.domain.errors import BusyRecord, UnreachableRecord, UnsureRecord
from storage.engines.postgres import connection, migrations, outcome
from storage.engines.postgres import database as databases
from storage.engines.postgres.database import PostgresDatabase

pytestmark = pytest.mark.postgres
PUT = "INSERT INTO progress VALUES (?, 1)"
END = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def end_all(url: str) -> None:
    """Let the server end every connection to a database but this."""
    with psycopg.connect(url, autocommit=True) as other:
        other.execute(END)


async def names(database: PostgresDatabase) -> list[str]:
    return [row[0] for row in await database.read("SELECT name FROM progress ORDER BY name")]


async def test_reading_goes_on_by_itself(database, url):
    assert await names(database) == []
    end_all(url)
    assert await names(database) == []
    end_all(url)
    assert await database.reading(lambda read: read("SELECT 1")[0][0]) == 1
    # In the middle of a page, too: the page is read again, whole.
    ended = []

    def page(read):
        first = read("SELECT count(*) FROM progress")[0][0]
        if not ended:
            ended.append(True)
            end_all(url)
        return first, read("SELECT count(*) FROM progress")[0][0]

    assert await database.reading(page) == (0, 0)


async def test_a_change_begins_on_a_new_connection(database, url):
    end_all(url)
    async with database.transaction() as tx:
        await tx.run(PUT, ("a",))
    assert await names(database) == ["a"]


async def test_who_stands_still_in_the_middle_of_a_change_keeps_nobody_from_writing(
    database, url, tmp_path, monkeypatch
):
    soon = databases._BEGIN_WRITING.replace(f"'{databases._LONGEST_IDLE}s'", "'300ms'")
    assert soon != databases._BEGIN_WRITING
    monkeypatch.setattr(databases, "_BEGIN_WRITING", soon)
    other = await PostgresDatabase.open(url, tmp_path / "other.db")
    begun, still = asyncio.Event(), asyncio.Event()

    async def stand_still() -> None:
        async with database.transaction() as tx:
            await tx.run(PUT, ("a",))
            begun.set()
            await still.wait()
            await tx.run(PUT, ("b",))

    standing = asyncio.create_task(stand_still())
    await begun.wait()
    async with other.transaction() as tx:
        await tx.run(PUT, ("c",))
    await other.close()
    still.set()
    with pytest.raises(UnreachableRecord):
        await standing
    assert await names(database) == ["c"]


async def test_a_change_that_is_cut_off_is_told_and_leaves_nothing(database, url):

    async def cut_off() -> None:
        async with database.transaction() as tx:
            await tx.run(PUT, ("a",))
            end_all(url)
            await tx.run(PUT, ("b",))

    with pytest.raises(UnreachableRecord, match="Nothing was changed"):
        await cut_off()
    assert await names(database) == []
    async with database.transaction() as tx:
        await tx.run(PUT, ("c",))
    assert await names(database) == ["c"]


def cut_at_commit(monkeypatch, url: str, *, kept: bool) -> None:
    """Cut the connection at the next commit, after it was kept or before."""
    plain = psycopg.Connection.execute
    cut = []

    def execute(self, query, *args, **named):
        if query == "COMMIT" and not cut:
            cut.append(True)
            if kept:
                plain(self, query, *args, **named)
            end_all(url)
            self.close()
            raise psycopg.OperationalError("server closed the connection unexpectedly")
        return plain(self, query, *args, **named)

    monkeypatch.setattr(psycopg.Connection, "execute", execute)


async def test_a_change_that_was_kept_although_the_connection_was_lost_is_no_error(
    database, url, monkeypatch
):
    cut_at_commit(monkeypatch, url, kept=True)
    async with database.transaction() as tx:
        await tx.run(PUT, ("a",))
    assert await names(database) == ["a"]


async def test_a_change_that_was_lost_with_its_connection_is_told(database, url, monkeypatch):
    cut_at_commit(monkeypatch, url, kept=False)
    with pytest.raises(UnreachableRecord, match="Nothing was changed"):
        async with database.transaction() as tx:
            await tx.run(PUT, ("a",))
    assert await names(database) == []


async def test_where_nobody_can_be_asked_the_change_is_unsure(database, url, monkeypatch):
    monkeypatch.setattr(outcome, "PAUSE", 0)
    monkeypatch.setattr(connection, "PAUSE", 0)
    cut_at_commit(monkeypatch, url, kept=True)

    def nobody(_place):
        raise psycopg.OperationalError("connection refused")

    async def write(patch) -> None:
        async with database.transaction() as tx:
            await tx.run(PUT, ("a",))
            patch.setattr(connection, "connected", nobody)

    with monkeypatch.context() as patch, pytest.raises(UnsureRecord, match="look whether it was"):
        await write(patch)
    assert await names(database) == ["a"]


async def test_writers_of_two_processes_take_turns(database, url, tmp_path, monkeypatch):
    other = await PostgresDatabase.open(url, tmp_path / "other.db")
    order = []

    async def write(by: PostgresDatabase, name: str) -> None:
        async with by.transaction() as tx:
            order.append(f"{name} begins")
            await tx.run(PUT, (name,))
            await asyncio.sleep(0.05)
            order.append(f"{name} ends")

    await asyncio.gather(
        *(write(by, f"{who}{n}") for n in range(3) for who, by in (("a", database), ("b", other)))
    )
    assert all(one.split()[0] == two.split()[0] for one, two in zip(order[::2], order[1::2], strict=True))
    await other.close()


async def test_who_waits_too_long_is_told(database, url, tmp_path, monkeypatch):
    other = await PostgresDatabase.open(url, tmp_path / "other.db")
    monkeypatch.setattr(
        "storage.engines.postgres.database._BEGIN_WRITING",
        f"BEGIN; SET LOCAL lock_timeout = '50ms'; {migrations.LOCK}",
    )

    async def wait() -> None:
        async with other.transaction():
            pass

    async with database.transaction():
        with pytest.raises(BusyRecord, match="in use by another process"):
            await wait()
    async with other.transaction() as tx:
        await tx.run(PUT, ("a",))
    assert await names(database) == ["a"]
    await other.close()


async def test_who_is_cancelled_leaves_no_transaction_open(database):
    async def write() -> None:
        async with database.transaction() as tx:
            await tx.run(PUT, ("a",))
            await asyncio.sleep(60)

    task = asyncio.create_task(write())
    while not database._writing.locked():
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with database.transaction() as tx:
        await tx.run(PUT, ("b",))
    assert await names(database) == ["b"]


async def test_a_page_is_of_one_state(database, url, tmp_path):
    other = await PostgresDatabase.open(url, tmp_path / "other.db")
    loop = asyncio.get_running_loop()

    async def write() -> None:
        async with other.transaction() as tx:
            await tx.run(PUT, ("a",))

    def page(read):
        before = read("SELECT count(*) FROM progress")[0][0]
        asyncio.run_coroutine_threadsafe(write(), loop).result(20)
        return before, read("SELECT count(*) FROM progress")[0][0]

    assert await database.reading(page) == (0, 0)
    assert await names(database) == ["a"]
    await other.close()
