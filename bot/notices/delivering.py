"""Delivering: parcels out of the outbox, one message each; `amending` puts messages right beside them.

It knows no platform: the front end that it serves sends, edits, and says what became of it. Each delivery is
recorded before it is sent and, shielded from cancellation, after it.
"""

from __future__ import annotations

import asyncio
import logging
import random
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Coroutine, Hashable
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple

from bot.metrics import Metrics
from bot.notices.amending import Amender
from bot.notices.delivery_status import DeliveryStatus, Outcome, Transmitter, key_of
from bot.notices.digest import message_of
from bot.notices.fan_out import fan_out
from bot.notices.notice_text import listener_name
from bot.notices.refusals import next_try, tell_of_refusals
from bot.notices.schedule import UNGATHERED, Spans, ready_at, text_of
from bot.pictures.sending.studio import Studio
from bot.replies import Reply
from bot.retrying import Backoff, Sleep, retry
from bot.texts import speak
from bot.times.zones import keep_time
from storage.domain.clock import read_moment
from storage.domain.errors import RecordError
from storage.domain.leases import later
from storage.domain.models import Listener
from storage.notifying.clock_back import SMALL
from storage.notifying.outbox import Parcel
from storage.notifying.receipts import SentMessage
from storage.record import Record
from storage.trail.scrubbing import scrub

# Seconds between two looks at an outbox that was empty.
IDLE = 0.5
BATCH = 50
SENDING = Backoff(first=2.0, longest=3600.0)
# Seconds that deliveries under way may delay the bot's stop.
LAST_SECONDS = 30.0
# For recording the outcome of a message: half a minute in all.
RECORDING = Backoff(first=1.0, attempts=6)

logger = logging.getLogger(__name__)


class OutboxSender(ABC):
    """Send what is in the outbox for one platform until cancelled; `look` runs before each look into it."""

    def __init__(
        self,
        record: Record,
        platform: str,
        look: Callable[[], Awaitable[None]],
        *,
        at_once: int = 8,
        spans: Spans = UNGATHERED,
        metrics: Metrics | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._record = record
        self._platform = platform
        self._look = look
        self._room = asyncio.Semaphore(at_once)
        self._spans = spans
        self._sleep = sleep
        self._metrics = metrics
        self._open: set[asyncio.Task[None]] = set()
        self._latest = ""

    async def run(self) -> None:
        """Deliver until cancelled; errors are logged, and the next look tries again."""
        recovered = False
        self._beat()
        try:
            while True:
                busy = False
                try:
                    if not recovered:
                        await self._record.outbox.recover(self._platform)
                        recovered = True
                    busy = await self._begin()
                    if not busy and not self._open:
                        await self._tidy()
                    self._beat()
                except RecordError as error:
                    logger.warning("the outbox cannot be read or written: %s", error)
                except Exception:
                    # Without a heartbeat: if it stays so, the health address tells.
                    logger.exception("the outbox was not looked through")
                if not busy:
                    await self._sleep(IDLE)
        finally:
            await self._settle(LAST_SECONDS)
            await self._release()
            await self.look()

    async def look(self) -> None:
        """Write the receipts that were gathered, as before each look into the outbox; log what goes wrong."""
        try:
            await self._look()
        except RecordError as error:
            logger.warning("what was said last cannot be written: %s", error)

    async def _release(self) -> None:
        """Leave what was not finished to whoever sends next."""
        try:
            await self._record.claims.release(self._platform, self._record.ledger.now())
        except RecordError as error:
            logger.warning("what was not sent waits until its lease is over: %s", error)

    def _beat(self) -> None:
        if self._metrics is not None:
            self._metrics.beat(f"{self._platform} sender")

    async def once(self) -> bool:
        """Deliver a batch of what is due now; tell whether more may be due."""
        busy = await self._begin()
        if not busy:
            await self._settle()
            await self._tidy()
        return busy

    async def _begin(self) -> bool:
        """Begin to deliver a batch of what is due now; tell whether more may be due.

        Nothing waits for the slowest: some answers take long, and a group may have had its share of a minute.
        """
        await self._look()
        more = await fan_out(self._record, self._spans.gather)
        now = self._record.ledger.now()
        if later(now, SMALL) < self._latest:
            logger.warning("the clock has been put back from %s: what waited is looked at anew", self._latest)
            await self._record.outbox.look_anew(now)
        self._latest = now
        # What was let go together comes in one message: nothing is taken before all of it is fanned out.
        parcels = [] if more else await self._record.outbox.take(self._platform, now, BATCH)
        for parcel in parcels:
            await self._start(self._deliver(parcel), parcel.listener.id, parcel.notices)
        return bool(more or parcels)

    @abstractmethod
    async def _deliver(self, parcel: Parcel) -> None:
        """Send a parcel, and record what became of it."""

    async def _start(
        self, work: Coroutine[Any, Any, None], claim: Hashable, notices: tuple[int, ...]
    ) -> None:
        """Start the work that some notices were claimed for as soon as there is room for it."""
        try:
            await self._room.acquire()
        except BaseException:
            work.close()  # its claim ends with those of all that has not begun
            raise
        task = asyncio.create_task(work)
        self._open.add(task)
        task.add_done_callback(partial(self._close, claim, notices))

    def _close(self, claim: Hashable, notices: tuple[int, ...], task: asyncio.Task[None]) -> None:
        self._open.discard(task)
        self._room.release()
        # Where it broke off, nothing was marked: it is sent again when its lease is over.
        self._record.claims.settle(claim, notices)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("a delivery broke off: %s", type(error).__name__)

    async def _settle(self, longest: float | None = None) -> None:
        """Wait until deliveries under way are on record; cancel those that take longer, to be repeated."""
        if self._open:
            _done, late = await asyncio.wait(self._open, timeout=longest)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late)

    async def _tidy(self) -> None:
        """Do what there is time for where nothing is due."""
        await self._record.outbox.finish()

    async def _surely(self, note: Callable[[], Awaitable[object]]) -> None:
        """Record the outcome of a message, also where the record is busy for a while."""

        def decide(error: Exception, pause: float) -> float | None:
            if not isinstance(error, RecordError):
                return None
            logger.warning("what became of a message cannot be written yet: %s", error)
            return pause

        await retry(note, RECORDING, decide, sleep=self._sleep)


