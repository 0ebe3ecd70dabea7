"""Look up the entity that a typed name means, or ask which."""

from __future__ import annotations

from bot.answers.matching import match
from bot.commands.core.context import Context
from bot.errors import UserError
from bot.texts import _
from storage.domain.models import Entity


async def entity_named(context: Context, text: str, *, unknown: str) -> Entity:
    """Return the entity that a text names.

    Raises UserError with "Did you mean" if several entities have the name, or only similar ones do, and with
    the text `unknown` if no name on record is similar.
    """
    entities = await context.record.entities.find_named(context.story.id, text)
    plain = len(entities) == 1
    if not entities:
        found = match(text, await context.record.entities.names(context.story.id))
        known = await context.record.entities.by_id(found.entity_ids)
        entities, plain = [known[entity_id] for entity_id in found.entity_ids], found.plain
    if plain:
        return entities[0]
    if not entities:
        raise UserError(unknown)
    names = [entity.name for entity in entities]
    raise UserError(
        _("{unknown} Did you mean {names}?", unknown=unknown, names=_(" or ").join(names)),
        commands=tuple((name, f"/{context.command.name} {name}") for name in names),
    )
