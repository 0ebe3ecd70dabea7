"""Mark and lock a record in a file that is moved away."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from storage.engines.away.mark import DONE, HAS, HEAD, MOVED, READ, TABLE, WRITE, Head, Mark, locked
from storage.engines.database import Statements

_TABLES = (
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
    " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE 'fact_text\\_%' ESCAPE '\\'"
    " AND name <> 'moved' ORDER BY name"
)
_TRIGGERS = "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'moved\\_%' ESCAPE '\\'"


def read(path: Path) -> Mark:
    """Return where a record was moved to; raises sqlite3's errors where it was not."""
    with _opened(path) as connection:
        place, at, done = connection.execute(READ).fetchone()
    return Mark(place, at, bool(done))


def find(path: Path) -> Mark | None:
    """Return where a record was moved to, or None; raises sqlite3's errors for what is no database."""
    if not path.is_file() or not path.stat().st_size:
        return None
    with _opened(path) as connection:
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    return read(path) if version > MOVED else None


def head(path: Path) -> Head:
    """Return the last entry of a record's trail and its hash; None without any."""
    with _opened(path) as connection:
        return connection.execute(HEAD).fetchone()  # type: ignore[no-any-return]  # reason: a row is Any


def has(path: Path, entry: Head) -> bool:
    """Tell whether a record stands at a path whose trail has an entry; None is the trail without any."""
    if not path.is_file() or not path.stat().st_size:
        return False
    try:
        with _opened(path) as connection:
            return entry is None or connection.execute(HAS, entry).fetchone() is not None
    except sqlite3.Error:
        return False


def lock(tx: Statements, path: Path, place: str, at: str) -> None:
    """Mark a record as being moved, and refuse all that is written to it from now on."""
    number = int(tx.fetch("PRAGMA user_version")[0][0])
    names = [row[0] for row in tx.fetch(_TABLES)]
    tx.run(TABLE)
    tx.run(WRITE, (place, at))
    text = locked(str(path), place).replace("'", "''")
    for name in names:
        for event in ("insert", "update", "delete"):
            tx.run(
                f"CREATE TRIGGER moved_{name}_{event} BEFORE {event} ON {name}"
                f" BEGIN SELECT RAISE (ABORT, '{text}'); END"
            )
    tx.run(f"PRAGMA user_version = {MOVED + number}")


def end(path: Path) -> None:
    """Note that a move has ended."""
    with _writing(path) as connection:
        connection.execute(DONE)


def unlock(path: Path) -> None:
    """Make what is left of a record one again."""
    with _writing(path) as connection:
        for (name,) in connection.execute(_TRIGGERS).fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("DROP TABLE IF EXISTS moved")
        number = int(connection.execute("PRAGMA user_version").fetchone()[0])
        connection.execute(f"PRAGMA user_version = {number % MOVED}")


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    # Without a WAL nobody has the file open; then reading must not make one beside it.
    how = "mode=ro" if path.with_name(f"{path.name}-wal").exists() else "mode=ro&immutable=1"
    with contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?{how}", uri=True)) as connection:
        yield connection


@contextlib.contextmanager
def _writing(path: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("BEGIN IMMEDIATE")
        yield connection
        connection.execute("COMMIT")
