"""From a name as typed to the entity it means, or a question back."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answers.matching import match
from bot.commands.core.context import Context
from bot.errors import UserError
from bot.texts import _
from storage.domain.models import Entity


async def entity_named(context: Context, text: str, *, unknown: str) -> Entity:
    """Return the entity that a text names.

    Raises UserError with "Did you mean" where several, or none but similar ones, bear the name, and with
    the text `unknown` where nothing on record is like it.
    """
    ids: Sequence[int] = await context.record.entities.named(context.story.id, text)
    plain = len(ids) == 1
    if not ids:
        found = match(text, await context.record.entities.names(context.story.id))
        ids, plain = found.entity_ids, found.plain
    entities = await context.record.entities.by_id(ids)
    if plain:
        return entities[ids[0]]
    if not ids:
        raise UserError(unknown)
    names = [entities[entity_id].name for entity_id in ids]
    raise UserError(
        _("{unknown} Did you mean {names}?", unknown=unknown, names=_(" or ").join(names)),
        commands=tuple((name, f"/{context.command.name} {name}") for name in names),
    )
