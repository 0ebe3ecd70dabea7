"""Sending changes to webhooks out of the outbox: each end its own, one event after the other, in order.

That an event was taken is written down while the next ones go out: if the process dies, no more than those
in that window are sent again. Where an end does not take one, that and all behind it wait, for twice as long
each time, or for as long as it asks for. After an hour it is found out whether the end takes what is behind:
then that one event is left out. An end that takes nothing for a week is left alone.
"""

from __future__ import annotations

import asyncio
import logging
import random
import ssl
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING

from bot.intake.fetching.places import Gate
from bot.notices.delivering import OutboxSender
from bot.retrying import Sleep
from bot.texts import _, speak
from bot.webhooks.ahead import Ahead
from bot.webhooks.events import Event, Events
from bot.webhooks.outcomes import Outcomes, unpaused
from bot.webhooks.posting import SECONDS, Answer, Line
from bot.webhooks.signing import signed
from bot.webhooks.terms import Terms
from bot.webhooks.window import Window
from storage.domain.errors import RecordError
from storage.domain.models import Notice
from storage.notifying.outbox import Parcel
from storage.record import Record
from storage.webhooks.keys import MissingKey
from storage.webhooks.models import State, Webhook
from storage.webhooks.webhooks import PLATFORM

if TYPE_CHECKING:
    from bot.metrics import Metrics

# Ends that are sent to at the same time.
AT_ONCE = 16
# Events of one end that were taken, and of which that is being written down.
WINDOW = 8
# For so long, and in so many tries at least, one event may hold up those behind it; and so many of these are
# tried to find one that is taken.
HELD_UP, FEWEST_TRIES, TRIED_BEHIND = timedelta(hours=1), 6, 10

logger = logging.getLogger(__name__)


class _NotOurs(Exception):
    """Another process may be sending by now, for this one has stood still."""


class WebhookSender(OutboxSender):
    """Send to all webhooks of a record until cancelled, and nothing once `may_send` tells that others may."""

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
        self._outcomes = Outcomes(record, terms, metrics, chance)
        # Of each webhook the notice that it did not take, and how often.
        self._tries: dict[int, tuple[int, int]] = {}
        self.may_send: Callable[[], bool] = lambda: True

    async def _mind(self) -> None:
        """End the webhooks of stories that are public no more."""
        speak(self._terms.language)
        for webhook in await self._record.webhooks.withdrawn():
            await self._outcomes.stop(webhook, lambda: _("its story is not public any more."))

    async def _deliver(self, parcel: Parcel) -> None:
        speak(self._terms.language)
        notices = await self._record.notices.by_id(parcel.notices)
        # A test is no change: whoever asks for one wants to know how things are now.
        left = deque(sorted(notices, key=lambda notice: notice.reply is None))
        line: Line | None = None
        marking, ahead = Window(WINDOW), Ahead(self._record, self._events)
        try:
            while left:
                entry, webhook = await self._record.webhooks.sending(
                    parcel.listener.id, left[0].id, self._record.claims.sender
                )
                if webhook is None:
                    return  # another process has it now
                if webhook.state is not State.ON:
                    await self._surely(partial(self._outcomes.leave, webhook, _with(parcel, left)))
                    return
                line = line or self._line(webhook.url)
                made = partial(ahead.of, webhook, left, entry)
                answer = await self._send(line, webhook, left[0], made)
                if answer is None or answer.taken:
                    await self._note_taken(marking, webhook, _with(parcel, [left[0]]), left.popleft(), answer)
                elif not await self._pass_over(line, webhook, parcel, left, answer):
                    await marking.settled()
                    note = partial(self._outcomes.note, webhook, _with(parcel, left), left[0], answer)
                    await self._surely(note)
                    return
                if answer is not None:
                    parcel = unpaused(parcel)  # it takes them again
        except _NotOurs:
            return  # whoever sends now finds what was not marked
        finally:
            ahead.close()
            await marking.settled()
            if line is not None:
                await line.close()

    async def _note_taken(
        self, marking: Window, webhook: Webhook, one: Parcel, notice: Notice, answer: Answer | None
    ) -> None:
        """Write down behind that one notice was taken, or that there was nothing to send of it."""
        await marking.add(self._surely(partial(self._outcomes.note, webhook, one, notice, answer)))
        if one.listener.paused is not None:
            # From here on the end is one that takes what is sent.
            await marking.settled()

    async def _pass_over(
        self, line: Line, webhook: Webhook, parcel: Parcel, left: deque[Notice], answer: Answer
    ) -> bool:
        """Leave out what an end has not taken for an hour, if it takes what is behind; tell whether it did.

        Whether an answer is about the event or about the end, no status tells: what the end does tells it.
        """
        before, tries = self._tries.get(webhook.id, (0, 0))
        tries = tries + 1 if before == left[0].id else 1
        self._tries[webhook.id] = left[0].id, tries
        lasted = tries >= FEWEST_TRIES and self._outcomes.lasted(parcel, HELD_UP)
        if left[0].reply is not None or answer.wait or not lasted:
            return False
        refused, nothing = [left[0]], list[Notice]()
        tried = answer
        for notice in list(left)[1 : TRIED_BEHIND + 1]:
            if not tried.status or tried.status in (HTTPStatus.GONE, HTTPStatus.TOO_MANY_REQUESTS):
                return False
            found = await self._send(line, webhook, notice, partial(self._events.of, webhook, notice))
            if found is None:
                nothing.append(notice)
                continue
            tried = found
            if tried.taken:
                await self._surely(
                    partial(self._outcomes.note_left_out, webhook, _with(parcel, refused), refused, answer)
                )
                await self._surely(
                    partial(self._outcomes.note, webhook, _with(parcel, [notice]), notice, tried)
                )
                for each in nothing:
                    note = partial(self._outcomes.note, webhook, _with(parcel, [each]), each, None)
                    await self._surely(note)
                while left.popleft() is not notice:
                    pass
                return True
            refused.append(notice)
        return False

    async def _send(
        self, line: Line, webhook: Webhook, notice: Notice, make: Callable[[], Awaitable[Event | None]]
    ) -> Answer | None:
        """Send what `make` makes of a notice, and return what was answered; None where there is nothing."""
        try:
            event = await make()
            return await self._post(line, webhook, event) if event is not None else None
        except MissingKey as error:
            logger.warning("webhook %d: %s", webhook.id, error)
            await self._outcomes.pause(
                webhook,
                lambda: _(
                    "its secret cannot be made here; /webhook secret {id} makes a new one.", id=webhook.id
                ),
            )
            return Answer(0, _("its secret cannot be made here"))
        except (RecordError, _NotOurs):
            raise
        except Exception as error:
            logger.exception("notice %d cannot be sent to webhook %d", notice.id, webhook.id)
            return Answer(0, type(error).__name__)

    async def _post(self, line: Line, webhook: Webhook, event: Event) -> Answer:
        now = self._record.ledger.clock()
        secrets = self._record.webhooks.secrets(webhook)
        headers = signed(event.id, int(now.timestamp()), event.body, secrets)
        if not self.may_send():
            raise _NotOurs
        return await line.post(event.body, headers, now)


def _with(parcel: Parcel, notices: Iterable[Notice]) -> Parcel:
    """Return a parcel with some of its notices alone."""
    return parcel._replace(notices=tuple(notice.id for notice in notices))
