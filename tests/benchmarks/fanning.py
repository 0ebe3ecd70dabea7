"""A change fanned out to many listeners, against bare SQLite; and the memory of a bot with a full outbox.

Each round begins with copies of one file. Bare SQLite writes the same rows, found by the same join, in one
transaction into a table without any key; and, handed over by Python, into the real table.
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

from storage.record import Record
from tests.benchmarks import places
from tests.benchmarks.answering import CONFIG
from tests.benchmarks.driving import TOKEN, Process, bot, platform
from tests.benchmarks.report import Finding, at_most, heading, table
from tests.benchmarks.sizes import Sizes
from tests.broadcasts import publish, stock

# The first listener; the platform knows the chats of the first so many.
FIRST, KNOWN = 1_000_002, 1_000
# Of each way to write the deliveries, in turns.
ROUNDS = 7
# Changes of which each listener waits to hear, while memory is measured.
CHANGES = 10
# Seconds after which a bot that was asked something is idle, and how often its memory is looked at.
SETTLING, LOOKS = 3.0, 5
_ROWS = """
SELECT :notice, s.listener_id, iif(l.open_at > :now, 'held', 'due')
FROM subscription s JOIN listener l ON l.id = s.listener_id
WHERE s.story_id = 1 AND l.paused IS NULL
    AND (s.entity_id IS NULL OR s.entity_id IN (SELECT value FROM json_each('[]')))
    AND (s.words IS NULL OR s.words IN (SELECT value FROM json_each('[]')))
    AND (l.words IS NULL OR l.words IN (SELECT value FROM json_each('[]')))
    AND (1 OR NOT l.material_only)
