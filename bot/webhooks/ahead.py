"""Making an event while the one before it is under way; it is used only where nothing has changed since."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from bot.webhooks.events import Event, Events
from storage.domain.models import Notice
from storage.record import Record
from storage.webhooks.models import Webhook


class _Made(NamedTuple):
    """What is sent of a notice, made when an entry was the last one of the trail."""

    entry: int
    event: Event | None


class Ahead:
    """Make the events of one webhook, each while the one before it is sent."""

    def __init__(self, record: Record, events: Events) -> None:
        self._record = record
        self._events = events
        self._notice = 0
        self._making: asyncio.Task[_Made] | None = None

    async def of(self, webhook: Webhook, left: Sequence[Notice], entry: int) -> Event | None:
        """Return what is sent of the first of some notices, and begin to make that of the second.

        `entry` is the last one of the trail: what was made before it may hold words that are gone.
        """
        made = await self._making if self._making is not None and self._notice == left[0].id else None
        self.close()
        event = made.event if made is not None and made.entry == entry else None
        if made is None or made.entry != entry:
            event = await self._events.of(webhook, left[0])
        if len(left) > 1:
            self._notice = left[1].id
            self._making = asyncio.create_task(self._make(webhook, left[1]))
            # Where nobody comes for it, nobody hears of its trouble either: it is made anew then.
            self._making.add_done_callback(lambda done: done.cancelled() or done.exception())
        return event

    async def _make(self, webhook: Webhook, notice: Notice) -> _Made:
        # Before it is made: what it reads is of that entry or of a later one.
        entry = self._record.database.version_read.changes
        return _Made(entry, await self._events.of(webhook, notice))

    def close(self) -> None:
        """Leave what is being made."""
        if self._making is not None:
            self._making.cancel()
            self._making = None
