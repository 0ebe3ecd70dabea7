"""What the database itself refuses, and transactions that end badly."""

from __future__ import annotations

import asyncio

import pytest

from tests.storage.beside import beside
from tests.storage.conftest import fact, put

ERASED = "after = NULL, after_salt = NULL"
TOMBSTONE = "INSERT INTO tombstone (subject, ground, at, audit_id) VALUES ('F1', 'safety', '2024', 1)"
FACT = "INSERT INTO fact (id, story_id, ref, statement) VALUES (9, 1, 'x', 'it rained')"


# Bytes in the place of a digest, as many as it has.
GONE = bytes(32)


async def test_the_database_itself_refuses(record, path, tmp_path, subtests):
    await put(record, tmp_path, fact("a"), fact("b"))
    for statement, refusal in [
        (FACT, "a fact needs an attribution"),
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
        ("UPDATE audit SET after = NULL, after_digest = ?", "the audit trail is append-only"),
        ("UPDATE audit SET after_salt = NULL, after_digest = ?", "the audit trail is append-only"),
        (f"UPDATE audit SET {ERASED}, after_digest = substr(?, 2)", "the audit trail is append-only"),
        (f"UPDATE audit SET {ERASED}, after_digest = ?, actor = 'x'", "trail is append-only"),
        (f"UPDATE audit SET {ERASED}, after_digest = ?, reason = 'x'", "trail is append-only"),
        ("UPDATE audit SET before_digest = ?", "the audit trail is append-only"),
        ("UPDATE audit SET after = '{}', after_digest = ?", "the audit trail is append-only"),
        ("UPDATE revision SET state = NULL", "append-only"),
        ("UPDATE revision SET state = NULL, state_salt = NULL", "append-only"),
        ("UPDATE revision SET state_digest = ?", "append-only"),
        ("UPDATE revision SET state = NULL, state_salt = NULL, state_digest = ?, kind = 'x'", "append"),
        ("DELETE FROM tombstone", "tombstones are kept"),
        ("UPDATE tombstone SET ground = 'law'", "tombstones are kept"),
        ("DELETE FROM source", "sources are never deleted"),
        ("DELETE FROM entity", "entities are never deleted: merge them"),
        ("UPDATE fact SET statement = ''", "(?i)check constraint"),
        ("UPDATE fact SET superseded_by = id", "(?i)check constraint"),
    ]:
        with subtests.test(statement=statement), beside(path) as raw:
            raw.execute(TOMBSTONE)
            raw.refuses(statement, refusal, [GONE] * statement.count("?"))
            assert raw.execute("SELECT count(*) FROM fact")[0][0] == 2


@pytest.mark.sqlite
async def test_a_fact_is_not_replaced_by_one_without_attribution(record, path, tmp_path):
    await put(record, tmp_path, fact("a"), fact("b"))
    with beside(path) as raw:
        raw.refuses(FACT.replace("INSERT", "INSERT OR REPLACE"), "needs an attribution")


async def test_a_text_may_go_with_its_salt_and_does_not_come_back(record, path, tmp_path):
    await put(record, tmp_path, fact("a"))
    with beside(path) as raw:
        raw.execute(f"UPDATE audit SET {ERASED}, after_digest = ?", (GONE,))
        raw.execute("UPDATE revision SET state = NULL, state_salt = NULL, state_digest = ?", (GONE,))
        for statement in (
            "UPDATE audit SET after = '{}', after_salt = ?, after_digest = NULL",
            "UPDATE audit SET after_digest = ?",
            "UPDATE revision SET state = '{}', state_salt = ?, state_digest = NULL",
            "UPDATE revision SET state_digest = ?",
        ):
            raw.refuses(statement, "append-only", (b"1" * 32,))


async def test_one_of_several_attributions_may_go(record, path, tmp_path):
    voices = [{"speaker": name, "source": {"title": "News"}} for name in ("Ann", "Bo")]
    await put(record, tmp_path, fact("a") | {"attributions": voices})
    with beside(path) as raw:
        raw.execute("DELETE FROM attribution WHERE fact_id = 1 AND position = 2")
        raw.refuses("DELETE FROM attribution WHERE fact_id = 1", "at least one")


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
