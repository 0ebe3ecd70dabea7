"""Amending: messages that cited what has changed are put right, each edited or answered."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping

from bot.notices.delivery_status import DeliveryStatus, Outcome, Transmitter, key_of
from bot.notices.message_corrections import CorrectedMessage, corrected_message
from bot.texts import speak
from storage.domain.models import Listener
from storage.notifying.outbox import MOST_ATTEMPTS
from storage.notifying.receipts import Amendment
from storage.record import Record

Again = Callable[[int, float], str]
Surely = Callable[[Callable[[], Awaitable[object]]], Awaitable[None]]

logger = logging.getLogger(__name__)


class Amender:
    """Put messages right on one platform.

    `again` tells when to try again, after a number of attempts or the seconds that the platform asks for;
    `surely` records an outcome, also where the record is busy for a while.
    """

    def __init__(self, record: Record, transmitter: Transmitter, *, again: Again, surely: Surely) -> None:
        self._record = record
        self._transmitter = transmitter
        self._again = again
        self._surely = surely

    async def amend(self, amendment: Amendment) -> None:
        """Put a message right, and record what became of that."""
        speak(amendment.language)
        right: CorrectedMessage | None = None
        try:
            if await self._record.listeners.is_paused(amendment.chat):
                outcome = Outcome(DeliveryStatus.REFUSED, error="paused")
            elif (right := await corrected_message(self._record, amendment)) is None:
                outcome = Outcome(DeliveryStatus.SENT)
            else:
                outcome = await self._put_right(amendment, right)
        except Exception as error:
            logger.exception("message %d in %s cannot be put right", amendment.message, amendment.chat)
            outcome = Outcome(DeliveryStatus.FAILED, error=type(error).__name__)
        revisions = right.revisions if right is not None else {}
        await self._surely(lambda: self._note(amendment, outcome, revisions))

    async def _put_right(self, amendment: Amendment, right: CorrectedMessage) -> Outcome:
        """Edit a message; say in reply to it what has changed where that has to be, or editing cannot."""
        chat = amendment.chat
        answering: int | None = amendment.message
        outcome = Outcome(DeliveryStatus.REFUSED, error="its words were not kept")
        if right.reply is not None:
            outcome = await self._transmitter.rewrite(chat, amendment.message, right.reply)
        if outcome.status is DeliveryStatus.MOVED:
            # In the supergroup that a group has become, its old messages cannot be edited.
            await self._record.listeners.move(chat, outcome.moved_to)
            chat, answering = outcome.moved_to, None
        elif outcome.status not in (DeliveryStatus.REFUSED, DeliveryStatus.SENT):
            return outcome
        known = await self._record.listeners.find(chat, amendment.topic)
        if outcome.status is DeliveryStatus.SENT and not (
            right.must_remark and await self._is_news(amendment, known)
        ):
            return outcome
        listener = known or Listener(id=0, chat=chat, topic=amendment.topic, language=amendment.language)
        key = key_of(f"{chat}#{amendment.message}", amendment.notices)
        return await self._transmitter.transmit(listener, right.remark, key=key, answering=answering)

    async def _is_news(self, amendment: Amendment, listener: Listener | None) -> bool:
        """Tell whether a chat hears of a change only by the correction of its message."""
        if listener is None:
            return True
        delivered = self._record.notices.delivered
        return any([await delivered(notice, listener.id) is None for notice in amendment.notices])

    async def _note(self, amendment: Amendment, outcome: Outcome, revisions: Mapping[int, int]) -> None:
        """Record the outcome of a correction."""
        receipts = self._record.receipts
        if outcome.status is DeliveryStatus.SENT:
            await receipts.done(amendment, revisions)
            return
        if outcome.status is DeliveryStatus.LATER:
            await receipts.put_off(amendment, self._again(0, outcome.wait))
            return
        again = None
        if outcome.status is DeliveryStatus.FAILED and amendment.attempts + 1 < MOST_ATTEMPTS:
            again = self._again(amendment.attempts, outcome.wait)
        await receipts.failed(amendment, outcome.error, again)
        if outcome.status is DeliveryStatus.UNREACHABLE:
            await self._record.listeners.pause(amendment.chat, outcome.error)
