"""Precedence: a lock for which some stand in front of all others, yet hold up nobody for ever."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

# So many go first in a row while somebody else waits.
MOST_OVERTAKING = 5


class PriorityLock:
    """Let one at a time hold it, those `first` before the others, both in the order in which they came."""

    def __init__(self) -> None:
        self._held = False
        self._first: deque[asyncio.Future[None]] = deque()
        self._others: deque[asyncio.Future[None]] = deque()
        self._overtaking = 0

    def locked(self) -> bool:
        """Tell whether anybody holds it."""
        return self._held

    @asynccontextmanager
    async def held(self, *, first: bool) -> AsyncIterator[None]:
        """Wait for it, and hold it for the block."""
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
                # It was handed over already, to one who does not come any more.
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        """Hand it over to the next; it stays held meanwhile, so that nobody comes in between."""
        while called := self._next():
            # Who was cancelled while standing there has left.
            if not called.done():
                called.set_result(None)
                return
        self._held = False

    def _next(self) -> asyncio.Future[None] | None:
        if self._first and not (self._others and self._overtaking >= MOST_OVERTAKING):
            self._overtaking += bool(self._others)
            return self._first.popleft()
        self._overtaking = 0
        return self._others.popleft() if self._others else None
