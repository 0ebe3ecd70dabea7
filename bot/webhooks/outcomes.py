"""What becomes of what is sent to a webhook: written down, and told to those whom it concerns."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.notices.schedule import text_of
from bot.texts import _
from bot.webhooks.posting import Answer
from bot.webhooks.telling import Text, left_out, paused, stopped, tested, told
from bot.webhooks.terms import Terms
from storage.domain.clock import read_moment
from storage.domain.models import Notice
from storage.notifying.outbox import Parcel
from storage.record import Record
from storage.trail.audit import Actor
from storage.webhooks.models import State, Webhook
from storage.webhooks.webhooks import NEVER

if TYPE_CHECKING:
    from bot.metrics import Metrics

# Seconds until an end is tried again, at first and at most; and how long it may fail.
FIRST, LONGEST = 5.0, 6 * 3600.0
FAILING = timedelta(days=7)
# Who pauses and ends webhooks that nobody has.
ITSELF = Actor("onrecord")

logger = logging.getLogger(__name__)


class Outcomes:
    """Write down what became of notices; the log names ids, and no address."""

    def __init__(
        self, record: Record, terms: Terms, metrics: Metrics | None, chance: Callable[[], float]
    ) -> None:
        self._record = record
        self._terms = terms
        self._metrics = metrics
        self._chance = chance

    async def stop(self, webhook: Webhook, why: Text) -> None:
        """End a webhook, and tell owners."""
        told_of = await told(self._record, self._terms.owners, lambda: stopped(webhook, why))
        if await self._record.webhooks.stop(webhook, why(), by=ITSELF, told=told_of):
            logger.warning("webhook %d has ended: %s", webhook.id, why())

    async def pause(self, webhook: Webhook, why: Text) -> None:
        """Pause a webhook, and tell owners."""
        told_of = await told(self._record, self._terms.owners, lambda: paused(webhook, why))
        if await self._record.webhooks.pause(webhook, why(), by=ITSELF, told=told_of):
            logger.warning("webhook %d is paused: %s", webhook.id, why())

    async def note(self, webhook: Webhook, rest: Parcel, notice: Notice, answer: Answer | None) -> None:
        """Write down what was answered to the first of some notices, None if nothing was sent of it."""
        outbox, now = self._record.outbox, self._record.ledger.now()
        one = rest._replace(notices=(notice.id,))
        if answer is None:
            # Whether the end takes anything is as unknown as before.
            await outbox.sent(unpaused(one), (), None, now)
            return
        self._count("taken" if answer.taken else "refused")
        if notice.reply is not None:
            replies = await told(self._record, [_asker(notice)], lambda: tested(webhook, answer.error))
            await self._record.webhooks.tell(replies)
            await outbox.sent(one if answer.taken else unpaused(one), (), None, now)
            rest = rest._replace(notices=rest.notices[1:])
        elif answer.taken:
            await outbox.sent(one, (), None, now)
        if answer.gone:
            await self.stop(webhook, lambda: _("its end says that it is gone (410)."))
            await outbox.give_up(rest, answer.error, now)
        elif not answer.taken:
            if self.lasted(rest, FAILING):
                await self.pause(
                    webhook,
                    lambda: _("its end has taken nothing for a week ({reason}).", reason=answer.error),
                )
            again = self._again(rest, answer.wait)
            logger.info("webhook %d has not taken notice %d: tried again at %s", webhook.id, notice.id, again)
            await outbox.wait_for(rest, answer.error, now, again)

    async def note_left_out(
        self, webhook: Webhook, parcel: Parcel, notices: Sequence[Notice], answer: Answer
    ) -> None:
        """Write down, and tell owners, that notices were refused for good, while what is behind was taken."""
        changes = [await self._change(notice) for notice in notices]
        told_of = await told(
            self._record, self._terms.owners, lambda: left_out(webhook, changes, answer.error)
        )
        await self._record.webhooks.tell(told_of)
        await self._record.outbox.give_up(parcel, answer.error, self._record.ledger.now())
        self._count("left out")
        logger.warning("webhook %d: notices %s are left out: %s", webhook.id, parcel.notices, answer.error)

    async def leave(self, webhook: Webhook, rest: Parcel) -> None:
        """Mark what is not sent: it waits if the webhook is paused, and is given up if it has ended."""
        reason, now = webhook.reason or "", self._record.ledger.now()
        if webhook.state is State.STOPPED:
            await self._record.outbox.give_up(rest, reason, now)
        else:
            await self._record.outbox.wait_for(rest, reason, now, NEVER)

    async def _change(self, notice: Notice) -> str:
        """Return how the API calls a change; of what is no fact, what was taken down."""
        if notice.fact_id is not None:
            return f"F{notice.fact_id}.{notice.revision}"
        down = await self._record.webhooks.taken_down(notice.audit_id)
        return down.subject if down is not None else str(notice.id)

    def lasted(self, parcel: Parcel, span: timedelta) -> bool:
        """Tell whether the end of a parcel has failed for some time."""
        return self._lasted(parcel) >= span

    def _again(self, parcel: Parcel, wait: float) -> str:
        """Return when to try again: after as long as it has failed so far, with jitter, or as it asks for."""
        now, lasted = self._record.ledger.clock(), self._lasted(parcel).total_seconds()
        pause = min(max(FIRST, lasted), LONGEST) * (0.5 + self._chance())
        return text_of(now + timedelta(seconds=max(pause, wait)))

    def _lasted(self, parcel: Parcel) -> timedelta:
        since = parcel.listener.paused_at
        return self._record.ledger.clock() - read_moment(since) if since is not None else timedelta(0)

    def _count(self, outcome: str) -> None:
        if self._metrics is not None:
            self._metrics.sent_to_webhook(outcome)


def unpaused(parcel: Parcel) -> Parcel:
    """Return a parcel of whose listener it is not known that it took nothing before."""
    listener = parcel.listener.model_copy(update={"paused": None, "paused_at": None})
    return parcel._replace(listener=listener)


def _asker(notice: Notice) -> str:
    """Return the chat that asked for a test."""
    return str(json.loads(notice.reply or "{}")["test"])
