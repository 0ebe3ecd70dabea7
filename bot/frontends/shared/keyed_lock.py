"""Locks by key: tasks of one key run in order of arrival, those of different keys side by side."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager


class _Queue:
    """The queue of one key; it exists only while a task waits in it or holds its lock."""

    __slots__ = ("length", "lock")

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.length = 0


class KeyedLock:
    """Let one task at a time pass for each key, and up to `most` in all.

    A task that waits for its key takes no slot: a chat that floods the bot delays only itself.
    """

    def __init__(self, most: int) -> None:
        if most < 1:
            raise ValueError("at least one must be handled at once")
        self._slots = asyncio.Semaphore(most)
        self._queues: dict[Hashable, _Queue] = {}

    def __len__(self) -> int:
        """Return how many keys are held or waited for."""
        return len(self._queues)

    @asynccontextmanager
    async def turn(self, key: Hashable | None) -> AsyncIterator[None]:
        """Wait for the key's turn and a slot, and keep both for the block; None waits for a slot alone."""
        if key is None:
            async with self._slots:
                yield
            return
        queue = self._queues.get(key)
        if queue is None:
            queue = self._queues[key] = _Queue()
        queue.length += 1
        try:
            async with queue.lock, self._slots:
                yield
        finally:
            queue.length -= 1
            if not queue.length:
                del self._queues[key]
