"""A portable copy of a record: all rows of one state of it, in a SQLite file."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from storage.engines import errors, files, migrations
from storage.engines.postgres.connection import Plain

# Rows that are in memory at once.
PAGE = 2_000
_BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
# The index of texts keeps tables of its own, and its key under a name of its own.
_TABLES = (
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    " AND name NOT LIKE 'fact_text\\_%' ESCAPE '\\' ORDER BY name"
)
_KEYS = {"fact_text": ("rowid", "fact_id")}
_TRIGGERS = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY name"
_LAST_DIALOGUE = "SELECT last_value FROM pg_sequences WHERE sequencename = 'dialogue_id_seq' LIMIT 1"


def copy(plain: Plain, target: Path) -> None:
    """Write a consistent copy to `target` while others read and write, replacing it at the end.

    Raises psycopg's errors, and those of a record in a file.
    """
    partial = target.with_name(target.name + ".partial")
    with errors.translated(target):
        os.close(files.begin(partial))
        try:
            with contextlib.closing(sqlite3.connect(partial, isolation_level=None)) as made:
                made.execute("PRAGMA synchronous = OFF")
                migrations.migrate(made, partial)
                plain.execute(_BEGIN)
                try:
                    _fill(plain, made)
                finally:
                    if not plain.closed:
                        plain.execute("ROLLBACK")
                made.execute("PRAGMA journal_mode = DELETE")
            files.put_in_place(partial, target)
        finally:
            partial.unlink(missing_ok=True)


def _fill(plain: Plain, made: sqlite3.Connection) -> None:
    """Put all rows in a new file; its rules have been kept already, and rows come in any order."""
    made.execute("BEGIN IMMEDIATE")
    triggers = made.execute(_TRIGGERS).fetchall()
    for name, _sql in triggers:
        made.execute(f"DROP TRIGGER {name}")
    for (table,) in made.execute(_TABLES).fetchall():
        made.execute(f"DELETE FROM {table}")
        _fill_table(plain, made, table)
    for (last,) in plain.execute(_LAST_DIALOGUE):
        # No number of a dialogue is ever used again.
        made.execute("DELETE FROM sqlite_sequence WHERE name = 'dialogue'")
        made.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('dialogue', ?)", (last or 0,))
    for _name, sql in triggers:
        made.execute(sql)
    made.execute("COMMIT")


def _fill_table(plain: Plain, made: sqlite3.Connection, table: str) -> None:
    columns = [row[1] for row in made.execute(f"PRAGMA table_info({table})")]
    own, theirs = list(columns), list(columns)
    if table in _KEYS:
        own.insert(0, _KEYS[table][0])
        theirs.insert(0, _KEYS[table][1])
    marks = ", ".join("?" for _ in own)
    made.executemany(
        f"INSERT INTO {table} ({', '.join(own)}) VALUES ({marks})",
        _rows(plain, f"SELECT {', '.join(theirs)} FROM {table}"),
    )


def _rows(plain: Plain, sql: str) -> Iterator[Any]:
    with plain.cursor(name="copy") as cursor:
        cursor.itersize = PAGE
        yield from cursor.execute(sql.encode(), binary=True)
