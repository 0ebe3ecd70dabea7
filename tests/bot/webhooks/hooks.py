"""A record whose story is public, a webhook that hears of it at a receiver, and what sends there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.answers.addresses import Addresses
from bot.intake.fetching.places import Gate
from bot.notices.schedule import UNGATHERED
from bot.webhooks.sending import WebhookSender
from bot.webhooks.terms import Terms
from storage.domain.changes import SetStory
from storage.record import Record
from storage.webhooks.models import Webhook
from tests.bot.webhooks.receiver import Receiver, receiver
from tests.bot.wire import ANN, Wire, open_wire

OWNER = "telegram:1"


class Hooks:
    """A wire with an end that its changes are sent to."""

    def __init__(self, wire: Wire, end: Receiver) -> None:
        self.wire = wire
        self.end = end
        self.slept: list[float] = []
        self.sender = self.begin()

    @property
    def record(self) -> Record:
        return self.wire.record

    def begin(self, record: Record | None = None, **how: Any) -> WebhookSender:
        """Return a sender as after a start."""

        async def sleep(seconds: float) -> None:
            self.slept.append(seconds)
            await asyncio.sleep(0)

        pages = Addresses("https://news.example")
        terms = Terms([self.end.host], [OWNER], "en", pages, UNGATHERED)
        given = {"chance": lambda: 0.5, "sleep": sleep, "gate": Gate([self.end.host]), **how}
        return WebhookSender(record or self.record, terms, **given)

    async def add(self, url: str | None = None) -> Webhook:
        """Add a webhook whose secret the end knows."""
        number, secret = await self.record.webhooks.add(1, url or self.end.url, by=ANN, language="en")
        self.end.secrets.append(secret)
        return await self.find(number)

    async def find(self, number: int = 1) -> Webhook:
        found = await self.record.webhooks.find(number)
        assert found is not None
        return found

    async def deliver(self, **span: float) -> None:
        """Let some time pass, then send all that is due."""
        self.wire.clock.go_on(**span)
        idle = 0
        while idle < 2:
            idle = 0 if await self.sender.once() else idle + 1
        assert self.end.faults == []

    async def told(self) -> list[str]:
        """Return what owners and others were told in private since the last look."""
        await self.wire.deliver()
        return self.wire.far.texts()


@asynccontextmanager
async def open_hooks(folder: Path, **how: Any) -> AsyncIterator[Hooks]:
    """Open a record with a public story and one webhook."""
    async with open_wire(folder) as wire, receiver(lambda: wire.clock().timestamp(), **how) as end:
        hooks = Hooks(wire, end)
        await wire.make(SetStory(story_id=1, public=True))
        await hooks.add()
        yield hooks
