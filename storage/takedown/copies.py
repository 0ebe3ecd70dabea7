"""Copies of the record that are known, and which of them hold what was taken down since they were made.

Backups made by command are noted in the record. What a restore or a migration kept stands beside the record's
file. A copy that was moved or copied on is not known.
"""

from __future__ import annotations

from collections.abc import Iterator
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


def _beside(path: Path) -> Iterator[Copy]:
    for name in _BESIDE:
        for item in path.parent.glob(f"{escape(path.name)}.{name}"):
            if not item.name.endswith(("-wal", "-shm", "-journal")):
                made = datetime.fromtimestamp(item.stat().st_mtime, UTC)
                yield Copy(item.resolve(), moment_text(made))