ORDER BY s.listener_id
"""
_BARE = (
    "CREATE TABLE bare (notice_id INTEGER, listener_id INTEGER, state TEXT, attempts INTEGER, error TEXT,"
    " message INTEGER, changed_at TEXT)"
)


class Taken(NamedTuple):
    """The seconds that all of a fan-out took, and the longest of its steps."""

    whole: float
    longest: float


def measure(sizes: Sizes) -> list[Finding]:
    """Measure the fan-out, then the memory."""
    return [*_fanning(sizes), *_waiting(sizes)]


def _fanning(sizes: Sizes) -> list[Finding]:
    count = sizes.deliveries
    heading(f"A change fanned out to {count:,} listeners")
    ours: list[Taken] = []
    bare: list[float] = []
    rows: list[float] = []
    with places.scratch() as folder:
        prepared = folder / "prepared.db"
        _prepare(prepared, count)
        for _ in range(min(ROUNDS, 2 * sizes.rounds + 1)):
            ours.append(asyncio.run(_fan_out(_copy(prepared, folder / "ours.db"), count)))
            bare.append(_insert_select(_copy(prepared, folder / "bare.db"), count))
            rows.append(_executemany(_copy(prepared, folder / "rows.db"), count))
    whole, longest = median(each.whole for each in ours), median(each.longest / each.whole for each in ours)
    table(
        (f"median of {len(ours)}", "ms", "lowest-highest"),
        [
            (name, f"{1000 * median(each):.0f}", f"{1000 * min(each):.0f}-{1000 * max(each):.0f}")
            for name, each in (
                ("fan-out", [each.whole for each in ours]),
                ("its longest lock", [each.longest for each in ours]),
                ("INSERT ... SELECT without keys", bare),
                ("executemany", rows),
            )
        ],
    )
    return [
        at_most("fan-out / INSERT ... SELECT without keys", whole / median(bare), 4.5),
        at_most("fan-out / executemany", whole / median(rows), 0.4),
        at_most("longest lock of a fan-out / all of it", longest, 0.1),
    ]


def _prepare(path: Path, listeners: int) -> None:
    """Make a record of which so many listen to a story, with a change that nobody has been told of."""
    asyncio.run(stock(path, range(FIRST, FIRST + listeners)))
    asyncio.run(publish(path))


def _copy(prepared: Path, path: Path) -> Path:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    shutil.copyfile(prepared, path)
    return path


async def _fan_out(path: Path, count: int) -> Taken:
    record = await Record.open(path)
    try:
        now = record.ledger.now()
        notice = await record.notices.next_new(now)
        assert notice is not None
        await record.database.read(f"SELECT count(*) FROM ({_ROWS})", {"notice": 0, "now": now})
        steps: list[float] = []
        done = False
        while not done:
            began = time.perf_counter()
            done = await record.notices.fan_out(notice, entities=(), words=(), now=now)
            steps.append(time.perf_counter() - began)
        written = await record.database.read("SELECT count(*) FROM delivery WHERE state = 'due'")
    finally:
        await record.close()
    if written[0][0] != count:
        raise RuntimeError(f"{written[0][0]} of {count} deliveries were written")
    return Taken(sum(steps), max(steps))


@contextmanager
def _plain(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a file as the record is opened."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "cache_size = -65536",
                       "temp_store = MEMORY", "foreign_keys = ON"):  # fmt: skip
            connection.execute(f"PRAGMA {pragma}")
        yield connection


def _insert_select(path: Path, count: int) -> float:
    asked = {"notice": 2, "now": "2"}
    with _plain(path) as connection:
        connection.execute(_BARE)
        connection.execute(f"SELECT count(*) FROM ({_ROWS})", asked).fetchall()
        began = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(f"INSERT INTO bare (notice_id, listener_id, state) {_ROWS}", asked)
        connection.execute("COMMIT")
        taken = time.perf_counter() - began
        assert connection.execute("SELECT count(*) FROM bare").fetchone()[0] == count
    return taken


def _executemany(path: Path, count: int) -> float:
    with _plain(path) as connection:
        rows = connection.execute(_ROWS, {"notice": 2, "now": "2"}).fetchall()
        assert len(rows) == count
        began = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO delivery (notice_id, listener_id, state) VALUES (?, ?, ?)", rows)
        connection.execute("COMMIT")
        return time.perf_counter() - began


def _waiting(sizes: Sizes) -> list[Finding]:
    heading(f"Memory while {sizes.waiting:,} deliveries wait")
    with places.scratch() as folder:
        empty, full = folder / "empty.db", folder / "full.db"
        _prepare(empty, sizes.waiting // CHANGES)
        with closing(sqlite3.connect(empty)) as connection, connection:
            connection.execute("UPDATE notice SET state = 'done'")
        shutil.copyfile(empty, full)
        _fill(full)
        resident = {name: _memory(path, folder) for name, path in (("none", empty), ("all", full))}
    table(
        ("deliveries that wait", "resident MiB"),
        [(name, f"{size:.1f}") for name, size in resident.items()],
    )
    return [at_most("memory, deliveries waiting / none", resident["all"] / resident["none"], 1.2)]


def _fill(path: Path) -> None:
    """Let each listener wait to hear of some changes."""
    with closing(sqlite3.connect(path)) as connection, connection:
        columns = "audit_id, kind, story_id, fact_id, revision, material, made_at, due_at"
        for _ in range(CHANGES):
            (notice,) = connection.execute(
                f"INSERT INTO notice ({columns}, state) SELECT {columns}, 'fanned out' FROM notice"
                " WHERE id = 1 RETURNING id"
            ).fetchone()
            connection.execute(
                "INSERT INTO delivery (notice_id, listener_id) SELECT ?, id FROM listener", (notice,)
            )


def _memory(path: Path, folder: Path) -> float:
    """Return the resident MiB of a bot that has answered somebody and then been left in peace."""
    with platform(0.05) as api:
        api.chats(KNOWN)
        config = folder / "config.toml"
        config.write_text(CONFIG.format(path=path, token=TOKEN, address=api.address), encoding="utf-8")
        with bot(["-m", "bot", "run", "--config", str(config)]) as process:
            api.ask("/who")
            if not api.until_sent(1, 20.0):
                raise RuntimeError("the bot did not answer")
            found = []
            for _ in range(LOOKS):
                time.sleep(SETTLING / LOOKS)
                found.append(_resident(process))
    return max(found)


def _resident(process: Process) -> float:
    lines = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024
