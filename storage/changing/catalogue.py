"""Changes to what facts refer to: sources, entities, stories. Each within the transaction of one change.

A merge keeps the merged name and lets it mean the other entity from then on: revisions are append-only, so
states that name it cannot be rewritten. Sources and entities have no revisions of their own: `/asof` shows
past facts under today's names, and the audit trail keeps what was changed in them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from storage.changing import brief_check
from storage.changing.entity_rows import add_entities, free_refs, merge, remove, separate
from storage.changing.references import Resolver, source_ref
from storage.changing.source_rows import add_sources
from storage.domain.changes import (
    MergeEntity,
    Publish,
    PutEntity,
    PutSource,
    RemoveEntity,
    Revise,
    SeparateEntity,
)
from storage.domain.entries import EntityEntry, FactEntry, FactState, SourceEntry
from storage.domain.errors import AlreadyDone, Overtaken, Refused, UnknownRefs
from storage.domain.folding import fold
from storage.domain.models import Action, Entity, Source
from storage.domain.names import slug
from storage.engines.database import Statements
from storage.reading import entities, sources
from storage.search import vector_rows
from storage.trail.audit import AuditEntryWriter

Fields = dict[str, Any]


def put_source(tx: Statements, trace: AuditEntryWriter, change: PutSource) -> str:
    """Add or edit a source; return its id as people write it."""
    resolver = Resolver(tx, change.story_id)
    resolver.find_sources([change.source.ref])
    if change.expected is None and (ref := resolver.known_sources.same_as(change.source)) is not None:
        resolver.find_sources([ref])
        _mean_the_same(resolver, {change.source.ref: ref})
    before = _source(tx, resolver, change.source.ref)
    if change.expected is None and before is not None:
        raise AlreadyDone(f"That source is on record already: S{before.id}")
    if change.expected is not None and (before is None or source_fields(before) != change.expected):
        raise Overtaken("That source has changed since: look at it again")
    return _write_source(tx, trace, resolver, change.source, before, undoes=change.undoes)


def put_entity(tx: Statements, trace: AuditEntryWriter, change: PutEntity) -> str:
    """Add or edit an entity; return its id as the trail writes it."""
    before = _entity(tx, change.story_id, change.entity.ref)
    if change.expected is None and before is not None:
        raise AlreadyDone(f"{before.name} is on record already")
    if change.expected is not None and (before is None or entity_fields(before) != change.expected):
        raise Overtaken("That name has changed since: look at it again")
    resolver = Resolver(tx, change.story_id)
    return _write_entity(tx, trace, resolver, change.entity, before, undoes=change.undoes)


def merge_entity(tx: Statements, trace: AuditEntryWriter, change: MergeEntity) -> str:
    """Merge an entity into another; return the other's id."""
    rows = tx.fetch(
        "SELECT id, ref, name, merged_into FROM entity WHERE story_id = ? AND id IN (?, ?)",
        (change.story_id, change.entity_id, change.into_id),
    )
    found = {row["id"]: row for row in rows}
    if len(found) != 2:
        raise Refused("Only two different names of the same story can be merged")
    if any(row["merged_into"] is not None for row in rows):
        raise AlreadyDone("One of the two has been merged already")
    one, other = found[change.entity_id], found[change.into_id]
    along = tx.fetch("SELECT id FROM entity WHERE merged_into = ? ORDER BY id", (one["id"],))
    merge(tx, one["id"], other["id"])
    trace.close(
        tx, Action.MERGED, f"E{other['id']}",
        story_id=change.story_id, after={"name": other["name"]}, reason=change.reason,
        before={"name": one["name"], "ids": [one["id"], *(row["id"] for row in along)]},
    )  # fmt: skip
    return f"E{other['id']}"


def remove_entity(tx: Statements, trace: AuditEntryWriter, change: RemoveEntity) -> str:
    """Remove an entity that nothing uses from all lists; return its id as the trail writes it."""
    before = _entity(tx, change.story_id, change.ref)
    if before is None or before.merged_into == before.ref:
        raise AlreadyDone("That name is not on record any more")
    if not entities.unused(tx.fetch, [before.id]):
        raise Refused(f"{before.name} is still in use: only a name that nothing uses can be removed")
    remove(tx, change.story_id, [before.id])
    was, now = entity_fields(before), entity_fields(_entity(tx, change.story_id, change.ref))
    trace.close(tx, Action.ENTITY_REMOVED, f"E{before.id}", story_id=change.story_id, before=was, after=now)
    return f"E{before.id}"


