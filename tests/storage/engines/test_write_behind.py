"""What an answer only wants kept does not wait for the write lock, and is found as if it were written."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from storage.domain.errors import BusyRecord
from storage.engines import write_behind
from storage.engines.database import LONGEST_WAIT
from storage.record import Record
from tests.storage.beside import MISTAKE, locked, make_impatient, shorten_turns
from tests.storage.conftest import fact, put

# What waits for the lock takes ten seconds; what does not is through long before, also on a busy machine.
AT_ONCE = 0.8 * LONGEST_WAIT
LONG = "/subscribe " + "words " * 30


@pytest.fixture
async def flood(record: Record, tmp_path: Path) -> Record:
    await put(record, tmp_path, fact("a"))
    return record


async def test_what_an_answer_keeps_does_not_wait_and_is_found_before_it_is_written(flood):
    now = flood.ledger.now()
    asked = await flood.questions.keep(1, "bridge", "What about the bridge?", now)
    await flood.database.behind.settled()
    async with asyncio.timeout(AT_ONCE):
        with locked(flood.database.path):
            again = await flood.questions.keep(1, "bridge", "And the bridge?", now)
            new = await flood.questions.keep(1, "school", "What about the school?", now)
            assert await flood.questions.keep(1, "school", "The school?", now) == new != again == asked
            button = await flood.buttons.button(LONG)
            assert (await flood.questions.find(new)).asked == 2
            token = (await flood.questions.find(new)).token
            assert await flood.buttons.pressed(button) == LONG
            assert await flood.database.read("SELECT * FROM button") == []
    found = {each.key: (each.id, each.asked, each.text) for each in await flood.questions.open(1)}
    assert found == {
        "bridge": (asked, 2, "What about the bridge?"),
        "school": (new, 2, "What about the school?"),
    }
    assert (await flood.questions.find(new)).token == token
    assert await flood.buttons.pressed(button) == LONG


async def test_a_chat_that_speaks_again_is_not_kept_waiting(flood, monkeypatch):
    monkeypatch.setattr(write_behind, "SOON", 0.01)
    async with flood.database.transaction() as tx:
        await tx.run("INSERT INTO listener (chat, paused) VALUES ('telegram:1', 'blocked')")
    with locked(flood.database.path):
        async with asyncio.timeout(AT_ONCE):
            await flood.listeners.resume("telegram:1")
    await flood.database.behind.settled()
    assert not await flood.listeners.is_paused("telegram:1")


async def test_a_promise_waits_for_what_it_is_about(flood):
    with locked(flood.database.path):
        number = await flood.questions.keep(1, "bridge", "What about the bridge?", flood.ledger.now())
        waiting = asyncio.create_task(flood.questions.await_answer(number, "telegram:1", "telegram:1", "en"))
        await asyncio.sleep(0)
    assert await waiting
    assert len(await flood.database.read("SELECT * FROM asker WHERE question_id = ?", (number,))) == 1


async def test_what_cannot_be_written_is_written_with_the_next_and_when_the_record_is_closed(
    flood, tmp_path, monkeypatch
):
    await make_impatient(flood, monkeypatch)
    with locked(flood.database.path):
        await flood.questions.keep(1, "bridge", "What about the bridge?", flood.ledger.now())
        with pytest.raises(BusyRecord, match="try again"):
            await flood.questions.open(1)
        with pytest.raises(BusyRecord, match="Nothing was changed"):
            await flood.stories.use("telegram:1", 1)
    await flood.questions.keep(1, "school", "What about the school?", flood.ledger.now())
    await flood.close()
    again = await Record.open(flood.database.path)
    try:
        assert {each.key for each in await again.questions.open(1)} == {"bridge", "school"}
    finally:
        await again.close()


async def test_two_processes_that_keep_other_questions_at_once_keep_both(flood):
    beside = await Record.open(flood.database.path)
    try:
        with locked(flood.database.path):
            first = await flood.questions.keep(1, "bridge", "What about the bridge?", flood.ledger.now())
            second = await beside.questions.keep(1, "school", "What about the school?", flood.ledger.now())
            assert first == second
        await beside.database.behind.settled()
        assert {each.text for each in await flood.questions.open(1)} == {
            "What about the bridge?", "What about the school?",
        }  # fmt: skip
    finally:
        await beside.close()


async def test_many_who_wait_for_a_busy_record_do_not_wait_one_after_the_other(flood, monkeypatch):
    shorten_turns(monkeypatch)
    async with asyncio.timeout(AT_ONCE), flood.database.transaction():
        waiting = (flood.stories.use(f"telegram:{number}", 1) for number in range(100))
        assert {type(each) for each in await asyncio.gather(*waiting, return_exceptions=True)} == {BusyRecord}
    await flood.stories.use("telegram:1", 1)


async def test_what_waits_is_bounded(flood, monkeypatch, caplog):
    monkeypatch.setattr(write_behind, "MOST", 3)
    with locked(flood.database.path):
        for number in range(5):
            await flood.questions.keep(1, f"key {number}", "What?", flood.ledger.now())
    # One is under way, and three wait.
    assert len(await flood.questions.open(1)) == 4
    assert "let go" in caplog.text


async def test_a_write_that_fails_for_good_holds_up_no_other(flood, caplog):
    with locked(flood.database.path):
        await flood.questions.keep(1, "bridge", "What about the bridge?", flood.ledger.now())
        flood.database.behind.later(lambda tx: tx.run("INSERT INTO nowhere VALUES ('secret')"))
    await flood.questions.keep(1, "school", "What about the school?", flood.ledger.now())
    assert [each.key for each in await flood.questions.open(1)] == ["school"]
    assert f"are lost: {MISTAKE}" in caplog.text and "secret" not in caplog.text
