"""Long polling: take updates in batches; neither a lost connection nor a malformed update ends it.

Telegram forgets what lies below the offset of a call, and hands all from it on over again. So the offset is
the lowest update that is still open: what a kill interrupts comes again after the next start. Of what is open
Telegram shows a hundred at most.

python-telegram-bot's `Updater` confirms a batch before it is handled, and asks for it again without end when
it cannot parse one update in it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from typing import Any

from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.frontends.telegram.client import Client
from bot.frontends.telegram.inbox import Inbox, number_of
from bot.frontends.telegram.sending import summary, wait_of
from bot.retrying import Backoff, Sleep, retry

LONG_POLL_SECONDS = 30
BATCH = 100  # the most that Telegram gives at once
TAKING = Backoff(first=0.5, longest=30.0)
# Seconds between two looks for new updates while earlier ones are open: then Telegram answers at once.
LOOKING = Backoff(first=0.1, longest=1.0)
# The same after a full batch: more than is shown may wait, and each round trip passes with what was closed.
FULL_PAUSE = 0.02

logger = logging.getLogger(__name__)


class Poller:
    """Take updates until cancelled; `offset` tells up to where all are handled."""

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
        self._next = 0

    @property
    def offset(self) -> int:
        """Return the lowest number of an update that is open, else of the next one."""
        lowest = self._inbox.lowest
        return self._next if lowest is None else lowest

    async def run(self) -> None:
        """Take updates for ever. Cancel it to stop: what it has taken is in the inbox. It may run again."""
        given_up = self._inbox.resume()
        if given_up is not None:
            self._next = given_up
        in_vain = 0
        while True:
            await self._inbox.room()
            batch = await self._next_batch()
            # No await before all of it is taken: a cancelled poller has taken a whole batch or none.
            for update in batch:
                self._inbox.take(update)
            numbers = [number for update in batch if (number := number_of(update)) is not None]
            in_vain = 0 if self._advance(numbers) else in_vain + 1
            if batch and not numbers:
                logger.error("Telegram sent updates without numbers: they cannot be confirmed")
                await self._sleep(TAKING.longest)
            elif batch:
                await self._ease(len(batch), in_vain)

    async def confirm(self) -> None:
        """Confirm the updates that were handled: Telegram does not send them again after the next start."""
        if not self.offset:
            return
        try:
            await self._client.take(self.offset, seconds=0, limit=1, kinds=self._kinds)
        except TelegramError as error:
            logger.warning("the last updates may come again at the next start: %s", summary(error))

    async def _ease(self, given: int, in_vain: int) -> None:
        """Wait while Telegram would only give again what it gave `in_vain` times before."""
        count = len(self._inbox)
        if in_vain and given >= BATCH:
            # Nothing else is shown until one of these is closed, which each is after a while. All may have
            # been closed while they were fetched again: then there is none to wait for.
            await self._inbox.at_most(max(count - 1, 0))
            return
        with contextlib.suppress(TimeoutError):
            # Half of a batch still to be worked on keeps all busy while the next is fetched.
            pause = FULL_PAUSE if given >= BATCH else LOOKING.pause(in_vain + 1)
            async with asyncio.timeout(pause):
                await self._inbox.at_most(0 if in_vain else count // 2)

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

    def _advance(self, numbers: list[int]) -> bool:
        """Note how far a batch goes; tell whether it goes further than the one before."""
        highest = max(numbers, default=None)
        if highest is None or highest + 1 == self._next:
            return False
        self._next = highest + 1
        return True


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
