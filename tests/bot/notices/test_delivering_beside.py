"""Two platforms on one record, in one process or in two: each chat is told each change exactly once."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from bot.metrics import Metrics
from bot.notices import find_what_to_tell
from bot.notices.delivering import Deliverer
from bot.notices.delivery_status import DeliveryStatus, Outcome
from bot.notices.receipt_buffer import ReceiptBuffer
from bot.questions import wording
from bot.questions.finding import key_of
from bot.questions.subject import subject_of
from bot.replies import Reply
from storage.domain.models import Listener
from storage.record import Record
from tests.bot.wire import FarEnd, Wire, open_wire

CHATS = 40


class Platform(FarEnd):
    """A platform where each message takes a moment, and some fail at first."""

    def __init__(self, name: str, seed: int) -> None:
        super().__init__()
        self.platform = name
        self.chance = random.Random(seed)
        self.got: Counter[tuple[str, str]] = Counter()
        self.under_way: Counter[str] = Counter()
        self.put_right: Counter[tuple[str, int]] = Counter()

    async def transmit(
        self, listener: Listener, reply: Reply, *, key: str, answering: int | None = None
    ) -> Outcome:
        assert listener.chat.startswith(f"{self.platform}:")
        self.under_way[listener.chat] += 1
        assert self.under_way[listener.chat] == 1
        await asyncio.sleep(self.chance.random() / 200)
        self.under_way[listener.chat] -= 1
        if self.chance.random() < 0.1:
            return Outcome(DeliveryStatus.FAILED, error="timed out")
        self.messages += 1
        for fact in reply.cited_revisions.items() if answering is None else ():
            self.got[listener.chat, f"F{fact[0]} r{fact[1]}"] += 1
        return Outcome(DeliveryStatus.SENT, (self.messages,))

    async def rewrite(self, chat: str, message: int, reply: Reply) -> Outcome:
        assert chat.startswith(f"{self.platform}:")
        await asyncio.sleep(self.chance.random() / 200)
        self.put_right[chat, message] += 1
        return Outcome(DeliveryStatus.SENT, (message,))


class Beside:
    """A newsroom, and a deliverer for each of two platforms, on its record or on one of their own."""

    def __init__(self, wire: Wire, records: list[Record]) -> None:
        self.wire = wire
        self.far = [Platform("telegram", 1), Platform("discord", 2)]
        self.metrics = Metrics(lambda: 0.0)
        self.deliverers = [
            self._deliverer(record, far) for record, far in zip(records, self.far, strict=True)
        ]
        self.record = records

    def _deliverer(self, record: Record, far: Platform) -> Deliverer:
        memory = ReceiptBuffer(record)

        async def look() -> None:
            await find_what_to_tell(record)
            await memory.flush()

        async def sleep(_seconds: float) -> None:
            # Whoever waits to try again need not: the clock is set by hand.
            self.wire.clock.go_on(seconds=20)
            await asyncio.sleep(0.002)

        return Deliverer(record, far, look, at_once=8, metrics=self.metrics, sleep=sleep)

    async def told(self, running: list[asyncio.Task[None]]) -> None:
        """Wait until all that is to be told was."""
        while True:
            for task in running:
                assert not task.done(), task.result()
            # First what is not fanned out yet: between two looks it may become a message, never otherwise.
            new = await self.wire.record.database.read("SELECT count(*) FROM notice WHERE state = 'new'")
            depth = await self.wire.record.outbox.depth()
            if not (new[0][0] or depth.amendments or set(depth.states) - {"sent"}):
                return
            await asyncio.sleep(0.02)


@asynccontextmanager
async def open_beside(tmp_path, processes: int) -> AsyncIterator[Beside]:
    async with AsyncExitStack() as stack:
        wire = await stack.enter_async_context(open_wire(tmp_path))
        records = [wire.record]
        if processes == 2:
            other = await Record.open(tmp_path / "flood.db", clock=wire.clock)
            stack.push_async_callback(other.close)
            records.append(other)
        else:
            records.append(wire.record)
        yield Beside(wire, records)


@pytest.mark.parametrize("processes", [1, 2])
async def test_each_chat_is_told_each_change_once(tmp_path, caplog, processes):
    async with open_beside(tmp_path, processes) as beside:
        wire = beside.wire
        chats = [f"telegram:{n}" for n in range(CHATS)] + [f"discord:#{n}" for n in range(CHATS)]
        await wire.subscribe(*chats)
        running = [asyncio.create_task(each.run()) for each in beside.deliverers]
        expected = []
        for number in range(6):
            fact = await wire.publish(f"snow{number}", f"It snows {number} cm.")
            expected.append(f"F{fact.id} r1")
            await asyncio.sleep(0.03)
        await beside.told(running)
        got = beside.far[0].got + beside.far[1].got
        assert got == Counter({(chat, change): 1 for chat in chats for change in expected})
        # A correction goes back to each message that said so, once.
        await wire.change(4, statement="It snowed.")
        await beside.told(running)
        put_right = beside.far[0].put_right + beside.far[1].put_right
        assert len(put_right) == 2 * CHATS and set(put_right.values()) == {1}
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        assert not [entry for entry in caplog.records if entry.levelname == "ERROR"]
        assert beside.metrics._beats.keys() == {"telegram sender", "discord sender"}


async def test_a_platform_that_starts_again_leaves_what_the_other_is_sending(tmp_path):
    async with open_beside(tmp_path, 2) as beside:
        wire = beside.wire
        await wire.subscribe("telegram:1", "discord:#1")
        await wire.publish("snow", "It snows.")
        await beside.deliverers[0].once()
        taken = await beside.record[1].outbox.take("discord", wire.record.ledger.now(), 10)
        assert [each.listener.chat for each in taken] == ["discord:#1"]
        await wire.record.outbox.recover("telegram")
        assert (await wire.states())["discord:#1"] == "sending"
        await beside.record[1].outbox.recover("discord")
        assert (await wire.states())["discord:#1"] == "due"


async def test_who_asked_is_told_once_whoever_looks(tmp_path):
    async with open_beside(tmp_path, 2) as beside:
        wire = beside.wire
        text = "When did the zeppelin land in the valley?"
        asked = wording.read(text)
        key = key_of(asked, await subject_of(wire.record, 1, asked))
        question = await wire.record.questions.keep(1, key, text, wire.record.ledger.now())
        assert await wire.record.questions.await_answer(question, "discord:#5", "discord:5", "en")
        await wire.publish("zeppelin", "A zeppelin landed in the valley.", occurred="2026-11-23")
        await asyncio.gather(*(find_what_to_tell(record) for record in beside.record * 3))
        rows = await wire.record.database.read("SELECT count(*) FROM notice WHERE kind = 'reply'")
        assert rows[0][0] == 1
