"""Fill an empty schema with all that a record in a file holds, in a connection's open transaction."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from storage.domain.errors import Refused
from storage.engines.database import Statements
from storage.engines.postgres import migrations, tables
from storage.engines.postgres.connection import LASTING, Plain
from storage.engines.postgres.database import PostgresStatements
from storage.engines.postgres.tables import INDEX, Table

# Rows that are in memory at once.
PAGE = 2_000
# Adds rows of (fact, statement, context) with a mark to the index of texts.
Add = Callable[[Statements, str, Iterable[tuple[int, str, str]]], None]
Progress = Callable[[int], None]
Page = list[tuple[Any, ...]]
_HELD = (
    "{place} holds a record already. Nothing was changed: name an empty database, or give this one an empty"
    " schema"
)
# Numbers that are never used again count on from here.
_NUMBERED = "SELECT name, seq FROM sqlite_sequence WHERE seq > 0 ORDER BY name"


def begin(plain: Plain, place: str) -> None:
    """Begin the transaction that fills a schema, and make its tables. Raises Refused if it is not empty."""
    # The operator is told that it is done: then it is on the server's disk.
    plain.execute(
        "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL synchronous_commit = on;"
        f" {LASTING}; {migrations.LOCK}"
    )
    if _is_taken(plain):
        raise Refused(_HELD.format(place=place))
    migrations.make(plain, place)


def fill(plain: Plain, path: Path, add: Add, done: Progress) -> None:
    """Copy all rows of a record in a file into the schema; `done` is told of rows as they are copied.

    Raises Refused for a text that PostgreSQL cannot keep.
    """
    with contextlib.closing(sqlite3.connect(path)) as source:
        source.execute("PRAGMA query_only = ON")
        source.execute("BEGIN")
        chosen = tables.tables(source)
        for table in chosen:
            # What rules have made of rows is copied, too. What tables have to do with each other is checked.
            plain.execute(f"ALTER TABLE {table.name} DISABLE TRIGGER USER; DELETE FROM {table.name}".encode())
        for table in chosen:
            _fill_table(plain, source, table, add, done)
        # What is checked at the end of a transaction is now: it would stand in the way of what follows.
        plain.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in chosen:
            # Otherwise the first hours would be slow: until then the server knows nothing of the tables.
            plain.execute(f"ALTER TABLE {table.name} ENABLE TRIGGER USER; ANALYZE {table.name}".encode())
        for name, last in source.execute(_NUMBERED):
            plain.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", (name, last))


def count(plain: Plain, chosen: Iterable[Table]) -> dict[str, int]:
    """Return how many rows each table has."""
    return {
        each.name: int(plain.execute(f"SELECT count(*) FROM {each.name}".encode()).fetchall()[0][0])
        for each in chosen
    }


def _is_taken(plain: Plain) -> bool:
    """Tell whether a schema holds anything of a record, more than a migration has left there."""
    if migrations.number_of(plain) is None:
        # The migrations refuse what is somebody else's.
        return False
    for (name,) in plain.execute(migrations.TABLES).fetchall():
        # This one has a row from the beginning.
        if name != "lookup_version" and plain.execute(f"SELECT 1 FROM {name} LIMIT 1".encode()).fetchall():
            return True
    return False


def _fill_table(plain: Plain, source: sqlite3.Connection, table: Table, add: Add, done: Progress) -> None:
    rows = source.execute(f"SELECT {', '.join(table.here)} FROM {table.name}")
    pages = _told(iter(lambda: rows.fetchmany(PAGE), []), done)
    try:
        if table.name == INDEX:
            _fill_index(plain, pages, add)
            return
        sql = f"COPY {table.name} ({', '.join(table.there)}) FROM STDIN"
        with plain.cursor() as cursor, cursor.copy(sql.encode()) as copy:
            for page in pages:
                for row in page:
                    copy.write_row(row)
    except Refused as error:
        raise Refused(f"{table.name}: {error}") from error


def _fill_index(plain: Plain, pages: Iterable[Page], add: Add) -> None:
    """Fill the index of texts, whose words each engine keeps in its own way."""
    for page in pages:
        for mark, same in groupby(sorted(page, key=lambda row: row[2]), lambda row: row[2]):
            add(PostgresStatements(plain), mark, [(row[3], row[0], row[1]) for row in same])


def _told(pages: Iterable[Page], done: Progress) -> Iterator[Page]:
    for page in pages:
        yield page
        done(len(page))
