"""The updates that have been taken and are being answered: in order within a chat, chats side by side."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from telegram import Update

from bot.frontends.shared.keyed_lock import KeyedLock
from bot.frontends.shared.shutdown import drain

if TYPE_CHECKING:
    from bot.frontends.telegram.client import Client
    from bot.frontends.telegram.conversation import Conversation

# Updates open for each that is handled at once: enough to keep all busy while the next are fetched.
OPEN_FOR_EACH = 4
MOST_OPEN = 100  # or more, where more are handled at once

logger = logging.getLogger("onrecord.telegram")


class Inbox:
    """Hand each update to the conversation when it is its chat's turn, and know which are still open.

    Up to `at_once` updates are answered at the same time. What is open has a bound, too: a poller waits for
    `room`, a webhook turns updates away while the inbox is `full`.
    """

    def __init__(self, client: Client, conversation: Conversation, *, at_once: int) -> None:
        self._client = client
        self._conversation = conversation
        self._locks = KeyedLock(at_once)
        self._most = max(OPEN_FOR_EACH * at_once, MOST_OPEN)
        self._open: set[asyncio.Task[None]] = set()
        # Not `asyncio.wait` on what is open: that would put a callback on hundreds for each one answered.
        self._closed = asyncio.Event()

    @property
    def full(self) -> bool:
        """Tell whether as many updates are open as may be."""
        return len(self._open) >= self._most

    def take(self, data: object) -> bool:
        """Start handling an update as it came from Telegram; tell whether it could be read."""
        update = self._read(data)
        if update is None:
            return False
        # A task of its own for each: the language of a reply is a context variable.
        task = asyncio.create_task(self._handle(update))
        self._open.add(task)
        task.add_done_callback(self._close)
        return True

    async def room(self) -> None:
        """Wait until the inbox is not full."""
        while self.full:
            self._closed.clear()
            await self._closed.wait()

    async def drain(self, seconds: float) -> None:
        """Wait until everything taken is answered; give up what is not after `seconds`."""
        await drain(self._open, seconds, logger)

    async def _handle(self, update: Update) -> None:
        async with self._locks.turn(order_key(update)):
            await self._conversation.handle(update)

    def _read(self, data: object) -> Update | None:
        if not isinstance(data, dict):
            logger.warning("malformed update without a number is left out (%s)", type(data).__name__)
            return None
        try:
            return Update.de_json(data, self._client)
        except Exception as error:  # noqa: BLE001  # reason: a malformed update may raise anything
            number = data.get("update_id")
            shown = number if isinstance(number, int) else "without a number"
            logger.warning("malformed update %s is left out (%s)", shown, type(error).__name__)
            return None

    def _close(self, task: asyncio.Task[None]) -> None:
        self._open.discard(task)
        self._closed.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("an update could not be handled (%s)", type(error).__name__)


def order_key(update: Update) -> int | None:
    """Return the number of the chat whose order an update keeps, else of its user, None where it has neither.

    A user has the same number as their private chat.
    """
    if (chat := update.effective_chat) is not None:
        return chat.id
    return None if (user := update.effective_user) is None else user.id
