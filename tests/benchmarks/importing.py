"""Import of a fact sheet against a bare executemany of its rows; how long it keeps others from writing."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from storage.engines import migrations
from storage.record import Record
from storage.sheets.importing import import_sheet
from tests.benchmarks import corpus, places
from tests.benchmarks.report import Finding, at_most, heading, table
from tests.benchmarks.sizes import Sizes

# Attributions before facts: the record itself demands it.
TABLES = (
    "story", "source", "entity", "entity_name", "name_word", "name_piece", "attribution", "fact", "mention",
    "revision", "audit",
)  # fmt: skip


def measure(sizes: Sizes) -> list[Finding]:
    """Import once, then write the same rows into an empty record of the same schema."""
    heading(f"Import of {sizes.imported:,} facts against a bare executemany of the same rows")
    with places.scratch() as folder:
        sheet = folder / "made.jsonl"
        with sheet.open("w", encoding="utf-8") as lines:
            lines.writelines(corpus.sheet_lines(sizes.imported))
        with _writing_beside(folder / "imported.db") as waits:
            imported = asyncio.run(_import(folder / "imported.db", sheet))
        bare, rows = _executemany(folder / "imported.db", folder / "bare.db")
    table(
        ("", "seconds", "facts a second"),
        [
            (name, f"{seconds:.2f}", f"{sizes.imported / seconds:,.0f}")
            for name, seconds in (("onrecord import", imported), (f"executemany of {rows:,} rows", bare))
        ],
    )
    print(f"another writer waited at most {max(waits):.2f} s, {len(waits)} times in all")
    return [
        at_most("import / executemany of the same rows", imported / bare, 10),
        at_most(
            "the longest that an import keeps others from writing / the import", max(waits) / imported, 0.3
        ),
    ]


@contextmanager
def _writing_beside(path: Path) -> Iterator[list[float]]:
    """Take the write lock again and again, and yield the list of how long each time took."""
    asyncio.run(_make(path))
    waits: list[float] = []
    ended = threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(path, isolation_level=None, timeout=600)) as other:
            while not ended.wait(0.01):
                began = time.perf_counter()
                other.execute("BEGIN IMMEDIATE")
                waits.append(time.perf_counter() - began)
                other.execute("ROLLBACK")

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield waits
    finally:
        ended.set()
        thread.join()


async def _make(path: Path) -> None:
    """Make an empty record."""
    await (await Record.open(path)).close()


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
