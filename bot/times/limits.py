"""Time limits for many things at once, with one timer for all that have the same limit.

A timer of its own for each (`call_later`, `asyncio.timeout`) was a fifteenth of what an answer costs, though
hardly any of them ever ends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class Deadlines(Generic[K]):
    """Call `late` with each thing that was begun `seconds` ago and has not ended."""

    def __init__(self, seconds: float, late: Callable[[K], None]) -> None:
        self._seconds = seconds
        self._late = late
        # In order of their ends, as all have the same limit.
        self._due: dict[K, float] = {}
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, one: K) -> None:
        """Begin the time of a thing."""
        loop = asyncio.get_running_loop()
        self._due[one] = due = loop.time() + self._seconds
        if self._timer is None:
            self._timer = loop.call_at(due, self._look)

    def end(self, one: K) -> None:
        """End the time of a thing, if it was not late."""
        self._due.pop(one, None)
        if not self._due and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        self._timer = None
        loop = asyncio.get_running_loop()
        while self._due:
            one, due = next(iter(self._due.items()))
            if due > loop.time():
                self._timer = loop.call_at(due, self._look)
                return
            del self._due[one]
            self._late(one)


class TimeLimit:
    """A limit of so many seconds for each piece of work, many of them at once."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._running = Deadlines(seconds, _Run.stop)

    async def within(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what `work` returns; raises TimeoutError if it takes longer, as `asyncio.timeout` does."""
        run = _Run()
        cancelled = None
        self._running.begin(run)
        try:
            return await work
        except asyncio.CancelledError as error:
            cancelled = error
            raise
        finally:
            self._running.end(run)
            if run.late and run.task.uncancel() <= run.cancelling and cancelled is not None:
                raise TimeoutError from cancelled


class _Run:
    """One piece of work in the task that does it, which others may have asked to end."""

    __slots__ = ("cancelling", "late", "task")

    def __init__(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.task, self.late, self.cancelling = task, False, task.cancelling()

    def stop(self) -> None:
        self.late = True
        self.task.cancel()
