"""Telegram's side of delivering: send notices, edit messages that need a correction."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable
from functools import partial

from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bot.frontends.shared.chat_rate import ChatBusy, ChatLimiter
from bot.frontends.shared.role_lease import RoleLost
from bot.frontends.shared.send_rate import Pace, Pacer
from bot.frontends.telegram.addressing import address
from bot.frontends.telegram.client import Client
from bot.frontends.telegram.render import Keyboard, Piece, render, stated_by
from bot.frontends.telegram.sending import persist, put_instead, summary, wait_of
from bot.notices.delivery_status import DeliveryStatus, Outcome
from bot.notices.refusals import RARELY, SOON
from bot.replies import Note, Reply
from bot.retrying import Sleep
from bot.texts import _
from storage.domain.models import Listener

# https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
PACE = Pace(rate=30.0, replies_apart=True)
CHAT_SECONDS, GROUP_PER_MINUTE = 1.0, 19

# Telegram's errors for a topic that takes no messages, and for one that never will again.
_TOPIC_CLOSED = ("topic_closed",)
_TOPIC_GONE = ("message thread not found", "topic_deleted")
# For a chat that takes none: at present, as a group that is closed for the night, or perhaps never again.
_CLOSED = ("administrator rights", "not enough rights", "have no rights", "_forbidden", "chat_admin_required",
           "chat_restricted", "user_banned_in_channel", *_TOPIC_CLOSED)  # fmt: skip
_GONE = ("chat not found", "user is deactivated", "group chat was deactivated", "channel_private")
# For a message to edit, or to answer, that is not there.
_NO_MESSAGE = ("message to edit not found", "message_id_invalid", "replied not found")
MOST_CLOSED = 1_000
Buttons = Callable[[Reply], Awaitable[Keyboard | None]]

logger = logging.getLogger(__name__)


def telegram_pacer(clock: Callable[[], float], *, sleep: Sleep = asyncio.sleep) -> Pacer:
    """Return a pacer that keeps to Telegram's limits, in all and in each chat; `clock` tells seconds."""
    limiter = ChatLimiter(clock, seconds=CHAT_SECONDS, per_minute=messages_per_minute)
    return Pacer(clock, PACE, chats=limiter, sleep=sleep)


def messages_per_minute(chat: Hashable) -> int | None:
    """Return how many messages a chat may get in a minute; groups (negative numbers) have a limit."""
    return GROUP_PER_MINUTE if isinstance(chat, int) and chat < 0 else None


