"""Entities, and finding them by any of their names."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import NamedTuple

from storage.domain.folding import fold
from storage.domain.models import Entity, Source
from storage.domain.names import MOST_LETTERS, with_article
from storage.engines.database import Database, Read, Row, Version
from storage.engines.kept import KeptByKey
from storage.engines.values import Values
from storage.reading import sources

# Names and aliases of those merged into an entity are aliases of it, behind its own. Each comes with what it
# is sorted by.
_ALIASES = """
(SELECT list_of(row_of(merged, folded, spelling)) FROM (
    SELECT 0 AS merged, folded, spelling FROM entity_name WHERE entity_id = e.id AND rank = 1
    UNION ALL
    SELECT m.id, n.folded, n.spelling FROM entity m JOIN entity_name n ON n.entity_id = m.id AND n.rank < 2
    WHERE m.merged_into = e.id
) called) AS aliases
"""
_COLUMNS = f"SELECT e.*, {_ALIASES} FROM entity e "
# One that was merged into another is that other.
_BY_REF = f"""
SELECT a.ref AS asked, e.*, {_ALIASES} FROM entity a JOIN entity e ON e.id = coalesce(a.merged_into, a.id)
WHERE a.story_id = ? AND a.ref IN (SELECT value FROM texts(?))
"""
# Each as it is by itself: with its own names, whatever was merged into it.
_ALONE = """
SELECT e.*, (SELECT ref FROM entity WHERE id = e.merged_into) AS into_ref,
    (SELECT list_of(row_of(0, folded, spelling)) FROM entity_name
        WHERE entity_id = e.id AND rank = 1) AS aliases
FROM entity e WHERE e.story_id = ?
"""
_FACTS_NAMING = """
SELECT value, (SELECT count(*) FROM (
    SELECT DISTINCT m.fact_id FROM mention m JOIN fact f ON f.id = m.fact_id
    WHERE m.entity_id = value AND f.superseded_by IS NULL AND f.retracted IS NULL LIMIT ?
) naming) FROM ints(?)
"""
_UNUSED = """
SELECT e.id FROM entity e
WHERE e.id IN (SELECT value FROM ints(?)) AND e.merged_into IS NULL
    AND NOT EXISTS (
        SELECT 1 FROM mention m JOIN fact f ON f.id = m.fact_id
        WHERE m.entity_id = e.id AND f.retracted IS NULL
    )
    AND NOT EXISTS (SELECT 1 FROM entity o WHERE o.merged_into = e.id)
    AND NOT EXISTS (SELECT 1 FROM subscription s WHERE s.story_id = e.story_id AND s.entity_id = e.id)
ORDER BY e.id
"""
# Removed ones, each as it was; of those taken down nothing is left.
_REMOVED = """
SELECT e.id, e.name, e.short, (
    SELECT before FROM audit WHERE subject = 'E' || e.id AND action = 'entity removed'
    ORDER BY id DESC LIMIT 1
) AS before
FROM entity e
WHERE e.story_id = ? AND e.merged_into = e.id
    AND NOT EXISTS (SELECT 1 FROM tombstone t WHERE t.subject = 'E' || e.id)
