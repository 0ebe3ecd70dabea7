"""Copies of the record that are known, and which of them hold what was taken down since they were made.

Backups made by command are noted in the record. What a restore or a migration kept stands beside the record's
file. A copy that was moved or copied on is not known.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from glob import escape
from pathlib import Path
from typing import NamedTuple

from storage.domain.clock import moment_text
from storage.engines.sqlite import Database

# What `onrecord restore` and migrations name the files that they keep beside a record's own.
_BESIDE = ("replaced-*", "before-*")


class Copy(NamedTuple):
    """A copy of the record, and when it was made."""

    path: Path
    made_at: str


async def note(database: Database, path: Path, at: str) -> None:
    """Remember a backup that was made at a moment."""
    async with database.transaction() as tx:
        await tx.run(
            "INSERT INTO backup VALUES (?, ?) ON CONFLICT (path) DO UPDATE SET made_at = excluded.made_at",
            (str(path.resolve()), at),
        )


async def holding(database: Database) -> list[Copy]:
    """Return the copies that were made before the last takedown and are still there, the oldest first."""
    rows = await database.read("SELECT max(at) FROM tombstone")
    last = rows[0][0]
    if last is None:
        return []
    noted = await database.read("SELECT path, made_at FROM backup WHERE made_at < ?", (last,))
    known = [Copy(Path(row["path"]), row["made_at"]) for row in noted]
    found = [copy for copy in (*known, *_beside(database.path)) if copy.made_at < last and copy.path.exists()]
    return sorted(dict.fromkeys(found), key=lambda copy: (copy.made_at, copy.path))


async def told(database: Database) -> list[str]:
    """Return lines that name those copies to an operator; none if there are none."""
    old = [f"  {copy.path} ({copy.made_at[:16]} UTC)" for copy in await holding(database)]
    head = "copies made before a takedown still hold what was taken down; delete them when you can:"
    return [head, *old] if old else []


class TakenBefore(NamedTuple):
    """What was taken down of a story, given by its name: `F7`; on which ground, and when."""

    story: str
    subject: str
    ground: str
    at: str


def not_taken_down(backup: Path, path: Path) -> tuple[TakenBefore, ...]:
    """Return what was taken down of a record, but not of its backup; nothing where it cannot be read."""
    with contextlib.suppress(sqlite3.Error):
        return tuple(sorted(_tombstones(path) - _tombstones(backup)))
    return ()


def _tombstones(path: Path) -> set[TakenBefore]:
    if not path.exists():
        return set()
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        rows = connection.execute(
            "SELECT s.name, t.subject, t.ground, t.at FROM tombstone t JOIN story s ON s.id = t.story_id"
        )
        return {TakenBefore(*row) for row in rows}


def _beside(path: Path) -> Iterator[Copy]:
    for name in _BESIDE:
        for item in path.parent.glob(f"{escape(path.name)}.{name}"):
            if not item.name.endswith(("-wal", "-shm", "-journal")):
                made = datetime.fromtimestamp(item.stat().st_mtime, UTC)
                yield Copy(item.resolve(), moment_text(made))
