"""Moderators who change the record at once, against bare transactions that write the same rows.

The bare transactions write, into a copy of the same file, exactly the rows that the ledger wrote just before,
with their entries of the audit trail and their text for search: no checks, no reading, no hashing.
"""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any, NamedTuple

import aiosqlite

from storage.domain.changes import Revise
from storage.domain.errors import Overtaken
from storage.domain.models import RevisionKind
from storage.record import Record
from storage.trail.audit import Actor
from tests.benchmarks import places
from tests.benchmarks.report import Finding, at_most, heading, table
from tests.benchmarks.sizes import Sizes

MODERATORS = 20
# Every so many changes one goes to a few facts that all moderators work on, so that they overtake each other.
CONTESTED_EVERY, CONTESTED = 4, 5
# Ledger and bare transactions take turns, so that what else the machine does falls on both.
TURNS = 5


class Step(NamedTuple):
    """One statement of a bare transaction."""

    sql: str
    parameters: Sequence[Any]


@dataclass(slots=True)
class Taken:
    """Milliseconds that changes took, one at a time and by all moderators at once."""

    alone: list[float]
    at_once: list[float]


def measure(sizes: Sizes) -> list[Finding]:
    """Make changes one at a time and all moderators at once, then the same ones by bare transactions."""
    return asyncio.run(_changing(sizes))


