"""A portable copy of a record: all rows of one state of it, in a SQLite file."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

from storage.engines import errors, files, migrations, replacing
from storage.engines.postgres import tables
from storage.engines.postgres.connection import LASTING, Plain
from storage.engines.postgres.tables import Table

Progress = Callable[[int], None]
# Rows that are in memory at once.
PAGE = 2_000
# Rows come as they were written, also while others read them. A server may end what takes long, but not this.
_BEGIN = f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL synchronize_seqscans = off; {LASTING}"
_SEQUENCES = """
SELECT c.table_name, coalesce(s.last_value, 0) FROM information_schema.columns c
LEFT JOIN pg_sequences s ON format('%I.%I', s.schemaname, s.sequencename)
    = pg_get_serial_sequence(format('%I.%I', c.table_schema, c.table_name), c.column_name)
WHERE c.table_schema = current_schema() AND c.is_identity = 'YES' ORDER BY 1
"""
_TRIGGERS = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY name"


def copy(plain: Plain, target: Path, done: Progress = lambda _rows: None) -> None:
    """Write a consistent copy to `target` while others read and write, replacing it at the end.

    `done` is told of rows as they are copied.

    Raises psycopg's errors, and those of a record in a file.
    """
    partial = target.with_name(target.name + ".partial")
    with errors.translated(target):
        # A journal of what a kill has left would be taken for the new file's.
        replacing.remove(partial)
        os.close(files.begin(partial))
        try:
            with contextlib.closing(sqlite3.connect(partial, isolation_level=None)) as made:
                made.execute("PRAGMA synchronous = OFF")
                migrations.migrate(made, partial)
                plain.execute(_BEGIN)
                try:
                    _fill(plain, made, done)
                finally:
                    if not plain.closed:
                        plain.execute("ROLLBACK")
                made.execute("PRAGMA journal_mode = DELETE")
            files.put_in_place(partial, target)
        finally:
            replacing.remove(partial)


def _fill(plain: Plain, made: sqlite3.Connection, done: Progress) -> None:
    """Put all rows in a new file; its rules have been kept already, and rows come in any order."""
    made.execute("BEGIN IMMEDIATE")
    triggers = made.execute(_TRIGGERS).fetchall()
    for name, _sql in triggers:
        made.execute(f"DROP TRIGGER {name}")
    for table in tables.tables(made):
        made.execute(f"DELETE FROM {table.name}")
        _fill_table(plain, made, table, done)
    for name, last in plain.execute(_SEQUENCES):
        # No number of a dialogue is ever used again.
        made.execute("DELETE FROM sqlite_sequence WHERE name = ?", (name,))
        if last:
            made.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (name, last))
    for _name, sql in triggers:
        made.execute(sql)
    made.execute("COMMIT")


def _fill_table(plain: Plain, made: sqlite3.Connection, table: Table, done: Progress) -> None:
    sql = f"SELECT {', '.join(table.there)} FROM {table.name}"
    into = f"INSERT INTO {table.name} ({', '.join(table.here)}) VALUES ({', '.join('?' for _ in table.here)})"
    with plain.cursor(name="copy") as cursor:
        cursor.execute(sql.encode(), binary=True)
        while page := cursor.fetchmany(PAGE):
            made.executemany(into, page)
            done(len(page))
