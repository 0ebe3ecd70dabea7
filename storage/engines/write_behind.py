"""Writes that nobody waits for: gathered, and made together as soon as the record may be written.

A reader must not wait for the write lock, which an import or another process may hold for seconds. What an
answer only wants kept is handed over here. A crash loses what was handed over in the last moment, no more.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from storage.domain.errors import RecordError

# Writes that wait at most, to bound the memory while the record cannot be written; more are let go.
MOST = 20_000
# Seconds that an answer waits for what it would rather see written first.
SOON = 1.0

logger = logging.getLogger(__name__)
W = TypeVar("W")


class WriteBehind(Generic[W]):
    """Gather writes and make them in order; `make` makes some in one transaction."""

    def __init__(self, make: Callable[[Sequence[W]], Awaitable[None]]) -> None:
        self._make = make
        self._gathered: list[W] = []
        self._task: asyncio.Task[RecordError | None] | None = None

    @property
    def idle(self) -> bool:
        """Tell whether all that was handed over is written."""
        return not self._gathered and (self._task is None or self._task.done())

    def later(self, write: W) -> None:
        """Hand over a write, to be made soon. One that cannot be made is tried again with the next."""
        if len(self._gathered) >= MOST:
            logger.warning("a write was let go: %d wait already", MOST)
            return
        self._gathered.append(write)
        self._begin()

    async def settled(self) -> None:
        """Wait until all that was handed over is written; raises the record's error where it cannot be."""
        while not self.idle:
            if (error := await asyncio.shield(self._begin())) is not None:
                raise error

    async def soon(self) -> None:
        """Wait a moment until all that was handed over is written, and go on if it is not."""
        with contextlib.suppress(RecordError, TimeoutError):
            async with asyncio.timeout(SOON):
                await self.settled()

    def _begin(self) -> asyncio.Task[RecordError | None]:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write())
        return self._task

    async def _write(self) -> RecordError | None:
        """Make what was gathered; return the error if the record cannot be written now."""
        while self._gathered:
            # While this waits for the write lock, more may be gathered: all of it goes together.
            batch, self._gathered = self._gathered, []
            try:
                await self._make(batch)
            except RecordError as error:
                self._gathered = batch + self._gathered
                logger.warning("%d writes wait until the record can be written: %s", len(batch), error)
                return error
            except Exception as error:  # noqa: BLE001  # reason: nobody waits who could be told
                # Its text is left out: it may hold what somebody wrote.
                logger.error("%d writes are lost: %s", len(batch), type(error).__name__)  # noqa: TRY400  # reason: the same
        return None
