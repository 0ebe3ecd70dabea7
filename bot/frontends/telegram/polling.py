"""Long polling: take updates in batches; neither a lost connection nor a malformed update ends it.

python-telegram-bot's `Updater` asks for a batch again without end when it cannot parse one update in it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any

from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.frontends.telegram.client import Client
from bot.frontends.telegram.inbox import Inbox
from bot.frontends.telegram.sending import summary, wait_of
from bot.retrying import Backoff, Sleep, retry

LONG_POLL_SECONDS = 30
BATCH = 100  # the most that Telegram gives at once
TAKING = Backoff(first=0.5, longest=30.0)

logger = logging.getLogger(__name__)


class Poller:
    """Take updates until cancelled; `offset` tells how far."""

    def __init__(
        self,
        client: Client,
        inbox: Inbox,
        *,
        kinds: Sequence[str],
        sleep: Sleep = asyncio.sleep,
        alive: Callable[[], None] = lambda: None,
    ) -> None:
        self._client = client
        self._inbox = inbox
        self._kinds = kinds
        self._sleep = sleep
        self._alive = alive
        self.offset = 0

    async def run(self) -> None:
        """Take updates for ever. Cancel it to stop: what it has taken is in the inbox."""
        while True:
            await self._inbox.room()
            batch = await self._next_batch()
            # No await before the new offset is set: a cancelled poller has taken a whole batch or none.
            for update in batch:
                self._inbox.take(update)
            if batch and not self._advance(batch):
                logger.error("Telegram sent updates without numbers: they cannot be confirmed")
                await self._sleep(TAKING.longest)

    async def confirm(self) -> None:
        """Confirm the updates that were taken: Telegram does not send them again after the next start."""
        if not self.offset:
            return
        try:
            await self._client.take(self.offset, seconds=0, limit=1, kinds=self._kinds)
        except TelegramError as error:
            logger.warning("the last updates may come again at the next start: %s", summary(error))

    async def _next_batch(self) -> list[Any]:
        failing = False

        def decide(error: Exception, pause: float) -> float | None:
            nonlocal failing
            if not isinstance(error, TelegramError):
                return None
            _log(error, again=failing)
            failing = True
            return wait_of(error) if isinstance(error, RetryAfter) else pause

        batch = await retry(self._take, TAKING, decide, sleep=self._sleep)
        if failing:
            logger.info("updates are coming in again")
        return batch

    async def _take(self) -> list[Any]:
        self._alive()
        return await self._client.take(self.offset, seconds=LONG_POLL_SECONDS, limit=BATCH, kinds=self._kinds)

    def _advance(self, batch: list[Any]) -> bool:
        numbers = [update.get("update_id") for update in batch if isinstance(update, dict)]
        known = [number for number in numbers if isinstance(number, int)]
        if known:
            self.offset = max(known) + 1
        return bool(known)


def _log(error: TelegramError, *, again: bool) -> None:
    """Log why updates cannot be taken; an error that may pass by itself is a warning only the first time."""
    if isinstance(error, Conflict):
        logger.error(
            "Telegram gives the updates to somebody else: another process runs with this token, or a webhook"
            " was set in the meantime. Only one may take them."
        )
    elif isinstance(error, InvalidToken):
        logger.error("Telegram no longer accepts the token: get a new one from @BotFather")
    elif not isinstance(error, RetryAfter):
        level = logging.DEBUG if again else logging.WARNING
        logger.log(level, "updates cannot be taken: %s; trying again", summary(error))
