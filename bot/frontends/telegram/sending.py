"""Send answers to the right chat and topic, repeated as far as that is safe.

What may be repeated: a call that had no effect (429, 5xx, no connection) always; one that broke off half
way once, for an answer that comes twice does less harm than none; one without an answer in time, only where
doing it twice is the same as doing it once.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from functools import partial
from typing import TypeVar

from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError

from bot.frontends.shared.role_lease import RoleLost
from bot.frontends.telegram.addressing import Place
from bot.frontends.telegram.client import Client
from bot.frontends.telegram.render import Keyboard, Piece
from bot.frontends.telegram.transport import Disconnected, Unsent
from bot.retrying import Backoff, Sleep, retry

Done = TypeVar("Done")

REPEATS = Backoff(first=0.5, attempts=4)
LONGEST_WAIT = 60.0  # seconds; after a longer one nobody waits for the answer any more

# Telegram's errors quote HTML that it cannot parse; the library's quote a broken response whole.
_QUOTING = re.compile(r"(?<=parse entities):|\. Parsing |\. The server response ")

logger = logging.getLogger(__name__)


async def persist(call: Callable[[], Awaitable[Done]], *, sleep: Sleep, same_twice: bool = False) -> Done:
    """Return what `call` returns, repeating it up to three times as far as that is safe.

    With `same_twice`, doing it twice is the same as doing it once. Raises the last TelegramError.
    """
    broken = 0

    def decide(error: Exception, pause: float) -> float | None:
        nonlocal broken
        if isinstance(error, RetryAfter):
            wait = wait_of(error)
            return wait if wait <= LONGEST_WAIT else None
        if isinstance(error, BadRequest) or not isinstance(error, NetworkError):
            return None
        broken += not isinstance(error, Unsent)
        once = isinstance(error, Disconnected) and broken == 1
        return pause if once or same_twice or isinstance(error, Unsent) else None

    return await retry(call, REPEATS, decide, sleep=sleep)


def wait_of(error: RetryAfter) -> float:
    """Return the seconds that Telegram asks to wait."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


def summary(error: TelegramError) -> str:
    """Return an error for the log, without the part that may quote what a user wrote."""
    return f"{type(error).__name__}: {_QUOTING.split(str(error), maxsplit=1)[0][:120]}"


class Courier:
    """Send the pieces of an answer, or put one in the place of an earlier one.

    Refusals (blocked, removed, topic gone) are logged with ids only, and are not the caller's concern.
    `replying` is awaited before each message goes out, with its chat, and gives the context of its call. Once
    `may_send` tells that another process may be answering, RoleLost is raised instead.
    """

    def __init__(
        self,
        client: Client,
        *,
        sleep: Sleep = asyncio.sleep,
        replying: Callable[[int], Awaitable[AbstractContextManager[object]]] | None = None,
        may_send: Callable[[], bool] = lambda: True,
    ) -> None:
        self._client = client
        self._sleep = sleep
        self._replying = replying
        self._may_send = may_send

    async def send(self, pieces: Sequence[Piece], place: Place, buttons: Keyboard | None = None) -> list[int]:
        """Send the pieces in order, the first as a reply, `buttons` under the last; return the ids sent."""
        sent: list[int] = []
        try:
            for number, piece in enumerate(pieces, 1):
                under = buttons if number == len(pieces) else None
                message, place = await self._send(piece, place, under)
                sent.append(message)
        except Forbidden as error:
            logger.info("chat %s does not take messages from the bot (%s)", place.chat, summary(error))
        except TelegramError as error:
            logger.warning("no answer could be sent to chat %s: %s", place.chat, summary(error))
        return sent

    async def turn(self, piece: Piece, place: Place, buttons: Keyboard | None = None) -> list[int]:
        """Put a piece in the place of the message at `place`; if that is gone, send a new message.

        Return the id of the message that shows it; nothing where none does.
        """
        if place.message is None:
            raise ValueError("there is no message to put it in place of")
        message = place.message
        try:
            await self._persist(
                lambda: put_instead(self._client, piece, place.chat, message, buttons),
            )
        except BadRequest as error:
            if "message is not modified" not in str(error).lower():
                logger.info("message in chat %s cannot be edited (%s): sent anew", place.chat, summary(error))
                return await self.send([piece], place, buttons)
        except ChatMigrated as error:
            return await self.send([piece], Place(error.new_chat_id), buttons)
        except TelegramError as error:
            logger.warning("no page could be turned in chat %s: %s", place.chat, summary(error))
            return []
        return [message]

    async def acknowledge(self, query: str, alert: str | None = None) -> None:
        """Answer a callback query, with an alert if there is one to show; ignore a query that is too old."""
        try:
            await self._persist(
                lambda: self._client.answer_callback_query(query, text=alert, show_alert=bool(alert) or None)
            )
        except BadRequest as error:
            # "query is too old and response timeout expired or query ID is invalid": nobody waits for it.
            logger.debug("callback query not answered: %s", summary(error))
        except TelegramError as error:
            logger.warning("callback query not answered: %s", summary(error))

    async def _send(self, piece: Piece, place: Place, buttons: Keyboard | None) -> tuple[int, Place]:
        """Send one piece; return its id and the place for the next."""
        try:
            message = await persist(lambda: self._say(piece, place, buttons), sleep=self._sleep)
        except ChatMigrated as error:
            # The group has become a supergroup, which has its own message ids and topics.
            place = Place(error.new_chat_id)
            logger.info("a group has become the supergroup %s", place.chat)
            message = await persist(lambda: self._say(piece, place, buttons), sleep=self._sleep)
        return message, Place(place.chat, None, place.topic)

    async def _persist(self, call: Callable[[], Awaitable[object]]) -> None:
        """Make a call that done twice is the same as done once."""

        async def ours() -> object:
            self._look_once_more()
            return await call()

        await persist(ours, sleep=self._sleep, same_twice=True)

    def _look_once_more(self) -> None:
        if not self._may_send():
            raise RoleLost

    async def _say(self, piece: Piece, place: Place, buttons: Keyboard | None) -> int:
        with await self._replying(place.chat) if self._replying is not None else nullcontext():
            self._look_once_more()
            show: Callable[..., Awaitable[int]] = (
                self._client.say if piece.picture is None else partial(self._client.show, piece.picture)
            )
            return await show(
                piece.html, place.chat, topic=place.topic, answering=place.message, buttons=buttons
            )


async def put_instead(
    client: Client, piece: Piece, chat: int, message: int, buttons: Keyboard | None
) -> None:
    """Put a piece in the place of one of the bot's own messages of its kind. Raises TelegramError."""
    if piece.picture is not None:
        await client.show_instead(piece.picture, piece.html, chat, message, buttons=buttons)
    else:
        await client.rewrite(piece.html, chat, message, buttons=buttons)
