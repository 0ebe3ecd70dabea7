"""The order of handling what people send: one lane's strictly one after another, lanes side by side."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager


class _Lane:
    """The queue of one lane; it exists only as long as somebody stands in it."""

    __slots__ = ("standing", "turn")

    def __init__(self) -> None:
        self.turn = asyncio.Lock()
        self.standing = 0


class KeyedLock:
    """Let one at a time pass in each lane, and up to `most` in all.

    Who waits for a turn takes no slot: a chat that floods the bot holds up only itself.
    """

    def __init__(self, most: int) -> None:
        if most < 1:
            raise ValueError("at least one must be handled at once")
        self.most = most
        self._slots = asyncio.Semaphore(most)
        self._lanes: dict[Hashable, _Lane] = {}

    def __len__(self) -> int:
        """Return in how many lanes somebody stands."""
        return len(self._lanes)

    @asynccontextmanager
    async def turn(self, key: Hashable | None) -> AsyncIterator[None]:
        """Wait for a turn in a lane (None: in no lane, and so for a slot alone) and keep it for the block."""
        if key is None:
            async with self._slots:
                yield
            return
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = _Lane()
        lane.standing += 1
        try:
            async with lane.turn, self._slots:
                yield
        finally:
            lane.standing -= 1
            if not lane.standing:
                del self._lanes[key]
