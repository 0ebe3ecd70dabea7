"""Writing what facts refer to: sources, entities, stories. Each within the transaction of one change.

A merge keeps the merged name and lets it mean the other entity from then on: revisions are append-only, so
states that name it cannot be rewritten. Sources and entities have no revisions of their own: `/asof` shows
past facts under today's names, and the audit trail keeps what was changed in them.
"""

from __future__ import annotations

from typing import Any

from storage.changing.references import Resolver, merge
from storage.domain.changes import MergeEntity, OpenStory, PutEntity, PutSource
from storage.domain.errors import AlreadyDone, Overtaken, Refused
from storage.domain.models import Action, Entity, Source
from storage.engines.sqlite import Transaction
from storage.reading import entities, sources
from storage.trail.audit import AuditEntryWriter

Fields = dict[str, Any]


async def put_source(tx: Transaction, trace: AuditEntryWriter, change: PutSource) -> str:
    """Add or edit a source; return its id as people write it."""
    ref = change.source.ref
    before = await _source(tx, change.story_id, ref)
    if change.expected is None and before is not None:
        raise AlreadyDone(f"That source is on record already: S{before.id}")
    if change.expected is not None and (before is None or source_fields(before) != change.expected):
        raise Overtaken("That source has changed since: look at it again")
    resolver = await Resolver.open(tx, change.story_id)
    await resolver.add_sources([change.source])
    after = await _source(tx, change.story_id, ref)
    assert after is not None
    if before is not None and source_fields(before) == source_fields(after):
        raise Refused(f"S{after.id} already reads so: nothing would change")
    action = Action.SOURCE_ADDED if before is None else Action.SOURCE_EDITED
    await trace.close(
        tx, action if change.undoes is None else Action.UNDONE, f"S{after.id}",
        story_id=change.story_id, before=source_fields(before), after=source_fields(after),
    )  # fmt: skip
    return f"S{after.id}"


async def put_entity(tx: Transaction, trace: AuditEntryWriter, change: PutEntity) -> str:
    """Add or edit an entity; return its id as the trail writes it."""
    ref = change.entity.ref
    before = await _entity(tx, change.story_id, ref)
    if change.expected is None and before is not None:
        raise AlreadyDone(f"{before.name} is on record already")
    if change.expected is not None and (before is None or entity_fields(before) != change.expected):
        raise Overtaken("That name has changed since: look at it again")
    resolver = await Resolver.open(tx, change.story_id)
    await resolver.add_entities([change.entity])
    after = await _entity(tx, change.story_id, ref)
    assert after is not None
    if before is not None and entity_fields(before) == entity_fields(after):
        raise Refused(f"{after.name} already reads so: nothing would change")
    action = Action.ENTITY_ADDED if before is None else Action.ENTITY_EDITED
    await trace.close(
        tx, action if change.undoes is None else Action.UNDONE, f"E{after.id}",
        story_id=change.story_id, before=entity_fields(before), after=entity_fields(after),
    )  # fmt: skip
    return f"E{after.id}"


async def merge_entity(tx: Transaction, trace: AuditEntryWriter, change: MergeEntity) -> str:
    """Let one entity be another from now on, and what names it name that other; return the other's id."""
    rows = await tx.fetch(
        "SELECT id, ref, name, merged_into FROM entity WHERE story_id = ? AND id IN (?, ?)",
        (change.story_id, change.entity_id, change.into_id),
    )
    found = {row["id"]: row for row in rows}
    if len(found) != 2:
        raise Refused("Only two different names of the same story can be merged")
    if any(row["merged_into"] is not None for row in rows):
        raise AlreadyDone("One of the two has been merged already")
    one, other = found[change.entity_id], found[change.into_id]
    await merge(tx, one["id"], other["id"])
    await trace.close(
        tx, Action.MERGED, f"E{other['id']}",
        story_id=change.story_id, before={"name": one["name"]}, after={"name": other["name"]},
        reason=change.reason,
    )  # fmt: skip
    return f"E{other['id']}"


async def open_story(tx: Transaction, trace: AuditEntryWriter, change: OpenStory) -> str:
    """Open a story; return its name."""
    story = change.story
    rows = await tx.fetch(
        "INSERT INTO story (name, title, opened_at) VALUES (?, ?, ?) ON CONFLICT (name) DO NOTHING"
        " RETURNING id",
        (story.name, story.title, trace.at),
    )
    if not rows:
        raise AlreadyDone(f"There is a story named {story.name} already")
    await trace.close(
        tx, Action.STORY_OPENED, f"story {rows[0][0]}",
        story_id=rows[0][0], after={"name": story.name, "title": story.title},
    )  # fmt: skip
    return story.name


def source_fields(source: Source | None) -> Fields | None:
    """Return a source as a sheet's entry holds it (JSON), None for none."""
    if source is None:
        return None
    fields = source.model_dump(mode="json", exclude={"id", "story_id", "via"}, exclude_none=True)
    return fields | ({"via": source.via.ref} if source.via else {})


def entity_fields(entity: Entity | None) -> Fields | None:
    """Return an entity as a sheet's entry holds it (JSON), None for none."""
    if entity is None:
        return None
    fields = entity.model_dump(
        mode="json", include={"ref", "kind", "name", "short", "role"}, exclude_none=True
    )
    if aliases := [alias for alias in entity.aliases if alias != entity.short]:
        fields["aliases"] = aliases
    if entity.role_source:
        fields["source"] = entity.role_source.ref
    if entity.role_locator:
        fields["locator"] = entity.role_locator
    return fields


async def _source(tx: Transaction, story_id: int, ref: str) -> Source | None:
    return (await tx.reading(lambda read: sources.by_ref(read, story_id, [ref]))).get(ref)


async def _entity(tx: Transaction, story_id: int, ref: str) -> Entity | None:
    return await tx.reading(lambda read: entities.by_itself(read, story_id, ref))
