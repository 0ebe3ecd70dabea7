"""A schema on a server as a place of a record."""

from __future__ import annotations

from storage.engines.away import on_server
from storage.engines.away.mark import Head, Mark
from storage.engines.postgres.connection import Link
from storage.engines.postgres.errors import Place as Address


class ServerPlace:
    """A schema on a server."""

    def __init__(self, address: str) -> None:
        self.link = Link(Address(address))
        self.name = self.link.place.shown

    async def mark(self) -> Mark | None:
        """Return where the record was moved to, or None."""
        return await self.link.run(on_server.find, begins=True)

    async def head(self) -> Head:
        """Return the last entry of the record's trail and its hash."""
        return await self.link.run(on_server.head, begins=True)

    async def has(self, head: Head) -> bool:
        """Tell whether a record is there whose trail has an entry."""
        return await self.link.run(lambda plain: on_server.has(plain, head), begins=True)

    async def end(self) -> None:
        """Note that the move of the record has ended."""
        await self.link.run(on_server.end, begins=True)

    async def unlock(self) -> None:
        """Make what is left of a record one again."""
        await self.link.run(on_server.unlock, begins=True)
