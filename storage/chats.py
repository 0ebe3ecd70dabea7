"""What a chat has chosen, and the commands behind its buttons."""

from __future__ import annotations

import hashlib

from storage.database import Database


class Chats:
    """Remember each chat's story and the commands too long for a button."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def use(self, chat: str, story_id: int) -> None:
        """Make a story the one that a chat has in use."""
        async with self._database.transaction() as tx:
            await tx.run(
                "INSERT INTO chat (address, story_id) VALUES (?, ?)"
                " ON CONFLICT (address) DO UPDATE SET story_id = excluded.story_id",
                (chat, story_id),
            )

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