def separate_entity(tx: Statements, trace: AuditEntryWriter, change: SeparateEntity) -> str:
    """Take a merge back; return the id of the name that is itself again."""
    rows = tx.fetch(
        "SELECT id, name, merged_into FROM entity WHERE story_id = ? AND id IN (?, ?)",
        (change.story_id, change.entities[0], change.from_id),
    )
    found = {row["id"]: row for row in rows}
    if len(found) != 2 or found[change.entities[0]]["merged_into"] != change.from_id:
        raise Refused("These two names are not merged")
    one, other = found[change.entities[0]], found[change.from_id]
    separate(tx, Resolver(tx, change.story_id), change.entities, other["id"])
    trace.close(
        tx, Action.UNDONE, f"E{other['id']}",
        story_id=change.story_id, before={"name": other["name"]}, after={"name": one["name"]},
    )  # fmt: skip
    return f"E{one['id']}"


def introduce(
    tx: Statements, trace: AuditEntryWriter, resolver: Resolver, change: Publish | Revise
) -> AuditEntryWriter:
    """Add the names and sources that a fact brings along, each with an entry of its own in the trail.

    `trace` becomes the entry of the first of them; return the entry that follows them all.
    """
    # Behind the sources: those to whom one of them gives a role.
    trace = _introduce_names(tx, trace, resolver, [entity for entity in change.entities if not entity.role])
    trace = _introduce_sources(tx, trace, resolver, change.sources)
    trace = _introduce_sources(tx, trace, resolver, _described([change.fact]))
    resolver.find_sources(_source_refs([change.fact]))
    return _introduce_names(tx, trace, resolver, [entity for entity in change.entities if entity.role])


def _introduce_sources(
    tx: Statements, trace: AuditEntryWriter, resolver: Resolver, sources: Sequence[SourceEntry]
) -> AuditEntryWriter:
    resolver.find_sources([source.ref for source in sources])
    new, same = _new_sources(resolver, sources)
    for source in new:
        _write_source(tx, trace, resolver, source, None)
        trace = trace.following()
    _mean_the_same(resolver, same)
    return trace


def _introduce_names(
    tx: Statements, trace: AuditEntryWriter, resolver: Resolver, names: Sequence[EntityEntry]
) -> AuditEntryWriter:
    resolver.find_entities([entity.name for entity in names])
    new = {fold(e.name): e for e in names if e.name not in resolver.found.entities}
    for entity in _under_free_refs(tx, resolver, list(new.values())):
        _write_entity(tx, trace, resolver, entity, None)
        trace = trace.following()
    return trace


def add_missing(tx: Statements, resolver: Resolver, entries: Sequence[FactEntry]) -> None:
    """Look up every entity and source that facts name or once named, and add those that are not on record.

    Raises UnknownRefs for a source that is only named by its ref.
    """
    refs = _source_refs(entries)
    resolver.find_sources(refs)
    said = [state for entry in entries for state in entry.states()]
    named = [item for state in said for item in state.attributions]
    new, same = _new_sources(resolver, _described(said))
    add_sources(tx, resolver, new)
    _mean_the_same(resolver, same)
    if unknown := sorted(refs - resolver.found.sources.keys()):
        raise UnknownRefs("source", unknown)
    places = {name for state in said for name in state.places}
    others = {item.speaker for item in named if item.speaker}
    others |= {name for state in said for name in state.about}
    resolver.find_entities(places | others)
    _add_names(tx, resolver, places, "place")
    _add_names(tx, resolver, others, None)


def _described(said: Iterable[FactState]) -> list[SourceEntry]:
    """Return the sources that facts describe rather than name."""
    return [
        item.source for state in said for item in state.attributions if isinstance(item.source, SourceEntry)
    ]


def _new_sources(
    resolver: Resolver, described: Iterable[SourceEntry]
) -> tuple[list[SourceEntry], dict[str, str]]:
    """Return which sources are not on record, and the refs there of those that are under another."""
    new = {source.ref: source for source in described if source.ref not in resolver.found.sources}
    return resolver.known_sources.new_among(new.values()) if new else ([], {})


def _mean_the_same(resolver: Resolver, same: Mapping[str, str]) -> None:
    """Let refs mean the sources that are on record under others."""
    resolver.find_sources(same.values())
    resolver.found.sources.update({ref: resolver.found.sources[there] for ref, there in same.items()})


