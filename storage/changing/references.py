"""From the names and refs of entries to ids: finding entities and sources, and making those that are new."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from storage.domain.entries import AttributionEntry, EntityEntry, FactEntry, SourceEntry
from storage.domain.errors import Refused, UnknownRefs
from storage.domain.names import fold, parts, slug
from storage.engines.sqlite import Transaction

State = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Known:
    """What resolving needs of an entity: `words` are all its names, for the full-text index."""

    id: int
    ref: str
    words: str


class Resolver:
    """Resolves the refs of one story within one transaction, remembering what it has seen."""

    def __init__(self, tx: Transaction, story_id: int) -> None:
        self._tx = tx
        self._story = story_id
        self._entities: dict[str, _Known] = {}
        self._sources: dict[str, int] = {}
        self._titles: dict[str, str] = {}

    @classmethod
    async def open(cls, tx: Transaction, story_id: int) -> Resolver:
        """Return a resolver for a story, knowing nothing yet."""
        return cls(tx, story_id)

    async def prepare(self, entries: Sequence[FactEntry]) -> None:
        """Find or make every entity and source that the entries name."""
        named = [item for entry in entries for item in entry.attributions]
        inline = {item.source.ref: item.source for item in named if isinstance(item.source, SourceEntry)}
        refs = {item.source for item in named if isinstance(item.source, str)}
        refs |= {r.source for entry in entries for r in (*entry.contradicts, *entry.supports) if r.source}
        await self._find_sources(refs | inline.keys())
        await self.add_sources(source for ref, source in inline.items() if ref not in self._sources)
        if unknown := sorted(refs - self._sources.keys()):
            raise UnknownRefs("source", unknown)
        speakers = {item.speaker for item in named if item.speaker}
        places = {name for entry in entries for name in entry.places}
        others = {name for entry in entries for name in entry.about}
        await self._find_entities(speakers | places | others)
        await self._make(places, "place")
        await self._make(speakers | others, None)

    async def add_sources(self, sources: Iterable[SourceEntry]) -> None:
        """Add sources, or bring known ones up to date; a source may be relayed by one that comes later."""
        listed = list(sources)
        await self._find_sources({ref for source in listed for ref in (source.ref, source.via) if ref})
        taken = await self._tx.fetch("SELECT coalesce(max(id), 0) FROM source")
        following = int(taken[0][0])
        free = await self._free_ids(source.id for source in listed)
        for source in listed:
            if source.via == source.ref:
                raise _relayed_by_itself(source.ref)
            if source.ref not in self._sources:
                wanted = int(source.id[1:]) if source.id else None
                following = max(following + 1, wanted if wanted in free and wanted else 0)
                self._sources[source.ref] = wanted if wanted in free and wanted else following
                free.discard(wanted or 0)
            self._titles[source.ref] = " ".join(filter(None, (source.title, source.name)))
        await self._tx.run_many(_SOURCE, [self._source_row(source) for source in listed])
        await self._refuse_rings(listed)

    async def add_entities(self, entities: Iterable[EntityEntry]) -> None:
        """Add entities with all their names, or bring known ones up to date."""
        listed = {entity.ref: entity for entity in entities}
        await self._find_sources({entity.source for entity in listed.values() if entity.source})
        await self._tx.run_many(_ENTITY, [self._entity_row(entity) for entity in listed.values()])
        rows = await self._tx.fetch(
            "SELECT ref, id FROM entity WHERE story_id = ? AND ref IN (SELECT value FROM json_each(?))",
            (self._story, json.dumps(list(listed))),
        )
        ids = json.dumps([row[1] for row in rows])
        await self._tx.run(
            "DELETE FROM entity_name WHERE entity_id IN (SELECT value FROM json_each(?))", (ids,)
        )
        await self._tx.run_many(
            "INSERT INTO entity_name (entity_id, folded, rank, spelling, story_id) VALUES (?, ?, ?, ?, ?)",
            [(row[1], *name, self._story) for row in rows for name in _names(listed[row[0]])],
        )
        await self._merge([entity for entity in listed.values() if entity.merged_into])

    async def unknown_among(self, entities: Sequence[EntityEntry]) -> list[EntityEntry]:
        """Return the entities that are not on record by any of their names, under refs of their own."""
        await self._find_entities([entity.name for entity in entities])
        new = {entity.ref: entity for entity in entities if entity.name not in self._entities}
        refs = await self._free_refs(new)
        return [entity.model_copy(update={"ref": refs[ref]}) for ref, entity in new.items()]

    async def knows_source(self, ref: str) -> bool:
        """Tell whether a source is on record by its ref."""
        await self._find_sources([ref])
        return ref in self._sources

    async def _add_unknown(self, entities: dict[str, EntityEntry]) -> None:
        """Add entities, under refs of their own: one that was renamed may still have that of its old name."""
        refs = await self._free_refs(entities)
        await self.add_entities(
            entity.model_copy(update={"ref": refs[ref]}) for ref, entity in entities.items()
        )

    async def _free_refs(self, refs: Iterable[str]) -> dict[str, str]:
        """Return for each ref the first of it, ref-2, ref-3 ... that no entity has."""
        free: dict[str, str] = {}
        tried, number = {ref: ref for ref in refs}, 1
        while tried:
            rows = await self._tx.fetch(
                "SELECT ref FROM entity WHERE story_id = ? AND ref IN (SELECT value FROM json_each(?))",
                (self._story, json.dumps(list(tried.values()))),
            )
            taken = {row[0] for row in rows} | set(free.values())
            free |= {ref: each for ref, each in tried.items() if each not in taken}
            number += 1
            tried = {ref: f"{ref[:190]}-{number}" for ref in tried if ref not in free}
        return free

    async def _merge(self, entities: list[EntityEntry]) -> None:
        """Let entities be the ones that they were found to be, or what those were found to be since."""
        for entity in entities:
            rows = await self._tx.fetch(
                "SELECT one.id, other.id, one.merged_into FROM entity one JOIN entity other ON other.id ="
                " (SELECT coalesce(merged_into, id) FROM entity WHERE story_id = :story AND ref = :into)"
                " WHERE one.story_id = :story AND one.ref = :ref AND other.id <> one.id",
                {"story": self._story, "ref": entity.ref, "into": entity.merged_into},
            )
            if not rows:
                raise UnknownRefs("entity", [entity.merged_into or ""])
            if rows[0]["merged_into"] is None:
                await merge(self._tx, rows[0][0], rows[0][1])
        if entities:
            self._entities.clear()

    def source_id(self, ref: str | None) -> int | None:
        """Return the id of a source that was found before."""
        if ref is None:
            return None
        if ref not in self._sources:
            raise UnknownRefs("source", [ref])
        return self._sources[ref]

    def attributed_source(self, item: AttributionEntry) -> int:
        """Return the id of an attribution's source."""
        return self._sources[_source_ref(item)]

    def speaker_id(self, item: AttributionEntry) -> int | None:
        """Return the id of an attribution's speaker."""
        return self._entities[item.speaker].id if item.speaker else None

    def mentions(self, entry: FactEntry) -> Iterator[tuple[str, int, int]]:
        """Yield (part, position, entity id) for all that a fact names."""
        speakers = dict.fromkeys(item.speaker for item in entry.attributions if item.speaker)
        for part, names in (("speaker", speakers), ("place", entry.places), ("about", entry.about)):
            for position, entity_id in enumerate(dict.fromkeys(self._entities[name].id for name in names), 1):
                yield part, position, entity_id

    def context(self, entry: FactEntry) -> str:
        """Return what surrounds a statement, for search: names, quotes, figures, titles of sources."""
        words: list[str] = []
        for item in entry.attributions:
            words += [
                self._entities[item.speaker].words if item.speaker else "",
                item.cue or "",
                item.quote or "",
            ]
            words.append(self._titles.get(_source_ref(item), ""))
        words += [self._entities[name].words for name in (*entry.places, *entry.about)]
        words += [
            f"{figure.qualifier or ''} {figure.words or ''} {figure.counts}" for figure in entry.figures
        ]
        return " ".join(filter(None, (*words, entry.occasion)))

    def state(self, entry: FactEntry) -> State:
        """Return the entry as its revision keeps it: refs resolved, empty fields left out."""
        fields: State = {"statement": entry.statement}
        for key in ("occurred", "occasion", "date_note", "superseded_by", "retracted"):
            if (value := getattr(entry, key)) is not None:
                fields[key] = value
        for key, names in (("places", entry.places), ("about", entry.about)):
            if names:
                fields[key] = [self._entities[name].ref for name in names]
        fields["attributions"] = [self._attribution_state(item) for item in entry.attributions]
        for key in ("figures", "contradicts", "supports"):
            if items := getattr(entry, key):
                fields[key] = [item.model_dump(exclude_none=True) for item in items]
        return fields

    def _attribution_state(self, item: AttributionEntry) -> State:
        fields: State = {"source": _source_ref(item), "stance": str(item.stance)}
        if item.speaker:
            fields["speaker"] = self._entities[item.speaker].ref
        for key in ("cue", "locator", "quote", "said"):
            if (value := getattr(item, key)) is not None:
                fields[key] = value
        return fields

    async def _find_sources(self, refs: Iterable[str]) -> None:
        wanted = json.dumps([ref for ref in refs if ref not in self._sources])
        rows = await self._tx.fetch(
            "SELECT ref, id, title, name FROM source"
            " WHERE story_id = ? AND ref IN (SELECT value FROM json_each(?))",
            (self._story, wanted),
        )
        for row in rows:
            self._sources[row["ref"]] = row["id"]
            self._titles[row["ref"]] = " ".join(filter(None, (row["title"], row["name"])))

    async def _free_ids(self, ids: Iterable[str | None]) -> set[int]:
        wanted = {int(source_id[1:]) for source_id in ids if source_id}
        rows = await self._tx.fetch(
            "SELECT id FROM source WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(wanted)),),
        )
        return wanted - {row[0] for row in rows}

    async def _find_entities(self, names: Iterable[str]) -> None:
        """Find entities by ref, else by full name or alias; each stays known by the name it was asked by."""
        wanted = [name for name in names if name not in self._entities]
        asked = json.dumps([{"name": name, "folded": fold(name)} for name in wanted])
        rows = await self._tx.fetch(_KNOWN_ENTITIES, {"story": self._story, "asked": asked})
        for row in rows:
            self._entities.setdefault(row["asked"], _Known(row["id"], row["ref"], row["words"]))

    async def _make(self, names: Iterable[str], kind: str | None) -> None:
        missing = {slug(name): name for name in sorted(names) if name not in self._entities}
        if missing:
            await self._add_unknown(
                {ref: EntityEntry(ref=ref, name=name, kind=kind) for ref, name in missing.items()}
            )
        await self._find_entities(names)

    def _entity_row(self, entity: EntityEntry) -> tuple[Any, ...]:
        role = (entity.role, self.source_id(entity.source), entity.locator)
        return (self._story, entity.ref, entity.kind, entity.name, entity.short, *role)

    def _source_row(self, source: SourceEntry) -> tuple[Any, ...]:
        return (
            self._sources[source.ref], self._story, source.ref, source.kind, source.name, source.title,
            source.publisher, source.author, source.url, source.published, source.note,
            self.source_id(source.via),
        )  # fmt: skip

    async def _refuse_rings(self, sources: Iterable[SourceEntry]) -> None:
        """Refuse sources that relay each other in a ring: a chain must end at the document at hand."""
        ids = [self._sources[source.ref] for source in sources if source.via]
        if ids and (rings := await self._tx.fetch(_RINGS, (json.dumps(ids),))):
            raise _relayed_by_itself(rings[0][0])


