"""Search by meaning: the vectors of facts, kept in the record and held in memory for each story asked for.

Everything here may give nothing: no model, too many questions at once, or vectors that are not made yet. Then
full text answers alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from storage.engines.database import Database
from storage.engines.values import Values
from storage.search.embedding import Load
from storage.search.embedding_threads import QUESTION_SECONDS, EmbeddingThreads, Turn
from storage.search.fact_texts import RECIPE

if TYPE_CHECKING:
    from storage.search.embedding import Vector
    from storage.search.matrix import Nearness, StoryVectors

# Rows that are read at once: the reader's thread is free for others in between.
PAGE = 2_000
# Seconds that a question waits for a story's vectors to be read; a million facts take longer the first time.
LONGEST_LOAD = 0.5

# Two ranges of an index: joined by OR, all rows of a story that an import numbered alike are read.
_CHANGED = """
SELECT fact_id, number, CASE WHEN model = :model THEN vector END AS vector FROM fact_vector
WHERE story_id = :story AND number = :number AND fact_id > :fact
UNION ALL
SELECT fact_id, number, CASE WHEN model = :model THEN vector END FROM fact_vector
WHERE story_id = :story AND number > :number
ORDER BY number, fact_id LIMIT :page
"""
_OF_FACTS = """
SELECT fact_id, vector FROM fact_vector
WHERE model = ? AND vector IS NOT NULL AND fact_id IN (SELECT value FROM ints(?)) ORDER BY fact_id
"""
_COUNTS = """
SELECT (SELECT count(*) FROM fact_vector WHERE vector IS NOT NULL),
    (SELECT count(*) FROM fact_vector WHERE waiting = 1)
