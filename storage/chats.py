"""The commands behind a chat's buttons."""

from __future__ import annotations

import hashlib

from storage.database import Database


class Chats:
    """Remember the commands too long for a button."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def button(self, command: str) -> str:
        """Keep a command and return its digest (16 hex digits), the same each time."""
        digest = hashlib.blake2b(command.encode(), digest_size=8).hexdigest()
        if await self.pressed(digest) is None:
            async with self._database.transaction() as tx:
                await tx.run(
                    "INSERT INTO button VALUES (?, ?) ON CONFLICT (digest) DO NOTHING", (digest, command)
                )
        return digest

    async def pressed(self, digest: str) -> str | None:
        """Return the command behind a button, None if it is unknown."""
        rows = await self._database.read("SELECT command FROM button WHERE digest = ?", (digest,))
        return str(rows[0][0]) if rows else None
