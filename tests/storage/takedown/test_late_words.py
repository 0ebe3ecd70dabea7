"""Words that are asked for, repeated, undone or on their way at the moment of a takedown."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from storage.domain.changes import OpenStory, TakeDown
from storage.domain.entries import StoryEntry
from storage.domain.errors import Refused
from storage.engines.files import sidecars
from storage.notifying.receipts import SentMessage
from storage.record import Record
from storage.restoring import restore
from storage.takedown import copies
from tests.conftest import KILLS
from tests.storage.conftest import Ticking, fact, put
from tests.storage.costs import sqlite_of
from tests.storage.making import ANN, BO, check_tables, content, publish, revise

HARM = "A boy of 9 lives at 12 Mill Street in Holm"
TAKEN = TakeDown(story_id=1, subject="F4", ground="law")


@pytest.fixture
async def flood(record: Record, tmp_path) -> Record:
    """F1 `a`, F2 `b`, F3 `c`, and F4, which is harmful."""
    await put(record, tmp_path, fact("a"), fact("b", "it was dry"), fact("c", "it hailed"))
    await publish(record, "d", HARM)
    return record


async def test_facts_are_named_that_repeat_the_words_anywhere_in_whatever_case(flood: Record) -> None:
    await revise(flood, 1, "related", contradicts=[{"fact": "d", "about": f"whether {HARM.lower()}"}])
    await revise(flood, 2, statement=f"They say that {HARM.upper()}")
    # What it said before still stands in its history.
    await revise(flood, 2, statement="it was dry again")
    await revise(flood, 3, reason=f"not that “{HARM}”", statement="it snowed")
    await publish(flood, "e", "it was dark", date_note=f"when {HARM}")
    made = await flood.ledger.make(TAKEN, by=BO)
    assert made.taken.repeating == (1, 2, 3, 5)
    # The ref of its sheet is made of words; one made from a statement tells nothing.
    assert made.taken.ref == "d"


async def test_questions_for_part_of_the_words_go(flood: Record) -> None:
    now = flood.ledger.now()
    for key, text in (
        ("a", "12 Mill Street?"),
        ("b", "Who lives at 12 Mill Street?"),
        ("c", "Why was it dry on Mill Street?"),
        ("d", "Did it hail?"),
    ):
        await flood.questions.keep(1, key, text, now)
    await flood.ledger.make(TAKEN, by=BO)
    assert [row[0] for row in await flood.database.read("SELECT key FROM question ORDER BY key")] == [
        "c",
        "d",
    ]


async def test_subscriptions_to_the_words_end(flood: Record) -> None:
    at = flood.ledger.now()
    async with flood.database.transaction() as tx:
        await tx.run_many(
            "INSERT INTO listener (id, chat, words) VALUES (?, ?, ?)",
            [(1, "telegram:5", HARM.lower()), (2, "telegram:6", "rain")],
        )
        await tx.run_many(
            "INSERT INTO subscription (listener_id, story_id, words, made_at) VALUES (?, 1, ?, ?)",
            [(1, HARM.upper(), at), (2, "hail", at), (2, None, at)],
        )
    made = await flood.ledger.make(TAKEN, by=BO)
    assert made.taken.counts["subscriptions"] == 2
    rows = await flood.database.read("SELECT words FROM subscription UNION ALL SELECT words FROM listener")
    assert sorted(str(row[0]) for row in rows) == ["None", "None", "hail", "rain"]


async def test_a_change_whose_words_went_is_not_undone(flood: Record) -> None:
    await revise(flood, 1, statement=f"it rained on the boy: {HARM}")
    await revise(flood, 2, statement="it was wet", reason=HARM)
    await flood.ledger.make(TAKEN, by=BO)
    before = content(flood.database.path)
    for what in (None, "F1", "F2"):
        with pytest.raises(Refused, match="held words that were taken down"):
            await flood.ledger.undo(by=ANN, within_minutes=10, what=what)
    assert content(flood.database.path) == before


async def test_the_text_of_a_message_on_its_way_is_not_kept(flood: Record) -> None:
    await flood.ledger.make(TAKEN, by=BO)
    now = flood.ledger.now()
    for number, cited in ((5, {1: 1, 4: 1}), (6, {1: 1})):
        reply = f'{{"blocks":[{{"text":"{HARM if 4 in cited else "it rained"}"}}]}}'
        await flood.receipts.keep([SentMessage("telegram:5", 0, (number,), cited, "en", now, reply)])
    rows = await flood.database.read("SELECT message, reply FROM said ORDER BY message")
    assert [(row["message"], row["reply"] is None) for row in rows] == [(5, True), (6, False)]
    (amendment,) = await flood.receipts.take("telegram", flood.ledger.now(), 9)
    assert (amendment.message, amendment.reply) == (5, None)


@pytest.mark.sqlite
async def test_a_restored_backup_names_what_comes_back(flood: Record, tmp_path: Path) -> None:
    path, backup = flood.database.path, tmp_path / "backup.db"
    await copies.back_up(flood.database, backup, flood.ledger.now())
    await flood.ledger.make(TAKEN, by=BO)
    assert [each.path for each in await copies.holding(flood.database)] == [backup]
    await flood.close()
    done = await restore(backup, path)
    assert [(each.story, each.subject, each.ground) for each in done.returned] == [("flood", "F4", "law")]
    # Put back again, the record that it stood for: what is kept now is younger, and holds the words.
    assert done.kept is not None
    again = await restore(done.kept, path, clock=lambda: datetime(2030, 1, 1, tzinfo=UTC))
    assert again.returned == () and again.kept is not None
    record = await Record.open(path, clock=Ticking())
    try:
        found = await copies.holding(record.database)
    finally:
        await record.close()
    assert {each.path for each in found} == {backup, again.kept}
    assert not list(tmp_path.glob("backup.db-*"))


async def _stock(path: Path, folder: Path) -> None:
    record = await Record.open(path, clock=Ticking())
    await record.ledger.make(OpenStory(story=StoryEntry(name="s", title="S")), by=BO)
    for number in range(3):
        await publish(record, f"f{number}", f"it rained for {number} days")
    await publish(record, "d", HARM)
    await revise(record, 4, statement=f"{HARM} now")
    await record.questions.keep(1, "boy", f"Is it true that {HARM}?", record.ledger.now())
    reply = f'{{"blocks":[{{"text":"{HARM}","fact":4,"revision":1}}]}}'
    await record.receipts.keep([SentMessage("telegram:5", 0, (9,), {4: 1}, "en", record.ledger.now(), reply)])
    await record.close()


async def _take_down(path: Path, last: int, counted: Any) -> None:
    """Take the fact down, and die without a word at a step of it: each statement that begins is one."""
    record = await Record.open(path, clock=Ticking())

    def die_at_last(_statement: str) -> None:
        if counted.value == last:
            os._exit(9)
        counted.value += 1

    await sqlite_of(record)._writer.set_trace_callback(die_at_last)
    await record.ledger.make(TAKEN, by=BO)
    await record.close()


def _steps(path: Path, last: int) -> int:
    """Take the fact down in a process of its own, which dies at a step; return how many it has made."""
    fork = multiprocessing.get_context("fork")
    counted = fork.Value("l", 0)
    child = fork.Process(target=lambda: asyncio.run(_take_down(path, last, counted)))
    child.start()
    child.join()
    return counted.value


def _bytes(path: Path) -> bytes:
    return b"".join(each.read_bytes() for each in (path, *sidecars(path)) if each.exists()).lower()


async def _after(path: Path) -> bool:
    """Look at a record after a kill, make up for it; tell whether the takedown stood."""
    record = await Record.open(path, clock=Ticking())
    try:
        assert (await record.audit.verify()).problem is None
        assert await record.database.check() == []
        await check_tables(record)
        stood = (await record.facts.find(4)).taken_down is not None
        if stood:
            assert b"mill street" not in _bytes(path)
        else:
            assert content(path).count("Mill Street") > 4
            await record.ledger.make(TAKEN, by=BO)
        assert b"mill street" not in _bytes(path)
    finally:
        await record.close()
    return stood


@pytest.mark.slow
def test_killed_at_any_point_nothing_is_half_taken_down(tmp_path: Path, subtests) -> None:
    made = tmp_path / "made.db"
    asyncio.run(_stock(made, tmp_path))
    shutil.copyfile(made, tmp_path / "whole.db")
    steps = _steps(tmp_path / "whole.db", -1)
    points, stood = min(KILLS * 3, steps), []
    for step in (number * (steps - 1) // (points - 1) for number in range(points)):
        with subtests.test(step=step):
            path = Path(shutil.copyfile(made, tmp_path / f"{step}.db"))
            assert _steps(path, step) == step
            stood.append(asyncio.run(_after(path)))
    assert set(stood) == {False, True}
