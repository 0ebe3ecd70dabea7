"""After a takedown is scrubbed, no byte of the record's files holds its words."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from storage.engines import sqlite
from storage.engines.files import sidecars
from storage.record import Record
from storage.search import full_text
from storage.trail import scrubbing
from storage.trail.scrubbing import is_due, scrub
from tests.conftest import examples
from tests.storage.conftest import Ticking, fact, put
from tests.storage.making import publish, retract, revise
from tests.storage.trail.test_erasing import take_down

pytestmark = pytest.mark.sqlite

# Words that the full-text index stems to themselves.
WORDS = ("zqxlipa", "zqxbudin", "zqxkarol")


def found(path: Path) -> list[str]:
    """Return which words stand in the bytes of a record's files, in any case, whole or begun."""
    files = [path, *sidecars(path)]
    held = b"".join(item.read_bytes() for item in files if item.exists()).lower()
    return [word for word in WORDS if word.encode() in held]


async def told(record: Record, folder: Path) -> None:
    """Put a fact with the words on record among others, correct it, retract it."""
    await put(record, folder, *(fact(f"f{n}", f"the river rose by {n} metres") for n in range(60)))
    await publish(record, "lipa", f"{WORDS[0]} lives in {WORDS[1]}")
    for n in range(20):
        await revise(record, 1 + n, statement=f"the river rose by {n} feet")
    await revise(record, 61, statement=f"{WORDS[0]} lived in {WORDS[1]}", reason=f"so says {WORDS[2]}")
    await retract(record, 61, f"for {WORDS[2]}")


async def remove(record: Record) -> None:
    """Take the fact down: from the trail and from the tables around it."""
    await take_down(record, 61, "lipa")
    async with record.database.transaction() as tx:
        await tx.run("UPDATE fact SET statement = 'taken down', retracted = 'taken down' WHERE id = 61")
        await tx.work(lambda rows: full_text.remove(rows, [61]))


async def test_no_byte_holds_what_was_taken_down(record, path, tmp_path):
    await told(record, tmp_path)
    await remove(record)
    assert found(path) != []
    assert await is_due(record.database)
    assert await scrub(record.database) is True
    assert found(path) == []
    assert not await is_due(record.database)
    assert await record.database.check() == []
    assert (await record.audit.verify()).problem is None
    assert [hit.fact_id for hit in await record.search.find("feet", limit=3)] != []


async def test_what_was_free_before_deleting_overwrote_is_overwritten(path, tmp_path, monkeypatch):
    """A record that some builds of SQLite have written before: what they deleted stands in free pages."""
    with monkeypatch.context() as before:
        before.setattr(sqlite, "_PRAGMAS", (*sqlite._PRAGMAS, "secure_delete = OFF"))
        record = await Record.open(path, clock=Ticking())
        await told(record, tmp_path)
        async with record.database.transaction() as tx:
            await tx.run("CREATE TABLE draft_of_old (text TEXT)")
            await tx.run_many("INSERT INTO draft_of_old VALUES (?)", [(" ".join(WORDS * 200),)] * 40)
        async with record.database.transaction() as tx:
            await tx.run("DROP TABLE draft_of_old")
        await record.close()
    record = await Record.open(path, clock=Ticking())
    try:
        await remove(record)
        assert await scrub(record.database) is True
        assert found(path) == []
    finally:
        await record.close()


async def test_a_reader_of_an_older_state_delays_it_and_says_so(record, path, tmp_path, monkeypatch):
    monkeypatch.setattr(scrubbing, "LONGEST_READER", 0.05)
    await told(record, tmp_path)
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM fact").fetchall()
        await remove(record)
        assert await scrub(record.database) is False
        assert await is_due(record.database)
        assert found(path) != []
    assert await scrub(record.database) is True
    assert found(path) == []
    assert await scrub(record.database) is True


async def test_the_next_start_makes_up_for_what_a_kill_prevented(path, tmp_path):
    record = await Record.open(path, clock=Ticking())
    await told(record, tmp_path)
    await remove(record)
    await record.close()
    record = await Record.open(path, clock=Ticking())
    try:
        assert found(path) == []
        assert not await is_due(record.database)
    finally:
        await record.close()


@pytest.mark.slow
async def test_whatever_was_changed_before_no_byte_is_left(tmp_path, subtests):
    for seed in range(examples(40)):
        with subtests.test(seed=seed):
            await _random_record(tmp_path / f"{seed}.db", tmp_path, random.Random(seed))


async def _random_record(path: Path, folder: Path, chance: random.Random) -> None:
    record = await Record.open(path, clock=Ticking())
    try:
        lines = [fact(f"f{n}", " ".join(chance.choices("abcdefgh", k=400))) for n in range(30)]
        await put(record, folder, *lines)
        lengths = [chance.choice((1, 20, 140)) for _each in range(6)]
        await publish(record, "lipa", " ".join(WORDS[:1] * lengths[0]))
        for number, length in enumerate(lengths):
            other = chance.randint(1, 30)
            await revise(record, other, statement=" ".join(chance.choices("ijklmnop", k=length)))
            reason = f"{WORDS[2]} {length} {chance.random()}"
            await revise(record, 31, statement=f"{number} {' '.join(WORDS * length)}", reason=reason)
        await take_down(record, 31, "lipa")
        async with record.database.transaction() as tx:
            await tx.run("UPDATE fact SET statement = 'taken down' WHERE id = 31")
            await tx.work(lambda rows: full_text.remove(rows, [31]))
        assert await scrub(record.database) is True
        assert found(path) == []
        assert await record.database.check() == []
    finally:
        await record.close()
