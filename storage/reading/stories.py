"""The stories on record."""

from __future__ import annotations

import sqlite3

from storage.domain.models import Story
from storage.engines.sqlite import Database, Version

# Chats whose story is kept in memory; beyond that, all are asked for anew.
MOST_CHATS = 10_000
_TABLES = {"F": "fact", "S": "source", "E": "entity", "D": "draft"}
_IN_USE = """
SELECT s.* FROM story s LEFT JOIN chat c ON c.story_id = s.id AND c.address = ?
ORDER BY c.address IS NULL, s.id LIMIT 1
"""


class Stories:
    """Find and list stories, and know which one a chat has in use."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._in_use: dict[str, tuple[Version, Story]] = {}
        self._exceeding: set[tuple[int, int]] = set()

    async def all(self) -> list[Story]:
        """Return every story, the first opened first."""
        return [_story(row) for row in await self._database.read("SELECT * FROM story ORDER BY id")]

    async def by_id(self, story_id: int) -> Story | None:
        """Return the story of that id."""
        rows = await self._database.read("SELECT * FROM story WHERE id = ?", (story_id,))
        return _story(rows[0]) if rows else None

    async def find(self, name: str) -> Story | None:
        """Return the story of that name."""
        rows = await self._database.read("SELECT * FROM story WHERE name = ?", (name,))
        return _story(rows[0]) if rows else None

    async def owning(self, subject: str) -> int | None:
        """Return the id of the story to which what the trail names (`F7`, `S3`, `E5`, `D4`) belongs."""
        table = _TABLES[subject[0]]
        rows = await self._database.read(f"SELECT story_id FROM {table} WHERE id = ?", (int(subject[1:]),))
        return int(rows[0][0]) if rows else None

    async def in_use(self, chat: str) -> Story | None:
        """Return the story that a chat has in use: the one chosen there, else the first; None without any.

        Every request asks this, so it is kept in memory until a later version of the record has been read.
        """
        kept = self._in_use.get(chat)
        if kept and kept[0] == self._database.version_read:
            return kept[1]
        version, rows = await self._database.reading_at(lambda read: read(_IN_USE, (chat,)))
        if not rows:
            return None
        if len(self._in_use) >= MOST_CHATS:
            self._in_use.clear()
        found = _story(rows[0])
        self._in_use[chat] = (version, found)
        return found

    async def use(self, chat: str, story_id: int) -> None:
        """Make a story the one that a chat has in use."""
        async with self._database.transaction() as tx:
            await tx.run(
                "INSERT INTO chat (address, story_id) VALUES (?, ?)"
                " ON CONFLICT (address) DO UPDATE SET story_id = excluded.story_id",
                (chat, story_id),
            )

    async def exceeds(self, story_id: int, count: int) -> bool:
        """Tell whether a story has more facts than `count`, without counting all of them.

        Every question asks this, so it is kept in memory: facts are never deleted.
        """
        if (story_id, count) in self._exceeding:
            return True
        rows = await self._database.read(
            "SELECT count(*) FROM (SELECT 1 FROM fact WHERE story_id = ? LIMIT ?)", (story_id, count + 1)
        )
        if rows[0][0] > count:
            self._exceeding.add((story_id, count))
        return bool(rows[0][0] > count)

    async def count_facts(self, story_id: int) -> int:
        """Return how many facts of a story are in force."""
        rows = await self._database.read(
            "SELECT count(*) FROM fact WHERE story_id = ? AND superseded_by IS NULL AND retracted IS NULL",
            (story_id,),
        )
        return int(rows[0][0])


def _story(row: sqlite3.Row) -> Story:
    return Story(**dict(row))
