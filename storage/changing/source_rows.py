"""The rows of sources, written within the transaction of one change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from storage.changing.references import Resolver, SourceRef, title_words
from storage.domain.chains import longest_in, ring_in
from storage.domain.entries import SourceEntry
from storage.domain.errors import Refused
from storage.engines.database import Statements
from storage.engines.values import Values
from storage.takedown.others import refuse_sources

_SOURCE = """
INSERT INTO source (id, story_id, ref, kind, name, title, publisher, author, url, published, note, via_id)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, name = excluded.name, title = excluded.title,
    publisher = excluded.publisher, author = excluded.author, url = excluded.url,
    published = excluded.published, note = excluded.note, via_id = excluded.via_id
"""
# The sources given, those that are known only via them, and all that relay these.
_CHAINS = """
WITH RECURSIVE down (id) AS (
    SELECT value FROM ints(?)
    UNION
    SELECT s.id FROM source s JOIN down d ON s.via_id = d.id
), chain (id) AS (
    SELECT id FROM down
    UNION
    SELECT s.via_id FROM source s JOIN chain c ON s.id = c.id WHERE s.via_id IS NOT NULL
)
SELECT s.id, s.ref, s.via_id FROM source s JOIN chain c ON c.id = s.id WHERE s.via_id IS NOT NULL
ORDER BY s.id
"""
# A chain is read, and told to readers, as a whole.
MOST_RELAYS = 100


def add_sources(tx: Statements, resolver: Resolver, sources: Iterable[SourceEntry]) -> None:
    """Add sources, or bring known ones up to date; a source may be relayed by one that comes later."""
    listed = list(sources)
    for source in listed:
        if source.via == source.ref:
            raise _ring(source.ref)
    resolver.find_sources({ref for source in listed for ref in (source.ref, source.via) if ref})
    known = resolver.found.sources
    if again := {source.ref: source for source in listed if source.ref in known}:
        refuse_sources(tx, resolver.story_id, again)
    new_ids = _new_ids(tx, {source.ref: source for source in listed if source.ref not in known}.values())
    for source in listed:
        source_id = known[source.ref].id if source.ref in known else new_ids[source.ref]
        known[source.ref] = SourceRef(source_id, title_words(source.title, source.name), source.ref)
    tx.run_many(_SOURCE, [_row(resolver, source) for source in listed])
    _refuse_endless(tx, [known[source.ref].id for source in listed if source.via])


def _new_ids(tx: Statements, sources: Iterable[SourceEntry]) -> dict[str, int]:
    """Return an id for each new source, by ref: the one that it was exported with where that is free."""
    wanted = {source.ref: int(source.id[1:]) if source.id else 0 for source in sources}
    if not wanted:
        return {}
    free = _free(tx, {source_id for source_id in wanted.values() if source_id})
    last = int(tx.fetch("SELECT coalesce(max(id), 0) FROM source")[0][0])
    ids: dict[str, int] = {}
    for ref, source_id in wanted.items():
        last = max(last + 1, source_id if source_id in free else 0)
        ids[ref] = source_id if source_id in free else last
        free.discard(source_id)
    return ids


def _free(tx: Statements, ids: set[int]) -> set[int]:
    if not ids:
        return set()
    rows = tx.fetch("SELECT id FROM source WHERE id IN (SELECT value FROM ints(?))", (Values(sorted(ids)),))
    return ids - {row[0] for row in rows}


def _row(resolver: Resolver, source: SourceEntry) -> tuple[Any, ...]:
    return (
        resolver.found.source_id(source.ref), resolver.story_id, source.ref, source.kind, source.name,
        source.title, source.publisher, source.author, source.url, source.published, source.note,
        resolver.found.source_id(source.via),
    )  # fmt: skip


def _refuse_endless(tx: Statements, ids: list[int]) -> None:
    """Refuse sources that relay each other in a ring, and chains that are too long to be told."""
    if not ids:
        return
    rows = tx.fetch(_CHAINS, (Values(ids),))
    refs = {row["id"]: row["ref"] for row in rows}
    edges = {row["id"]: row["via_id"] for row in rows}
    # Of a ring that one is told which was to be written.
    edges = {each: edges[each] for each in ids if each in edges} | edges
    if (ring := ring_in(edges)) is not None:
        raise _ring(refs[ring])
    steps, start = longest_in(edges)
    if steps > MOST_RELAYS:
        raise Refused(
            f"The source {refs[start]!r} is relayed by {steps} others, one after the other:"
            f" shorten its chain of 'via' to at most {MOST_RELAYS}",
            ("source", refs[start], "via"),
        )


def _ring(ref: str) -> Refused:
    return Refused(f"The source {ref!r} is relayed by itself: mend its 'via'", ("source", ref, "via"))