ORDER BY e.id
"""

# At most 5,000 forms are read, facts are counted of 500 entities, and no more than 20 of each.
_STARTING = """
SELECT min(name), min(rank), (
    SELECT count(*) FROM (SELECT 1 FROM mention WHERE entity_id = begun.id LIMIT 20) naming
) AS facts FROM (
    SELECT e.id, e.name, n.rank FROM (
        SELECT entity_id, rank FROM entity_name
        WHERE story_id = :story AND folded >= :low AND folded < :high
        ORDER BY folded, rank, entity_id LIMIT 5000
    ) n CROSS JOIN entity m CROSS JOIN entity e
    WHERE m.id = n.entity_id AND e.id = coalesce(m.merged_into, m.id) {kinds}
    LIMIT 500
) begun GROUP BY id ORDER BY 2, facts DESC, 1 LIMIT :limit
"""
_MOST_NAMED_RECENTLY = """
SELECT e.name FROM (
    SELECT id FROM fact
    WHERE story_id = :story AND superseded_by IS NULL AND retracted IS NULL ORDER BY id DESC LIMIT 500
) f CROSS JOIN mention m CROSS JOIN entity n CROSS JOIN entity e
WHERE m.fact_id = f.id AND n.id = m.entity_id AND e.id = coalesce(n.merged_into, n.id) {kinds}
GROUP BY e.id ORDER BY count(*) DESC, e.name LIMIT :limit
"""

# A text of so many letters may be the beginning of a longer name: no platform completes more.
BEGINNING = 90
# Entities, and pages of them, that are kept in memory until the record changes.
MOST_KEPT, MOST_PAGES = 2_000, 200
# More facts than this are not counted one by one: "100 or more" is all a reader needs.
COUNTED = 100


class Name(NamedTuple):
    """One folded form by which an entity can be asked; rank 0: its name, 1: alias, 2: part, 3: role."""

    folded: str
    entity_id: int
    rank: int
    spelling: str
    # The runs of typed words that it was found by as it sounds, each with the difference a letter.
    heard: tuple[tuple[str, float], ...] = ()


class Entities:
    """Find and list entities."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: KeptByKey[int, Entity] = KeptByKey(MOST_KEPT)
        self._found: KeptByKey[tuple[int, str], list[Entity]] = KeptByKey(MOST_KEPT)
        self._pages: KeptByKey[tuple[int, bool | None, int, int], list[tuple[Entity, int]]] = KeptByKey(
            MOST_PAGES
        )

    async def by_ref(self, story_id: int, refs: Iterable[str]) -> dict[str, Entity]:
        """Return a story's entities of those refs, by ref; without their roles' sources."""
        wanted = set(refs)
        return await self._database.reading(lambda read: by_ref(read, story_id, wanted))

    async def alone(self, story_id: int, ref: str) -> Entity | None:
        """Return the entity of a ref with its role's source and only its own names, None if there is none."""
        return await self._database.reading(lambda read: by_itself(read, story_id, ref))

    async def unused(self, ids: Iterable[int]) -> list[int]:
        """Return which entities nothing uses: no fact that is not retracted, no other name, and no reader."""
        wanted = set(ids)
        return await self._database.reading(lambda read: unused(read, wanted)) if wanted else []

    async def by_id(self, ids: Iterable[int]) -> dict[int, Entity]:
        """Return entities by id, with the sources of their roles."""
        wanted = set(ids)
        if not wanted:
            return {}
        return await self._database.reading_version(lambda read, version: self._by_id(read, version, wanted))

    async def find_named(self, story_id: int, text: str) -> list[Entity]:
        """Return the entities that `named` finds, whole."""
        return await self._database.reading_version(
            lambda read, version: self.find_named_in(read, version, story_id, text)
        )

    def find_named_in(self, read: Read, version: Version, story_id: int, text: str) -> list[Entity]:
        """Return what `find_named` returns, within a reading."""
        if len(text) > MOST_LETTERS:
            return []
        found, key = self._found.of(version), (story_id, fold(text))
        if key not in found:
            ids = _named(read, story_id, text)
            known = self._by_id(read, version, ids)
            found[key] = [known[entity_id] for entity_id in ids]
        return found[key]

    def _by_id(self, read: Read, version: Version, ids: Collection[int]) -> dict[int, Entity]:
        known = self._known.of(version)
        if missing := sorted(i for i in ids if i not in known):
            known |= by_id(read, missing)
        return {entity_id: known[entity_id] for entity_id in sorted(ids) if entity_id in known}

    async def page(self, story_id: int, *, after: int = 0, limit: int) -> list[Entity]:
        """Return all that a story names, in order of id after `after`, each as it is by itself.

        One that was merged into another stands there with its own names, and the ref of that other.
        """

        def work(read: Read) -> list[Entity]:
            rows = read(f"{_ALONE} AND e.id > ? ORDER BY e.id LIMIT ?", (story_id, after, limit))
            into = {row["id"]: row["into_ref"] for row in rows if row["into_ref"]}
            return [
                entity.model_copy(update={"merged_into": into.get(entity.id)})
                for entity in _whole(read, rows)
            ]

        return await self._database.reading(work)

    async def directory(
        self, story_id: int, *, places: bool | None = None, after: int = 0, limit: int
    ) -> list[tuple[Entity, int]]:
        """Return a page, and how many facts name those without a role, counting no further than COUNTED."""
        key = (story_id, places, after, limit)

        def work(read: Read, version: Version) -> list[tuple[Entity, int]]:
            pages = self._pages.of(version)
            if key not in pages:
                pages[key] = _roll(read, story_id, after, limit, places=places)
            return pages[key]

        return await self._database.reading_version(work)

    async def named(self, story_id: int, text: str) -> list[int]:
        """Return the entities that a text names exactly, ignoring case and accents; names outrank parts.

        A long text that no name is names those whose name begins so.
        """
        return await self._database.reading(lambda read: _named(read, story_id, text))

    async def removed(self, story_id: int, text: str) -> list[int]:
        """Return the entities that a text names in whole and that were removed: nothing else finds them."""
        folded = fold(text[:MOST_LETTERS])
        rows = await self._database.read(_REMOVED, (story_id,))
        return [row["id"] for row in rows if folded in map(fold, _names_before(row))]

    async def names_with_prefix(
        self, story_id: int, text: str, limit: int, *, places: bool = False
    ) -> list[str]:
        """Return the names of those with a name, alias or part of one that begins with the text.

        Names come before other forms, and those that more facts name before others. Of very many that begin
        so only some are weighed: a letter more leaves fewer.
        """
        folded = fold(text)
        asked = {"story": story_id, "low": folded, "high": folded + "\U0010ffff", "limit": limit}
        rows = await self._database.read(_STARTING.format(kinds=_kinds(places=places)), asked)
        return [str(row[0]) for row in rows]

    async def most_named_recently(self, story_id: int, limit: int, *, places: bool = False) -> list[str]:
        """Return the names that a story's newest facts name most."""
        asked = {"story": story_id, "limit": limit}
        rows = await self._database.read(_MOST_NAMED_RECENTLY.format(kinds=_kinds(places=places)), asked)
        return [str(row[0]) for row in rows]


