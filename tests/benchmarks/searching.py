"""Free text with common words against the naive way: an OR of all words, ranked by SQLite's own bm25()."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from pathlib import Path
from statistics import mean, median

from storage.record import Record
from tests.benchmarks import corpus, places
from tests.benchmarks.report import Finding, at_least, at_most, heading, table
from tests.benchmarks.sizes import Sizes

BEST = 5
NAIVE = """
SELECT t.rowid FROM fact_text t WHERE fact_text MATCH ? ORDER BY bm25(fact_text) LIMIT 5
"""


def measure(sizes: Sizes) -> list[Finding]:
    """Ask the largest record each query once in either way."""
    heading(f"Free text, common words included, on a record of {sizes.largest:,} facts")
    path = places.record(sizes.largest)
    queries = corpus.queries(path, sizes.searches)
    naive, wanted = _naively(path, queries)
    ours, found = asyncio.run(_by_search(path, queries))
    table(
        ("milliseconds", "median", "slowest"),
        [
            (name, f"{median(each):.2f}", f"{max(each):.2f}")
            for name, each in (
                ("naive OR of all words", naive),
                ("storage.search.search, asked for the first time", ours),
            )
        ],
    )
    pairs = list(zip(wanted, found, strict=True))
    first = mean(ideal[:1] == got[:1] for ideal, got in pairs)
    overlap = mean(len(set(ideal) & set(got)) / len(ideal) for ideal, got in pairs if ideal)
    return [
        at_most("free text / naive OR of all words", median(ours) / median(naive), 0.05),
        at_least("free text: best answer is the naive OR's", first, 0.95),
        Finding("free text: overlap of the best five", f"{overlap:.2f}"),
    ]


def _naively(path: Path, queries: list[str]) -> tuple[list[float], list[list[int]]]:
    connection = sqlite3.connect(path)
    taken, found = [], []
    for query in queries:
        words = " OR ".join(f'"{word}"' for word in dict.fromkeys(query.split()))
        began = time.perf_counter()
        found.append([row[0] for row in connection.execute(NAIVE, (words,))])
        taken.append(1000 * (time.perf_counter() - began))
    connection.close()
    return taken, found


async def _by_search(path: Path, queries: list[str]) -> tuple[list[float], list[list[int]]]:
    record = await Record.open(path)
    taken, found = [], []
    try:
        for query in queries:
            began = time.perf_counter()
            hits = await record.search.find(query, limit=BEST)
            taken.append(1000 * (time.perf_counter() - began))
            found.append([hit.fact_id for hit in hits])
    finally:
        await record.close()
    return taken, found
