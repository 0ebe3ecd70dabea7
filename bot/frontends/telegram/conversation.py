"""Answer one update: make a request of it, let dispatch answer, show the reply."""

from __future__ import annotations

import asyncio
import logging
import re
import traceback
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from telegram import ChatMember
from telegram.error import TelegramError

from bot.commands.dispatch import unwritten
from bot.commands.reviewing.intake import takes_reply
from bot.frontends.shared.button_data import ButtonData
from bot.frontends.shared.role_lease import RoleLost
from bot.frontends.telegram.addressing import Place, address, place_of, pressed, to_request
from bot.frontends.telegram.client import Client
from bot.frontends.telegram.questions import Questions, started, takes_place
from bot.frontends.telegram.render import Keyboard, clean, fits, keyboard, render, stated_by
from bot.frontends.telegram.sending import Courier, summary
from bot.frontends.telegram.updates import CallbackQuery, Chat, MembershipChange, Message, Update, language_of
from bot.notices.receipt_buffer import ReceiptBuffer
from bot.notices.refusals import RARELY, SOON
from bot.notices.schedule import text_of
from bot.replies import Modal, Reply
from bot.requests import Document
from bot.texts import N_, _, shortened, speak
from storage.domain.errors import RecordError

if TYPE_CHECKING:
    from bot.commands.dispatch import Dispatcher
    from storage.record import Record

# A page is asked for by ` >cursor` at the end of its command; its own number, as a button, does nothing.
PAGE = re.compile(r"\s>\S+\s*$")
NUMBER = re.compile(r"\d+/\d+\+?")
# Pages that were sent to others than who had asked: they turn for whom they were sent to.
MOST_SENT = 1_000

# https://core.telegram.org/bots/api#answercallbackquery
ALERT_LIMIT = 200
TOO_OLD = N_("This button is too old: send the command again.")

logger = logging.getLogger(__name__)


def _alert(reply: Reply) -> str | None:
    """Return a reply's text if it fits in an alert, which only the person who pressed the button sees."""
    text = "\n".join(block.text for block in reply.blocks)
    short = reply.aside and not reply.actions and len(text) <= ALERT_LIMIT
    return text if short else None


def _reopened(message: Message) -> bool:
    """Tell whether a message says that a closed topic, or the general one, takes messages again."""
    return message.forum_topic_reopened is not None or message.general_forum_topic_unhidden is not None


