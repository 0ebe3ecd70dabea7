"""How well search finds the fact-checked claim that a post is about: MAP@5 on real data, where there is some.

FOLDER/claims-dev holds verified_claims.tsv, queries.tsv and qrels.txt (TREC), as CheckThat! published them.
"""

from __future__ import annotations

import asyncio
import csv
import json
from collections.abc import Sequence
from pathlib import Path

from storage.record import Record
from storage.sheets.importing import import_sheet
from tests.benchmarks import places
from tests.benchmarks.report import Finding, figure, heading

DEPTH = 5


def measure(folder: Path) -> list[Finding]:
    """Import the claims, search for each post, and score the run."""
    heading("Search quality: fact-checked claims that posts are about")
    relevant: dict[str, set[str]] = {}
    for line in (folder / "qrels.txt").read_text(encoding="utf-8").splitlines():
        if fields := line.split():
            relevant.setdefault(fields[0], set()).add(fields[2])
    posts = {row[0]: row[1] for row in _rows(folder / "queries.tsv")}
    with places.scratch() as scratch:
        sheet = scratch / "claims.jsonl"
        with sheet.open("w", encoding="utf-8") as lines:
            lines.writelines(map(_line, _rows(folder / "verified_claims.tsv")))
        run = asyncio.run(_search(scratch / "claims.db", sheet, posts))
    score = sum(_precision(run.get(post, []), wanted) for post, wanted in relevant.items()) / len(relevant)
    print(f"MAP@{DEPTH} {score:.4f} over {len(relevant)} posts\n")
    return [Finding(f"search quality, MAP@{DEPTH}", figure(score))]


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter="\t"))[1:]


def _line(row: list[str]) -> str:
    number, claim, title = row[:3]
    fact = {"ref": number, "statement": claim, "attributions": [{"source": {"title": title or claim}}]}
    return json.dumps(fact) + "\n"


async def _search(path: Path, sheet: Path, posts: dict[str, str]) -> dict[str, list[str]]:
    record = await Record.open(path)
    try:
        await import_sheet(record, sheet, actor="benchmark")
        return {
            post: [hit.ref for hit in await record.search.find(text, limit=DEPTH)]
            for post, text in posts.items()
        }
    finally:
        await record.close()


def _precision(ranked: Sequence[str], relevant: set[str]) -> float:
    """Return the average precision of the best `DEPTH`."""
    hits, total = 0, 0.0
    for rank, ref in enumerate(ranked[:DEPTH], 1):
        if ref in relevant:
            hits += 1
            total += hits / rank
    return total / len(relevant)
