"""Sources, each with the chain of those that relay it."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Sequence

from storage.domain.models import Source
from storage.engines import id_prefix
from storage.engines.sqlite import Database, Read

# Each wanted source and all that relay it; the depth is bounded because a sheet may not hold a ring.
_WITH_CHAIN = """
WITH RECURSIVE chain (id) AS (
    SELECT id FROM source WHERE {wanted}
    UNION
    SELECT s.via_id FROM source s JOIN chain c ON c.id = s.id WHERE s.via_id IS NOT NULL
)
SELECT s.* FROM source s WHERE s.id IN (SELECT id FROM chain)
"""
_BY_REF = _WITH_CHAIN.format(wanted="story_id = :story AND ref IN (SELECT value FROM json_each(:refs))")
_BY_ID = _WITH_CHAIN.format(wanted="id IN (SELECT value FROM json_each(:ids))")
# What people may remember of a source.
_HELD = " || ' ' || ".join(
    f"coalesce({column}, '')" for column in ("title", "name", "publisher", "author", "url", "published")
)
LOOKED_THROUGH = 10_000


class Sources:
    """Find and list sources."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_ref(self, story_id: int, refs: Iterable[str]) -> dict[str, Source]:
        """Return a story's sources of those refs, by ref."""
        wanted = set(refs)
        return await self._database.reading(lambda read: by_ref(read, story_id, wanted))

    async def by_id(self, ids: Iterable[int]) -> dict[int, Source]:
        """Return sources by id."""
        wanted = set(ids)
        return await self._database.reading(lambda read: by_id(read, wanted))

    async def page(self, story_id: int, *, after: int = 0, limit: int) -> list[Source]:
        """Return a story's sources in order of id, those after `after`."""
        rows = await self._database.read(
            "SELECT id FROM source WHERE story_id = ? AND id > ? ORDER BY id LIMIT ?",
            (story_id, after, limit),
        )
        found = await self.by_id(row[0] for row in rows)
        return [found[row[0]] for row in rows]

    async def find_named(self, story_id: int, text: str) -> list[int]:
        """Return the sources that a text names: by address, else by title, name or publisher in any case."""
        rows = await self._database.read(
            "SELECT id, url = :text AS exact FROM source WHERE story_id = :story AND (url = :text"
            " OR title = :text COLLATE NOCASE OR name = :text COLLATE NOCASE"
            " OR publisher = :text COLLATE NOCASE) ORDER BY id LIMIT 20",
            {"story": story_id, "text": text},
        )
        exact = [row[0] for row in rows if row["exact"]]
        return exact or [row[0] for row in rows]

    async def titles(self, story_id: int, limit: int) -> dict[int, str]:
        """Return what a story's newest sources are called, by id."""
        rows = await self._database.read(
            "SELECT id, coalesce(title, name, publisher, author, url) FROM source WHERE story_id = ?"
            " ORDER BY id DESC LIMIT ?",
            (story_id, limit),
        )
        return {row[0]: str(row[1]) for row in rows}

    async def with_id_prefix(self, story_id: int, digits: str, limit: int) -> list[int]:
        """Return the ids of a story's sources that begin with the digits."""
        # The sign keeps SQLite from reading the whole story by an index that is not in order of id.
        rows = "source WHERE +story_id = :story"
        return await self._database.reading(
            lambda read: id_prefix.ids_with_prefix(read, rows, story_id, digits, limit)
        )

    async def holding(self, story_id: int, words: Sequence[str], limit: int) -> list[int]:
        """Return the ids of a story's sources that hold all the words, at most four, the newest first.

        Of the newest LOOKED_THROUGH only: there is no index of their words.
        """
        chosen = words[:4]
        held = " AND ".join([f"({_HELD} LIKE ? ESCAPE '!' OR {_HELD} LIKE ? ESCAPE '!')"] * len(chosen))
        # LIKE takes capitals for small letters in ASCII alone.
        patterns = [_pattern(form) for word in chosen for form in (word.casefold(), word.capitalize())]
        rows = await self._database.read(
            f"SELECT id FROM source WHERE +story_id = ? AND id > (SELECT max(id) FROM source) - ?"
            f" AND {held or '1'} ORDER BY id DESC LIMIT ?",
            (story_id, LOOKED_THROUGH, *patterns, limit),
        )
        return [row[0] for row in rows]

    async def relayed_by(self, source_id: int, *, limit: int) -> list[Source]:
        """Return the first of the sources that are known only via this one."""
        rows = await self._database.read(
            "SELECT id FROM source WHERE via_id = ? ORDER BY id LIMIT ?", (source_id, limit)
        )
        found = await self.by_id(row[0] for row in rows)
        return [found[row[0]] for row in rows]

    async def facts_citing(self, ids: Iterable[int]) -> dict[int, int]:
        """Return for each source how many facts in force cite it itself."""
        rows = await self._database.read(
            "SELECT a.source_id, count(DISTINCT a.fact_id) FROM attribution a JOIN fact f ON f.id = a.fact_id"
            " WHERE a.source_id IN (SELECT value FROM json_each(?))"
            " AND f.superseded_by IS NULL AND f.retracted IS NULL GROUP BY a.source_id",
            (json.dumps(sorted(set(ids))),),
        )
        return {row[0]: row[1] for row in rows}


def _pattern(word: str) -> str:
    escaped = re.sub(r"([!%_])", r"!\1", word)
    return f"%{escaped}%"


def by_ref(read: Read, story_id: int, refs: Iterable[str]) -> dict[str, Source]:
    """Return a story's sources of those refs, by ref."""
    rows = read(_BY_REF, {"story": story_id, "refs": json.dumps(sorted(refs))})
    return {source.ref: source for source in joined(rows)}


def by_id(read: Read, ids: Iterable[int]) -> dict[int, Source]:
    """Return sources by id."""
    wanted = sorted(ids)
    rows = read(_BY_ID, {"ids": json.dumps(wanted)}) if wanted else []
    return {source.id: source for source in joined(rows)}


def joined(rows: Sequence[sqlite3.Row]) -> list[Source]:
    """Join rows of sources into sources with their chains."""
    by_id = {row["id"]: row for row in rows}
    made: dict[int, Source] = {}

    def make(source_id: int) -> Source:
        if source_id not in made:
            fields = dict(by_id[source_id])
            via = fields.pop("via_id")
            made[source_id] = Source(**fields, via=make(via) if via is not None else None)
        return made[source_id]

    return [make(source_id) for source_id in by_id]
