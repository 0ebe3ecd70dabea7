"""Places of a record, a file or a database on a server: what is left of it there, locked or not."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple, Protocol

from storage.engines.away import in_file
from storage.engines.away.mark import Head, Mark
from storage.engines.errors import translated
from storage.engines.opening import needing_psycopg


class Where(NamedTuple):
    """A record's file; or its database's address, and the file beside which its other files lie."""

    path: Path
    address: str | None = None


class Place(Protocol):
    """What moving asks of a place, whether a record is there or not."""

    name: str

    async def mark(self) -> Mark | None:
        """Return where the record was moved to, or None."""

    async def head(self) -> Head:
        """Return the last entry of the record's trail and its hash."""

    async def has(self, head: Head) -> bool:
        """Tell whether a record is there whose trail has an entry."""

    async def end(self) -> None:
        """Note that the move of the record has ended."""

    async def unlock(self) -> None:
        """Make what is left of a record one again."""


class FilePlace:
    """A file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = str(path.absolute())

    async def mark(self) -> Mark | None:
        """Return where the record was moved to, or None, also for what is no record."""
        with contextlib.suppress(sqlite3.Error):
            return in_file.find(self.path)
        return None

    async def head(self) -> Head:
        """Return the last entry of the record's trail and its hash."""
        with translated(self.path):
            return in_file.head(self.path)

    async def has(self, head: Head) -> bool:
        """Tell whether a record is there whose trail has an entry."""
        return in_file.has(self.path, head)

    async def end(self) -> None:
        """Note that the move of the record has ended."""
        with translated(self.path):
            in_file.end(self.path)

    async def unlock(self) -> None:
        """Make what is left of a record one again."""
        with translated(self.path):
            in_file.unlock(self.path)


@asynccontextmanager
async def at(where: Where) -> AsyncIterator[Place]:
    """Yield the place of a record; raises RecordError for an address that cannot be read."""
    if where.address is None:
        yield FilePlace(where.path)
        return
    with needing_psycopg():
        from storage.moving.server_place import ServerPlace
    place = ServerPlace(where.address)
    try:
        yield place
    finally:
        await place.link.close()
