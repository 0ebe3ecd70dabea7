"""Work that one process at a time does: polling, sending, holding the gateway; the others wait for its end.

The lease is renewed as long as the work goes on, also while it is being ended in order. A process that has
lost it, because it stood still for longer, ends the work and waits like the others. By its own count of
seconds, which goes on while it stands still, it knows that before it sends anything more.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Coroutine
from typing import TYPE_CHECKING, Any

from bot.retrying import Sleep
from storage.domain.errors import RecordError, UnwritableRecord

if TYPE_CHECKING:
    from bot.metrics import Metrics
    from storage.record import Record

# Renewals while a lease lasts: two may fail.
RENEWALS = 3
# Seconds between two looks at a role that another process holds, or that could not be renewed, at most.
LOOK = 1.0
# Seconds since the machine started. Where the system can tell, also those for which it slept.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC if hasattr(time, "CLOCK_MONOTONIC") else None)

logger = logging.getLogger(__name__)


def uptime() -> float:
    """Return seconds that go on whatever the clock is set to, and while the process stands still."""
    return time.monotonic() if _CLOCK is None else time.clock_gettime(_CLOCK)


async def _nothing() -> None:
    pass


class RoleLost(Exception):
    """Another process may do now what was about to be done here; `wait` seconds tell no more."""

    wait = 0.0


class RoleLease:
    """Do the work of one role whenever this process holds it; `parts` are what health tells of it."""

    def __init__(
        self,
        record: Record,
        role: str,
        metrics: Metrics,
        *,
        parts: Collection[str] = (),
        sleep: Sleep = asyncio.sleep,
        seconds: Callable[[], float] = uptime,
    ) -> None:
        self._record = record
        self._role = role
        self._parts = parts or (role,)
        self._metrics = metrics
        self._sleep = sleep
        self._seconds = seconds
        self._since = self._until = ""
        self._asked_at = 0.0

    def may_work(self) -> bool:
        """Tell whether the role is not known to be lost: what is about to be sent looks once more."""
        if self._until == "":
            return True
        # Counted from before the lease was asked for: so it ends here before it does for anybody else.
        within = self._seconds() - self._asked_at < self._record.roles.seconds
        return within and self._since <= self._record.ledger.now() < self._until

    async def hold(
        self, work: Callable[[], Coroutine[Any, Any, None]], waiting: Callable[[], Awaitable[None]] = _nothing
    ) -> None:
        """Do the work while the role is held, until it ends by itself or this is cancelled.

        While another process holds the role, `waiting` is called about once a second, and at the end.
        """
        while True:
            try:
                await self._stand_by(waiting)
            except asyncio.CancelledError:
                await waiting()
                raise
            if await self._work(work):
                return

    async def _stand_by(self, waiting: Callable[[], Awaitable[None]]) -> None:
        """Wait until this process has the role; say so once if that takes long."""
        told = False
        while not await self._take():
            if not told:
                logger.info("another process is the %s: this one waits for its end", self._role)
                for part in self._parts:
                    self._metrics.stands_by(part)
                told = True
            await waiting()
            await self._sleep(min(LOOK, self._record.roles.seconds / RENEWALS))
        if told:
            logger.info("this process is the %s now", self._role)
        for part in self._parts:
            self._metrics.works(part)

    async def _take(self) -> bool:
        asked_at = self._seconds()
        try:
            self._note(await self._record.roles.take(self._role), asked_at)
        except RecordError as error:
            if isinstance(error, UnwritableRecord) and self._record.roles.one_machine:
                # Nobody else can take it either, and what only reads goes on.
                logger.warning("the role of the %s cannot be taken: %s", self._role, error)
                self._until = ""
                return True
            logger.warning("the role of the %s cannot be taken yet: %s", self._role, error)
            return False
        return self._until != ""

    async def _work(self, work: Callable[[], Coroutine[Any, Any, None]]) -> bool:
        """Do the work until it ends or the role is lost; tell whether it has ended by itself."""
        working, renewing = asyncio.create_task(work()), asyncio.create_task(self._renew())
        ending = {working, renewing, asyncio.create_task(self._run_out())}
        try:
            await asyncio.wait(ending, return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                working.result()
                return True
            told = "another process has become the %s, for this one stood still"
            if not renewing.done():
                told = "this process stops to be the %s: it could not tell the record in time that it lives"
            logger.warning(told, self._role)
            return False
        finally:
            # What it raises as it is cancelled is of no use to anybody. Until it has ended it is renewed.
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
            for task in ending:
                task.cancel()
            await asyncio.gather(*ending, return_exceptions=True)
            await self._leave()

    async def _run_out(self) -> None:
        """Wait until the lease is over for want of a renewal, where others may have the role then."""
        if self._record.roles.one_machine:
            # What one process cannot write there no other can.
            await asyncio.Event().wait()
        while self.may_work():
            await self._sleep(min(LOOK, self._record.roles.seconds / RENEWALS))

    async def _renew(self) -> None:
        """Renew the lease until another process has taken the role."""
        often = wait = self._record.roles.seconds / RENEWALS
        while True:
            await self._sleep(wait)
            asked_at = self._seconds()
            try:
                until = await self._record.roles.renew(self._role)
                if until is None:
                    # Where the role could not be taken before, nobody has taken it since.
                    until = await self._record.roles.take(self._role)
            except RecordError as error:
                if wait == often:
                    logger.warning("the role of the %s cannot be kept: %s", self._role, error)
                wait = min(LOOK, often)
                continue
            if until is None:
                return
            self._note(until, asked_at)
            wait = often

    async def _leave(self) -> None:
        with contextlib.suppress(RecordError):
            await self._record.roles.leave(self._role)

    def _note(self, until: str | None, asked_at: float) -> None:
        self._asked_at = asked_at
        # A moment before that tells of a clock that was put back; one that many share is put right at times.
        self._since = self._record.ledger.now() if self._record.roles.one_machine else ""
        self._until = until or ""
