"""The filler: it makes the vectors of facts that have none, in the background, the newest facts first.

It looks for work when the record has changed. A batch is read, embedded text by text while questions go
before it, and written in one short transaction. What is not written when the process ends still waits.
While the process answers people, the background filler rests nine tenths of the time: on two processors it
took a third of the answers a second.
Of several processes one fills at a time, by a lease; the others wait for what it makes.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Protocol

from storage.domain.errors import BusyRecord, RecordError
from storage.domain.models import Fact
from storage.engines.database import Database, Version
from storage.engines.values import Values
from storage.reading import fact_rows
from storage.search.fact_texts import texts_of
from storage.search.vector_rows import NEXT
from storage.search.vectors import Vectors

# Facts whose vectors are written together: about a second's work.
BATCH = 8
# Rows of another model that are let wait at once.
PAGE = 2_000
# Seconds after a start until it begins, between two looks for changes, and after the record was busy.
FIRST, EVERY, LATER = 1.0, 1.0, 5.0
# From this share of a processor on, beside its embedding, the process counts as at work. Then the filler
# rests so many times as long as a batch took, at most so many seconds: its lease must not run out meanwhile.
AT_WORK = 0.2
RESTS, LONGEST_REST = 9, 5.0
# The role of the process that fills, and seconds between two looks at what another one makes.
ROLE, OTHERS = "vectors", 0.5

_NEXT_FACTS = """
SELECT v.fact_id, v.number FROM fact_vector v WHERE v.waiting = 1 ORDER BY v.fact_id DESC LIMIT ?
"""
# A fact that has changed meanwhile has another number: what was made of its old words is let go.
_WRITE = f"""
UPDATE fact_vector SET waiting = 0, model = ?, vector = ?, number = {NEXT}
WHERE fact_id = ? AND number = ? AND waiting = 1
"""
_OF_OTHERS = """
SELECT fact_id FROM fact_vector WHERE vector IS NOT NULL AND model < :model
UNION ALL SELECT fact_id FROM fact_vector WHERE vector IS NOT NULL AND model > :model LIMIT :page
"""
_ANEW = f"""
UPDATE fact_vector SET waiting = 1, model = NULL, vector = NULL, number = {NEXT}
WHERE fact_id IN (SELECT value FROM ints(?))
"""

logger = logging.getLogger(__name__)


class Roles(Protocol):
    """Who does what only one process does at a time (storage/notifying/roles.py, which stands above)."""

    seconds: float

    async def take(self, role: str) -> str | None:
        """Take or keep a role; None where another process holds it."""

    async def leave(self, role: str) -> None:
        """Leave a role to whoever wants it next."""


class OtherWork:
    """What the process does beside embedding, from now on."""

    def __init__(
        self,
        vectors: Vectors,
        clock: Callable[[], float] = time.monotonic,
        processor: Callable[[], float] = time.process_time,
    ) -> None:
        self._vectors = vectors
        self._clock, self._processor = clock, processor
        self._began, self._spent = clock(), self._spent_so_far()

    def rest(self) -> float:
        """Return how many seconds the filler is to rest after what it did since this began."""
        took = self._clock() - self._began
        at_work = self._spent_so_far() - self._spent > AT_WORK * took
        return min(RESTS * took, LONGEST_REST) if at_work else 0.0

    def _spent_so_far(self) -> float:
        embedding = self._vectors.thread
        return self._processor() - (sum(embedding.seconds.values()) if embedding is not None else 0.0)


class Filler:
    """Makes vectors until it is cancelled (`run`), or until all are made (`fill`).

    Without `roles` no other process is thought of.
    """

    def __init__(self, database: Database, vectors: Vectors, roles: Roles | None = None) -> None:
        self._database = database
        self._vectors = vectors
        self._roles = roles
        # Until when, by the monotonic clock, the role need not be taken anew.
        self._ours_until = 0.0
        self._renounced = False

    async def run(self) -> None:
        """Make vectors whenever some are wanted; return only where that cannot be."""
        await self._pause(FIRST)
        seen: Version | None = None
        while True:
            try:
                await self._database.look()
                if seen != (now := self._database.version_read) or self._is_wanted():
                    self._vectors.wanted.clear()
                    await self.fill(gives_way=True)
                    seen = now
                await self._pause(EVERY)
            except BusyRecord:
                await asyncio.sleep(LATER)
            except RecordError as error:
                logger.warning("no more vectors are made: %s", error)
                return
            if self._vectors.thread is None or self._vectors.thread.reason is not None:
                return

    async def fill(
        self, told: Callable[[int], object] = lambda _made: None, *, gives_way: bool = False
    ) -> bool:
        """Make the vectors of all facts that wait; False without a model. `told` hears of each step.

        One that `gives_way` rests between batches while the process is at work.
        """
        await self._renounce()
        work = OtherWork(self._vectors)
        try:
            while batch := await self._database.read(_NEXT_FACTS, (BATCH,)):
                if not await self._vectors.ready():
                    return False
                held = self._holds_role
                if not await self._is_ours():
                    await asyncio.sleep(OTHERS)
                    self._vectors.made.set()
                    continue
                if not held:
                    # Whoever held the role may have made these since they were read.
                    continue
                await self._renounce()
                numbers = {row["fact_id"]: row["number"] for row in batch}
                made = await self._make(
                    await self._database.reading(partial(fact_rows.load, ids=list(numbers)))
                )
                if made is None:
                    return False
                await self._write(numbers, made)
                told(len(batch))
                if gives_way:
                    await self._pause(work.rest())
                    work = OtherWork(self._vectors)
            return True
        finally:
            await self._leave()

    @property
    def _holds_role(self) -> bool:
        return self._roles is None or self._ours_until > 0.0

    async def _is_ours(self) -> bool:
        """Tell whether this process may fill, and keep it so."""
        if self._roles is None or time.monotonic() < self._ours_until:
            return True
        if await self._roles.take(ROLE) is None:
            return False
        # A batch takes a second or two: the lease is renewed long before it is over.
        self._ours_until = time.monotonic() + self._roles.seconds / 3
        return True

    async def _leave(self) -> None:
        if self._roles is not None and self._ours_until:
            self._ours_until = 0.0
            with contextlib.suppress(RecordError):
                await self._roles.leave(ROLE)

    def _is_wanted(self) -> bool:
        # Once the model is known, so are the vectors of another one.
        return self._vectors.wanted.is_set() or (self._vectors.model is not None and not self._renounced)

    async def _renounce(self) -> None:
        """Let facts whose vectors are of another model wait for new ones; once, when there is a model."""
        if self._renounced or self._vectors.model is None:
            return
        asked = {"model": self._vectors.model, "page": PAGE}
        while rows := await self._database.read(_OF_OTHERS, asked):
            async with self._database.transaction(durable=False) as tx:
                await tx.run(_ANEW, (Values(row["fact_id"] for row in rows),))
        self._renounced = True

    async def _make(self, of: Sequence[Fact]) -> dict[int, bytes] | None:
        """Return the vectors of those facts that are in force; None where the model gives none."""
        from storage.search.matrix import packed, unit

        assert self._vectors.thread is not None
        wanted = [(fact.id, texts_of(fact)) for fact in of if fact.in_force]
        found = await asyncio.gather(*(self._vectors.thread.fill(texts) for _, texts in wanted))
        if any(rows is None for rows in found):
            return None
        return {
            fact_id: packed(unit(rows).mean(axis=0))
            for (fact_id, _), rows in zip(wanted, found, strict=True)
            if rows is not None
        }

    async def _write(self, numbers: dict[int, int], made: dict[int, bytes]) -> None:
        model = self._vectors.model
        rows = [
            # What is no longer in force waits no more.
            (model if fact in made else None, made.get(fact), fact, number)
            for fact, number in numbers.items()
        ]
        # What a power cut undoes is made again.
        async with self._database.transaction(durable=False) as tx:
            await tx.work(lambda statements: statements.run_many(_WRITE, rows))
        self._vectors.made.set()

    async def _pause(self, seconds: float) -> None:
        """Wait some seconds, or until somebody waits for vectors."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._vectors.wanted.wait()


@asynccontextmanager
async def filling(database: Database, vectors: Vectors, roles: Roles | None = None) -> AsyncIterator[None]:
    """Make vectors in the background for the length of the block, where there is a model for it."""
    if vectors.thread is None:
        yield
        return
    vectors.filling = True
    task = asyncio.create_task(Filler(database, vectors, roles).run())
    task.add_done_callback(lambda _: vectors.ended())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