def source_fields(source: Source | None) -> Fields | None:
    """Return a source as a sheet's entry holds it (JSON), None for no source."""
    if source is None:
        return None
    fields = source.model_dump(mode="json", exclude={"id", "story_id", "via"}, exclude_none=True)
    return fields | ({"via": source.via.ref} if source.via else {})


def entity_fields(entity: Entity | None) -> Fields | None:
    """Return an entity as a sheet's entry holds it (JSON), None for no entity."""
    if entity is None:
        return None
    fields = entity.model_dump(
        mode="json", include={"ref", "kind", "name", "article", "short", "role"}, exclude_none=True
    )
    if aliases := [alias for alias in entity.aliases if alias != entity.short]:
        fields["aliases"] = aliases
    if entity.role_source:
        fields["source"] = entity.role_source.ref
    if entity.role_locator:
        fields["locator"] = entity.role_locator
    return fields


def _write_source(
    tx: Statements,
    trace: AuditEntryWriter,
    resolver: Resolver,
    source: SourceEntry,
    before: Source | None,
    *,
    undoes: int | None = None,
) -> str:
    add_sources(tx, resolver, [source])
    after = _source(tx, resolver, source.ref)
    assert after is not None
    if before is not None and source_fields(before) == source_fields(after):
        raise Refused(f"S{after.id} already reads so: nothing would change")
    if before is not None and before.title != after.title:
        vector_rows.source_retitled(tx, after.id)
    action = Action.SOURCE_ADDED if before is None else Action.SOURCE_EDITED
    trace.close(
        tx, action if undoes is None else Action.UNDONE, f"S{after.id}",
        story_id=resolver.story_id, before=source_fields(before), after=source_fields(after),
    )  # fmt: skip
    return f"S{after.id}"


def _write_entity(
    tx: Statements,
    trace: AuditEntryWriter,
    resolver: Resolver,
    entity: EntityEntry,
    before: Entity | None,
    *,
    undoes: int | None = None,
) -> str:
    add_entities(tx, resolver, [entity])
    after = _entity(tx, resolver.story_id, entity.ref)
    assert after is not None
    if before == after:
        raise Refused(f"{after.name} already reads so: nothing would change")
    if before is not None and before.name != after.name:
        vector_rows.speaker_renamed(tx, after.id)
    if before is not None and not _names(before) <= _names(after):
        brief_check.refuse_without_names(tx, resolver.story_id, after.id, sorted(_names(before)))
    action = Action.ENTITY_ADDED if before is None else Action.ENTITY_EDITED
    trace.close(
        tx, action if undoes is None else Action.UNDONE, f"E{after.id}",
        story_id=resolver.story_id, before=entity_fields(before), after=entity_fields(after),
    )  # fmt: skip
    return f"E{after.id}"


def _names(entity: Entity) -> set[str]:
    return {entity.name, entity.short or entity.name, *entity.aliases}


def _add_names(tx: Statements, resolver: Resolver, names: Iterable[str], kind: str | None) -> None:
    """Add an entity for each name that is not on record."""
    known = resolver.found.entities
    if missing := [name for name in sorted(names) if name not in known]:
        # Names that are spelt alike but for case and accents are one; long ones may only begin alike.
        spelt = {fold(name): name for name in missing}
        entries = [EntityEntry(ref=slug(name), name=name, kind=kind) for name in spelt.values()]
        add_entities(tx, resolver, _under_free_refs(tx, resolver, entries))
        resolver.find_entities(missing)


def _under_free_refs(tx: Statements, resolver: Resolver, new: Sequence[EntityEntry]) -> list[EntityEntry]:
    """Return new entities under refs that are free: a renamed one may still have that of its old name."""
    refs = free_refs(tx, resolver.story_id, [entity.ref for entity in new])
    return [entity.model_copy(update={"ref": ref}) for entity, ref in zip(new, refs, strict=True)]


def _source_refs(entries: Sequence[FactEntry]) -> set[str]:
    """Return the refs of all sources that facts and their relations cite."""
    said = [state for entry in entries for state in entry.states()]
    refs = {source_ref(item) for state in said for item in state.attributions}
    return refs | {r.source for state in said for r in (*state.contradicts, *state.supports) if r.source}


def _source(tx: Statements, resolver: Resolver, ref: str) -> Source | None:
    """Return a source that was looked up."""
    known = resolver.found.sources.get(ref)
    return sources.by_id(tx.fetch, [known.id])[known.id] if known else None


def _entity(tx: Statements, story_id: int, ref: str) -> Entity | None:
    return entities.by_itself(tx.fetch, story_id, ref)
