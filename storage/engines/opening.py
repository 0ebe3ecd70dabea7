"""Choose the engine: PostgreSQL where there is a URL, otherwise SQLite."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.domain.errors import RecordError
from storage.engines.database import Database
from storage.engines.sqlite import SqliteDatabase

_MISSING = (
    "The record is to be in a PostgreSQL, but what connects to one is not installed:"
    " install OnRecord with its extra 'postgres'"
)


async def open_database(path: Path, url: str | None = None, *, create: bool = True) -> Database:
    """Open the database at a URL (files of the record then lie beside `path`), or else the file.

    Raises the errors of `SqliteDatabase.open` or of `PostgresDatabase.open`.
    """
    if url is None:
        return await SqliteDatabase.open(path, create=create)
    with needing_psycopg():
        # What nobody uses is not paid for at start.
        from storage.engines.postgres.database import PostgresDatabase
    return await PostgresDatabase.open(url, path, create=create)


@contextmanager
def needing_psycopg() -> Iterator[None]:
    """Raise RecordError where the block imports what connects to a PostgreSQL, and that is not installed."""
    try:
        yield
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in {"psycopg", "psycopg_binary"}:
            raise
        raise RecordError(_MISSING) from error
