"""Sending what is in the outbox: one delivery after the other, each recorded before and after it is sent."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bot.frontends.telegram.addressing import Place
from bot.frontends.telegram.sending import Sleep
from bot.replies import Reply
from storage.errors import RecordError
from storage.outbox import Delivery
from storage.record import Record

PLATFORM = "telegram"
# How often the outbox is looked at, in seconds: what moderators decide is not urgent.
EVERY = 1.0
# Far below the 30 a second that Telegram permits in all.
BETWEEN = 0.1
# How long a delivery that has begun may hold up the bot's being stopped.
LAST_SECONDS = 10.0
_BATCH = 20
Send = Callable[[Reply, Place], Awaitable[bool]]

logger = logging.getLogger("onrecord.telegram")


class Deliverer:
    """Send what is due to Telegram chats, until cancelled; `send` tells whether a reply arrived.

    `look` is done before each look at the outbox: it finds what there is to tell.
    """

    def __init__(
        self, record: Record, send: Send, look: Callable[[], Awaitable[None]], *, sleep: Sleep = asyncio.sleep
    ) -> None:
        self._record = record
        self._send = send
        self._look = look
        self._sleep = sleep

    async def run(self) -> None:
        """Send for as long as the bot runs; trouble with the record is logged and waited out."""
        recovered = False
        while True:
            try:
                if not recovered:
                    await self._record.outbox.recover(PLATFORM)
                    recovered = True
                await self._look()
                await self.once()
            except RecordError as error:
                logger.warning("the outbox cannot be read or written: %s", error)
            await self._sleep(EVERY)

    async def once(self) -> None:
        """Send what is due now."""
        for delivery in await self._record.outbox.due(PLATFORM, _BATCH):
            if await self._record.outbox.begin(delivery):
                await self._finish(asyncio.ensure_future(self._deliver(delivery)))
                await self._sleep(BETWEEN)

    async def _finish(self, delivering: asyncio.Future[None]) -> None:
        """Wait for a delivery, and for its end also when the bot is being stopped."""
        try:
            await asyncio.shield(delivering)
        except asyncio.CancelledError:
            # Else nobody would know whether it was sent, and the next start would send it again.
            await asyncio.wait({delivering}, timeout=LAST_SECONDS)
            raise

    async def _deliver(self, delivery: Delivery) -> None:
        chat = int(delivery.chat.partition(":")[2])
        if await self._send(Reply.model_validate_json(delivery.reply), Place(chat)):
            await self._record.outbox.sent(delivery)
        else:
            await self._record.outbox.failed(delivery, "not taken")
            logger.info("delivery %d to chat %d was not taken", delivery.id, chat)
