"""Send notices, and correct sent messages: Discord's side of delivery.

A delivery keeps its key when it is sent again. Discord gets the key as a nonce and sends the same nonce only
once in several minutes, so a message being sent when the bot was killed does not arrive twice, as it may on
Telegram.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from hashlib import blake2b
from typing import Any

import discord

from bot.frontends.discord.addressing import PLATFORM, number_of
from bot.frontends.discord.messages.pictures import to_edit
from bot.frontends.discord.refusals import cannot_answer, outcome_of
from bot.frontends.discord.render import NOBODY, render, stated_by
from bot.frontends.discord.request_rate import NotOurs, in_background
from bot.notices.delivery_status import DeliveryStatus, Outcome
from bot.replies import Reply
from bot.retrying import Backoff, Sleep, retry
from storage.domain.models import Listener

# Retries for the rest of a message that has begun; no wait is longer than `LONGEST_WAIT`.
REPEATS = Backoff(first=0.5, attempts=4)
LONGEST_WAIT = 60.0
# The number of direct channels cached: opening one takes an extra request.
MOST_DIRECT = 50_000
Views = Callable[[Reply], Awaitable[discord.ui.View | None]]
Publish = Callable[[discord.Message], Awaitable[None]]
Say = Callable[[], Awaitable[discord.Message]]

logger = logging.getLogger(__name__)


class Transmitter:
    """Send and edit with lower priority than requests for which a person waits; errors become outcomes."""

    platform = PLATFORM

    def __init__(
        self,
        client: discord.Client,
        views: Views,
        publish: Publish,
        *,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._client = client
        self._views = views
        self._sleep = sleep
        self._direct: dict[int, int] = {}
        self._publish = publish

    async def transmit(
        self, listener: Listener, reply: Reply, *, key: str, answering: int | None = None
    ) -> Outcome:
        """Send a reply to a channel, thread, forum post or person."""
        with in_background():
            return await self._transmit(listener, reply, key, answering)

    async def rewrite(self, chat: str, message: int, reply: Reply) -> Outcome:
        """Replace a message by a reply; REFUSED if it is gone or the reply takes several messages."""
        pieces = render(reply)
        if len(pieces) != 1:
            return Outcome(DeliveryStatus.REFUSED, error="it takes more than one message")
        with in_background():
            try:
                view = await self._views(reply)
                channel = await self._channel(chat)
                await channel.get_partial_message(message).edit(
                    **to_edit(pieces[0]), view=view, allowed_mentions=NOBODY
                )
            except Exception as error:  # noqa: BLE001  # reason: whatever it is, it becomes an outcome
                return outcome_of(error, editing=True)
        return Outcome(DeliveryStatus.SENT, (message,))

    async def _transmit(self, listener: Listener, reply: Reply, key: str, answering: int | None) -> Outcome:
        sent: list[int] = []
        try:
            view = await self._views(reply)
            channel = await self._channel(listener.chat)
            pieces = render(reply)
            how = _how(listener, channel.id, answering)
            for position, piece in enumerate(pieces, 1):
                under = {"view": view} if view is not None and position == len(pieces) else {}
                nonce = nonce_of(key, position)
                say = partial(channel.send, embeds=piece.embeds, nonce=nonce, **how, **under)
                # The deliverer retries the first message, this method the rest: nothing is sent twice.
                message = await (self._persist(say) if sent else say())
                sent.append(message.id)
                await self._publish(message)
        except Exception as error:  # noqa: BLE001  # reason: whatever it is, it becomes an outcome
            if answering is not None and not sent and cannot_answer(error):
                return Outcome(DeliveryStatus.REFUSED, error=outcome_of(error).error, gone=True)
            outcome = outcome_of(error)
            # What another process may be sending by now, this one leaves to it, also where it had begun.
            if not sent or isinstance(error, NotOurs):
                return outcome
            # A part has arrived: sending everything again would repeat it.
            logger.warning("the rest of a notice to %s was not sent: %s", listener.chat, outcome.error)
        return Outcome(DeliveryStatus.SENT, tuple(sent), shown=stated_by(reply) if len(sent) > 1 else ())

    async def _persist(self, say: Say) -> discord.Message:
        """Send a message, retrying if that may help. Raises the last error."""

        def decide(error: Exception, pause: float) -> float | None:
            outcome = outcome_of(error)
            if outcome.status is not DeliveryStatus.FAILED or outcome.wait > LONGEST_WAIT:
                return None
            return outcome.wait or pause

        return await retry(say, REPEATS, decide, sleep=self._sleep)

    async def _channel(self, chat: str) -> discord.PartialMessageable:
        """Return the channel of an address; open a person's direct channel if needed."""
        number, is_channel = number_of(chat)
        if is_channel:
            return self._client.get_partial_messageable(number)
        if number not in self._direct:
            if len(self._direct) >= MOST_DIRECT:
                self._direct.clear()
            self._direct[number] = (await self._client.create_dm(discord.Object(number))).id
        return self._client.get_partial_messageable(self._direct[number])


def _how(listener: Listener, channel: int, answering: int | None) -> dict[str, Any]:
    """Return the keyword arguments that all messages to a listener share."""
    how: dict[str, Any] = {"allowed_mentions": NOBODY, "silent": listener.silent}
    if answering is not None:
        how["reference"] = discord.MessageReference(
            message_id=answering, channel_id=channel, fail_if_not_exists=False
        )
    return how


def nonce_of(key: str, position: int) -> str:
    """Return the nonce of one message of a delivery.

    https://discord.com/developers/docs/resources/message#create-message
    """
    return blake2b(f"{key}/{position}".encode(), digest_size=12).hexdigest()
