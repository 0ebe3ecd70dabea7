"""The stories on record."""

from __future__ import annotations

import sqlite3

from storage.database import Database
from storage.models import Story


class Stories:
    """Find and list stories."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> list[Story]:
        """Return every story, the first opened first."""
        return [_story(row) for row in await self._database.read("SELECT * FROM story ORDER BY id")]

    async def find(self, name: str) -> Story | None:
        """Return the story of that name."""
        rows = await self._database.read("SELECT * FROM story WHERE name = ?", (name,))
        return _story(rows[0]) if rows else None

    async def in_use(self, chat: str) -> Story | None:
        """Return the story that a chat has in use: the one chosen there, else the first; None without any."""
        rows = await self._database.read(
            "SELECT s.* FROM story s LEFT JOIN chat c ON c.story_id = s.id AND c.address = ?"
            " ORDER BY c.address IS NULL, s.id LIMIT 1",
            (chat,),
        )
        return _story(rows[0]) if rows else None

    async def count_facts(self, story_id: int) -> int:
        """Return how many facts of a story are in force."""
        rows = await self._database.read(
            "SELECT count(*) FROM fact WHERE story_id = ? AND superseded_by IS NULL AND retracted IS NULL",
            (story_id,),
        )
        return int(rows[0][0])


def _story(row: sqlite3.Row) -> Story:
    return Story(**dict(row))
