"""What a piece of work costs the record: statements, and hops to the threads that run them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from storage.engines.sqlite import SqliteDatabase
from storage.record import Record


@dataclass
class Cost:
    """The SQL statements that ran, and how often work was handed to a database's thread."""

    statements: list[str] = field(default_factory=list)
    hops: int = 0

    def counted(self) -> tuple[int, int]:
        """Return the numbers of statements and of hops."""
        return len(self.statements), self.hops


def sqlite_of(record: Record) -> SqliteDatabase:
    """Return the database of a record that is a file; what looks into another is skipped."""
    if not isinstance(record.database, SqliteDatabase):
        pytest.skip("it looks into SQLite")
    return record.database


@asynccontextmanager
async def cost_of(record: Record) -> AsyncIterator[Cost]:
    """Count what the block's work costs; a statement run for many rows counts once a row."""
    cost = Cost()
    database = sqlite_of(record)
    connections = (database._writer, database._reader)

    def trace(sql: str) -> None:
        # The full-text index's own statements are reported as comments, and a trigger as its statement again.
        plain = " ".join(sql.split())
        if not sql.startswith("--") and cost.statements[-1:] != [plain]:
            cost.statements.append(plain)

    for connection in connections:
        await connection.set_trace_callback(trace)
    plain = [connection._execute for connection in connections]

    def counting(go: Any) -> Any:
        async def execute(*args: Any, **kwargs: Any) -> Any:
            cost.hops += 1
            return await go(*args, **kwargs)

        return execute

    try:
        for connection, go in zip(connections, plain, strict=True):
            vars(connection)["_execute"] = counting(go)
        yield cost
    finally:
        for connection in connections:
            del connection._execute
            await connection.set_trace_callback(None)
