"""A small newsroom whose changes go out by wire: a clock set by hand, and a far end that notes all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.frontends.terminal.render import plain
from bot.notices.delivering import Deliverer
from bot.notices.delivery_status import DeliveryStatus, Outcome
from bot.replies import Reply
from storage.changing.ledger import ChangeResult
from storage.domain.changes import Publish, Revise
from storage.domain.entries import FactEntry
from storage.domain.models import Fact, Listener
from storage.record import Record
from storage.sheets.importing import import_sheet
from storage.trail.audit import Actor

SHEET = """
[story]
name = "flood"
title = "The flood"

[[sources]]
ref = "gauge"
title = "The Gauge"
publisher = "Valley News"
published = "2026-11-20"

[[sources]]
ref = "town"
title = "Town hall notices"

[[entities]]
name = "Ann Ray"
kind = "person"

[[entities]]
name = "Bo Sky"
kind = "person"

[[facts]]
ref = "rain"
statement = "It rained for three days."
occurred = "2026-11-19"
attributions = [{ speaker = "Ann Ray", cue = "said that", source = "gauge", locator = "¶2" }]

[[facts]]
ref = "dam"
statement = "The dam holds."
attributions = [{ speaker = "Bo Sky", cue = "said that", source = "town" }]

[[facts]]
ref = "school"
statement = "The school stays shut."
attributions = [{ speaker = "Bo Sky", source = "town" }]
"""
ANN = Actor("telegram:99", "telegram:99")
START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class Clock:
    """A clock that moves only when it is told to."""

    def __init__(self) -> None:
        self.moment = START

    def __call__(self) -> datetime:
        return self.moment

    def go_on(self, **span: float) -> None:
        self.moment += timedelta(**span)


class FarEnd:
    """A platform that notes what it is asked; `planned` holds outcomes by chat, SENT where there are none."""

    platform = "telegram"

    def __init__(self) -> None:
        self.sent: list[tuple[str, int, str]] = []
        self.replies: list[Reply] = []
        self.answered: list[int | None] = []
        self.edits: list[tuple[str, int, str]] = []
        self.rewritten: list[Reply] = []
        self.planned: dict[str, list[Outcome]] = {}
        self.planned_edits: dict[str, list[Outcome]] = {}
        self.silent: list[bool] = []
        self.gate: asyncio.Event | None = None
        self.begun = asyncio.Event()
        self.messages = 1000

    async def transmit(
        self, listener: Listener, reply: Reply, *, key: str, answering: int | None = None
    ) -> Outcome:
        self.begun.set()
        if self.gate is not None:
            await self.gate.wait()
        self.sent.append((listener.chat, listener.topic, plain(reply)))
        self.replies.append(reply)
        self.answered.append(answering)
        self.silent.append(listener.silent)
        if planned := self.planned.get(listener.chat):
            return planned.pop(0)
        self.messages += 1
        return Outcome(DeliveryStatus.SENT, (self.messages,))

    async def rewrite(self, chat: str, message: int, reply: Reply) -> Outcome:
        self.edits.append((chat, message, plain(reply)))
        self.rewritten.append(reply)
        if planned := self.planned_edits.get(chat):
            return planned.pop(0)
        return Outcome(DeliveryStatus.SENT, (message,))

    def chats(self) -> list[str]:
        """Return the chats that were sent something, in order, and forget what was sent."""
        sent, self.sent = self.sent, []
        return [chat for chat, *_ in sent]

    def texts(self) -> list[str]:
        """Return what was sent, in order, and forget it."""
        sent, self.sent = self.sent, []
        return [text for *_, text in sent]


class Wire:
    """The record of the flood (F1 rain, F2 dam, F3 school), a deliverer, and the far end."""

    def __init__(self, record: Record, clock: Clock) -> None:
        self.record = record
        self.clock = clock
        self.far = FarEnd()
        self.slept: list[float] = []
        self.deliverer = self.begin()

    def begin(self, **how) -> Deliverer:
        """Return a deliverer as after a start."""

        async def look() -> None:
            pass

        async def sleep(seconds: float) -> None:
            self.slept.append(seconds)
            await asyncio.sleep(0)

        return Deliverer(self.record, self.far, look, **{"sleep": sleep, "chance": lambda: 0.5, **how})

    async def deliver(self, **span: float) -> None:
        """Let some time pass, then do all that is due."""
        self.clock.go_on(**span)
        # What is begun in one look may leave something to the one after: it is done when two find nothing.
        idle = 0
        while idle < 2:
            idle = 0 if await self.deliverer.once() else idle + 1

    async def subscribe(self, *chats: str, topic: int = 0, **given) -> None:
        for chat in chats:
            assert await self.record.listeners.subscribe(
                chat, topic, 1, person=chat, language="en", at=self.record.ledger.now(), **given
            )

    async def set(self, chat: str, topic: int = 0, **settings) -> None:
        await self.record.listeners.change(chat, topic, settings)

    async def publish(
        self, ref: str, statement: str, *, hold: float = 0, urgent: bool = False, **fields
    ) -> Fact:
        attribution = {"speaker": "Ann Ray", "cue": "said that", "source": "gauge", "locator": "¶3"}
        entry = FactEntry(ref=ref, statement=statement, **{"attributions": [attribution], **fields})
        return (await self.make(Publish(story_id=1, fact=entry, hold=hold, urgent=urgent))).fact

    async def change(
        self, fact_id: int, kind: str = "corrected", *, reason: str | None = None, material=True, **fields
    ) -> Fact:
        before = (await self.record.facts.entry(fact_id)).model_dump(mode="json", exclude_defaults=True)
        found = await self.record.facts.find(fact_id)
        change = Revise(
            story_id=1,
            fact_id=fact_id,
            expected=found.revision,
            kind=kind,
            fact=FactEntry(**{**before, **fields}),
            reason=reason,
            material=material,
        )
        return (await self.make(change)).fact

    async def retract(self, fact_id: int, why: str = "it was wrong") -> Fact:
        return await self.change(fact_id, "retracted", retracted=why, reason=why)

    async def make(self, change) -> ChangeResult:
        # Changes made at one moment are told apart in the trail by a microsecond each.
        made = await self.record.ledger.make(change, by=ANN)
        self.clock.go_on(milliseconds=1)
        return made

    async def states(self) -> dict[str, str]:
        """Return the state of the last delivery to each chat."""
        rows = await self.record.database.read(
            "SELECT l.chat, d.state FROM delivery d JOIN listener l ON l.id = d.listener_id"
            " ORDER BY d.notice_id"
        )
        return {row[0]: row[1] for row in rows}


@asynccontextmanager
async def open_wire(folder: Path) -> AsyncIterator[Wire]:
    """Open a wire over a new record in a folder."""
    clock = Clock()
    record = await Record.open(folder / "flood.db", clock=clock)
    sheet = folder / "flood.toml"
    sheet.write_text(SHEET, encoding="utf-8")
    try:
        await import_sheet(record, sheet, actor="tests")
        yield Wire(record, clock)
    finally:
        await record.close()
