"""Work that one process at a time does: polling, sending, holding the gateway; the others wait for its end.

The lease is renewed as long as the work goes on, also while it is being ended in order. A process that has
lost it, because it stood still for longer, ends the work and waits like the others.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Collection, Coroutine
from typing import TYPE_CHECKING, Any

from bot.retrying import Sleep
from storage.domain.errors import RecordError, UnwritableRecord

if TYPE_CHECKING:
    from bot.metrics import Metrics
    from storage.record import Record

# Renewals while a lease lasts: two may fail.
RENEWALS = 3
# Seconds between two looks at a role that another process holds, at most.
LOOK = 1.0

logger = logging.getLogger(__name__)


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
    ) -> None:
        self._record = record
        self._role = role
        self._parts = parts or (role,)
        self._metrics = metrics
        self._sleep = sleep
        self._since = self._until = ""

    def may_work(self) -> bool:
        """Tell whether the role is not known to be lost: what is about to be sent looks once more."""
        return self._until == "" or self._since <= self._record.ledger.now() < self._until

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
        try:
            self._note(await self._record.roles.take(self._role))
        except UnwritableRecord as error:
            # Nobody else can take it either, and what only reads goes on.
            logger.warning("the role of the %s cannot be taken: %s", self._role, error)
            self._until = ""
            return True
        except RecordError as error:
            logger.warning("the role of the %s cannot be taken yet: %s", self._role, error)
            return False
        return self._until != ""

    async def _work(self, work: Callable[[], Coroutine[Any, Any, None]]) -> bool:
        """Do the work until it ends or the role is lost; tell whether it has ended by itself."""
        working, renewing = asyncio.create_task(work()), asyncio.create_task(self._renew())
        try:
            await asyncio.wait({working, renewing}, return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                working.result()
                return True
            logger.warning("another process has become the %s, for this one stood still", self._role)
            return False
        finally:
            # What it raises because it is cancelled is of no use to anybody.
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
            renewing.cancel()
            await asyncio.gather(renewing, return_exceptions=True)
            await self._leave()

    async def _renew(self) -> None:
        """Renew the lease until another process has taken the role."""
        while True:
            await self._sleep(self._record.roles.seconds / RENEWALS)
            try:
                until = await self._record.roles.renew(self._role)
            except RecordError as error:
                logger.warning("the role of the %s cannot be kept: %s", self._role, error)
                continue
            if until is None:
                # Where the role could not be taken before, nobody has taken it since.
                until = await self._record.roles.take(self._role)
            if until is None:
                return
            self._note(until)

    async def _leave(self) -> None:
        with contextlib.suppress(RecordError):
            await self._record.roles.leave(self._role)

    def _note(self, until: str | None) -> None:
        self._since, self._until = self._record.ledger.now(), until or ""
