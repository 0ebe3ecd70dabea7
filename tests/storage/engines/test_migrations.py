"""The schema: declared and migrated are one, and a migration happens whole or not at all."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from importlib import resources

import pytest

from storage.domain.errors import RecordError
from storage.engines import migrations
from storage.engines.sqlite import SqliteDatabase

pytestmark = pytest.mark.sqlite


def schema_of(connection: sqlite3.Connection) -> list[tuple]:
    return sorted(
        connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema").fetchall(), key=str
    )


async def test_migrated_schema_is_the_declared_one(path):
    await (await SqliteDatabase.open(path)).close()
    declared = (resources.files("storage") / "schema.sql").read_text(encoding="utf-8")
    with closing(sqlite3.connect(path)) as migrated, closing(sqlite3.connect(":memory:")) as fresh:
        fresh.executescript(declared)
        assert schema_of(migrated) == schema_of(fresh)


async def test_a_failing_migration_leaves_the_file_as_before(path, monkeypatch):
    await (await SqliteDatabase.open(path)).close()
    with closing(sqlite3.connect(path)) as connection:
        before = schema_of(connection)
    bad = (migrations.latest() + 1, "CREATE TABLE extra (id INTEGER); INSERT INTO nowhere VALUES (1);")
    every = (*migrations.migrations(), bad)
    monkeypatch.setattr(migrations, "migrations", lambda: every)
    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        await SqliteDatabase.open(path)
    with closing(sqlite3.connect(path)) as connection:
        assert schema_of(connection) == before
        assert connection.execute("PRAGMA user_version").fetchone()[0] == bad[0] - 1


async def test_several_open_a_new_file_at_once(path):
    opened = await asyncio.gather(*(SqliteDatabase.open(path) for _ in range(4)))
    assert {await each.version() for each in opened} == {migrations.latest()}
    for each in opened:
        await each.close()


async def test_a_newer_database_is_refused_and_left_as_it_was(path):
    await (await SqliteDatabase.open(path)).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {migrations.latest() + 1}")
        connection.execute("PRAGMA journal_mode = DELETE")
    before = path.read_bytes()
    with pytest.raises(RecordError, match=r"newer OnRecord .*upgrade the program"):
        await SqliteDatabase.open(path)
    assert path.read_bytes() == before
