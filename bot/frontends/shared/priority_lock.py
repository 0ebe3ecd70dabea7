"""A lock with two queues: the first goes before the second, but not for ever."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

# Holders from the first queue in a row while the second queue waits.
MOST_OVERTAKES = 5


class PriorityLock:
    """Let one task at a time hold it: those that wait `first` before the others, each in order of arrival."""

    def __init__(self) -> None:
        self._held = False
        self._first: deque[asyncio.Future[None]] = deque()
        self._others: deque[asyncio.Future[None]] = deque()
        self._overtakes = 0

    def locked(self) -> bool:
        """Tell whether a task holds the lock."""
        return self._held

    @asynccontextmanager
    async def held(self, *, first: bool) -> AsyncIterator[None]:
        """Wait for the lock, and hold it for the block."""
        if self._held:
            await self._wait(self._first if first else self._others)
        self._held = True
        try:
            yield
        finally:
            self._pass_on()

    async def _wait(self, line: deque[asyncio.Future[None]]) -> None:
        called: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        line.append(called)
        try:
            await called
        except asyncio.CancelledError:
            if not called.cancelled():
                # The lock was handed over already, to a task that does not run any more.
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        """Hand the lock over to the next task; it stays held meanwhile, so that no other takes it."""
        while called := self._next():
            # A task that was cancelled while it waited has left.
            if not called.done():
                called.set_result(None)
                return
        self._held = False

    def _next(self) -> asyncio.Future[None] | None:
        if self._first and not (self._others and self._overtakes >= MOST_OVERTAKES):
            self._overtakes += bool(self._others)
            return self._first.popleft()
        self._overtakes = 0
        return self._others.popleft() if self._others else None
