"""Databases of a real PostgreSQL, empty or with the tables of a record."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from storage.engines.postgres.database import PostgresDatabase
from tests.servers import Server


@pytest.fixture
def url(postgres: Server) -> Iterator[str]:
    """Return the URL of a database with the tables of a record."""
    name = postgres.create(postgres.ready())
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture
async def database(url: str, tmp_path: Path) -> AsyncIterator[PostgresDatabase]:
    opened = await PostgresDatabase.open(url, tmp_path / "record.db")
    yield opened
    await opened.close()
