"""What is in the outbox reaches its chat: recovered after a crash, tried again, or given up at last."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.frontends.telegram import delivering
from bot.frontends.telegram.addressing import Place
from bot.frontends.telegram.delivering import BETWEEN, EVERY, Deliverer
from bot.replies import Note, Reply
from storage.errors import BusyRecord
from storage.outbox import MOST_ATTEMPTS, post
from storage.record import Record


class Far:
    """The other end: takes what it is given, as long as it is told to."""

    def __init__(self) -> None:
        self.took: list[tuple[int, str]] = []
        self.takes = True
        self.gate: asyncio.Event | None = None
        self.begun = asyncio.Event()

    async def send(self, reply: Reply, place: Place) -> bool:
        self.begun.set()
        if self.gate is not None:
            await self.gate.wait()
        if self.takes:
            self.took.append((place.chat, reply.blocks[0].text))
        return self.takes


@pytest_asyncio.fixture
async def outbox(stocked: Path, tmp_path: Path) -> AsyncIterator[Record]:
    path = tmp_path / "outbox.db"
    shutil.copyfile(stocked, path)
    record = await Record.open(path)
    yield record
    await record.close()


async def put(record: Record, *chats: str) -> None:
    for number, chat in enumerate(chats):
        reply = Reply(blocks=(Note(text=f"told {number}"),))
        async with record.database.transaction() as tx:
            await post(tx, chat, reply.model_dump_json(), "2026")


async def states(record: Record) -> list[tuple[Any, ...]]:
    rows = await record.database.read("SELECT state, attempts FROM delivery ORDER BY id")
    return [tuple(row) for row in rows]


class Turns:
    """Sleep at once; after some turns, end what runs."""

    def __init__(self, most: int = 1000) -> None:
        self.slept: list[float] = []
        self.most = most

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if len(self.slept) >= self.most:
            raise asyncio.CancelledError


async def look() -> None:
    """Find nothing to tell."""


def deliverer(record: Record, far: Far, turns: Turns | None = None, looking: Any = look) -> Deliverer:
    return Deliverer(record, far.send, looking, sleep=(turns or Turns()).sleep)


async def test_what_is_due_is_sent_once_to_its_chat_in_order(outbox: Record) -> None:
    far, turns = Far(), Turns()
    await put(outbox, "telegram:7", "telegram:-100", "terminal:local", "telegram:7")
    sending = deliverer(outbox, far, turns)
    await sending.once()
    await sending.once()
    assert far.took == [(7, "told 0"), (-100, "told 1"), (7, "told 3")]
    assert await states(outbox) == [("sent", 1), ("sent", 1), ("due", 0), ("sent", 1)]
    assert turns.slept == [BETWEEN] * 3


async def test_what_is_not_taken_is_tried_again_and_given_up_at_last(outbox: Record) -> None:
    far = Far()
    far.takes = False
    await put(outbox, "telegram:7")
    sending = deliverer(outbox, far)
    for attempt in range(1, MOST_ATTEMPTS):
        await sending.once()
        assert await states(outbox) == [("due", attempt)]
    for _ in range(3):
        await sending.once()
        assert await states(outbox) == [("given up", MOST_ATTEMPTS)]


async def test_one_that_is_not_taken_does_not_hold_up_the_others(outbox: Record) -> None:
    far = Far()
    await put(outbox, "telegram:7", "telegram:8")

    async def send(reply: Reply, place: Place) -> bool:
        return place.chat != 7 and await far.send(reply, place)

    await Deliverer(outbox, send, look, sleep=Turns().sleep).once()
    assert far.took == [(8, "told 1")]
    assert await states(outbox) == [("due", 1), ("sent", 1)]


async def test_what_was_being_sent_when_the_process_died_is_sent_again(outbox: Record) -> None:
    far = Far()
    await put(outbox, "telegram:7", "terminal:local")
    for delivery in await outbox.outbox.due("telegram", 9) + await outbox.outbox.due("terminal", 9):
        assert await outbox.outbox.begin(delivery)
    await deliverer(outbox, far).once()
    assert far.took == [], "it is not taken twice while somebody sends it"
    with pytest.raises(asyncio.CancelledError):
        await deliverer(outbox, far, Turns(2)).run()
    assert far.took == [(7, "told 0")]
    assert await states(outbox) == [("sent", 2), ("sending", 1)], "another platform's is left alone"


async def test_two_who_send_at_once_send_each_once(outbox: Record) -> None:
    far = Far()
    await put(outbox, *["telegram:7"] * 10)
    await asyncio.gather(*[deliverer(outbox, far).once() for _ in range(3)])
    assert sorted(far.took) == sorted((7, f"told {number}") for number in range(10))


async def test_being_stopped_in_the_middle_it_is_recorded_as_sent(outbox: Record) -> None:
    far = Far()
    far.gate = asyncio.Event()
    await put(outbox, "telegram:7", "telegram:8")
    task = asyncio.create_task(deliverer(outbox, far).once())
    await far.begun.wait()
    task.cancel()
    await asyncio.sleep(0)
    assert not task.done(), "it waits for what has begun"
    far.gate.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert far.took == [(7, "told 0")]
    assert await states(outbox) == [("sent", 1), ("due", 0)]


async def test_what_takes_too_long_does_not_keep_the_bot_from_stopping(
    outbox: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "LAST_SECONDS", 0.0)
    far = Far()
    far.gate = asyncio.Event()
    await put(outbox, "telegram:7")
    task = asyncio.create_task(deliverer(outbox, far).once())
    await far.begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await states(outbox) == [("sending", 1)]
    far.gate.set()


async def test_it_looks_for_what_to_tell_each_time_and_outlasts_a_busy_record(
    outbox: Record, caplog: pytest.LogCaptureFixture
) -> None:
    far, looks = Far(), 0

    async def looking() -> None:
        nonlocal looks
        looks += 1
        if looks == 2:
            raise BusyRecord("another process holds the record")
        await put(outbox, "telegram:7")

    turns = Turns(7)
    with pytest.raises(asyncio.CancelledError):
        await deliverer(outbox, far, turns, looking).run()
    assert looks == 4 and len(far.took) == 3
    assert turns.slept == [BETWEEN, EVERY, EVERY, BETWEEN, EVERY, BETWEEN, EVERY]
    assert "cannot be read or written" in caplog.text
