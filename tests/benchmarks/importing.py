"""Import of a fact sheet against a bare executemany of the rows that it comes to."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from pathlib import Path

from storage.engines import migrations
from storage.record import Record
from storage.sheets.importing import import_sheet
from tests.benchmarks import corpus, places
from tests.benchmarks.report import Finding, at_most, heading, table
from tests.benchmarks.sizes import Sizes

# Attributions before facts: the record itself demands it.
TABLES = ("story", "source", "entity", "entity_name", "attribution", "fact", "mention", "revision", "audit")


def measure(sizes: Sizes) -> list[Finding]:
    """Import once, then write the same rows into an empty record of the same schema."""
    heading(f"Import of {sizes.imported:,} facts against a bare executemany of the same rows")
    with places.scratch() as folder:
        sheet = folder / "made.jsonl"
        with sheet.open("w", encoding="utf-8") as lines:
            lines.writelines(corpus.sheet_lines(sizes.imported))
        imported = asyncio.run(_import(folder / "imported.db", sheet))
        bare, rows = _executemany(folder / "imported.db", folder / "bare.db")
    table(
        ("", "seconds", "facts a second"),
        [
            (name, f"{seconds:.2f}", f"{sizes.imported / seconds:,.0f}")
            for name, seconds in (("onrecord import", imported), (f"executemany of {rows:,} rows", bare))
        ],
    )
    return [at_most("import / executemany of the same rows", imported / bare, 10)]


async def _import(path: Path, sheet: Path) -> float:
    record = await Record.open(path)
    try:
        began = time.perf_counter()
        await import_sheet(record, sheet, actor="benchmark", progress=lambda _done, _total: None)
        return time.perf_counter() - began
    finally:
        await record.close()


def _executemany(source: Path, target: Path) -> tuple[float, int]:
    """Return the seconds that writing the rows of `source` takes, and how many there are."""
    old, new = sqlite3.connect(source), sqlite3.connect(target, isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "cache_size = -65536"):
        new.execute(f"PRAGMA {pragma}")
    for _, sql in migrations.migrations():
        new.executescript(sql)
    rows = {name: old.execute(f"SELECT * FROM {name}").fetchall() for name in TABLES}
    columns = [row[1] for row in old.execute("PRAGMA table_info(fact_text)")]
    listed = ", ".join(columns)
    rows[f"fact_text (rowid, {listed})"] = old.execute(f"SELECT rowid, {listed} FROM fact_text").fetchall()
    began = time.perf_counter()
    new.execute("BEGIN IMMEDIATE")
    for name, each in rows.items():
        if each:
            new.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(each[0]))})", each)
    new.execute("COMMIT")
    seconds = time.perf_counter() - began
    old.close()
    new.close()
    return seconds, sum(map(len, rows.values()))
