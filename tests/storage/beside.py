"""Another program beside the record's own process: it writes what it likes, and holds locks."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from storage.engines import sqlite
from storage.record import Record
from tests.conftest import ON_POSTGRES

# What a database says of rows that break its rules.
BREACHES: tuple[type[Exception], ...] = (sqlite3.IntegrityError,)
# A statement that names what is not there.
MISTAKE = "OperationalError"
if ON_POSTGRES:
    import psycopg

    from storage.engines.postgres import database, migrations
    from storage.engines.postgres.texts import for_postgres
    from tests.servers import Server

    BREACHES = (psycopg.IntegrityError,)
    MISTAKE = "UndefinedTable"


class Beside:
    """A connection of one's own; what it does is undone at the end."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        """Run a statement; return its rows, if it has any."""
        if not ON_POSTGRES:
            return self._connection.execute(sql, parameters).fetchall()
        found = self._connection.execute(for_postgres(sql), parameters)
        return found.fetchall() if found.description else []

    def refuses(self, sql: str, words: str, parameters: Sequence[Any] = ()) -> None:
        """Run a statement that the database refuses; what was done before it stands."""
        self.execute("SAVEPOINT refused")
        with pytest.raises(BREACHES, match=words):
            self.execute(sql, parameters)
        self.execute("ROLLBACK TO refused")


@contextmanager
def beside(path: Path) -> Iterator[Beside]:
    """Connect to a record as another program does."""
    if ON_POSTGRES:
        with closing(psycopg.connect(Server.current.of(path))) as connection:
            yield Beside(connection)
            connection.rollback()
    else:
        with closing(sqlite3.connect(path)) as connection:
            yield Beside(connection)
            connection.rollback()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the write lock, as an import of another process does."""
    if ON_POSTGRES:
        with beside(path) as other:
            other.execute(migrations.LOCK)
            yield
    else:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("ROLLBACK")


def copied(path: Path) -> Path:
    """Return a copy of a record that nobody has open, to tamper with."""
    target = path.with_name("tampered.db")
    if ON_POSTGRES:
        Server.current.copy(path, target)
        return target
    return Path(shutil.copyfile(path, target))


def tampered(path: Path, *statements: str, was: Path | None = None) -> None:
    """Change a record as somebody may who can write to it, knows SQL, and has an older copy, `was`."""
    if ON_POSTGRES:
        with psycopg.connect(Server.current.of(path), autocommit=True) as connection:
            connection.execute("SET session_replication_role = replica")
            for statement in statements:
                assert connection.execute(statement.encode()).rowcount > 0
        return
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("ATTACH ? AS was", (str(was or ":memory:"),))
        for (name,) in raw.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            raw.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            raw.execute(statement)
            assert raw.execute("SELECT changes()").fetchone()[0] > 0


async def make_impatient(record: Record, patch: pytest.MonkeyPatch) -> None:
    """Let a record wait for the write lock for a moment only."""
    if ON_POSTGRES:
        begin = database._BEGIN_WRITING.replace("lock_timeout = '10s'", "lock_timeout = '1ms'")
        patch.setattr(database, "_BEGIN_WRITING", begin)
    else:
        await record.database._writer.execute("PRAGMA busy_timeout = 1")  # type: ignore[attr-defined]  # reason: it is SQLite's


def shorten_turns(patch: pytest.MonkeyPatch) -> None:
    """Let those who wait for another transaction of this process wait for a moment only."""
    patch.setattr(database if ON_POSTGRES else sqlite, "LONGEST_WAIT", 0.05)