async def merge(tx: Transaction, one: int, other: int) -> None:
    """Let an entity, and all that it was found to be before, be another; what names it names that other."""
    bound = {"id": one, "into": other}
    await tx.run("UPDATE entity SET merged_into = :into WHERE id = :id OR merged_into = :id", bound)
    # A fact that names both names the one that is left once.
    await tx.run(
        "DELETE FROM mention WHERE entity_id = :id AND EXISTS (SELECT 1 FROM mention m"
        " WHERE m.fact_id = mention.fact_id AND m.part = mention.part AND m.entity_id = :into)",
        bound,
    )
    await tx.run("UPDATE mention SET entity_id = :into WHERE entity_id = :id", bound)


def _names(entity: EntityEntry) -> Iterator[tuple[str, int, str]]:
    """Yield every folded form by which the entity can be asked, with its rank and spelling."""
    spelled = [(entity.name, 0), *((alias, 1) for alias in (entity.short, *entity.aliases) if alias)]
    ranked: dict[str, tuple[int, str]] = {}
    for spelling, rank in spelled:
        ranked.setdefault(fold(spelling), (rank, spelling))
    for spelling, _ in spelled[: 2 if entity.short else 1]:
        for part in parts(fold(spelling)):
            ranked.setdefault(part, (2, spelling))
    if entity.role:
        ranked.setdefault(fold(entity.role), (3, entity.role))
    for folded, (rank, spelling) in ranked.items():
        yield folded, rank, spelling