async def _changing(sizes: Sizes) -> list[Finding]:
    count = sizes.records[0]
    heading(f"{sizes.changes:,} corrections by {MODERATORS} moderators at once, {count:,} facts on record")
    with places.scratch() as folder:
        ours, bare = folder / "ours.db", folder / "bare.db"
        for path in (ours, bare):
            shutil.copyfile(places.record(count), path)
        record = await Record.open(ours)
        plain = await _plain(bare)
        try:
            moderating = _Moderating(record, count)
            theirs = Taken([], [])
            for _ in range(TURNS):
                await moderating.alone(sizes.changes // (TURNS * 5))
                theirs.alone += _bare_alone(bare, moderating.rows())
                await moderating.at_once(sizes.changes // TURNS)
                theirs.at_once += await _bare_at_once(plain, moderating.rows())
            lost = await moderating.lost()
            _same(ours, bare)
        finally:
            await plain.close()
            await record.close()
    return _compared(moderating, theirs, lost)


def _compared(moderating: _Moderating, theirs: Taken, lost: int) -> list[Finding]:
    ours = moderating.taken
    table(
        ("milliseconds for one change", "p50", "p95"),
        [
            (name, f"{median(taken):.2f}", f"{_p95(taken):.2f}")
            for name, taken in (
                ("ledger, one at a time", ours.alone),
                ("bare transaction, one at a time", theirs.alone),
                (f"ledger, {MODERATORS} at once", ours.at_once),
                (f"bare transactions, {MODERATORS} at once", theirs.at_once),
            )
        ],
    )
    print(f"{moderating.overtaken} changes were overtaken by another's and made again\n")
    here = f"a change among {MODERATORS} at once"
    return [
        Finding(f"{here}: acknowledged and then lost", str(lost), "0", lost == 0),
        at_most(f"p95 of {here} / bare among {MODERATORS}", _p95(ours.at_once) / _p95(theirs.at_once), 10),
        Finding("p95 of a change alone / bare alone", f"{_p95(ours.alone) / _p95(theirs.alone):.2f}"),
        Finding(f"p95 of {here} / bare alone", f"{_p95(ours.at_once) / _p95(theirs.alone):.1f}"),
    ]


def _p95(taken: Sequence[float]) -> float:
    return quantiles(taken, n=20)[-1]


class _Moderating:
    """Moderators at work: what they were told was done, and how long that took."""

    def __init__(self, record: Record, facts: int) -> None:
        self._record = record
        self._facts = facts
        self._chance = random.Random(facts)
        self._read_up_to = 0
        self._acknowledged: list[tuple[int, int, str]] = []
        self.taken = Taken([], [])
        self.overtaken = 0

    async def alone(self, count: int) -> None:
        """Make changes one at a time."""
        for fact_id in self._chosen(count):
            self.taken.alone.append(await self._change(Actor("telegram:0"), fact_id))

    async def at_once(self, count: int) -> None:
        """Make changes as fast as the moderators can, each making the next when one is done."""
        waiting = self._chosen(count)

        async def work(number: int) -> None:
            while waiting:
                self.taken.at_once.append(await self._change(Actor(f"telegram:{number}"), waiting.pop()))

        await asyncio.gather(*(work(number) for number in range(MODERATORS)))

    def rows(self) -> list[list[Step]]:
        """Return, for each change made since the last call, the statements that write the same rows."""
        with closing(sqlite3.connect(self._record.database.path)) as connection:
            connection.row_factory = sqlite3.Row
            entries = connection.execute("SELECT * FROM audit WHERE id > ?", (self._read_up_to,)).fetchall()
            steps = [_steps(connection, entry) for entry in entries]
        self._read_up_to = entries[-1]["id"]
        return steps

    async def lost(self) -> int:
        """Return how many acknowledged changes are not on record as exactly the revision that was told."""
        rows = await self._record.database.read(
            "SELECT fact_id, number, json_extract(state, '$.statement') FROM revision WHERE number > 1"
        )
        kept = [tuple(row) for row in rows]
        gaps = await self._record.database.read(
            "SELECT 1 FROM fact f WHERE revision <> (SELECT count(*) FROM revision WHERE fact_id = f.id)"
            " OR revision <> (SELECT max(number) FROM revision WHERE fact_id = f.id)"
        )
        verified = await self._record.audit.verify()
        if verified.problem or gaps or len(kept) != len(self._acknowledged):
            raise RuntimeError(f"{verified}, {len(gaps)} gaps, {len(kept)} revisions")
        return len(set(self._acknowledged) - set(kept)) + len(kept) - len(set(kept))

    def _chosen(self, count: int) -> list[int]:
        return [
            self._chance.randrange(CONTESTED if number % CONTESTED_EVERY == 0 else self._facts - 1) + 1
            for number in range(count)
        ]

    async def _change(self, by: Actor, fact_id: int) -> float:
        """Correct a fact, after looking at it again as often as others were quicker; return milliseconds."""
        while True:
            fact = await self._record.facts.find(fact_id)
            entry = await self._record.facts.entry(fact_id)
            assert fact is not None
            statement = f"{entry.statement} {by.address[9:]}"
            change = Revise(
                story_id=fact.story_id,
                fact_id=fact_id,
                expected=fact.revision,
                kind=RevisionKind.CORRECTED,
                fact=entry.model_copy(update={"statement": statement}),
                reason="a benchmark",
            )
            began = time.perf_counter()
            try:
                made = await self._record.ledger.make(change, by=by)
            except Overtaken:
                self.overtaken += 1
                continue
            taken = 1000 * (time.perf_counter() - began)
            assert made.fact is not None
            self._acknowledged.append((fact_id, made.fact.revision, made.fact.statement))
            return taken


# What one correction writes; the audit trail last, as the ledger does.
_BARE = (
    "DELETE FROM figure WHERE fact_id = ?",
    "DELETE FROM mention WHERE fact_id = ?",
    "DELETE FROM fact_text WHERE rowid = ?",
)
_FACT = "UPDATE fact SET statement = ?, superseded_by = NULL, retracted = NULL, revision = ? WHERE id = ?"


def _steps(connection: sqlite3.Connection, entry: sqlite3.Row) -> list[Step]:
    """Return a bare transaction that writes what a correction wrote, from what is now on record."""
    (revision,) = connection.execute("SELECT * FROM revision WHERE audit_id = ?", (entry["id"],)).fetchall()
    fact_id = revision["fact_id"]
    statement = json.loads(revision["state"])["statement"]
    steps = [Step(sql, (fact_id,)) for sql in _BARE]
    for table_name in ("attribution", "mention"):
        rows = connection.execute(f"SELECT * FROM {table_name} WHERE fact_id = ?", (fact_id,)).fetchall()
        steps += [_insert(table_name, row, replacing=table_name == "attribution") for row in rows]
    text = connection.execute(
        "SELECT rowid, statement, context, story FROM fact_text WHERE rowid = ?", (fact_id,)
    ).fetchone()
    steps += [
        Step(_FACT, (statement, revision["number"], fact_id)),
        _insert("revision", revision),
        # A fact that was changed again since has its last text there already.
        _insert("fact_text (rowid, statement, context, story)", (fact_id, statement, *text[2:])),
        _insert("audit", entry),
    ]
    return steps


def _insert(table_name: str, row: Sequence[Any], *, replacing: bool = False) -> Step:
    values = tuple(row)
    how = "INSERT OR REPLACE" if replacing else "INSERT"
    return Step(f"{how} INTO {table_name} VALUES ({', '.join('?' * len(values))})", values)


def _bare_alone(path: Path, changes: Sequence[Sequence[Step]]) -> list[float]:
    """Write changes one at a time; return the milliseconds of each."""
    taken = []
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in _PRAGMAS:
            connection.execute(pragma)
        for steps in changes:
            began = time.perf_counter()
            connection.execute("BEGIN IMMEDIATE")
            for step in steps:
                connection.execute(step.sql, step.parameters)
            connection.execute("COMMIT")
            taken.append(1000 * (time.perf_counter() - began))
    return taken


_PRAGMAS = ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA cache_size = -65536")


async def _plain(path: Path) -> aiosqlite.Connection:
    connection = await aiosqlite.connect(path, isolation_level=None)
    for pragma in _PRAGMAS:
        await connection.execute_fetchall(pragma)
    return connection


async def _bare_at_once(connection: aiosqlite.Connection, changes: Sequence[Sequence[Step]]) -> list[float]:
    """Write changes by as many tasks as there are moderators, through one connection that they share."""
    waiting = list(reversed(changes))
    writing = asyncio.Lock()
    taken = []

    async def work() -> None:
        while waiting:
            steps = waiting.pop()
            began = time.perf_counter()
            async with writing:
                await connection.execute_fetchall("BEGIN IMMEDIATE")
                for step in steps:
                    await connection.execute_fetchall(step.sql, step.parameters)
                await connection.commit()
            taken.append(1000 * (time.perf_counter() - began))

    await asyncio.gather(*(work() for _ in range(MODERATORS)))
    return taken


def _same(ours: Path, bare: Path) -> None:
    """Make sure that the bare transactions wrote the same: otherwise the comparison is worth nothing."""
    with closing(sqlite3.connect(ours)) as left, closing(sqlite3.connect(bare)) as right:
        for sql in (
            "SELECT * FROM audit ORDER BY id",
            "SELECT * FROM revision ORDER BY fact_id, number",
            "SELECT * FROM fact ORDER BY id",
            "SELECT * FROM attribution ORDER BY fact_id, position",
            "SELECT * FROM mention ORDER BY fact_id, part, position",
            "SELECT rowid, * FROM fact_text ORDER BY rowid",
        ):
            if left.execute(sql).fetchall() != right.execute(sql).fetchall():
                raise RuntimeError(f"the bare transactions wrote something else: {sql}")
