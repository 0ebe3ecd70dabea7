"""A file of every earlier version opens, is brought up to date, and holds what it held."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from storage.engines import migrations
from storage.record import Record
from tests.storage.conftest import Ticking, fact, put
from tests.storage.making import check_tables, exported, publish, retract, revise, supersede
from tests.storage.subscribing import subscribe

# Attributions before facts: a trigger demands it.
TABLES = ("story", "source", "entity", "entity_name", "attribution", "fact")


async def fill(path: Path, folder: Path) -> str:
    """Make a record of the present version that has something of everything; return its export."""
    record = await Record.open(path, clock=Ticking())
    try:
        against = {"contradicts": [{"fact": "a", "about": "Did it rain?"}]}
        await put(
            record, folder,
            {"story": {"name": "flood", "title": "The flood", "about": ["a"]}},
            {"source": {"ref": "log", "title": "A Log", "via": "news"}},
            {"source": {"ref": "news", "title": "News"}},
            {"entity": {"name": "Ann", "role": "a witness", "source": "news"}},
            fact("a", figures=[{"amount": 10, "counts": "houses"}], about=["River"], places=["Valley"]),
            fact("b", "it was dry", **against),
        )  # fmt: skip
        await publish(record, "c", "it hailed")
        await revise(record, 1, statement="it poured")
        await retract(record, 2)
        await supersede(record, 3, "a")
        await subscribe(record, "telegram:1")
        await record.stories.use("telegram:1", 1)
        return await exported(record)
    finally:
        await record.close()


def columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f"SELECT * FROM pragma_table_info('{table}')")]


def downgrade(present: Path, path: Path, version: int) -> None:
    """Make a file of an earlier version, with the rows of the present one that its tables can hold."""
    with closing(sqlite3.connect(path)) as old, closing(sqlite3.connect(present)) as new:
        for number, sql in migrations.migrations():
            if number <= version:
                old.executescript(sql)
        named = old.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        others = {row[0] for row in named if not row[0].startswith(("fact_text", "sqlite_"))} - set(TABLES)
        for table in (*TABLES, *sorted(others), "fact_text"):
            kept = columns(old, table)
            if not set(kept) <= set(columns(new, table)):
                # The outbox of version 2 is another one; its move is tested by itself.
                assert (version, table) == (2, "delivery")
                continue
            listed = ", ".join(["rowid", *kept] if table == "fact_text" else kept)
            marks = ", ".join("?" * len(listed.split(", ")))
            rows = new.execute(f"SELECT {listed} FROM {table}").fetchall()
            old.executemany(f"INSERT INTO {table} ({listed}) VALUES ({marks})", rows)
        old.execute(f"PRAGMA application_id = {migrations.APPLICATION_ID}")
        old.execute(f"PRAGMA user_version = {version}")
        old.commit()


@pytest.mark.parametrize("version", [number for number, _sql in migrations.migrations()])
async def test_a_file_of_an_earlier_version(version, path, tmp_path):
    present = tmp_path / "present.db"
    before = await fill(present, tmp_path)
    downgrade(present, path, version)
    record = await Record.open(path, clock=Ticking())
    try:
        assert await record.database.version() == migrations.latest()
        assert await record.database.check() == []
        assert await exported(record) == before
        await check_tables(record)
        # The trail began with version 2, subscriptions with version 3.
        verified = await record.audit.verify()
        assert (verified.problem, verified.entries > 0) == (None, version >= 2)
        assert len(await record.listeners.subscriptions("telegram:1")) == (version >= 3)
        found = await publish(record, "new", "it thawed")
        assert [hit.fact_id for hit in await record.search.find("thawed")] == [found.id]
        assert (await record.audit.verify()).problem is None
    finally:
        await record.close()
