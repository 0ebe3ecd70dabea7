"""The updates that have been taken and are being answered: in order within a chat, chats side by side.

An update is open until it is handled: only then may Telegram forget it, so that a kill loses none. What is
open, or was closed without its hearing of that, Telegram hands over again: each is handled once, for as long
as the process lives.
"""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING

from pydantic import ValidationError

from bot.frontends.shared.keyed_lock import KeyedLock
from bot.frontends.shared.role_lease import RoleLost
from bot.frontends.shared.shutdown import drain
from bot.frontends.telegram.updates import Update
from bot.times.limits import Deadlines, TimeLimit

if TYPE_CHECKING:
    from bot.frontends.telegram.conversation import Conversation

# Seconds until an update counts as closed though it still waits or is worked on: Telegram shows no more than
# a hundred open ones, and waits for a webhook's answer for a limited time. It is handled all the same.
CLOSED_AFTER = 18.0
# Seconds until the handling of one update is given up: its chat waits for it. Longer than any wait that
# Telegram asks for is borne; what computes an answer has a shorter limit of its own (`Dispatcher`).
GIVEN_UP_AFTER = 300.0
# Updates that wait or are worked on, closed or not.
MOST = 1_000
# Closed updates that are recognised when they come again.
REMEMBERED = 10_000

logger = logging.getLogger(__name__)


class Inbox:
    """Hand each update to the conversation when it is its chat's turn, and know which are still open.

    Up to `at_once` updates are answered at the same time. What waits has a bound, too: a poller waits for
    `room`, a webhook turns updates away while the inbox is `full`.
    """

    def __init__(
        self,
        conversation: Conversation,
        *,
        at_once: int,
        closed_after: float = CLOSED_AFTER,
        given_up_after: float = GIVEN_UP_AFTER,
    ) -> None:
        self._conversation = conversation
        self._locks = KeyedLock(at_once)
        self._closing: Deadlines[int] = Deadlines(closed_after, self._close)
        self._limit = TimeLimit(given_up_after)
        self._working: set[asyncio.Task[None]] = set()
        self._open: dict[int, asyncio.Future[bool]] = {}
        self._closed: dict[int, None] = {}
        # Not `asyncio.wait` on what is open: that would put a callback on hundreds for each one closed.
        self._fewer = asyncio.Event()
        self._wanted = 0

    def __len__(self) -> int:
        """Return how many updates are open."""
        return len(self._open)

    @property
    def lowest(self) -> int | None:
        """Return the lowest number of an open update, None where none is open."""
        return min(self._open, default=None)

    @property
    def full(self) -> bool:
        """Tell whether as many updates wait or are worked on as may be."""
        return len(self._working) >= MOST

    def take(self, data: object) -> asyncio.Future[bool] | None:
        """Start handling an update as it came from Telegram, unless that was begun before.

        Returns its end, True once it is closed, False where it is given up at a stop, so that Telegram is to
        keep it. None for one that was closed before, or cannot be read. Several may wait for the same end:
        shield it.
        """
        number = number_of(data)
        if number is not None:
            if (end := self._open.get(number)) is not None and not end.done():
                return end
            if number in self._closed:
                return None
        update = _read(data)
        if update is None:
            if number is not None:
                self._remember(number)
            return None
        return self._begin(update)

    def resume(self) -> int | None:
        """Begin anew after a stop: return the lowest number that was given up then, None if none was.

        Telegram may hand those over again, or another process has handled them.
        """
        given_up = [number for number, end in self._open.items() if end.done()]
        for number in given_up:
            del self._open[number]
        return min(given_up, default=None)

    async def room(self) -> None:
        """Wait until the inbox is not full."""
        while self.full:
            await asyncio.wait(self._working, return_when=asyncio.FIRST_COMPLETED)

    async def at_most(self, count: int) -> None:
        """Wait until no more than so many updates are open."""
        self._wanted = count
        while len(self._open) > count:
            self._fewer.clear()
            await self._fewer.wait()

    async def drain(self, seconds: float) -> None:
        """Wait until everything taken is answered; give up what is not after `seconds`."""
        await drain(self._working, seconds, logger)

    def _begin(self, update: Update) -> asyncio.Future[bool]:
        loop = asyncio.get_running_loop()
        number = update.update_id
        end = self._open[number] = loop.create_future()
        self._closing.begin(number)
        # A task of its own for each: the language of a reply is a context variable.
        task = asyncio.create_task(self._handle(update))
        self._working.add(task)
        task.add_done_callback(partial(self._ended, number))
        return end

    async def _handle(self, update: Update) -> None:
        async with self._locks.turn(order_key(update)):
            await self._limit.within(self._conversation.handle(update))

    def _ended(self, number: int, task: asyncio.Task[None]) -> None:
        self._working.discard(task)
        self._closing.end(number)
        if task.cancelled() or isinstance(task.exception(), RoleLost):
            # At a stop, or as this process stood still. It stays open: Telegram hands it over again after
            # the next start, or has handed it to another process.
            if (end := self._open.get(number)) is not None and not end.done():
                end.set_result(False)
            return
        if (error := task.exception()) is not None:
            logger.error("update %d could not be handled (%s)", number, type(error).__name__)
        self._close(number)

    def _close(self, number: int) -> None:
        end = self._open.pop(number, None)
        if end is None:
            return
        self._remember(number)
        if not end.done():
            end.set_result(True)
        if len(self._open) <= self._wanted:
            self._fewer.set()

    def _remember(self, number: int) -> None:
        self._closed[number] = None
        if len(self._closed) > REMEMBERED:
            del self._closed[next(iter(self._closed))]


def number_of(data: object) -> int | None:
    """Return the number of an update as it came, None where it has none that could be one."""
    number = data.get("update_id") if isinstance(data, dict) else None
    return number if type(number) is int and abs(number) < 2**63 else None


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
        number = number_of(data)
        shown = "without a number" if number is None else number
        logger.warning("malformed update %s is left out (%d errors)", shown, error.error_count())
        return None