def _relayed_by_itself(ref: str) -> Refused:
    return Refused(f"The source {ref!r} is relayed by itself: mend its 'via'")


def _source_ref(item: AttributionEntry) -> str:
    return item.source if isinstance(item.source, str) else item.source.ref


_SOURCE = """
INSERT INTO source (id, story_id, ref, kind, name, title, publisher, author, url, published, note, via_id)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, name = excluded.name, title = excluded.title,
    publisher = excluded.publisher, author = excluded.author, url = excluded.url,
    published = excluded.published, note = excluded.note, via_id = excluded.via_id
"""
_ENTITY = """
INSERT INTO entity (story_id, ref, kind, name, short, role, role_source_id, role_locator)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (story_id, ref) DO UPDATE SET kind = excluded.kind, name = excluded.name, short = excluded.short,
    role = excluded.role, role_source_id = excluded.role_source_id, role_locator = excluded.role_locator
"""
# The entity asked for by ref, else by its full name or an alias (never by a part: that names several). One
# that was merged into another keeps its ref in what names it, and is that other in the tables.
_KNOWN_ENTITIES = """
SELECT asked.name AS asked, e.id, called.ref,
    (SELECT group_concat(n.spelling, ' ') FROM entity_name n
        WHERE n.entity_id IN (e.id, called.id) AND n.rank < 2) AS words
FROM (
    SELECT json_extract(value, '$.name') AS name, json_extract(value, '$.folded') AS folded
    FROM json_each(:asked)
) asked
CROSS JOIN entity called ON called.id = coalesce(
    (SELECT id FROM entity WHERE story_id = :story AND ref = asked.name),
    (SELECT entity_id FROM entity_name WHERE story_id = :story AND folded = asked.folded AND rank < 2
        ORDER BY rank, entity_id LIMIT 1)
)
CROSS JOIN entity e ON e.id = coalesce(called.merged_into, called.id)
"""
_RINGS = """
WITH RECURSIVE walk (start, id, steps) AS (
    SELECT id, via_id, 1 FROM source WHERE id IN (SELECT value FROM json_each(?))
    UNION ALL
    SELECT w.start, s.via_id, w.steps + 1 FROM walk w JOIN source s ON s.id = w.id
    WHERE w.id <> w.start AND w.steps < 100
)
SELECT s.ref FROM walk w JOIN source s ON s.id = w.start WHERE w.id = w.start OR w.steps >= 100 LIMIT 1
"""
