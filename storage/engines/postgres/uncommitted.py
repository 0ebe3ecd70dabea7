"""What a transaction has written and not yet committed, read as a database is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from storage.engines.database import VERSION, Parameters, Read, Row, Version
from storage.engines.postgres.connection import Link
from storage.engines.postgres.database import PostgresDatabase, PostgresStatements

T = TypeVar("T")


class Uncommitted(PostgresDatabase):
    """A database as the open transaction of one connection sees it; nothing is written by it."""

    def __init__(self, path: Path, link: Link) -> None:
        super().__init__(path, link.place, link, link)
        self._link = link

    async def read(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """Return all rows of a query."""
        # Not on a new connection where this one is lost: there nothing of the transaction is to be seen.
        return await self._link.run(lambda plain: PostgresStatements(plain).fetch(sql, parameters))

    async def reading_version(self, work: Callable[[Read, Version], T]) -> T:
        """Return what `work` makes of its reads; it is told of which version they are."""

        def now(read: Read) -> T:
            return work(read, Version(*read(VERSION)[0]))

        return await self._link.run(lambda plain: now(PostgresStatements(plain).fetch))
