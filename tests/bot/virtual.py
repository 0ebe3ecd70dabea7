"""Time that passes only when everybody waits: what takes minutes is over at once, and the same each time."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Coroutine
from itertools import count
from typing import Any

# Passes of the loop after which whatever could go on has come to wait again.
PASSES = 12


class VirtualTime:
    """A clock in seconds, and the sleep that moves it."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._numbers = count()
        self._sleeping: list[tuple[float, int, asyncio.Future[None]]] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        moment = self.now + max(seconds, 0.0)
        heapq.heappush(self._sleeping, (moment, next(self._numbers), woken))
        await woken

    async def run(self, *work: Coroutine[Any, Any, Any]) -> list[Any]:
        """Do all the work, however long it takes, and return what it returns."""
        tasks = [asyncio.ensure_future(each) for each in work]
        while True:
            for _pass in range(PASSES):
                await asyncio.sleep(0)
            if all(task.done() for task in tasks):
                return [task.result() for task in tasks]
            assert self._sleeping, "nobody sleeps, and yet not all is done"
            self.now, _number, woken = heapq.heappop(self._sleeping)
            if not woken.done():
                woken.set_result(None)
