"""Work that goes on behind whoever asked for it, so much at once and no more."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any


class Window:
    """Do pieces of work behind, at most `most` at once; whoever adds or waits is told what went wrong."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: set[asyncio.Task[object]] = set()

    async def add(self, work: Coroutine[Any, Any, object]) -> None:
        """Begin a piece of work, and wait until there is room for another."""
        self._open.add(asyncio.create_task(work))
        while len(self._open) >= self._most:
            await self._some(asyncio.FIRST_COMPLETED)

    async def settled(self) -> None:
        """Wait until all is done."""
        while self._open:
            await self._some(asyncio.ALL_COMPLETED)

    async def _some(self, which: str) -> None:
        done, _open = await asyncio.wait(self._open, return_when=which)
        self._open -= done
        # All are asked, so that none goes unheard.
        errors = [error for each in done if (error := each.exception()) is not None]
        if errors:
            raise errors[0]
