"""/where: the places of a story, and what is said to have happened there."""

from __future__ import annotations

from bot.answers.lines import listing, role
from bot.commands.core.context import Context
from bot.commands.core.registry import Argument, Kind, commands
from bot.commands.reading.name_lookup import entity_named
from bot.commands.reading.who import FAMILY, roll
from bot.replies import Block, Heading, Note, Reply
from bot.requests import Role
from bot.texts import N_, _


@commands.command(
    "where",
    Argument(N_("place"), Kind.PLACE),
    family=FAMILY,
    role=Role.READER,
    help=N_("the places of the story, or what is on record about one"),
    example="/where belarus",
)
async def where(context: Context, argument: str) -> Reply:
    """List the places, or show the facts that happened in one or are about it."""
    if not argument:
        return await _everywhere(context)
    unknown = _("“{name}” is not on record as a place of this story: /where lists them.", name=argument[:60])
    entity = await entity_named(context, argument, unknown=unknown)
    after = dict.fromkeys(("place", "about"), context.number_after())
    lists = await context.record.listings.mentioning(entity.id, after, limit=context.page + 1)
    facts = {fact.id: fact for part in lists.values() for fact in part}
    ordered = [facts[fact_id] for fact_id in sorted(facts)]
    blocks: list[Block] = [Heading(text=entity.name, level=1)]
    if entity.role:
        blocks.append(role(entity))
    if not ordered:
        return Reply(
            blocks=(*blocks, Note(text=_("Nothing more about {name} is on record.", name=entity.name)))
        )
    shown = ordered[: context.page]
    actions = (context.more(entity.name, shown[-1].id),) if len(ordered) > context.page else ()
    return Reply(blocks=(*blocks, *listing(shown)), actions=actions)


async def _everywhere(context: Context) -> Reply:
    entries = await context.record.entities.roll(
        context.story.id, places=True, after=context.number_after(), limit=context.page + 1
    )
    if not entries:
        return Reply(blocks=(Note(text=_("No place is on record in this story.")),))
    return roll(context, _("Places on record"), entries)
