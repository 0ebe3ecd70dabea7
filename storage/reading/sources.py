"""Sources, each with the chain of those that relay it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from itertools import islice

from storage.domain.folding import fold, plain
from storage.domain.models import Source
from storage.domain.names import MOST_LETTERS
from storage.engines.database import Database, Read, Row, Version
from storage.engines.kept import KeptByKey
from storage.engines.values import Values
from storage.reading import id_prefix
from storage.reading.addresses import comparable, host_of

# Each wanted source and all that relay it; the depth is bounded because a sheet may not hold a ring.
_WITH_CHAIN = """
WITH RECURSIVE chain (id) AS (
    SELECT id FROM source WHERE {wanted}
    UNION
    SELECT s.via_id FROM source s JOIN chain c ON c.id = s.id WHERE s.via_id IS NOT NULL
)
SELECT s.* FROM source s WHERE s.id IN (SELECT id FROM chain) ORDER BY s.id
"""
_BY_REF = _WITH_CHAIN.format(wanted="story_id = :story AND ref IN (SELECT value FROM texts(:refs))")
_BY_ID = _WITH_CHAIN.format(wanted="id IN (SELECT value FROM ints(:ids))")
# What people may remember of a source.
_HELD = " || ' ' || ".join(
    f"coalesce({column}, '')" for column in ("title", "name", "publisher", "author", "url", "published")
)
LOOKED_THROUGH = 10_000
# The newest facts that tell which sources are in use.
MOST_CITING = 2_000
# Stories whose sources are kept folded until the record changes: some megabytes each at most.
MOST_STORIES = 4
# Adding nothing keeps SQLite from reading the whole story by an index that is not in order of id.
_OF_STORY = "story_id + 0 = "
_NEWEST = f"FROM source WHERE {_OF_STORY}? AND id > (SELECT max(id) FROM source) - ? ORDER BY id DESC"
_HOLDING = f"SELECT id, {_HELD} {_NEWEST}"
_CALLED = f"SELECT id, coalesce(title, ''), coalesce(name, ''), coalesce(publisher, '') {_NEWEST}"

_CITED = """
SELECT a.source_id, count(*), max(a.fact_id) FROM attribution a JOIN fact f ON f.id = a.fact_id
WHERE f.story_id = ? AND f.id > (SELECT max(id) FROM fact) - ?
GROUP BY a.source_id ORDER BY 3 DESC, 1 DESC
"""
_AT_HOST = "SELECT id, url FROM source WHERE story_id = ? AND lower(url) LIKE ? ORDER BY id DESC LIMIT ?"


class Sources:
    """Find and list sources."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._folded: KeptByKey[int, list[tuple[int, str]]] = KeptByKey(MOST_STORIES)

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
        """Return the sources that a text names: by address, else by title, name or publisher, as folded.

        Of the newest LOOKED_THROUGH only, but for an address.
        """
        exact = "SELECT id FROM source WHERE story_id = ? AND url = ? ORDER BY id LIMIT 20"

        def work(read: Read) -> list[int]:
            if rows := read(exact, (story_id, text)):
                return [row[0] for row in rows]
            wanted = fold(text[:MOST_LETTERS])
            named = (
                row[0] for row in read(_CALLED, (story_id, LOOKED_THROUGH)) if wanted in map(fold, row[1:])
            )
            return sorted(islice(named, 20)) if wanted else []

        return await self._database.reading(work)

    async def at_address(self, story_id: int, address: str) -> list[int]:
        """Return the sources with an address, as `comparable` forms it: at most 20, of the newest ones."""
        wanted = comparable(address)
        if wanted is None:
            return []
        like = f"%{host_of(wanted)}%"

        def work(read: Read) -> list[int]:
            rows = read(_AT_HOST, (story_id, like, LOOKED_THROUGH))
            return sorted(islice((row[0] for row in rows if comparable(row[1]) == wanted), 20))

        return await self._database.reading(work)

    async def titles(self, story_id: int, limit: int) -> dict[int, str]:
        """Return what a story's newest sources are called, by id."""
        rows = await self._database.read(
            "SELECT id, coalesce(title, name, publisher, author, url) FROM source WHERE story_id = ?"
            " ORDER BY id DESC LIMIT ?",
            (story_id, limit),
        )
        return {row[0]: str(row[1]) for row in rows}

    async def most_used(self, story_id: int, limit: int) -> dict[int, str]:
        """Return what sources are called: half of them cited last, then those cited most, then new ones.

        Of the newest MOST_CITING facts only.
        """
        rows = await self._database.read(_CITED, (story_id, MOST_CITING))
        last = [row[0] for row in rows][: (limit + 1) // 2]
        most = [row[0] for row in sorted(rows, key=lambda row: (-row[1], -row[2]))]
        newest = await self.titles(story_id, limit)
        chosen = list(dict.fromkeys((*last, *most, *newest)))[:limit]
        return {number: _title(source) for number, source in (await self._in_order(chosen)).items()}

    async def _in_order(self, ids: Sequence[int]) -> dict[int, Source]:
        found = await self.by_id(ids)
        return {number: found[number] for number in ids}

    async def with_id_prefix(self, story_id: int, digits: str, limit: int) -> list[int]:
        """Return the ids of a story's sources that begin with the digits."""
        rows = f"source WHERE {_OF_STORY}:story"
        return await self._database.reading(
            lambda read: id_prefix.ids_with_prefix(read, rows, story_id, digits, limit)
        )

    async def holding(self, story_id: int, words: Sequence[str], limit: int) -> list[int]:
        """Return the ids of a story's sources that hold all the words, at most four, the newest first.

        Of the newest LOOKED_THROUGH only: there is no index of their words.
        """
        chosen = fold(" ".join(words)).split()[:4]
        if words and not chosen:
            return []  # only signs

        def work(read: Read, version: Version) -> list[int]:
            kept = self._folded.of(version)
            if story_id not in kept:
                kept[story_id] = [
                    (row[0], plain(row[1])) for row in read(_HOLDING, (story_id, LOOKED_THROUGH))
                ]
            held = (number for number, text in kept[story_id] if all(word in text for word in chosen))
            return list(islice(held, limit))

        return await self._database.reading_version(work)

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
            " WHERE a.source_id IN (SELECT value FROM ints(?))"
            " AND f.superseded_by IS NULL AND f.retracted IS NULL GROUP BY a.source_id",
            (Values(sorted(set(ids))),),
        )
        return {row[0]: row[1] for row in rows}


def _title(source: Source) -> str:
    return source.title or source.name or source.publisher or source.author or source.url or ""


def by_ref(read: Read, story_id: int, refs: Iterable[str]) -> dict[str, Source]:
    """Return a story's sources of those refs, by ref."""
    rows = read(_BY_REF, {"story": story_id, "refs": Values(sorted(refs))})
    return {source.ref: source for source in joined(rows)}


def by_id(read: Read, ids: Iterable[int]) -> dict[int, Source]:
    """Return sources by id."""
    wanted = sorted(ids)
    rows = read(_BY_ID, {"ids": Values(wanted)}) if wanted else []
    return {source.id: source for source in joined(rows)}


def joined(rows: Sequence[Row]) -> list[Source]:
    """Join rows of sources into sources with their chains."""
    by_id = {row["id"]: row for row in rows}
    made: dict[int, Source] = {}

    def make(source_id: int) -> Source:
        if source_id not in made:
            fields = dict(by_id[source_id])
            via, alike = fields.pop("via_id"), fields.pop("alike")
            made[source_id] = Source(
                **fields,
                via=make(via) if via is not None else None,
                alike=frozenset(json.loads(alike)) if alike else frozenset(),
            )
        return made[source_id]

    return [make(source_id) for source_id in by_id]
