"""A server for benchmarks, and a made-up record in it: all rows of a SQLite file, copied past the ledger."""

from __future__ import annotations

import contextlib
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import groupby, islice
from pathlib import Path
from unittest import mock

import pytest

from tests.benchmarks import places

ROWS = 10_000
_TABLES = (
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    " AND name NOT LIKE 'fact_text%' ORDER BY name"
)
_TEXTS = "SELECT rowid, statement, context, story FROM fact_text ORDER BY story, rowid"


class Missing(Exception):
    """There is no PostgreSQL to measure; says why."""


@contextmanager
def server() -> Iterator[object]:
    """Run a server that keeps what it commits, as most do. Raises Missing where there is none."""
    try:
        from tests.servers import running
    except ImportError as error:
        raise Missing(f"{error.name} is not installed") from None
    with contextlib.ExitStack() as stack:
        try:
            # A test's own folder no other user may enter, and started by root the server runs as one.
            with mock.patch.object(tempfile, "tempdir", None):
                found = stack.enter_context(running())
        except (pytest.skip.Exception, pytest.fail.Exception) as why:
            raise Missing(str(why.msg)) from None
        with contextlib.suppress(Exception):  # one that is not ours stays as it is
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                found.run(f"ALTER SYSTEM RESET {setting}")
            found.run("SELECT pg_reload_conf()")
        yield found


def copy(url: str, path: Path) -> None:
    """Fill a database that has a record's tables with the rows of a file; the role must be a superuser."""
    from storage.engines.postgres.connection import connected
    from storage.engines.postgres.database import PostgresStatements
    from storage.engines.postgres.errors import Place
    from storage.search.indexes.tsvector import TsVector

    with closing(sqlite3.connect(path)) as made, connected(Place(url)) as plain:
        # What the rules have seen to in the file needs no looking at again.
        plain.execute("SET session_replication_role = replica")
        for (table,) in made.execute(_TABLES).fetchall():
            columns = [row[1] for row in made.execute(f"PRAGMA table_info({table})")]
            plain.execute(f"DELETE FROM {table}".encode())
            rows = made.execute(f"SELECT {', '.join(columns)} FROM {table}")
            into = f"COPY {table} ({', '.join(columns)}) FROM STDIN".encode()
            with plain.cursor() as cursor, cursor.copy(into) as copying:
                for row in rows:
                    copying.write_row(row)
        statements = PostgresStatements(plain)
        for mark, group in groupby(made.execute(_TEXTS), key=lambda row: row[3]):
            texts = (row[:3] for row in group)
            while page := list(islice(texts, ROWS)):
                plain.execute("BEGIN")
                TsVector().add(statements, mark, page)
                plain.execute("COMMIT")
        plain.execute("ANALYZE")


def record(count: int) -> Path:
    """Return the file of a made-up record."""
    return places.record(count)
