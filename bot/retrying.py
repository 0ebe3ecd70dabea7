"""Calls that are repeated until they succeed: one policy for all, with exponential pauses.

Not `stamina`: it sleeps by `asyncio.sleep` alone, and its testing mode takes all pauses away, so no test can
tell how long they are. Importing it would also add 15 ms to each start.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

Result = TypeVar("Result")
Sleep = Callable[[float], Awaitable[None]]
# Given an error and the pause that is due, return the seconds to wait before the next attempt; None gives up.
Decide = Callable[[Exception, float], float | None]


@dataclass(frozen=True, slots=True)
class Backoff:
    """Pauses in seconds that double from `first` up to `longest`; `attempts` in all, None for no end."""

    first: float
    longest: float = 60.0
    attempts: int | None = None

    def pause(self, failures: int) -> float:
        """Return the pause after a number of failures, 1 or more."""
        # Bounded, because 2.0 ** 1024 overflows.
        return min(self.longest, self.first * 2.0 ** min(failures - 1, 64))


async def retry(
    call: Callable[[], Awaitable[Result]], backoff: Backoff, decide: Decide, *, sleep: Sleep = asyncio.sleep
) -> Result:
    """Return what `call` returns, repeating it as `decide` says. Raises the error that ends the attempts."""
    failures = 0
    while True:
        try:
            return await call()
        except Exception as error:
            failures += 1
            if failures == backoff.attempts:
                raise
            wait = decide(error, backoff.pause(failures))
            if wait is None:
                raise
        await sleep(wait)
