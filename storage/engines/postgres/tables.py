"""The tables of a record, as SQLite's own schema tells them: so none that comes later can be forgotten."""

from __future__ import annotations

import sqlite3
from graphlib import TopologicalSorter
from typing import NamedTuple

# The index of texts is a table that keeps others of its own; its key is called otherwise on PostgreSQL.
INDEX = "fact_text"
_NAMES = (
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    f" AND name NOT LIKE '{INDEX}\\_%' ESCAPE '\\' AND name <> 'moved' ORDER BY name"
)


class Table(NamedTuple):
    """A table and its columns; `key` is the column that SQLite does not list, and PostgreSQL's name of it."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, str] | None = None

    @property
    def here(self) -> tuple[str, ...]:
        """Return the columns as SQLite calls them."""
        return (*self.columns, self.key[0]) if self.key else self.columns

    @property
    def there(self) -> tuple[str, ...]:
        """Return the columns as PostgreSQL calls them, in the same order."""
        return (*self.columns, self.key[1]) if self.key else self.columns


def tables(connection: sqlite3.Connection) -> list[Table]:
    """Return all tables of a record in a file, each after those that its rows point to."""
    names = [name for (name,) in connection.execute(_NAMES)]
    # Index 2 is the table that is pointed to; one that points to itself comes in one go.
    needs = {
        name: {row[2] for row in connection.execute(f"PRAGMA foreign_key_list({name})")} - {name}
        for name in names
    }
    return [_table(connection, name) for name in TopologicalSorter(needs).static_order()]


def _table(connection: sqlite3.Connection, name: str) -> Table:
    columns = tuple(row[1] for row in connection.execute(f"PRAGMA table_info({name})"))
    return Table(name, columns, ("rowid", "fact_id") if name == INDEX else None)


def count(connection: sqlite3.Connection, names: list[Table]) -> dict[str, int]:
    """Return how many rows each table has."""
    return {
        each.name: int(connection.execute(f"SELECT count(*) FROM {each.name}").fetchone()[0])
        for each in names
    }
