"""Amending: messages that cited what has changed are put right, each edited or answered.

An edit is tried whatever became of sending, and makes no noise. What has to be said beside it waits where the
chat takes no messages, is muted or has quiet hours; then the edit is made again, which changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from bot.notices.delivery_status import DeliveryStatus, Outcome, Transmitter, key_of
from bot.notices.message_corrections import CorrectedMessage, corrected_message
from bot.notices.refusals import next_try
from bot.notices.schedule import awake_at, text_of
from bot.pictures.sending.studio import Studio
from bot.replies import Reply
from bot.texts import speak
from bot.times.zones import keep_time
from storage.domain.clock import read_moment
from storage.domain.models import Listener
from storage.notifying.outbox import MOST_ATTEMPTS
from storage.notifying.receipts import Amendment
from storage.record import Record

Again = Callable[[int, float], str]
Surely = Callable[[Callable[[], Awaitable[object]]], Awaitable[None]]

# Seconds for which other edits wait while one finds out whether a chat takes any.
PROBING = 2.0
MOST_SHUT = 10_000

logger = logging.getLogger(__name__)


class Amender:
    """Put messages right on one platform.

    `again` tells when to try again, after a number of attempts or the seconds that the platform asks for;
    `surely` records an outcome, also where the record is busy for a while; `studio` draws pictures anew.
    """

    def __init__(
        self, record: Record, transmitter: Transmitter, *, again: Again, surely: Surely, studio: Studio
    ) -> None:
        self._record = record
        self.studio = studio
        self._transmitter = transmitter
        self._again = again
        self._surely = surely
        # Chats that take no edits either, as of people who have blocked the bot, and until when to wait.
        self._shut: dict[str, str] = {}

    async def amend(self, amendment: Amendment) -> None:
        """Put a message right, and record what became of that."""
        speak(amendment.language)
        right: CorrectedMessage | None = None
        try:
            keep_time(await self._record.zones.of(amendment.chat, amendment.topic))
            right = await corrected_message(self._record, amendment, self.studio)
            if right is not None and right.kept is not None:
                # Before it is tried: whatever becomes of that, the words are not kept.
                await self._record.receipts.rewrite(amendment, right.kept.model_dump_json())
            outcome = (
                Outcome(DeliveryStatus.SENT) if right is None else await self._put_right(amendment, right)
            )
        except Exception as error:
            logger.exception("message %d in %s cannot be put right", amendment.message, amendment.chat)
            outcome = Outcome(DeliveryStatus.FAILED, error=type(error).__name__)
        revisions = right.revisions if right is not None else {}
        await self._surely(lambda: self._note(amendment, outcome, revisions))

    async def _put_right(self, amendment: Amendment, right: CorrectedMessage) -> Outcome:
        """Edit a message; say in reply to it what has changed where that has to be, or editing cannot."""
        outcome = Outcome(DeliveryStatus.REFUSED, error="its words were not kept")
        if right.is_same:
            outcome = Outcome(DeliveryStatus.SENT)
        elif right.reply is not None:
            outcome = await self._edit(amendment, right.reply)
        chat, answering = amendment.chat, None if outcome.gone else amendment.message
        if outcome.status is DeliveryStatus.MOVED:
            # Old messages of a group that has become a supergroup cannot be edited or answered.
            chat, answering = await self._moved(amendment, outcome), None
        elif outcome.status not in (DeliveryStatus.REFUSED, DeliveryStatus.SENT):
            return outcome
        told = await self._to_tell(amendment, right, chat, outcome)
        if not told:
            return Outcome(DeliveryStatus.SENT)
        outcome = await self._remark(
            amendment, right.remark_of(told, answering=answering is not None), chat, answering
        )
        if outcome.status is DeliveryStatus.MOVED:
            chat = await self._moved(amendment, outcome)
        elif not outcome.gone:
            return outcome._replace(moved_to=chat if chat != amendment.chat else outcome.moved_to)
        outcome = await self._remark(amendment, right.remark_of(told, answering=False), chat, None)
        return outcome._replace(moved_to=chat)

    async def _to_tell(
        self, amendment: Amendment, right: CorrectedMessage, chat: str, edited: Outcome
    ) -> list[int]:
        """Return the notices that are told in a chat beside the edit, or in its place: each once in a chat.

        Whoever made a change knows of it, and needs no more than that the message is put right, or gone.
        """
        is_right = edited.status is DeliveryStatus.SENT
        notices = self._record.notices
        listener = await self._record.listeners.find(chat, amendment.topic)
        wanted = []
        for notice in await notices.by_id(right.must_remark if is_right else right.remarks.keys()):
            if listener is not None and await notices.delivered(notice.id, listener.id) is not None:
                continue
            stays_wrong = not (is_right or edited.gone)
            if stays_wrong or chat not in await notices.chats_of_author(notice.audit_id):
                wanted.append(notice.id)
        return await self._record.receipts.may_tell(amendment, wanted) if wanted else []

    async def _moved(self, amendment: Amendment, outcome: Outcome) -> str:
        """Note that a group has become a supergroup, and return the address of that."""
        await self._record.listeners.move(amendment.chat, outcome.moved_to)
        return outcome.moved_to

    async def _edit(self, amendment: Amendment, reply: Reply) -> Outcome:
        """Edit a message; LATER where the chat has just refused that for another, or is being asked."""
        chat, now = amendment.chat, self._record.ledger.clock()
        paused = await self._record.listeners.is_paused(chat)
        if paused and (until := self._shut.get(chat, "")) > text_of(now):
            wait = (read_moment(until) - now).total_seconds()
            return Outcome(DeliveryStatus.LATER, error="paused", wait=wait, moved_to=chat)
        if paused:
            if len(self._shut) >= MOST_SHUT:
                self._shut.clear()
            self._shut[chat] = text_of(now + timedelta(seconds=PROBING))
        outcome = await self._transmitter.rewrite(chat, amendment.message, reply)
        if outcome.status is not DeliveryStatus.UNREACHABLE:
            self._shut.pop(chat, None)
            return outcome
        self._shut[chat] = until = await self._wait_for(chat, outcome)
        wait = (read_moment(until) - now).total_seconds()
        return Outcome(DeliveryStatus.LATER, error=outcome.error, wait=wait, moved_to=chat)

    async def _remark(self, amendment: Amendment, remark: Reply, chat: str, answering: int | None) -> Outcome:
        """Say in a chat what has changed; LATER while it takes no messages, is muted or has quiet hours."""
        known = await self._record.listeners.find(chat, amendment.topic)
        listener = known or Listener(id=0, chat=chat, topic=amendment.topic, language=amendment.language)
        whole = await self._record.listeners.find(chat)
        now = self._record.ledger.clock()
        if whole is not None and whole.paused and whole.open_at > text_of(now):
            # Once that moment has come, this may be what finds that the chat takes messages again.
            wait = read_moment(whole.open_at) - now
            return Outcome(DeliveryStatus.LATER, error=whole.paused, wait=wait.total_seconds(), moved_to=chat)
        wait = awake_at(listener, now) - now
        if wait:
            return Outcome(DeliveryStatus.LATER, wait=wait.total_seconds())
        key = key_of(f"{chat}#{amendment.message}", amendment.notices)
        outcome = await self._transmitter.transmit(listener, remark, key=key, answering=answering)
        if outcome.status is DeliveryStatus.SENT:
            await self._record.listeners.resume(chat)
        return outcome

    async def _note(self, amendment: Amendment, outcome: Outcome, revisions: Mapping[int, int]) -> None:
        """Record the outcome of a correction."""
        receipts = self._record.receipts
        match outcome.status:
            case DeliveryStatus.SENT:
                await receipts.done(amendment, revisions)
            case DeliveryStatus.LATER:
                paused = (outcome.moved_to or None) if outcome.error else None
                await receipts.put_off(amendment, self._again(0, outcome.wait), paused=paused)
            case DeliveryStatus.UNREACHABLE:
                chat = outcome.moved_to or amendment.chat
                await receipts.put_off(amendment, await self._wait_for(chat, outcome), paused=chat)
            case DeliveryStatus.FAILED if amendment.attempts + 1 < MOST_ATTEMPTS:
                again = self._again(amendment.attempts, outcome.wait)
                await receipts.failed(amendment, outcome.error, again)
            case _:
                await receipts.failed(amendment, outcome.error, None)

    async def _wait_for(self, chat: str, outcome: Outcome) -> str:
        """Note that a chat takes no messages; return when it is tried again."""
        now = self._record.ledger.clock()
        again = next_try(await self._record.listeners.find(chat), now, outcome.wait)
        await self._record.listeners.pause(chat, outcome.error, self._record.ledger.now(), again)
        logger.info("%s does not take messages: tried again at %s", chat, again)
        return again