class Deliverer(OutboxSender):
    """Deliver to the chats of one platform, and put messages right that cite what has changed."""

    def __init__(
        self,
        record: Record,
        transmitter: Transmitter,
        look: Callable[[], Awaitable[None]],
        *,
        at_once: int = 8,
        spans: Spans = UNGATHERED,
        metrics: Metrics | None = None,
        sleep: Sleep = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        super().__init__(
            record, transmitter.platform, look,
            at_once=at_once, spans=spans, metrics=metrics, sleep=sleep,
        )  # fmt: skip
        self._transmitter = transmitter
        self._chance = chance
        self._amender = Amender(
            record, transmitter, again=self._again, surely=self._surely, studio=Studio(record)
        )

    def draw_in(self, studio: Studio) -> None:
        """Let a studio that others use, too, draw anew the pictures that were sent."""
        self._amender.studio = studio

    async def _begin(self) -> bool:
        busy = await super()._begin()
        amendments = await self._record.receipts.take(self._platform, self._latest, BATCH)
        for amendment in amendments:
            await self._start(self._amender.amend(amendment), amendment.key, amendment.notices)
        return bool(busy or amendments)

    async def _tidy(self) -> None:
        await super()._tidy()
        before = self._record.ledger.clock() - self._spans.retention
        await self._record.receipts.forget_before(text_of(before))
        await self._record.outbox.forget_before(text_of(before))
        await self._record.buttons.forget(self._record.ledger.now())
        await tell_of_refusals(self._record, self._spans.retention)
        await self._record.repeats.forget()
        await self._record.spoken_of.forget()
        await scrub(self._record.database)

    async def _deliver(self, parcel: Parcel) -> None:
        speak(parcel.listener.language)
        keep_time(parcel.listener.zone)
        try:
            part = await opened(self._record, parcel)
        except Exception as error:
            logger.exception(
                "notices %s cannot be told to %s", parcel.notices, listener_name(parcel.listener)
            )
            failed = Outcome(DeliveryStatus.FAILED, error=type(error).__name__)
            await self._surely(lambda: self._note(parcel, None, failed))
            return
        if part is not None:
            outcome = await self._transmitter.transmit(
                parcel.listener, part.reply, key=key_of(parcel.listener.chat, part.parcel.notices)
            )
            await self._surely(lambda: self._note(part.parcel, part.reply, outcome))

    async def _note(self, parcel: Parcel, reply: Reply | None, outcome: Outcome) -> None:
        """Record the outcome of a parcel; the log names ids, never texts."""
        outbox, now = self._record.outbox, self._record.ledger.now()
        if self._metrics is not None:
            self._metrics.delivered(outcome.status.value)
        name = listener_name(parcel.listener)
        match outcome.status:
            case DeliveryStatus.SENT:
                said = said_of(parcel.listener, reply, outcome, now) if reply is not None else None
                await outbox.sent(parcel, outcome.messages, said, now)
                if outcome.topic_gone:
                    await self._record.listeners.fall_back(parcel.listener.chat, parcel.listener.topic)
                    logger.info("%s is gone: its chat hears instead", name)
                logger.debug("notices %s sent to %s", parcel.notices, name)
            case DeliveryStatus.UNREACHABLE:
                again = next_try(parcel.listener, self._record.ledger.clock(), outcome.wait)
                await outbox.wait_for(parcel, outcome.error, now, again)
                logger.info("%s does not take messages: tried again at %s", name, again)
            case DeliveryStatus.MOVED:
                await outbox.moved(parcel, outcome.moved_to, now)
                logger.info("%s has become %s and keeps all it had", name, outcome.moved_to)
            case DeliveryStatus.REFUSED:
                await outbox.give_up(parcel, outcome.error, now)
                logger.warning("notices %s were refused by %s: %s", parcel.notices, name, outcome.error)
            case DeliveryStatus.FAILED:
                again = self._again(parcel.attempts, outcome.wait)
                if await outbox.failed(parcel, outcome.error, again):
                    logger.warning("notices %s to %s given up: %s", parcel.notices, name, outcome.error)
            case DeliveryStatus.LATER:
                await outbox.hold(parcel, self._again(0, outcome.wait))

    def _again(self, attempts: int, wait: float) -> str:
        """Return when to try again: as told, else after a pause that doubles each time, with jitter."""
        pause = wait or SENDING.pause(attempts + 1) * (0.5 + self._chance())
        return text_of(self._record.ledger.clock() + timedelta(seconds=pause))


class Opened(NamedTuple):
    """The part of a parcel that is told now, and the message that tells it."""

    parcel: Parcel
    reply: Reply


async def opened(record: Record, parcel: Parcel) -> Opened | None:
    """Return the message of a parcel; None where it has to wait or tells nothing, which is then on record."""
    notices = await record.notices.by_id(parcel.notices)
    now = record.ledger.clock()
    # A reply that a person waits for does not wait for a digest, and does not send it sooner.
    asked_for = [notice for notice in notices if notice.reply is not None]
    changes = [notice for notice in notices if notice.reply is None]
    # What is being sent has been due: a later moment is that of a clock that has been put back since.
    ready = ready_at(parcel.listener, min(read_moment(changes[0].due_at), now), now) if changes else now
    if ready > now:
        waiting = parcel._replace(notices=tuple(notice.id for notice in changes))
        await record.outbox.hold(waiting, text_of(ready))
        notices = asked_for
    if not notices:
        return None
    parcel = parcel._replace(notices=tuple(notice.id for notice in notices))
    reply = await message_of(record, notices)
    if reply is None:
        await record.outbox.sent(parcel, (), None, record.ledger.now())
        return None
    return Opened(parcel, reply)


def said_of(listener: Listener, reply: Reply, outcome: Outcome, at: str) -> SentMessage | None:
    """Return the receipt of a reply that was sent; None where it cited no fact."""
    facts = reply.cited_revisions
    if not facts or not outcome.messages:
        return None
    text = reply.model_dump_json()
    return SentMessage(
        listener.chat, listener.topic, outcome.messages, facts, listener.language, at, text, outcome.shown
    )
