"""The rows of entities and of their names, written within the transaction of one change."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from storage.changing.references import Resolver
from storage.domain.entries import EntityEntry, FactEntry
from storage.domain.errors import UnknownRefs
from storage.domain.names import forms
from storage.engines.database import Statements
from storage.engines.values import Values
from storage.search import name_index, vector_rows
from storage.takedown.others import refuse_name

_ENTITY = """
INSERT INTO entity (story_id, ref, kind, name, article, short, role, role_source_id, role_locator)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (story_id, ref) DO UPDATE SET kind = excluded.kind, name = excluded.name,
    article = excluded.article, short = excluded.short, role = excluded.role,
    role_source_id = excluded.role_source_id, role_locator = excluded.role_locator,
    merged_into = CASE WHEN entity.merged_into = entity.id THEN NULL ELSE entity.merged_into END
"""
_REMOVED = """
SELECT e.id, e.name, e.short, (
    SELECT before FROM audit WHERE subject = 'E' || e.id AND action = 'entity removed'
    ORDER BY id DESC LIMIT 1
) AS before
FROM entity e WHERE e.id IN (SELECT value FROM ints(?))
    AND NOT EXISTS (SELECT 1 FROM tombstone t WHERE t.subject = 'E' || e.id)
ORDER BY e.id
"""
_THEIR_NAMES = "FROM entity_name WHERE entity_id IN (SELECT value FROM ints(?))"
_IDS = "SELECT ref, id FROM entity WHERE story_id = ? AND ref IN (SELECT value FROM texts(?))"


def add_entities(tx: Statements, resolver: Resolver, entities: Iterable[EntityEntry]) -> None:
    """Add entities with all their names, or bring known ones up to date."""
    listed = {entity.ref: entity for entity in entities}
    if not listed:
        return
    refuse_name(tx, resolver.story_id, {e.ref: (e.name, *e.aliases, e.short or "") for e in listed.values()})
    resolver.find_sources({entity.source for entity in listed.values() if entity.source})
    tx.run_many(_ENTITY, [_row(resolver, entity) for entity in listed.values()])
    rows = tx.fetch(_IDS, (resolver.story_id, Values(listed)))
    removed = {ref for ref, entity in listed.items() if entity.merged_into == ref}
    names = [(r["id"], *name) for r in rows if r["ref"] not in removed for name in _forms(listed[r["ref"]])]
    _replace_names(tx, resolver.story_id, Values(row["id"] for row in rows), names)
    if removed:
        remove(tx, resolver.story_id, [row["id"] for row in rows if row["ref"] in removed])
    if merged := [entity for ref, entity in listed.items() if entity.merged_into not in (None, ref)]:
        for entity in merged:
            _merge_named(tx, resolver.story_id, entity)
        resolver.found.entities.clear()


def _replace_names(
    tx: Statements, story_id: int, ids: Values[int], names: Sequence[tuple[int, str, int, str]]
) -> None:
    """Give entities their names in place of those that they had, and keep the index of names."""
    had = tx.fetch(f"SELECT folded {_THEIR_NAMES}", (ids,))
    if had:
        tx.run(f"DELETE {_THEIR_NAMES}", (ids,))
    tx.run_many(
        "INSERT INTO entity_name (entity_id, folded, rank, spelling, story_id) VALUES (?, ?, ?, ?, ?)",
        [(*name, story_id) for name in names],
    )
    name_index.add(tx, story_id, {folded for _id, folded, _rank, _spelling in names})
    if had:
        name_index.remove(tx, story_id, {row["folded"] for row in had})


def free_refs(tx: Statements, story_id: int, refs: Sequence[str]) -> list[str]:
    """Return for each ref the first of it, ref-2, ref-3 ... that no entity and no other of them has."""
    free: dict[int, str] = {}
    numbers: dict[str, int] = {}
    tried = dict(enumerate(refs))
    while tried:
        taken = {row["ref"] for row in tx.fetch(_IDS, (story_id, Values(tried.values())))}
        taken |= set(free.values())
        for at, ref in tried.items():
            if ref not in taken:
                free[at] = ref
                taken.add(ref)
        tried = {at: _numbered(refs[at], numbers) for at in tried if at not in free}
    return [free[at] for at in range(len(refs))]


def _numbered(ref: str, numbers: dict[str, int]) -> str:
    """Return a ref with the next of its numbers, which begin with 2; cut, for a ref may not become longer."""
    start = ref[:190]
    numbers[start] = numbers.get(start, 1) + 1
    return f"{start}-{numbers[start]}"


def merge(tx: Statements, one: int, other: int) -> None:
    """Merge an entity, and all merged into it, into another; repoint mentions."""
    bound = {"id": one, "into": other}
    tx.run("UPDATE entity SET merged_into = :into WHERE id = :id OR merged_into = :id", bound)
    vector_rows.speaker_renamed(tx, one)
    # A fact that names both names the one that is left once.
    tx.run(
        "DELETE FROM mention WHERE entity_id = :id AND EXISTS (SELECT 1 FROM mention m"
        " WHERE m.fact_id = mention.fact_id AND m.part = mention.part AND m.entity_id = :into)",
        bound,
    )
    tx.run("UPDATE mention SET entity_id = :into WHERE entity_id = :id", bound)


def remove(tx: Statements, story_id: int, ids: Sequence[int]) -> None:
    """Take entities out of all lists: each is merged into itself, and no name finds it any more."""
    listed = Values(ids)
    _replace_names(tx, story_id, listed, ())
    tx.run("UPDATE entity SET merged_into = id WHERE id IN (SELECT value FROM ints(?))", (listed,))


def restore_names(tx: Statements, resolver: Resolver, facts: Iterable[FactEntry]) -> None:
    """Bring back, with the names that they had, those removed whom facts on record name again."""
    found = resolver.found.entities
    said = [fact for fact in facts if fact.retracted is None]
    named = {name for fact in said for name in (*fact.places, *fact.about)}
    named |= {item.speaker for fact in said for item in fact.attributions if item.speaker}
    back = [name for name in sorted(named) if name in found and found[name].removed]
    if not back:
        return
    rows = tx.fetch(_REMOVED, (Values(sorted({found[name].id for name in back})),))
    ids = Values(row["id"] for row in rows)
    names = [(row["id"], *name) for row in rows for name in _forms(_as_it_was(row))]
    tx.run("UPDATE entity SET merged_into = NULL WHERE id IN (SELECT value FROM ints(?))", (ids,))
    _replace_names(tx, resolver.story_id, ids, names)
    for name in back:
        del found[name]
    resolver.find_entities(back)


def _as_it_was(row: Any) -> EntityEntry:
    """Return an entity as it was when it was removed; without what was taken down from the trail since."""
    before = json.loads(row["before"] or "null")
    return EntityEntry(**before) if before else EntityEntry(name=row["name"], short=row["short"])


def separate(tx: Statements, resolver: Resolver, ids: Sequence[int], into: int) -> None:
    """Take a merge back: the first of `ids` is itself again, and the others are that one, as they were.

    States keep the refs that people wrote, so that each mention goes back to whom it named.
    """
    one, *others = ids
    tx.run("UPDATE entity SET merged_into = NULL WHERE id = ?", (one,))
    tx.run_many("UPDATE entity SET merged_into = ? WHERE id = ?", [(one, each) for each in others])
    rows = tx.fetch(
        "SELECT f.id, r.state FROM fact f JOIN revision r ON r.fact_id = f.id AND r.number = f.revision"
        " WHERE f.id IN (SELECT fact_id FROM mention WHERE entity_id = ?)",
        (into,),
    )
    states = {row["id"]: json.loads(row["state"]) for row in rows if row["state"]}
    named = {number: _named(state) for number, state in states.items()}
    resolver.find_entities({ref for parts in named.values() for refs in parts.values() for ref in refs})
    known = resolver.found.entities
    tx.run("DELETE FROM mention WHERE fact_id IN (SELECT value FROM ints(?))", (Values(named),))
    tx.run_many(
        "INSERT INTO mention (fact_id, part, position, entity_id) VALUES (?, ?, ?, ?)",
        [
            (number, part, position, entity)
            for number, parts in named.items()
            for part, refs in parts.items()
            for position, entity in enumerate(dict.fromkeys(known[ref].id for ref in refs), 1)
        ],
    )
    tx.run_many(
        "UPDATE attribution SET speaker_id = ? WHERE fact_id = ? AND position = ?",
        [
            (known[item["speaker"]].id, number, position)
            for number, state in states.items()
            for position, item in enumerate(state["attributions"], 1)
            if item.get("speaker")
        ],
    )
    vector_rows.speaker_renamed(tx, one)


def _named(state: dict[str, Any]) -> dict[str, list[str]]:
    """Return the refs that a state names, by the part in which it does."""
    speakers = [item["speaker"] for item in state.get("attributions", ()) if item.get("speaker")]
    return {"speaker": speakers, "place": state.get("places", []), "about": state.get("about", [])}


def _merge_named(tx: Statements, story_id: int, entity: EntityEntry) -> None:
    """Merge an entity into the one that its entry names, or into what that was merged into since."""
    rows = tx.fetch(
        "SELECT one.id, other.id, one.merged_into FROM entity one JOIN entity other ON other.id ="
        " (SELECT coalesce(merged_into, id) FROM entity WHERE story_id = :story AND ref = :into)"
        " WHERE one.story_id = :story AND one.ref = :ref AND other.id <> one.id",
        {"story": story_id, "ref": entity.ref, "into": entity.merged_into},
    )
    if not rows:
        raise UnknownRefs("entity", [entity.merged_into or ""])
    if rows[0]["merged_into"] is None:
        merge(tx, rows[0][0], rows[0][1])


def _row(resolver: Resolver, entity: EntityEntry) -> tuple[Any, ...]:
    role = (entity.role, resolver.found.source_id(entity.source), entity.locator)
    return (resolver.story_id, entity.ref, entity.kind, entity.name, entity.article, entity.short, *role)


def _forms(entity: EntityEntry) -> Iterator[tuple[str, int, str]]:
    return forms(entity.name, entity.short, entity.aliases, entity.role, entity.article)
