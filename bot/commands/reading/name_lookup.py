"""Look up the entity that a typed name means, or ask which."""

from __future__ import annotations

from collections.abc import Mapping

from bot.commands.core.context import Context
from bot.commands.core.paging import WINDOW
from bot.errors import UserError
from bot.parsing.matching import match_titled
from bot.texts import _
from storage.domain.models import Entity, EntityKind, Fact


async def entity_named(context: Context, text: str, *, unknown: str) -> Entity:
    """Return the entity that a text names.

    Raises UserError with "Did you mean" if several entities have the name, or only similar ones do, and with
    the text `unknown` if no name on record is similar.
    """
    return await _chosen(
        context, text, await context.record.entities.find_named(context.story.id, text), unknown
    )


async def facts_naming(
    context: Context, text: str, after: Mapping[str, int], *, unknown: str, places: bool = False
) -> tuple[Entity, dict[str, list[Fact]]]:
    """Return the entity that a text names, and the facts that name it by part, a row more than a window each.

    `after` is as for `Listings.mentioning`; `places` chooses, of several of the same name, those that are
    places. Raises UserError as `entity_named` does.
    """
    listings, limit = context.record.listings, WINDOW + 1
    entities, lists = await listings.mentioning_name(context.story.id, text, after, limit=limit)
    if places:
        entities = [each for each in entities if each.kind is EntityKind.PLACE] or entities
    entity = await _chosen(context, text, entities, unknown)
    return entity, lists or await listings.mentioning(entity.id, after, limit=limit)


async def _chosen(context: Context, text: str, entities: list[Entity], unknown: str) -> Entity:
    """Return the one of `entities`, which a text names exactly; if there are none, the one nearly named."""
    plain = len(entities) == 1
    if entities:
        unknown = _("Several on record have that name.")
    else:
        found = match_titled(text, await context.record.names.resembling(context.story.id, text))
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
