"""The updates that have been taken and are being answered: in order within a chat, chats side by side."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from pydantic import ValidationError

from bot.frontends.shared.keyed_lock import KeyedLock
from bot.frontends.shared.shutdown import drain
from bot.frontends.telegram.updates import Update

if TYPE_CHECKING:
    from bot.frontends.telegram.conversation import Conversation

# Updates open for each that is handled at once: enough to keep all busy while the next are fetched.
OPEN_FOR_EACH = 4
MOST_OPEN = 100  # or more, where more are handled at once

logger = logging.getLogger(__name__)


class Inbox:
    """Hand each update to the conversation when it is its chat's turn, and know which are still open.

    Up to `at_once` updates are answered at the same time. What is open has a bound, too: a poller waits for
    `room`, a webhook turns updates away while the inbox is `full`.
    """

    def __init__(self, conversation: Conversation, *, at_once: int) -> None:
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
        update = _read(data)
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

    def _close(self, task: asyncio.Task[None]) -> None:
        self._open.discard(task)
        self._closed.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("an update could not be handled (%s)", type(error).__name__)


def order_key(update: Update) -> int | None:
    """Return the number of the chat whose order an update keeps, else of its user, None where it has neither.

    A user has the same number as their private chat.
    """
    message = update.message or update.channel_post
    if message is not None:
        return message.chat.id
    if (query := update.callback_query) is not None:
        return query.from_user.id if query.message is None else query.message.chat.id
    return None if update.my_chat_member is None else update.my_chat_member.chat.id


def _read(data: object) -> Update | None:
    try:
        return Update.model_validate(data)
    except ValidationError as error:
        # Without the error's own text, which quotes the update.
        number = data.get("update_id") if isinstance(data, dict) else None
        shown = number if isinstance(number, int) and abs(number) < 2**63 else "without a number"
        logger.warning("malformed update %s is left out (%d errors)", shown, error.error_count())
        return None
