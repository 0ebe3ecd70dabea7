"""Delivering: parcels out of the outbox, one message each; and messages that must be put right.

It knows no platform: the front end that it serves sends, edits, and says what became of it. Each delivery is
recorded before it is sent and, shielded from cancellation, after it.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from enum import Enum
from typing import Any, NamedTuple, Protocol

from bot.metrics import Metrics
from bot.notices.amending import amended
from bot.notices.fanning import fan_out
from bot.notices.telling import about, message_of
from bot.notices.timing import ready_at, text_of
from bot.replies import Reply
from bot.texts import speak
from storage.audit import read_moment
from storage.errors import RecordError
from storage.models import Listener
from storage.outbox import Parcel
from storage.receipts import Amendment, Said
from storage.record import Record

# Seconds between two looks at an outbox that was empty.
IDLE = 0.5
BATCH = 50
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 600.0

log = logging.getLogger("onrecord.notices")
Sleep = Callable[[float], Awaitable[None]]


class Fate(Enum):
    """What became of a message."""

    SENT = "sent"
    UNREACHABLE = "unreachable"
    MOVED = "moved"
    REFUSED = "refused"
    FAILED = "failed"


class Outcome(NamedTuple):
    """What became of a message: its ids on the platform, or the reason, the new address, how long to wait."""

    fate: Fate
    messages: tuple[int, ...] = ()
    error: str = ""
    moved_to: str = ""
    wait: float = 0.0


class Transmitter(Protocol):
    """What delivering needs of a front end; none of it raises."""

    platform: str

    async def transmit(self, listener: Listener, reply: Reply, *, answering: int | None = None) -> Outcome:
        """Send a reply to a chat or topic, in the lane of broadcasts."""

    async def rewrite(self, chat: str, message: int, reply: Reply) -> Outcome:
        """Put a reply in the place of a message; REFUSED where that cannot be done."""


class Deliverer:
    """Deliver for one platform until cancelled; `look` finds what there is to tell before each look."""

    def __init__(
        self,
        record: Record,
        transmitter: Transmitter,
        look: Callable[[], Awaitable[None]],
        *,
        at_once: int = 8,
        retention: timedelta = timedelta(days=30),
        metrics: Metrics | None = None,
        sleep: Sleep = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._record = record
        self._transmitter = transmitter
        self._look = look
        self._room = asyncio.Semaphore(at_once)
        self._retention = retention
        self._sleep = sleep
        self._chance = chance
        self._metrics = metrics
        self._open: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Deliver for as long as the bot runs; trouble with the record is logged and waited out."""
        recovered = False
        try:
            while True:
                try:
                    if not recovered:
                        await self._record.outbox.recover(self._transmitter.platform)
                        recovered = True
                    busy = await self.once()
                except RecordError as error:
                    log.warning("the outbox cannot be read or written: %s", error)
                    busy = False
                if self._metrics is not None:
                    self._metrics.beat("sender")
                if not busy:
                    await self._sleep(IDLE)
        finally:
            await self._settle()

    async def once(self) -> bool:
        """Do what is due now, some of it; tell whether there may be more."""
        await self._look()
        more = await fan_out(self._record)
        now = self._record.ledger.now()
        parcels = await self._record.outbox.take(self._transmitter.platform, now, BATCH)
        for parcel in parcels:
            await self._start(self._deliver(parcel))
        amendments = await self._record.receipts.take(self._transmitter.platform, now, BATCH)
        for amendment in amendments:
            await self._start(self._amend(amendment))
        if not (more or parcels or amendments):
            await self._settle()
            await self._tidy()
        return bool(more or parcels or amendments)

    async def _start(self, work: Coroutine[Any, Any, None]) -> None:
        """Start a piece of work as soon as there is room for it."""
        await self._room.acquire()
        task = asyncio.create_task(work)
        self._open.add(task)
        task.add_done_callback(self._close)

    def _close(self, task: asyncio.Task[None]) -> None:
        self._open.discard(task)
        self._room.release()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a delivery broke off: %s", type(error).__name__)

    async def _settle(self) -> None:
        """Wait until what was started is on record, also when the bot is being stopped."""
        while self._open:
            await asyncio.wait(self._open)

    async def _tidy(self) -> None:
        await self._record.outbox.finish()
        before = self._record.ledger.clock() - self._retention
        await self._record.receipts.forget_before(text_of(before))

    async def _deliver(self, parcel: Parcel) -> None:
        speak(parcel.listener.language)
        reply = await opened(self._record, parcel)
        if reply is None:
            return
        outcome = await self._transmitter.transmit(parcel.listener, reply)
        await self._note(parcel, reply, outcome)

    async def _note(self, parcel: Parcel, reply: Reply, outcome: Outcome) -> None:
        """Record what became of a parcel; the log names ids, never what was said."""
        outbox, now = self._record.outbox, self._record.ledger.now()
        if self._metrics is not None:
            self._metrics.delivered(outcome.fate.value)
        name = about(parcel.listener)
        match outcome.fate:
            case Fate.SENT:
                said = said_of(parcel.listener, reply, outcome.messages, now)
                await outbox.sent(parcel, outcome.messages, said, now)
                log.debug("notices %s sent to %s", parcel.notices, name)
            case Fate.UNREACHABLE:
                await outbox.give_up(parcel, outcome.error, now, pause=True)
                log.info("%s does not take messages: paused until spoken to", name)
            case Fate.MOVED:
                await outbox.moved(parcel, outcome.moved_to, now)
                log.info("%s has become %s and keeps all it had", name, outcome.moved_to)
            case Fate.REFUSED:
                await outbox.give_up(parcel, outcome.error, now)
                log.warning("notices %s were refused by %s: %s", parcel.notices, name, outcome.error)
            case Fate.FAILED:
                again = self._again(parcel.attempts, outcome.wait)
                if await outbox.failed(parcel, outcome.error, again):
                    log.warning("notices %s to %s given up: %s", parcel.notices, name, outcome.error)

    async def _amend(self, amendment: Amendment) -> None:
        record = self._record
        speak(amendment.language)
        right = await amended(record, amendment)
        if right is None:
            await record.receipts.done(amendment, {})
            return
        outcome = Outcome(Fate.REFUSED, error="its words were not kept")
        if right.reply is not None:
            outcome = await self._transmitter.rewrite(amendment.chat, amendment.message, right.reply)
        if outcome.fate is Fate.REFUSED or (outcome.fate is Fate.SENT and right.must_remark):
            listener = Listener(id=0, chat=amendment.chat, topic=amendment.topic, language=amendment.language)
            outcome = await self._transmitter.transmit(listener, right.remark, answering=amendment.message)
        if outcome.fate is Fate.FAILED:
            again = self._again(amendment.attempts, outcome.wait)
            await record.receipts.failed(amendment, outcome.error, again if amendment.attempts < 7 else None)
        elif outcome.fate is Fate.SENT:
            await record.receipts.done(amendment, right.revisions)
        else:
            await record.receipts.failed(amendment, outcome.error, None)

    def _again(self, attempts: int, wait: float) -> str:
        """Return when to try again: as told, else after a pause that doubles each time, with jitter."""
        pause = wait or min(LONGEST_PAUSE, FIRST_PAUSE * 2**attempts) * (0.5 + self._chance())
        return text_of(self._record.ledger.clock() + timedelta(seconds=pause))


async def opened(record: Record, parcel: Parcel) -> Reply | None:
    """Return the message of a parcel; None where it has to wait or tells nothing, which is then on record."""
    notices = await record.notices.by_id(parcel.notices)
    now = record.ledger.clock()
    # What somebody waits for does not wait for a digest.
    asked_for = any(notice.reply is not None for notice in notices)
    ready = now if asked_for else ready_at(parcel.listener, read_moment(notices[0].due_at), now)
    if ready > now:
        await record.outbox.hold(parcel, text_of(ready))
        return None
    reply = await message_of(record, notices)
    if reply is None:
        await record.outbox.sent(parcel, (), None, record.ledger.now())
    return reply


def said_of(listener: Listener, reply: Reply, messages: tuple[int, ...], at: str) -> Said | None:
    """Return what is remembered of a reply that was sent; None where it cited no fact."""
    facts = reply.cited_revisions
    if not facts or not messages:
        return None
    return Said(
        listener.chat, listener.topic, messages, facts, listener.language, at, reply.model_dump_json()
    )
