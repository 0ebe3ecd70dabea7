"""What the database itself refuses, and transactions that end badly."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing

import pytest

from tests.storage.conftest import fact, put

ERASED = "after = NULL, after_salt = NULL"
TOMBSTONE = "INSERT INTO tombstone (subject, ground, at, audit_id) VALUES ('F1', 'safety', '2024', 1)"
FACT = "INSERT INTO fact (id, story_id, ref, statement) VALUES (9, 1, 'x', 'it rained')"


async def test_the_database_itself_refuses(record, path, tmp_path, subtests):
    await put(record, tmp_path, fact("a"), fact("b"))
    for statement, refusal in [
        (FACT, "a fact needs an attribution"),
        (
            "INSERT OR REPLACE INTO fact (id, story_id, ref, statement) VALUES (9, 1, 'x', 'y')",
            "needs an attribution",
        ),
        ("DELETE FROM attribution WHERE fact_id = 1", "keeps at least one attribution"),
        ("UPDATE attribution SET fact_id = 2 WHERE fact_id = 1", "stays with its fact"),
        ("DELETE FROM fact WHERE id = 1", "never deleted"),
        ("DELETE FROM revision", "append-only"),
        ("UPDATE revision SET state = '{}'", "append-only"),
        ("DELETE FROM audit", "the audit trail is append-only"),
        ("UPDATE audit SET actor = 'x'", "the audit trail is append-only"),
        ("UPDATE audit SET hash = hash", "the audit trail is append-only"),
        ("UPDATE audit SET after = NULL", "the audit trail is append-only"),
        ("UPDATE audit SET after = NULL, after_salt = NULL", "the audit trail is append-only"),
        ("UPDATE audit SET after = NULL, after_digest = zeroblob(32)", "the audit trail is append-only"),
        ("UPDATE audit SET after_salt = NULL, after_digest = zeroblob(32)", "the audit trail is append-only"),
        (f"UPDATE audit SET {ERASED}, after_digest = zeroblob(31)", "the audit trail is append-only"),
        (f"UPDATE audit SET {ERASED}, after_digest = zeroblob(32), actor = 'x'", "trail is append-only"),
        (f"UPDATE audit SET {ERASED}, after_digest = zeroblob(32), reason = 'x'", "trail is append-only"),
        ("UPDATE audit SET before_digest = zeroblob(32)", "the audit trail is append-only"),
        ("UPDATE audit SET after = '{}', after_digest = zeroblob(32)", "the audit trail is append-only"),
        ("UPDATE revision SET state = NULL", "append-only"),
        ("UPDATE revision SET state = NULL, state_salt = NULL", "append-only"),
        ("UPDATE revision SET state_digest = zeroblob(32)", "append-only"),
        (
            "UPDATE revision SET state = NULL, state_salt = NULL, state_digest = zeroblob(32), kind = 'x'",
            "append",
        ),
        ("DELETE FROM tombstone", "tombstones are kept"),
        ("UPDATE tombstone SET ground = 'law'", "tombstones are kept"),
        ("DELETE FROM source", "sources are never deleted"),
        ("DELETE FROM entity", "entities are never deleted: merge them"),
        ("UPDATE fact SET statement = ''", "CHECK constraint failed"),
        ("UPDATE fact SET superseded_by = id", "CHECK constraint failed"),
    ]:
        with subtests.test(statement=statement), closing(sqlite3.connect(path)) as raw:
            raw.execute("PRAGMA foreign_keys = OFF")
            raw.execute(TOMBSTONE)
            with pytest.raises(sqlite3.IntegrityError, match=refusal):
                raw.execute(statement)
            raw.rollback()
            assert raw.execute("SELECT count(*) FROM fact").fetchone()[0] == 2


async def test_a_text_may_go_with_its_salt_and_does_not_come_back(record, path, tmp_path):
    await put(record, tmp_path, fact("a"))
    with closing(sqlite3.connect(path)) as raw:
        raw.execute(f"UPDATE audit SET {ERASED}, after_digest = zeroblob(32)")
        raw.execute("UPDATE revision SET state = NULL, state_salt = NULL, state_digest = zeroblob(32)")
        for statement in (
            "UPDATE audit SET after = '{}', after_salt = x'00', after_digest = NULL",
            "UPDATE audit SET after_digest = randomblob(32)",
            "UPDATE revision SET state = '{}', state_salt = x'00', state_digest = NULL",
            "UPDATE revision SET state_digest = randomblob(32)",
        ):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                raw.execute(statement)
        raw.rollback()


async def test_one_of_several_attributions_may_go(record, path, tmp_path):
    voices = [{"speaker": name, "source": {"title": "News"}} for name in ("Ann", "Bo")]
    await put(record, tmp_path, fact("a") | {"attributions": voices})
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("DELETE FROM attribution WHERE fact_id = 1 AND position = 2")
        with pytest.raises(sqlite3.IntegrityError, match="at least one"):
            raw.execute("DELETE FROM attribution WHERE fact_id = 1")
        raw.rollback()


async def test_an_exception_rolls_back(record):
    with pytest.raises(ZeroDivisionError):  # noqa: PT012  # reason: the block is what is tested
        async with record.database.transaction() as tx:
            await tx.run("INSERT INTO button (digest, command) VALUES ('d', 'c')")
            1 / 0  # noqa: B018  # reason: any exception will do
    assert await record.buttons.pressed("d") is None
    await record.buttons.button("/who")  # and the next transaction works


async def test_a_cancelled_transaction_rolls_back_and_frees_the_record(record):
    inside = asyncio.Event()

    async def write() -> None:
        async with record.database.transaction() as tx:
            await tx.run("INSERT INTO button (digest, command) VALUES ('d', 'c')")
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(write())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await record.buttons.pressed("d") is None
    assert await record.buttons.pressed(await record.buttons.button("/who")) == "/who"


async def test_readers_do_not_see_what_is_not_committed(record):
    async with record.database.transaction() as tx:
        await tx.run("INSERT INTO button (digest, command) VALUES ('d', 'c')")
        assert await record.buttons.pressed("d") is None
        assert len(await tx.fetch("SELECT 1 FROM button")) == 1
    assert await record.buttons.pressed("d") == "c"