def _kinds(*, places: bool) -> str:
    return "AND e.kind = 'place'" if places else ""


def _roll(
    read: Read, story_id: int, after: int, limit: int, *, places: bool | None
) -> list[tuple[Entity, int]]:
    kinds = {None: "", True: "AND e.kind = 'place'", False: "AND coalesce(e.kind, '') <> 'place'"}[places]
    sql = (
        f"{_COLUMNS}WHERE e.story_id = ? {kinds} AND e.merged_into IS NULL AND e.id > ? ORDER BY e.id LIMIT ?"
    )
    found = _whole(read, read(sql, (story_id, after, limit)))
    ids = Values(entity.id for entity in found if not entity.role)
    counts = {row[0]: row[1] for row in read(_FACTS_NAMING, (COUNTED, ids))}
    return [(entity, counts.get(entity.id, 0)) for entity in found]


def _named(read: Read, story_id: int, text: str) -> list[int]:
    rows = read(
        "SELECT coalesce(e.merged_into, e.id), n.rank"
        " FROM entity_name n JOIN entity e ON e.id = n.entity_id"
        " WHERE n.story_id = ? AND n.folded = ? ORDER BY 2, 1 LIMIT 20",
        (story_id, fold(text[:MOST_LETTERS])),
    )
    folded = fold(text[:MOST_LETTERS])
    # Of a long text that is mostly signs too little is left to begin one name rather than another.
    if not rows and len(text) >= BEGINNING <= 2 * len(folded):
        rows = read(
            "SELECT coalesce(e.merged_into, e.id), n.rank"
            " FROM entity_name n JOIN entity e ON e.id = n.entity_id"
            " WHERE n.story_id = ? AND n.folded > ? AND n.folded < ? AND n.rank < 2 ORDER BY 2, 1 LIMIT 20",
            (story_id, folded, folded + "\U0010ffff"),
        )
    return list(dict.fromkeys(row[0] for row in rows if row[1] == rows[0][1]))


def _names_before(row: Row) -> list[str]:
    """Return the names that a removed entity had."""
    before = json.loads(row["before"] or "null") or {}
    whole = with_article(before.get("article"), row["name"])
    return [name for name in (row["name"], whole, row["short"], *before.get("aliases", ())) if name]


def _whole(read: Read, rows: list[Row]) -> list[Entity]:
    """Return entities from their rows, with the sources of their roles."""
    wanted = {row["role_source_id"] for row in rows if row["role_source_id"]}
    cited = sources.by_id(read, wanted) if wanted else {}
    return [_entity(row, cited.get(row["role_source_id"])) for row in rows]


def by_id(read: Read, ids: Iterable[int]) -> dict[int, Entity]:
    """Return entities by id, with the sources of their roles."""
    sql = _COLUMNS + "WHERE e.id IN (SELECT value FROM ints(?)) ORDER BY e.id"
    return {entity.id: entity for entity in _whole(read, read(sql, (Values(sorted(ids)),)))}


def by_ref(read: Read, story_id: int, refs: Iterable[str]) -> dict[str, Entity]:
    """Return a story's entities of those refs, by ref; without their roles' sources."""
    rows = read(_BY_REF, (story_id, Values(sorted(refs))))
    return {row["asked"]: _entity(row) for row in rows}


def by_itself(read: Read, story_id: int, ref: str) -> Entity | None:
    """Return the entity of a ref with its role's source and only its own names, None if there is none."""
    rows = read(f"{_ALONE} AND e.ref = ?", (story_id, ref))
    found = _whole(read, rows)
    return found[0].model_copy(update={"merged_into": rows[0]["into_ref"]}) if found else None


def unused(read: Read, ids: Collection[int]) -> list[int]:
    """Return which entities nothing uses: no fact that is not retracted, no other name, and no reader."""
    return [row[0] for row in read(_UNUSED, (Values(sorted(ids)),))]


def _entity(row: Row, role_source: Source | None = None) -> Entity:
    # A name with its article is found as an alias is, but is none.
    whole = with_article(row["article"], row["name"])
    called = sorted(json.loads(row["aliases"] or "[]"))
    aliases = [alias for _merged, _folded, alias in called if alias != whole]
    return Entity(
        id=row["id"],
        story_id=row["story_id"],
        ref=row["ref"],
        kind=row["kind"],
        name=row["name"],
        article=row["article"],
        short=row["short"],
        aliases=tuple(aliases),
        role=row["role"],
        role_source=role_source,
        role_locator=row["role_locator"],
    )