class Conversation:
    """Answer the updates of one bot. `handle` never raises (but CancelledError, and RoleLost)."""

    def __init__(
        self,
        client: Client,
        dispatcher: Dispatcher,
        record: Record,
        courier: Courier,
        memory: ReceiptBuffer,
        *,
        language: str = "en",
    ) -> None:
        self._client = client
        self._dispatcher = dispatcher
        self._record = record
        self._button_data = ButtonData(record, fits)
        self._courier = courier
        self._memory = memory
        self._language = language
        self._readers: dict[tuple[int, int], int] = {}
        self._questions = Questions()

    async def handle(self, update: Update) -> None:
        """Answer an update; one that asks nothing passes. Raises RoleLost where another process may do so."""
        # Telegram hands an update over again where a kill kept it from hearing that it was handled.
        self._record.repeats.handle(f"telegram:{self._client.bot.id}:{update.update_id}")
        try:
            if update.callback_query is not None:
                await self._press(update.callback_query)
            elif update.my_chat_member is not None:
                await self._note_membership(update.my_chat_member)
            elif update.message is not None and update.message.migrate_to_chat_id is not None:
                old, new = update.message.chat.id, update.message.migrate_to_chat_id
                await self._record.listeners.move(address(old), address(new))
            elif update.message is not None and _reopened(update.message):
                await self._record.listeners.resume(address(update.message.chat.id))
            else:
                await self._ask(update)
        except RoleLost:
            raise
        except Exception as error:  # noqa: BLE001  # reason: one update must not end others
            trace = "".join(traceback.format_tb(error.__traceback__))
            name = type(error).__name__
            # The error's own text is left out: it may hold what a user wrote.
            logger.error("update %s failed: %s\n%s", update.update_id, name, trace)  # noqa: TRY400  # reason: cleaned

    async def _ask(self, update: Update) -> None:
        known = self._dispatcher.registry.find
        request = to_request(update, self._client.bot, known=known, language=self._language)
        message = update.message or update.channel_post
        if request is None or message is None:
            return
        speak(request.language)
        if request.shared:
            request = replace(request, administers=partial(self._administers, message.chat, request.user))
        else:
            await self._record.listeners.resume(request.chat)
        if takes_reply(request.text) and (file := message.carried) is not None:
            document = Document(file.file_name, partial(self._client.load, file.file_id, file.file_size))
            request = replace(request, document=document)
        reply = await self._dispatcher.answer(request)
        assert not isinstance(reply, Modal)  # Telegram shows none
        if reply is not None:
            place, asked = place_of(message), self._questions.find(request, reply)
            if asked is not None:
                sent = await self._show(reply, Place(place.chat, asked, place.topic), turning=True)
            else:
                sent = await self._courier.send(render(reply), place, await self.buttons(reply))
            self._questions.note(request, reply, sent)
            await self._note_arrival(request.chat, sent)
            self._remember(reply, place, sent, request.language)

    async def _press(self, query: CallbackQuery) -> None:
        speak(language_of(query.from_user, self._language))
        if NUMBER.fullmatch(query.data or ""):
            await self._courier.acknowledge(query.id)
            return
        try:
            command = await self._button_data.command_of(query.data)
            request = pressed(query, command, language=self._language) if command else None
            message = query.message
            if request is None or message is None or command is None:
                await self._courier.acknowledge(query.id, _(TOO_OLD))
                return
            paging = PAGE.search(command) is not None
            if paging and message.chat.type == "channel":
                await self._courier.acknowledge(query.id, self._in_private(command))
                return
            if request.shared:
                request = replace(request, administers=partial(self._administers, message.chat, request.user))
            else:
                await self._record.listeners.resume(request.chat)
            reply = await self._dispatcher.answer(request)
            assert not isinstance(reply, Modal)  # Telegram shows none
        except RecordError as error:
            await self._courier.acknowledge(query.id, unwritten(error))
            raise
        except Exception:
            await self._courier.acknowledge(query.id)
            raise
        alert = _alert(reply) if reply is not None else None
        if reply is None or alert is not None:
            await self._courier.acknowledge(query.id, alert)
            return
        # A message with such buttons is always the bot's own. A refusal leaves its page as it is.
        turning = message.is_accessible and not reply.aside and reply.picture is None
        turning = turning and (self._turns_for(query, message) if paging else takes_place(request, reply))
        _answered, sent = await asyncio.gather(
            self._courier.acknowledge(query.id), self._show(reply, place_of(message), turning=turning)
        )
        self._questions.note(request, reply, sent)
        if not turning:
            await self._note_arrival(request.chat, sent)
            self._note_reader(query, sent if paging else [])
        self._remember(reply, place_of(message), sent, request.language)

    def _turns_for(self, query: CallbackQuery, message: Message) -> bool:
        """Tell whether a page turns in place for somebody: for who asked, and in a private chat.

        Others of a group get theirs as a message of its own: who reads the page before must not lose it.
        """
        if message.chat.type == "private":
            return True
        asked = message.reply_to_message
        if asked is not None and asked.from_user is not None and asked.from_user.id == query.from_user.id:
            return True
        return self._readers.get((message.chat.id, message.message_id)) == query.from_user.id

    def _note_reader(self, query: CallbackQuery, sent: list[int]) -> None:
        """Remember for whom a page was sent; after a restart they get one more message."""
        if query.message is not None and sent:
            self._readers[query.message.chat.id, sent[-1]] = query.from_user.id
            if len(self._readers) > MOST_SENT:
                del self._readers[next(iter(self._readers))]

    def _in_private(self, command: str) -> str:
        """Say where pages turn that a channel shows: there each press would show another page to all."""
        typed = PAGE.sub("", command)
        text = _("Here the page stays for all. To turn pages, send {command} to @{bot}.",
                 command=typed, bot=self._client.username)  # fmt: skip
        return shortened(text, ALERT_LIMIT)

    async def _administers(self, chat: Chat, user: str) -> bool:
        """Ask Telegram whether a user is an admin of a chat; one who writes as the chat itself is."""
        if chat.type == "private" or user == address(chat.id):
            return True
        number = int(user.partition(":")[2])
        if number < 0:
            return False
        try:
            member = await self._client.get_chat_member(chat.id, number)
        except TelegramError as error:
            logger.info("admins of chat %s are not known: %s", chat.id, summary(error))
            return False
        return member.status in (ChatMember.OWNER, ChatMember.ADMINISTRATOR)

    async def _note_membership(self, change: MembershipChange) -> None:
        """Resume a chat in which the bot may write; pause one in which it may not, or is not any more."""
        chat, listeners = address(change.chat.id), self._record.listeners
        if change.may_write:
            await listeners.resume(chat)
            return
        reason = "blocked or removed" if change.is_out else "the bot may not write there"
        ledger = self._record.ledger
        again = text_of(ledger.clock() + timedelta(seconds=RARELY if change.is_out else SOON))
        await listeners.pause(chat, reason, ledger.now(), again)

    async def _note_arrival(self, chat: str, sent: list[int]) -> None:
        """Resume a chat in which an answer has arrived: a group is heard also where the bot may not write."""
        if sent:
            await self._record.listeners.resume(chat)

    async def _show(self, reply: Reply, place: Place, *, turning: bool) -> list[int]:
        """Send a reply and return its ids; if it is `turning` it takes the place of a message, if it can."""
        pieces, buttons = render(reply), await self.buttons(reply)
        if turning and len(pieces) == 1:
            return await self._courier.turn(pieces[0], place, buttons)
        return await self._courier.send(pieces, place, buttons)

    def _remember(self, reply: Reply, place: Place, sent: list[int], language: str) -> None:
        stated = stated_by(render(reply)) if len(sent) > 1 else ()
        self._memory.note(address(place.chat), place.topic or 0, tuple(sent), reply, language, stated)

    async def buttons(self, reply: Reply) -> Keyboard | None:
        """Return the keyboard of a reply; a button whose command cannot be kept is left out."""
        data = [
            started(action.command, self._client.username)
            if action.private
            else await self._button_data.data_of(clean(action.command))
            for action in reply.actions
        ]
        shown = [(action, each) for action, each in zip(reply.actions, data, strict=True) if each is not None]
        return keyboard(shown, reply.page)
