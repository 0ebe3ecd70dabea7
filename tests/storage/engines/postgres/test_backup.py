"""A backup of a record in PostgreSQL is a file that SQLite opens, with all that was held at one moment."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing

import pytest

from storage.engines import migrations
from storage.engines.migrations import is_backup
from storage.engines.sqlite import SqliteDatabase

pytestmark = pytest.mark.postgres
STORY = "INSERT INTO story (id, name, title, opened_at) VALUES (1, 'flood', 'Flood', '2024')"
SNAPSHOT = (
    "INSERT INTO snapshot (id, story_id, at, address, media, size, digest, text_digest, paragraphs, sketch)"
    " VALUES (3, 1, '2024', 'a', 'b', ?, 'c', 'd', ?, ?)"
)
DIALOGUE = "INSERT INTO dialogue (chat, person, command, state, touched_at) VALUES ('a', 'b', 'c', 'd', 'e')"


async def test_a_backup_holds_all_and_is_a_record(database, tmp_path):
    async with database.transaction() as tx:
        await tx.run(STORY)
        await tx.run(SNAPSHOT, (2**40, b"\0\xff", b""))
        await tx.run(DIALOGUE)
        await tx.run("DELETE FROM dialogue")
        # Rules that rows had kept are not asked about again, whatever comes first.
        await tx.run("INSERT INTO source (id, story_id, ref, kind, via_id) VALUES (1, 1, 'a', 'b', 2)")
        await tx.run("INSERT INTO source (id, story_id, ref, kind) VALUES (2, 1, 'c', 'b')")
        await tx.run("INSERT INTO fact_text VALUES (5, 'rain', 'news', 'flood', '')")
    (version,) = (tuple(row) for row in await database.read("SELECT * FROM lookup_version"))
    copy = tmp_path / "copy.db"
    copy.write_bytes(b"what was there before")
    await database.backup(copy)
    assert is_backup(copy)
    assert [each.name for each in tmp_path.iterdir()] == ["copy.db"]
    with closing(sqlite3.connect(copy)) as made:
        assert made.execute("SELECT size, paragraphs, sketch FROM snapshot").fetchall() == [
            (2**40, b"\0\xff", b"")
        ]
        assert made.execute(
            "SELECT rowid, statement, story FROM fact_text WHERE fact_text MATCH 'rain'"
        ).fetchall() == [(5, "rain", "flood")]
        assert made.execute("SELECT * FROM lookup_version").fetchall() == [version]
        assert made.execute("SELECT id, via_id FROM source ORDER BY id").fetchall() == [(1, 2), (2, None)]
        assert made.execute("PRAGMA foreign_key_check").fetchall() == []
    opened = await SqliteDatabase.open(copy)
    assert await opened.version() == migrations.latest()
    async with opened.transaction() as tx:
        # A number that a dialogue had is never another's.
        assert (await tx.fetch(f"{DIALOGUE} RETURNING id"))[0][0] == 2
    assert await opened.check() == []
    await opened.close()


async def test_others_go_on_while_a_backup_is_made(database, tmp_path):
    async with database.transaction() as tx:
        await tx.run(STORY)
        await asyncio.gather(database.backup(tmp_path / "copy.db"), database.read("SELECT 1"))
        await tx.run("INSERT INTO story (name, title, opened_at) VALUES ('b', 'b', '2024')")
    with closing(sqlite3.connect(tmp_path / "copy.db")) as made:
        assert made.execute("SELECT count(*) FROM story").fetchone() == (0,)
