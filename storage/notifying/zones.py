"""Zones: in which time zone a chat or a topic reads moments."""

from __future__ import annotations

from storage.engines.database import Database

# How many chats' zones are kept in memory.
MOST_KEPT = 10_000


class Zones:
    """Know the time zones of chats; every request asks for one, so they are kept until one is changed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: dict[tuple[str, int], str] = {}
        self._lookups = -1

    async def of(self, chat: str, topic: int = 0) -> str:
        """Return the name of the zone of a topic, else of its chat; UTC where neither chose one."""
        self._forget(self._database.version_read.lookups)
        if (kept := self._kept.get((chat, topic))) is not None:
            return kept
        version, rows = await self._database.reading_at(
            lambda read: read(
                "SELECT zone FROM listener WHERE chat = ? AND topic IN (?, 0) ORDER BY topic DESC LIMIT 1",
                (chat, topic),
            )
        )
        zone = str(rows[0][0]) if rows else "UTC"
        self._forget(self._database.version_read.lookups)
        if version.lookups == self._lookups:
            self._kept[chat, topic] = zone
        return zone

    def _forget(self, lookups: int) -> None:
        """Forget what was kept of an earlier version of what requests look up, or is too much."""
        if lookups != self._lookups or len(self._kept) >= MOST_KEPT:
            self._kept, self._lookups = {}, lookups
