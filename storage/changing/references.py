"""What the names and refs in entries stand for: entities and sources, each looked up once in a change."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from storage.domain.entries import AttributionEntry
from storage.domain.errors import UnknownRefs
from storage.domain.folding import fold
from storage.engines.database import Statements
from storage.engines.values import Values
from storage.reading.source_identity import KnownSources

_SOURCES = """
SELECT ref, id, title, name FROM source WHERE story_id = ? AND ref IN (SELECT value FROM texts(?))
"""
# The entity asked for by ref, else by its full name or an alias (never by a part: that names several). One
# that was merged into another keeps its ref in what names it, and is that other in the tables.
_ENTITIES = """
SELECT asked.one AS asked, e.id, called.ref,
    (SELECT coalesce(list_of(spelling), '[]') FROM (
        SELECT n.spelling FROM entity_name n
        WHERE n.entity_id IN (e.id, called.id) AND n.rank < 2
            AND n.spelling <> coalesce(e.article || ' ' || e.name, '') ORDER BY n.entity_id, n.folded
    ) spelt) AS spellings,
    CASE WHEN called.merged_into = called.id THEN 1 ELSE 0 END AS removed
FROM text_pairs(:asked) asked CROSS JOIN entity called CROSS JOIN entity e
WHERE called.id = coalesce(
    (SELECT id FROM entity WHERE story_id = :story AND ref = asked.one),
    (SELECT entity_id FROM entity_name WHERE story_id = :story AND folded = asked.two AND rank < 2
        ORDER BY rank, entity_id LIMIT 1)
) AND e.id = coalesce(called.merged_into, called.id)
"""


class SourceRef(NamedTuple):
    """A source on record: its id, its title and name for the full-text index, and its ref there."""

    id: int
    title: str
    ref: str


class EntityRef(NamedTuple):
    """An entity on record: its id, the ref that states hold, and all its names for the full-text index.

    One that was `removed` comes back with the fact that names it.
    """

    id: int
    ref: str
    words: str
    removed: bool = False


@dataclass(slots=True)
class References:
    """Sources by ref, and entities by the name or ref that an entry uses."""

    sources: dict[str, SourceRef] = field(default_factory=dict)
    entities: dict[str, EntityRef] = field(default_factory=dict)

    def source_id(self, ref: str | None) -> int | None:
        """Return the id of a source, None for no ref. Raises UnknownRefs."""
        if ref is None:
            return None
        if ref not in self.sources:
            raise UnknownRefs("source", [ref])
        return self.sources[ref].id

    def speaker_id(self, item: AttributionEntry) -> int | None:
        """Return the id of an attribution's speaker."""
        return self.entities[item.speaker].id if item.speaker else None


class Resolver:
    """Looks up the names and refs of one story within one transaction; `found` holds what is on record."""

    def __init__(self, tx: Statements, story_id: int) -> None:
        self._tx = tx
        self.story_id = story_id
        self.found = References()
        self._absent: set[str] = set()
        self.known_sources = KnownSources(tx, story_id)

    def find_sources(self, refs: Iterable[str]) -> None:
        """Look up the sources that were not looked up yet."""
        if wanted := set(refs) - self.found.sources.keys() - self._absent:
            rows = self._tx.fetch(_SOURCES, (self.story_id, Values(sorted(wanted))))
            for ref, source_id, title, name in rows:
                self.found.sources[ref] = SourceRef(source_id, title_words(title, name), ref)
            self._absent |= wanted - self.found.sources.keys()

    def find_entities(self, names: Iterable[str]) -> None:
        """Look up the entities that are not found yet: by ref, else by full name or alias."""
        if wanted := [name for name in names if name not in self.found.entities]:
            asked = Values((name, fold(name)) for name in wanted)
            rows = self._tx.fetch(_ENTITIES, {"story": self.story_id, "asked": asked})
            for name, entity_id, ref, spellings, removed in rows:
                words = " ".join(json.loads(spellings))
                self.found.entities.setdefault(name, EntityRef(entity_id, ref, words, bool(removed)))


def source_ref(item: AttributionEntry) -> str:
    """Return the ref of an attribution's source."""
    return item.source if isinstance(item.source, str) else item.source.ref


def title_words(title: str | None, name: str | None) -> str:
    """Return what the full-text index holds of a source."""
    return " ".join(filter(None, (title, name)))