class Transmitter:
    """Send and edit at Telegram's pace; every error becomes an outcome."""

    platform = "telegram"

    def __init__(
        self,
        client: Client,
        pacer: Pacer,
        buttons: Buttons,
        *,
        sleep: Sleep = asyncio.sleep,
        may_send: Callable[[], bool] = lambda: True,
    ) -> None:
        self._client = client
        self._may_send = may_send
        self._sleep = sleep
        self._pacer = pacer
        self._buttons = buttons
        # Topics that were closed at the last notice, as their chats have been told.
        self._closed: set[tuple[str, int]] = set()

    async def transmit(
        self,
        listener: Listener,
        reply: Reply,
        *,
        key: str,  # reason: Telegram has no use for it
        answering: int | None = None,
    ) -> Outcome:
        """Send a reply to a chat or topic; where the topic is closed, to the chat."""
        chat = number_of(listener.chat)
        buttons = await self._buttons(reply)
        pieces = render(reply)
        sent: list[int] = []
        try:
            for position, piece in enumerate(pieces, 1):
                under = buttons if position == len(pieces) else None
                topic, silent = listener.topic or None, listener.silent
                say = partial(
                    self._say, piece, chat, topic, under, answering, silent=silent, patiently=bool(sent)
                )
                # The first message is repeated by the deliverer, the rest here: nothing is sent twice.
                sent.append(await (persist(say, sleep=self._sleep) if sent else say()))
            self._closed.discard((listener.chat, listener.topic))
        except (ChatBusy, RoleLost) as error:
            return Outcome(DeliveryStatus.LATER, wait=error.wait)
        except TelegramError as error:
            if not sent and listener.topic and _says(error, _TOPIC_CLOSED + _TOPIC_GONE):
                gone = _says(error, _TOPIC_GONE)
                return await self._fall_back(listener, reply, key, answering, gone=gone)
            if sent:
                # A part has arrived: sending all again would repeat it.
                logger.warning("the rest of a notice to chat %s was not sent: %s", chat, summary(error))
                return Outcome(DeliveryStatus.SENT, tuple(sent), shown=stated_by(pieces))
            return self._outcome(error)
        return Outcome(DeliveryStatus.SENT, tuple(sent), shown=stated_by(pieces))

    async def _fall_back(
        self, listener: Listener, reply: Reply, key: str, answering: int | None, *, gone: bool
    ) -> Outcome:
        """Send a notice to the chat, for its topic is closed or gone; say so once."""
        topic = (listener.chat, listener.topic)
        if answering is None and (gone or topic not in self._closed):
            text = (
                _("The topic for this is gone: it comes here from now on (/settings).")
                if gone
                else _("The topic for this is closed: it comes here until the topic is open again.")
            )
            reply = reply.model_copy(update={"blocks": (Note(text=text), *reply.blocks)})
        chat = listener.model_copy(update={"topic": 0})
        outcome = await self.transmit(chat, reply, key=key, answering=answering)
        if outcome.status is DeliveryStatus.SENT and answering is None and not gone:
            if len(self._closed) >= MOST_CLOSED:
                self._closed.clear()
            self._closed.add(topic)
        return outcome._replace(topic_gone=gone and outcome.status is DeliveryStatus.SENT)

    async def rewrite(self, chat: str, message: int, reply: Reply) -> Outcome:
        """Put a reply in the place of a message; REFUSED where it is gone or the reply takes several."""
        pieces = render(reply)
        if len(pieces) != 1:
            return Outcome(DeliveryStatus.REFUSED, error="it takes more than one message")
        number = number_of(chat)
        try:
            buttons = await self._buttons(reply)
            with await self._pacer.broadcast(number):
                self._look_once_more()
                await put_instead(self._client, pieces[0], number, message, buttons)
        except (ChatBusy, RoleLost) as error:
            return Outcome(DeliveryStatus.LATER, wait=error.wait)
        except BadRequest as error:
            if "message is not modified" in str(error).lower():
                return Outcome(DeliveryStatus.SENT, (message,))
            return self._outcome(error)
        except TelegramError as error:
            return self._outcome(error)
        return Outcome(DeliveryStatus.SENT, (message,))

    async def _say(
        self,
        piece: Piece,
        chat: int,
        topic: int | None,
        buttons: Keyboard | None,
        answering: int | None,
        *,
        silent: bool,
        patiently: bool,
    ) -> int:
        with await self._pacer.broadcast(chat, patiently=patiently):
            self._look_once_more()
            say = partial(
                self._client.say,
                piece.html,
                chat,
                topic=topic,
                answering=answering,
                buttons=buttons,
                silent=silent,
            )
            # In reply to nothing a remark would have to read otherwise.
            return await (say() if answering is None else say(answers_only=True))

    def _look_once_more(self) -> None:
        """Raise RoleLost where another process may be sending by now, for this one has stood still."""
        if not self._may_send():
            raise RoleLost

    def _outcome(self, error: TelegramError) -> Outcome:
        """Return what an error means for a delivery."""
        match error:
            case RetryAfter():
                wait = wait_of(error)
                self._pacer.on_retry_after(wait)
                return Outcome(DeliveryStatus.FAILED, error="told to wait", wait=wait)
            case ChatMigrated():
                return Outcome(DeliveryStatus.MOVED, moved_to=address(error.new_chat_id))
            case Forbidden() | BadRequest() if _says(error, _CLOSED):
                return Outcome(DeliveryStatus.UNREACHABLE, error=summary(error), wait=SOON)
            case BadRequest() if not _says(error, _GONE):
                gone = _says(error, _NO_MESSAGE)
                return Outcome(DeliveryStatus.REFUSED, error=summary(error), gone=gone)
            case Forbidden() | BadRequest():
                return Outcome(DeliveryStatus.UNREACHABLE, error=summary(error), wait=RARELY)
        return Outcome(DeliveryStatus.FAILED, error=summary(error))


def number_of(chat: str) -> int:
    """Return the chat's own number from its address."""
    return int(chat.partition(":")[2])


def _says(error: TelegramError, phrases: tuple[str, ...]) -> bool:
    text = str(error).lower()
    return any(phrase in text for phrase in phrases)