"""
# Adding nothing keeps SQLite from the index of all the story's vectors: those that wait have an own one.
_WAITING = """
SELECT count(*) FROM (SELECT 1 FROM fact_vector WHERE waiting = 1 AND story_id + 0 = ? LIMIT ?) w
"""
T = TypeVar("T")


class VectorState(NamedTuple):
    """The model in use, or why there is none, and how many facts have vectors and wait for one.

    Before the first text there is neither a model nor a reason. `seconds` of a processor is what embedding
    took: for people, and for filling.
    """

    model: str | None
    reason: str | None
    made: int
    waiting: int
    seconds: tuple[float, float]


class _Story:
    """What is held in memory of one story, and up to which row it was read."""

    def __init__(self) -> None:
        self.vectors: StoryVectors | None = None
        self.number, self.fact = -1, -1
        self.reading: asyncio.Task[None] | None = None


class Vectors:
    """The vectors of facts: made by the filler, found by the nearest. `load` None: there are none."""

    def __init__(self, database: Database, load: Load | None, threads: int = 1) -> None:
        self._database = database
        self.thread = EmbeddingThreads(load, threads) if load is not None else None
        self._stories: dict[int, _Story] = {}
        self._search: ThreadPoolExecutor | None = None
        # Set when something may wait for the filler, and when it has made some vectors.
        self.wanted, self.made = asyncio.Event(), asyncio.Event()
        self.filling = False
        # Seconds that a question waits: for its own vector, and for those of a story to be read.
        self._for_itself, self._for_story = QUESTION_SECONDS, LONGEST_LOAD

    def take_time(self, seconds: float) -> None:
        """Let questions wait up to some seconds: for scripts, whose answers must not hang on the moment."""
        self._for_itself = self._for_story = seconds

    @property
    def model(self) -> str | None:
        """The name of the model in use with the recipe of what it is given; None where it is not loaded."""
        loaded = self.thread.model if self.thread is not None else None
        return f"{loaded.name}, texts {RECIPE}" if loaded is not None else None

    async def ready(self) -> bool:
        """Load the model if there is one; return whether it can be used."""
        return self.thread is not None and await self.thread.ready()

    async def query(self, text: str) -> Vector | None:
        """Return the vector of a question; None without a model, in a crowd, or where it takes too long."""
        return await self.thread.question(text, self._for_itself) if self.thread is not None else None

    async def query_of_many(self, text: str, seconds: float) -> Vector | None:
        """Return the vector of a question that is asked with many others: single ones go before it."""
        return await self.thread.question(text, seconds, Turn.TEXT) if self.thread is not None else None

    async def nearest(self, vector: Vector, *, story_id: int, limit: int) -> Nearness:
        """Return the facts in force of a story that are nearest to a unit vector.

        None is found while a large story's vectors are being read for the first time.
        """
        from storage.search.matrix import NONE

        held = await self._current(story_id)
        return await self._searching(lambda: held.nearest(vector, limit)) if held is not None else NONE

    async def cosines(self, vector: Vector, fact_ids: Sequence[int]) -> dict[int, float]:
        """Return the cosines to a unit vector of those of some facts that have a vector, of any story."""
        if self.model is None:
            return {}
        from storage.search.matrix import cosines

        rows = await self._database.read(_OF_FACTS, (self.model, Values(fact_ids)))
        found = cosines(vector, [row["vector"] for row in rows])
        return {row["fact_id"]: cosine for row, cosine in zip(rows, found, strict=True)}

    async def wait(self, story_id: int, *, seconds: float, most: int) -> bool:
        """Return whether all facts of a story have vectors; wait for the last `most` that are being made."""
        if self.thread is None or self.thread.reason is not None:
            return False
        try:
            async with asyncio.timeout(seconds):
                while True:
                    self.made.clear()
                    missing = await self.missing(story_id, most + 1)
                    if missing == 0 or missing > most or not self.filling:
                        return missing == 0
                    self.wanted.set()
                    await self.made.wait()
        except TimeoutError:
            return False

    def ended(self) -> None:
        """Take note that no more vectors are made here: nobody waits for them."""
        self.filling = False
        self.made.set()

    async def missing(self, story_id: int, most: int) -> int:
        """Return how many facts of a story wait for a vector, counted up to `most`."""
        return int((await self._database.read(_WAITING, (story_id, most)))[0][0])

    async def state(self) -> VectorState:
        """Return what there is to be told of vectors."""
        made, waiting = (await self._database.read(_COUNTS))[0]
        spent = self.thread.seconds if self.thread is not None else {}
        people = spent.get(Turn.QUESTION, 0.0) + spent.get(Turn.TEXT, 0.0)
        reason = self.thread.reason if self.thread is not None else "search.vectors is false"
        return VectorState(self.model, reason, made, waiting, (people, spent.get(Turn.FILLING, 0.0)))

    async def close(self) -> None:
        """End the threads."""
        reading = [story.reading for story in self._stories.values() if story.reading is not None]
        for task in reading:
            task.cancel()
        await asyncio.gather(*reading, return_exceptions=True)
        if self._search is not None:
            self._search.shutdown()
        if self.thread is not None:
            self.thread.close()

    async def _current(self, story_id: int) -> StoryVectors | None:
        """Return a story's vectors as the record keeps them now; None where they are not read soon."""
        if self.model is None:
            return None
        story = self._stories.setdefault(story_id, _Story())
        begun = story.reading
        if begun is not None and not begun.done():
            # It may be past the last change already: after it, all who wait for it read once more, together.
            await asyncio.wait({begun}, timeout=self._for_story)
            if not begun.done():
                return None
        if story.reading is begun:
            story.reading = asyncio.create_task(self._read(story_id, story))
            story.reading.add_done_callback(_look_at_error)
        reading = story.reading
        assert reading is not None
        await asyncio.wait({reading}, timeout=self._for_story)
        if not reading.done():
            return None
        reading.result()
        return story.vectors

    async def _read(self, story_id: int, story: _Story) -> None:
        """Read what has changed of a story's vectors, page by page."""
        from storage.search.matrix import StoryVectors

        assert self.thread is not None
        assert self.thread.model is not None
        if story.vectors is None:
            story.vectors = StoryVectors(self.thread.model.size)
        held = story.vectors
        asked = {"story": story_id, "model": self.model, "page": PAGE}
        full = True
        while full:
            rows = await self._database.read(_CHANGED, asked | {"number": story.number, "fact": story.fact})
            if rows:
                changed = [(row["fact_id"], row["vector"]) for row in rows]
                await self._searching(partial(held.apply, changed))
                story.number, story.fact = rows[-1]["number"], rows[-1]["fact_id"]
            full = len(rows) == PAGE

    async def _searching(self, work: Callable[[], T]) -> T:
        """Return what a work makes of the vectors in memory, in a thread that does one at a time."""
        if self._search is None:
            self._search = ThreadPoolExecutor(1, thread_name_prefix="vectors")
        return await asyncio.get_running_loop().run_in_executor(self._search, work)


def _look_at_error(reading: asyncio.Task[None]) -> None:
    """Take note of an error that nobody waits for any more."""
    if not reading.cancelled():
        reading.exception()
