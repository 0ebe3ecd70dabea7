"""Completion of what is being typed, from the registry and the record."""

from __future__ import annotations

from bot.commands.registry import Kind, Registry
from bot.requests import Role
from storage.models import Member, Story
from storage.record import Record

MOST = 25


async def complete(
    text: str, registry: Registry, role: Role, record: Record, story: Story | None
) -> list[str]:
    """Return whole lines that begin with the text: commands, then names, places, ids and stories."""
    name, space, typed = text.partition(" ")
    allowed = [f"/{command.name}" for command in registry.allowed(role)]
    if not space:
        return [command for command in allowed if command.startswith(text)]
    command = registry.find(name[1:]) if name in allowed else None
    if command is None or not command.arguments:
        return []
    kind = command.arguments[0].kind
    if kind is Kind.COMMAND:
        found = [item[1:] for item in allowed if item[1:].startswith(typed.removeprefix("/"))]
    elif kind is Kind.STORY:
        found = [item.name for item in await record.stories.all() if item.name.startswith(typed.casefold())]
    elif kind is Kind.PERSON:
        called = {f"@{item.handle}" if item.handle else item.address for item in await _members(record)}
        found = sorted(name for name in called if name.startswith(typed))
    else:
        found = await _of_story(kind, typed, record, story) if story else []
    return [f"{name} {value}" for value in found[:MOST]]


async def _members(record: Record) -> list[Member]:
    return await record.members.page(limit=MOST)


async def _of_story(kind: Kind, typed: str, record: Record, story: Story) -> list[str]:
    """Return the names or ids of a story that begin with what is typed."""
    if kind in (Kind.NAME, Kind.PLACE):
        return await record.entities.starting(story.id, typed, MOST)
    if kind is Kind.SOURCE:
        ids = [f"S{item.id}" for item in await record.sources.page(story.id, limit=MOST)]
    elif kind is Kind.FACT:
        ids = [f"F{item.id}" for item in await record.listings.latest(story.id, limit=MOST)]
    elif kind is Kind.DRAFT:
        ids = [f"D{item.id}" for item in await record.drafts.waiting(story.id, limit=MOST)]
    else:
        ids = []
    return [item for item in ids if item.startswith(typed.upper())]
