"""Sending changes to webhooks out of the outbox: each end its own, one event after the other, in order.

An event is marked as sent before the next one goes out. Where an end does not take one, that and all behind
it wait, for twice as long each time, or for as long as it asks for. After a week it is left alone.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
import ssl
from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from bot.answers.addresses import Addresses
from bot.intake.fetching.places import Gate
from bot.notices.delivering import OutboxSender
from bot.notices.schedule import Spans, text_of
from bot.retrying import Sleep
from bot.texts import _, speak
from bot.webhooks.events import Event, Events
from bot.webhooks.posting import SECONDS, Answer, Line
from bot.webhooks.signing import signed
from bot.webhooks.telling import Text, paused, stopped, tested, told
from storage.domain.clock import read_moment
from storage.domain.errors import RecordError
from storage.domain.models import Notice
from storage.notifying.outbox import Parcel
from storage.record import Record
from storage.trail.audit import Actor
from storage.webhooks.keys import MissingKey
from storage.webhooks.models import State, Webhook
from storage.webhooks.webhooks import NEVER, PLATFORM

if TYPE_CHECKING:
    from bot.config import Settings
    from bot.metrics import Metrics

# Ends that are sent to at the same time.
AT_ONCE = 16
# Seconds until an end is tried again, at first and at most; and how long it may fail.
FIRST, LONGEST = 5.0, 6 * 3600.0
FAILING = timedelta(days=7)
# Who pauses and ends webhooks that nobody has.
ITSELF = Actor("onrecord")

logger = logging.getLogger(__name__)


class Terms(NamedTuple):
    """What the settings say: which hosts may be private, who is told, in which language, where pages are."""

    hosts: Collection[str]
    owners: Sequence[str]
    language: str
    pages: Addresses
    spans: Spans

    @classmethod
    def of(cls, settings: Settings) -> Terms:
        """Return the terms in the settings."""
        notices = settings.notices
        spans = Spans(timedelta(seconds=notices.gather), timedelta(days=notices.retention))
        pages = Addresses(settings.web.url or "")
        return cls(settings.webhooks.hosts, settings.owners, settings.language, pages, spans)


class WebhookSender(OutboxSender):
    """Send to all webhooks of a record until cancelled."""

    def __init__(
        self,
        record: Record,
        terms: Terms,
        *,
        gate: Gate | None = None,
        trust: ssl.SSLContext | None = None,
        seconds: float = SECONDS,
        metrics: Metrics | None = None,
        sleep: Sleep = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        super().__init__(
            record, PLATFORM, self._mind, at_once=AT_ONCE, spans=terms.spans, metrics=metrics, sleep=sleep
        )
        self._terms = terms
        self._events = Events(record, terms.pages)
        self._line = partial(Line, gate or Gate(terms.hosts), trust=trust, seconds=seconds)
        self._chance = chance

    async def _mind(self) -> None:
        """End the webhooks of stories that are public no more."""
        speak(self._terms.language)
        for webhook in await self._record.webhooks.withdrawn():
            await self._stop(webhook, lambda: _("its story is not public any more."))

    async def _stop(self, webhook: Webhook, why: Text) -> None:
        told_of = await told(self._record, self._terms.owners, lambda: stopped(webhook, why))
        if await self._record.webhooks.stop(webhook, why(), by=ITSELF, told=told_of):
            logger.warning("webhook %d has ended: %s", webhook.id, why())

    async def _pause(self, webhook: Webhook, why: Text) -> None:
        told_of = await told(self._record, self._terms.owners, lambda: paused(webhook, why))
        if await self._record.webhooks.pause(webhook, why(), by=ITSELF, told=told_of):
            logger.warning("webhook %d is paused: %s", webhook.id, why())

    async def _deliver(self, parcel: Parcel) -> None:
        speak(self._terms.language)
        line: Line | None = None
        notices = await self._record.notices.by_id(parcel.notices)
        # A test is no change: whoever asks for one wants to know how things are now.
        left = sorted(notices, key=lambda notice: notice.reply is None)
        try:
            while left:
                webhook = await self._record.webhooks.sending(
                    parcel.listener.id, left[0].id, self._record.claims.sender
                )
                if webhook is None:
                    return  # another process has it now
                rest = parcel._replace(notices=tuple(notice.id for notice in left))
                if webhook.state is not State.ON:
                    await self._surely(partial(self._leave, webhook, rest))
                    return
                line = line or self._line(webhook.url)
                answer = await self._send(line, webhook, left[0])
                await self._surely(partial(self._note, webhook, rest, left[0], answer))
                if answer is not None and not answer.taken:
                    return
                if answer is not None:
                    parcel = _unpaused(parcel)  # it takes them again
                left = left[1:]
        finally:
            if line is not None:
                await line.close()

    async def _send(self, line: Line, webhook: Webhook, notice: Notice) -> Answer | None:
        """Send what is to be told of a notice, and return what was answered; None where there is nothing."""
        try:
            event = await self._events.of(webhook, notice)
            return await self._post(line, webhook, event) if event is not None else None
        except MissingKey as error:
            logger.warning("webhook %d: %s", webhook.id, error)
            await self._pause(
                webhook,
                lambda: _(
                    "its secret cannot be made here; /webhook secret {id} makes a new one.", id=webhook.id
                ),
            )
            return Answer(0, _("its secret cannot be made here"))
        except RecordError:
            raise
        except Exception as error:
            logger.exception("notice %d cannot be sent to webhook %d", notice.id, webhook.id)
            return Answer(0, type(error).__name__)

    async def _post(self, line: Line, webhook: Webhook, event: Event) -> Answer:
        now = self._record.ledger.clock()
        secrets = self._record.webhooks.secrets(webhook)
        headers = signed(event.id, int(now.timestamp()), event.body, secrets)
        return await line.post(event.body, headers, now)

    async def _note(self, webhook: Webhook, rest: Parcel, notice: Notice, answer: Answer | None) -> None:
        """Record what became of the first of some notices; the log names ids, and no address."""
        outbox, now = self._record.outbox, self._record.ledger.now()
        one = rest._replace(notices=(notice.id,))
        if answer is None:
            # Nothing was sent: whether the end takes anything is as unknown as before.
            await outbox.sent(_unpaused(one), (), None, now)
            return
        if self._metrics is not None:
            self._metrics.sent_to_webhook("taken" if answer.taken else "refused")
        if notice.reply is not None:
            replies = await told(self._record, [_asker(notice)], lambda: tested(webhook, answer.error))
            await self._record.webhooks.tell(replies)
            await outbox.sent(one if answer.taken else _unpaused(one), (), None, now)
            rest = rest._replace(notices=rest.notices[1:])
        elif answer.taken:
            await outbox.sent(one, (), None, now)
        if answer.gone:
            await self._stop(webhook, lambda: _("its end says that it is gone (410)."))
            await outbox.give_up(rest, answer.error, now)
        elif not answer.taken:
            if self._lasted(rest) >= FAILING:
                await self._pause(
                    webhook,
                    lambda: _("its end has taken nothing for a week ({reason}).", reason=answer.error),
                )
            again = self._again(rest, answer.wait)
            logger.info("webhook %d has not taken notice %d: tried again at %s", webhook.id, notice.id, again)
            await outbox.wait_for(rest, answer.error, now, again)

    async def _leave(self, webhook: Webhook, rest: Parcel) -> None:
        """Mark what is not sent: it waits if the webhook is paused, and is given up if it has ended."""
        reason, now = webhook.reason or "", self._record.ledger.now()
        if webhook.state is State.STOPPED:
            await self._record.outbox.give_up(rest, reason, now)
        else:
            await self._record.outbox.wait_for(rest, reason, now, NEVER)

    def _again(self, parcel: Parcel, wait: float) -> str:
        """Return when to try again: after as long as it has failed so far, with jitter, or as it asks for."""
        now, lasted = self._record.ledger.clock(), self._lasted(parcel).total_seconds()
        pause = min(max(FIRST, lasted), LONGEST) * (0.5 + self._chance())
        return text_of(now + timedelta(seconds=max(pause, wait)))

    def _lasted(self, parcel: Parcel) -> timedelta:
        """Return for how long the end of a parcel has failed."""
        since = parcel.listener.paused_at
        return self._record.ledger.clock() - read_moment(since) if since is not None else timedelta(0)


def _unpaused(parcel: Parcel) -> Parcel:
    """Return a parcel of whose listener it is not known that it took nothing before."""
    unpaused = parcel.listener.model_copy(update={"paused": None, "paused_at": None})
    return parcel._replace(listener=unpaused)


def _asker(notice: Notice) -> str:
    """Return the chat that asked for a test."""
    return str(json.loads(notice.reply or "{}")["test"])
