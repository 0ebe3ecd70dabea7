"""Rows in each table of a record, whatever tables there are, with what is hard to copy in their values."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from storage.engines.postgres.tables import INDEX, Table, tables

HARD = "tab\t, line\n, back\\slash, \\N, 'quote', \u00e9\u2028\U0001f600 and %s ? :name"


def fill(path: Path) -> None:
    """Put a row in each table of a stocked record that has none."""
    with closing(sqlite3.connect(path)) as connection:
        for table in tables(connection):
            if not connection.execute(f"SELECT 1 FROM {table.name} LIMIT 1").fetchall():
                _fill(connection, table)
        connection.execute(
            "INSERT INTO dialogue (chat, person, command, state, touched_at) VALUES (1, 2, 3, 4, 5)"
        )
        connection.execute("DELETE FROM dialogue WHERE chat = '1'")
        connection.commit()


def rows(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of all tables, in an order."""
    with closing(sqlite3.connect(path)) as connection:
        return {
            table.name: sorted(
                connection.execute(f"SELECT {', '.join(table.here)} FROM {table.name}"), key=repr
            )
            for table in tables(connection)
        }


def _fill(connection: sqlite3.Connection, table: Table) -> None:
    pointing = {row[3] for row in connection.execute(f"PRAGMA foreign_key_list({table.name})")}
    sql = connection.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (table.name,)).fetchone()[0]
    values = [
        _value(name, kind, sql, points=name in pointing)
        for _, name, kind, *_ in connection.execute(f"PRAGMA table_info({table.name})")
    ]
    assert table.name != INDEX
    connection.execute(f"INSERT INTO {table.name} VALUES ({', '.join('?' for _ in values)})", values)


def _value(name: str, kind: str, sql: str, *, points: bool) -> Any:
    if kind == "INTEGER":
        return 1 if points or name in {"id", "waiting"} else 2**40 + 1
    if kind == "REAL":
        return 0.1
    if kind == "BLOB":
        return b"\0\xff\\N'\n"
    # What the table's own rules want.
    one_of = re.search(rf"\b{name} IN \('([^']*)'", sql)
    if name in {"sender", "lease_until"}:
        return None
    return one_of[1] if one_of else f"{name}: {HARD}"
