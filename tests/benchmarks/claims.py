"""How well the bot finds the fact-checked claim that a post is about: MAP@5 on real data, where it is there.

FOLDER/claims-dev holds verified_claims.tsv, queries.tsv and qrels.txt (TREC), as CheckThat! published them.
The posts are found twice: by full text alone, and by all that the bot finds claims with.
"""

from __future__ import annotations

import asyncio
import csv
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from bot.questions import claims
from bot.questions.retrieval import retrieve
from storage.record import Record
from storage.search import embedding
from storage.search.filling import Filler
from storage.sheets.importing import import_sheet
from tests.benchmarks import places
from tests.benchmarks.report import Finding, figure, heading

DEPTH = 5
# Seconds that a post waits for its vector: the machine may be busy.
PATIENCE = 60.0
Run = dict[str, list[str]]


def measure(folder: Path) -> list[Finding]:
    """Import the claims, look for each post, and score both runs."""
    heading("Search quality: fact-checked claims that posts are about")
    relevant: dict[str, set[str]] = {}
    for line in (folder / "qrels.txt").read_text(encoding="utf-8").splitlines():
        if fields := line.split():
            relevant.setdefault(fields[0], set()).add(fields[2])
    posts = {row[0]: row[1] for row in _rows(folder / "queries.tsv")}
    with places.scratch() as scratch:
        words, whole = asyncio.run(_runs(scratch, folder, posts))
    found = []
    for name, run in (("full text alone", words), ("full text and vectors", whole)):
        if run is not None:
            score = _score(run, relevant)
            print(f"MAP@{DEPTH} {score:.4f} over {len(relevant)} posts, {name}")
            found.append(Finding(f"search quality, {name}, MAP@{DEPTH}", figure(score)))
    print()
    return found


async def _runs(scratch: Path, folder: Path, posts: dict[str, str]) -> tuple[Run, Run | None]:
    """Return what full text alone finds, and the whole; None where there is no model."""
    sheet = scratch / "claims.jsonl"
    with sheet.open("w", encoding="utf-8") as lines:
        lines.writelines(map(_line, _rows(folder / "verified_claims.tsv")))
    async with _record(scratch / "claims.db", sheet) as record:
        words = {
            post: [hit.ref for hit in await record.search.find(text, limit=DEPTH)]
            for post, text in posts.items()
        }
        if not await Filler(record.database, record.vectors).fill():
            return words, None
        record.vectors.take_time(PATIENCE)
        return words, {post: await _found(record, text) for post, text in posts.items()}


@asynccontextmanager
async def _record(path: Path, sheet: Path) -> AsyncIterator[Record]:
    record = await Record.open(path, embedder=embedding.load)
    try:
        await import_sheet(record, sheet, actor="benchmark")
        yield record
    finally:
        await record.close()


async def _found(record: Record, text: str) -> list[str]:
    retrieved = await retrieve(record, 1, claims.read(text), [], own=True)
    return [each.fact.ref for each in retrieved.candidates[:DEPTH]]


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter="\t"))[1:]


def _line(row: list[str]) -> str:
    number, claim, title = row[:3]
    fact = {"ref": number, "statement": claim, "attributions": [{"source": {"title": title or claim}}]}
    return json.dumps(fact) + "\n"


def _score(run: Run, relevant: dict[str, set[str]]) -> float:
    return sum(_precision(run.get(post, []), each) for post, each in relevant.items()) / len(relevant)


def _precision(ranked: Sequence[str], relevant: set[str]) -> float:
    """Return the average precision of the best `DEPTH`."""
    hits, total = 0, 0.0
    for rank, ref in enumerate(ranked[:DEPTH], 1):
        if ref in relevant:
            hits += 1
            total += hits / rank
    return total / len(relevant)
