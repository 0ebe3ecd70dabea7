"""The thread beside the loop in which texts are embedded: questions first, then other texts, filling last.

One text at a time: a question waits for one text at most, and for the questions before it. (An import, which
nobody else waits for, takes as many threads as there are processors.) No more than a few
wait; whoever comes when all places are taken is told so at once, and full text answers.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from enum import IntEnum
from itertools import count
from queue import PriorityQueue
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from storage.search.embedding import Embedder, Load, NoModel

if TYPE_CHECKING:
    from storage.search.embedding import Matrix, Vector

# Texts of people that wait at most.
MOST_WAITING = 32
# Seconds until a question is answered without.
QUESTION_SECONDS = 1.5

logger = logging.getLogger(__name__)
T = TypeVar("T")


class Turn(IntEnum):
    """Whose text comes first."""

    QUESTION = 0
    TEXT = 1
    FILLING = 2
    # Behind all others: they are let go, quickly, once the end is near.
    END = 3


class _Job(NamedTuple):
    turn: Turn
    number: int
    done: Future[object]
    work: Callable[[Embedder], object] | None


class EmbeddingThreads:
    """The threads and their queue; the model is loaded with the first text. Called from one loop."""

    def __init__(self, load: Load, threads: int = 1, *, most_waiting: int = MOST_WAITING) -> None:
        self._load = load
        self._most = most_waiting
        self._jobs: PriorityQueue[_Job] = PriorityQueue()
        self._numbers = count()
        self._waiting = 0
        self._size = threads
        self._threads: list[threading.Thread] = []
        self._loading = threading.Lock()
        self._ended = False
        self.model: Embedder | None = None
        # Why there is no model, once that is known.
        self.reason: str | None = None
        # Seconds spent in embedding, by whose texts.
        self.seconds = dict.fromkeys((Turn.QUESTION, Turn.TEXT, Turn.FILLING), 0.0)

    async def ready(self) -> bool:
        """Load the model if it is not; return whether there is one."""
        return await self._run(Turn.TEXT, lambda _model: True) is not None

    async def question(
        self, text: str, seconds: float = QUESTION_SECONDS, turn: Turn = Turn.QUESTION
    ) -> Vector | None:
        """Return a question's vector; None without a model, in a crowd, or if it takes longer."""
        if self._waiting >= self._most:
            return None
        self._waiting += 1
        try:
            async with asyncio.timeout(seconds):
                return await self._run(turn, lambda model: model.query(text))
        except TimeoutError:
            return None
        finally:
            self._waiting -= 1

    async def fill(self, texts: Sequence[str]) -> Matrix | None:
        """Return the vectors of texts, one a row, once nobody else wants any; None without a model."""
        found = await asyncio.gather(*(self._run(Turn.FILLING, _passage(text)) for text in texts))
        if not found or any(row is None for row in found):
            return None
        import numpy as np

        return np.vstack([row for row in found if row is not None])

    def close(self) -> None:
        """End the threads after the text that they are at; whoever waits gets None."""
        self._ended = True
        for _ in self._threads:
            self._jobs.put(_Job(Turn.END, next(self._numbers), Future(), None))
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    async def _run(self, turn: Turn, work: Callable[[Embedder], T]) -> T | None:
        """Return what a work makes of the model, None without one or if it fails."""
        if self._ended or self.reason is not None:
            return None
        if not self._threads:
            self._threads = [
                threading.Thread(target=self._serve, name="embedding", daemon=True) for _ in range(self._size)
            ]
            for thread in self._threads:
                thread.start()
        done: Future[T | None] = Future()
        self._jobs.put(_Job(turn, next(self._numbers), done, work))  # type: ignore[arg-type]  # reason: Future is invariant
        return await asyncio.wrap_future(done)

    def _serve(self) -> None:
        """Do what is asked until the end: in the thread."""
        while (job := self._jobs.get()).work is not None:
            # Whoever asked may have gone.
            if job.done.set_running_or_notify_cancel():
                job.done.set_result(None if self._ended else self._done(job))

    def _done(self, job: _Job) -> object | None:
        try:
            with self._loading:
                if self.model is None:
                    self.model = self._loaded()
            began = time.thread_time()
            try:
                return job.work(self.model) if job.work is not None and self.model is not None else None
            finally:
                self.seconds[job.turn] += time.thread_time() - began
        except Exception as error:  # noqa: BLE001  # reason: full text answers whatever the model does
            # Its text is left out: it may hold what somebody wrote.
            logger.error("a text was not embedded: %s", type(error).__name__)  # noqa: TRY400  # reason: the same
            return None

    def _loaded(self) -> Embedder | None:
        if self.reason is not None:
            return None
        try:
            return self._load()
        except NoModel as error:
            self.reason = str(error)
            logger.warning("questions are answered by their words alone: %s", error)
        return None


def _passage(text: str) -> Callable[[Embedder], Vector]:
    def work(model: Embedder) -> Vector:
        row: Vector = model.passages([text])[0]
        return row

    return work
