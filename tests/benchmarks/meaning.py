"""What search by meaning costs: embedding a text, and the nearest of very many made-up vectors.

Held against goals is the processor's time of the thread that does it, and of the loop's own, which other
processes do not lengthen; how long whoever asks has waited, and by how much a timer came late, is told too.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING

import numpy as np

from storage.record import Record
from storage.search.embedding import NoModel, load
from storage.sheets.shipped import put_shipped
from tests.benchmarks import places
from tests.benchmarks.report import Finding, at_most, heading, table
from tests.benchmarks.sizes import Sizes

if TYPE_CHECKING:
    from storage.search.embedding import Vector

# Milliseconds: for a short text and the longest, and for a search in the smallest record and the largest.
SHORT, WORST, SMALL, LARGE = 60.0, 500.0, 30.0, 250.0
# Milliseconds for which the loop may be held.
HELD = 20.0
# More megabytes in use, with the model and the vectors of the smallest record.
MEMORY = 80.0
QUESTION = "Who says that Belarus may be a staging point?"
PLAIN = "The commissioner said that the children had been brought across the border in the spring. " * 5
LETTERS = "".join(chr(0x4E00 + (at * 7919) % 20_000) for at in range(400))
ROWS = 10_000
LIMIT = 50


def measure(sizes: Sizes) -> list[Finding]:
    """Embed texts, then search among the vectors of a small story and of a very large one."""
    try:
        load()
    except NoModel as error:
        print(f"not measured: {error}")
        return [Finding("search by meaning", "no model here")]
    findings = []
    for count in (sizes.records[0], sizes.largest):
        heading(f"Search by meaning among {count:,} made-up vectors")
        with places.scratch() as folder:
            findings += asyncio.run(_measured(folder / "meaning.db", count, sizes))
    return findings


async def _measured(path: Path, count: int, sizes: Sizes) -> list[Finding]:
    before = _megabytes()
    record = await Record.open(path, embedder=load)
    try:
        await put_shipped(record)
        assert await record.vectors.ready()
        fill(path, count, str(record.vectors.model))
        texts = {} if count == sizes.largest else _embedding(sizes.samples // 10)
        vector = await record.vectors.query(QUESTION)
        assert vector is not None
        began = time.perf_counter()
        while (await record.vectors.nearest(vector, story_id=1, limit=LIMIT)).count < count:
            await asyncio.sleep(0)
        first = time.perf_counter() - began
        own = time.thread_time()
        searches, held = await _searches(record, vector, sizes.searches)
        loop = 1000 * (time.thread_time() - own) / len(searches)
        spent = await record.vectors._searching(lambda: _search_spent(record, vector))
        more = _megabytes() - before
    finally:
        await record.close()
    p95 = quantiles(searches, n=20)[-1]
    rows = [(f"embedding {what}, of the processor", f"{each:.1f}") for what, each in texts.items()]
    rows += [
        ("the vectors read for the first time", f"{1000 * first:.0f}"),
        ("a search, of the processor", f"{spent:.1f}"),
    ]
    rows += [("a search, p95", f"{p95:.1f}"), ("a search, of the loop's own time", f"{loop:.1f}")]
    table(("milliseconds", "measured"), [*rows, ("a timer of the loop late, longest", f"{held:.1f}")])
    small = bool(texts)
    findings = [
        at_most(f"embedding {what} / {goal:.0f} ms", texts[what] / goal, 1)
        for what, goal in (("a question", SHORT), ("400 characters at worst", WORST))
        if small
    ]
    goal = SMALL if small else LARGE
    what = f"among {count:,} vectors"
    findings += [
        at_most(f"the nearest {what}: of the processor / {goal:.0f} ms", spent / goal, 1),
        at_most(f"the same: of the loop's own time / {HELD:.0f} ms", loop / HELD, 1),
    ]
    memory = f"memory with the model and {count:,} vectors / {MEMORY:.0f} MB"
    findings.append(
        at_most(memory, more / MEMORY, 1) if small else Finding(memory.partition(" /")[0], f"{more:.0f} MB")
    )
    return findings


def fill(path: Path, count: int, model: str) -> None:
    """Give the first story so many vectors, past the ledger; those of its own facts are not made."""
    chance = np.random.default_rng(1)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM fact_vector")
        for first in range(1, count + 1, ROWS):
            last = min(first + ROWS, count + 1)
            made = chance.integers(-127, 128, (last - first, 384), dtype=np.int8)
            connection.executemany(
                "INSERT INTO fact_vector (fact_id, story_id, number, waiting, model, vector)"
                " VALUES (?, 1, 1, 0, ?, ?)",
                [(fact, model, row.tobytes()) for fact, row in zip(range(first, last), made, strict=True)],
            )
        connection.commit()


def _embedding(repeats: int) -> dict[str, float]:
    """Return the milliseconds of the processor that texts take: the quickest of some."""
    model = load()
    taken = {}
    for what, text in (
        ("a question", QUESTION),
        ("400 characters of plain text", PLAIN),
        ("400 characters at worst", LETTERS),
    ):
        taken[what] = float("inf")
        for _ in range(max(3, repeats)):
            began = time.thread_time()
            model.query(text)
            taken[what] = min(taken[what], 1000 * (time.thread_time() - began))
    return taken


async def _searches(record: Record, vector: Vector, count: int) -> tuple[list[float], float]:
    """Return the milliseconds of each search, and the longest that the loop was held meanwhile."""
    took = []

    async def search() -> None:
        for _ in range(max(count, 3)):
            began = time.perf_counter()
            await record.vectors.nearest(vector, story_id=1, limit=LIMIT)
            took.append(1000 * (time.perf_counter() - began))

    return took, await longest_hold(search)


def _search_spent(record: Record, vector: Vector) -> float:
    """Return the milliseconds of the processor that a search takes: in the thread that searches."""
    held = record.vectors._stories[1].vectors
    assert held is not None
    began = time.thread_time()
    held.nearest(vector, LIMIT)
    return 1000 * (time.thread_time() - began)


async def longest_hold(work: Callable[[], Awaitable[None]]) -> float:
    """Return by how many milliseconds a timer came late at most while something ran."""
    longest = 0.0
    task = asyncio.ensure_future(work())
    while not task.done():
        began = time.perf_counter()
        await asyncio.sleep(0.001)
        longest = max(longest, 1000 * (time.perf_counter() - began) - 1)
    await task
    return longest


def _megabytes() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
