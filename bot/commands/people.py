"""/who: the people, organisations and groups of a story, and what one of them is on record as saying."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.answers.lines import listing, naming, role
from bot.commands.context import Context
from bot.commands.naming import entity_named
from bot.commands.registry import Argument, Kind, commands
from bot.errors import UserError
from bot.replies import Action, Block, Heading, Note, Reply
from bot.requests import Role
from bot.texts import N_, _
from storage.models import Entity

FAMILY = N_("Asking the record")


@commands.command(
    "who",
    family=FAMILY,
    role=Role.READER,
    help=N_("who is who, or all that one of them is on record as saying"),
    example="/who lubinets",
    argument=Argument(N_("name"), Kind.NAME),
)
async def who(context: Context, argument: str) -> Reply:
    """List who is named, or show one of them: role, words, and what is said about them."""
    if not argument:
        return await _everyone(context)
    unknown = _("“{name}” alone is not on record in this story: /who lists who is.", name=argument[:60])
    entity = await entity_named(context, argument, unknown=unknown)
    if context.after and not re.fullmatch(r"[sap]\d{1,15}", context.after):
        raise UserError(_("That page does not exist: send the command again without “>”."))
    blocks: list[Block] = [Heading(text=entity.name, level=1), role(entity)]
    if others := [alias for alias in entity.aliases if alias != entity.short]:
        blocks.append(Note(text=_("Also found under: {names}", names=", ".join(others[:8]))))
    said, actions = await _part(context, entity, "speaker", _("On the record as saying"))
    told, further = await _part(context, entity, "about", _("Said about {name}", name=entity.called))
    there, last = await _part(context, entity, "place", _("Said to have happened there"))
    if not (said or told or there):
        blocks.append(Note(text=_("Nothing else about {name} is on record.", name=entity.name)))
    return Reply(blocks=(*blocks, *said, *told, *there), actions=(*actions, *further, *last))


async def _everyone(context: Context) -> Reply:
    entities = await context.record.entities.page(
        context.story.id, places=False, after=context.number_after(), limit=context.page + 1
    )
    if not entities:
        return Reply(blocks=(Note(text=_("No one else is named on record in this story.")),))
    shown = entities[: context.page]
    actions = (context.more("", shown[-1].id),) if len(entities) > context.page else ()
    return Reply(
        blocks=(Heading(text=_("Who is on record"), level=1), *await named(context, shown)), actions=actions
    )


async def named(context: Context, entities: Sequence[Entity]) -> list[Block]:
    """Return the lines of several entities: roles, or how often one without a role is named."""
    counts = await context.record.entities.facts_naming(entity.id for entity in entities if not entity.role)
    return [naming(entity, counts.get(entity.id, 0)) for entity in entities]


async def _part(
    context: Context, entity: Entity, part: str, heading: str
) -> tuple[list[Block], list[Action]]:
    """Return the facts that name an entity in one part, and the action that shows more of them.

    The cursor begins with the part's initial: a page goes on with one part only.
    """
    initial, after = part[0], 0
    if context.after:
        if not context.after.startswith(initial):
            return [], []
        after = int(context.after[1:])
    facts = await context.record.listings.mentioning(entity.id, part, after=after, limit=context.page + 1)
    if not facts:
        return [], []
    shown = facts[: context.page]
    more = [context.more(entity.name, f"{initial}{shown[-1].id}")] if len(facts) > context.page else []
    return [Heading(text=heading), *listing(shown)], more
