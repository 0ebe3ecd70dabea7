"""The stories on record."""

from __future__ import annotations

from storage.domain.models import Story
from storage.engines.database import Database, Row, Version
from storage.engines.kept import Kept

# Chats whose story is kept in memory; beyond that, all are asked for anew.
MOST_CHATS = 10_000
# Stories that may answer in others, those with the newest facts.
MOST_OPEN = 50
_TABLES = {"F": "fact", "S": "source", "E": "entity", "D": "draft"}
_IN_USE = """
SELECT s.* FROM story s LEFT JOIN chat c ON c.story_id = s.id AND c.address = :chat
ORDER BY c.address IS NULL, CASE WHEN s.name = :name THEN 0
    WHEN s.id = (SELECT n.story_id FROM story_name n WHERE n.name = :name) THEN 1 ELSE 2 END,
    s.is_default DESC, s.id LIMIT 1
"""
_FOUND = """
SELECT s.* FROM story s WHERE s.name = :name
    OR s.id = (SELECT n.story_id FROM story_name n WHERE n.name = :name)
ORDER BY CASE WHEN s.name = :name THEN 0 ELSE 1 END, s.id LIMIT 1
"""
_OPEN = """
SELECT s.* FROM story s WHERE s.private = 0
ORDER BY coalesce((SELECT max(f.id) FROM fact f WHERE f.story_id = s.id), 0) DESC, s.id LIMIT ?
"""


class Stories:
    """Find and list stories, and know which one a chat has in use."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # The name of the story that chats use which have chosen none, where the settings say it.
        self.default = ""
        self._in_use: dict[str, tuple[Version, Story]] = {}
        self._open = Kept(database, lambda read: [story_of(row) for row in read(_OPEN, (MOST_OPEN,))])
        self._exceeding: set[tuple[int, int]] = set()

    async def all(self) -> list[Story]:
        """Return every story, the first opened first."""
        return [story_of(row) for row in await self._database.read("SELECT * FROM story ORDER BY id")]

    async def by_id(self, story_id: int) -> Story | None:
        """Return the story of that id."""
        rows = await self._database.read("SELECT * FROM story WHERE id = ?", (story_id,))
        return story_of(rows[0]) if rows else None

    async def find(self, name: str) -> Story | None:
        """Return the story of that name, else the one that had it before."""
        rows = await self._database.read(_FOUND, {"name": name})
        return story_of(rows[0]) if rows else None

    async def owning(self, subject: str) -> int | None:
        """Return the id of the story to which what the trail names (`F7`, `S3`, `E5`, `D4`) belongs."""
        table = _TABLES[subject[0]]
        rows = await self._database.read(f"SELECT story_id FROM {table} WHERE id = ?", (int(subject[1:]),))
        return int(rows[0][0]) if rows else None

    async def public(self) -> list[Story]:
        """Return the stories that owners have made public, the first opened first."""
        rows = await self._database.read("SELECT * FROM story WHERE public = 1 ORDER BY id")
        return [story_of(row) for row in rows]

    async def open_to_others(self) -> list[Story]:
        """Return the stories that are not private, the one with the newest fact first, at most MOST_OPEN.

        It is kept in memory until the record changes.
        """
        return await self._open.get()

    async def in_use(self, chat: str) -> Story | None:
        """Return the story that a chat has in use: the one chosen there, else the default; None without any.

        The default is the one that the settings name, else the one that owners have chosen, else the first.

        Every request asks this, so it is kept in memory until a later version of the record has been read.
        """
        kept = self._in_use.get(chat)
        if kept and kept[0] == self._database.version_read:
            return kept[1]
        version, rows = await self._database.reading_at(
            lambda read: read(_IN_USE, {"chat": chat, "name": self.default})
        )
        if not rows:
            return None
        if len(self._in_use) >= MOST_CHATS:
            self._in_use.clear()
        found = story_of(rows[0])
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
            "SELECT count(*) FROM (SELECT 1 FROM fact WHERE story_id = ? LIMIT ?) f", (story_id, count + 1)
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


def story_of(row: Row) -> Story:
    """Return the story that a row tells."""
    return Story(**{field: row[field] for field in Story.model_fields})
