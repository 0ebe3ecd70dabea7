"""Copies of the record that are known, and which of them hold what was taken down since they were made.

Backups made by command are noted in the record. What a restore or a migration kept stands beside the record's
file. A copy that was moved or copied on is not known.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from glob import escape
from pathlib import Path
from typing import NamedTuple

from storage.domain.clock import moment_text
from storage.engines.database import Database

# What `onrecord restore` and migrations name the files that they keep beside a record's own.
_BESIDE = ("replaced-*", "before-*")
_DOWN = "SELECT s.name, t.subject, t.ground, t.at FROM tombstone t JOIN story s ON s.id = t.story_id"


class Copy(NamedTuple):
    """A copy of the record, and when it was made."""

    path: Path
    made_at: str


async def back_up(database: Database, path: Path, at: str) -> None:
    """Make a backup and remember it, as of the moment before."""
    await database.backup(path)
    async with database.transaction() as tx:
        await tx.run(
            "INSERT INTO backup VALUES (?, ?) ON CONFLICT (path) DO UPDATE SET made_at = excluded.made_at",
            (str(path.resolve()), at),
        )


async def holding(database: Database) -> list[Copy]:
    """Return the copies that are still there and in which something stands that was taken down, oldest first.

    What was taken down of a copy it tells itself: no clock does.
    """
    down = {TakenBefore(*row) for row in await database.read(_DOWN)}
    if not down:
        return []
    noted = await database.read("SELECT path, made_at FROM backup")
    known = [Copy(Path(row["path"]), row["made_at"]) for row in noted]
    found = [
        copy for copy in (*known, *_beside(database.path)) if copy.path.exists() and down - _down(copy.path)
    ]
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
    return tuple(sorted(_down(path) - _down(backup)))


def _down(path: Path) -> set[TakenBefore]:
    """Return what was taken down of a record that no process writes to; nothing where that cannot be read."""
    wal = path.with_name(f"{path.name}-wal")
    # Without a WAL nothing is to be made beside it either.
    how = "mode=ro" if wal.exists() else "mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?{how}", uri=True)) as connection:
            return {TakenBefore(*row) for row in connection.execute(_DOWN)}
    except sqlite3.Error:
        return set()


def _beside(path: Path) -> Iterator[Copy]:
    for name in _BESIDE:
        for item in path.parent.glob(f"{escape(path.name)}.{name}"):
            if not item.name.endswith(("-wal", "-shm", "-journal")):
                made = datetime.fromtimestamp(item.stat().st_mtime, UTC)
                yield Copy(item.resolve(), moment_text(made))
