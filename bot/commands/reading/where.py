"""/where: the places of a story, and the facts said to have happened there."""

from __future__ import annotations

from bot.answers.lines import listing, role
from bot.commands.core.context import Context
from bot.commands.core.declarations import Argument, Family, Kind
from bot.commands.core.registry import commands
from bot.commands.reading.name_lookup import facts_naming
from bot.commands.reading.who import directory
from bot.replies import Block, Heading, Note, Reply
from bot.requests import Role
from bot.texts import N_, _


@commands.command(
    "where",
    Argument(
        N_("place"),
        Kind.PLACE,
        help=N_("a town, country or building, or how its name begins, for example Belarus"),
    ),
    family=Family.ASKING,
    role=Role.READER,
    help=N_("the places of the story, or what is on record about one"),
    example="/where belarus",
    paged=True,
)
async def where(context: Context, place: str | None) -> Reply:
    """List the places, or show the facts that happened in one or are about it."""
    if place is None:
        nowhere = _("No place is on record in this story.")
        return await directory(context, _("Places on record"), nowhere, places=True)
    unknown = _("“{name}” is not on record as a place of this story: /where lists them.", name=place[:60])
    after = dict.fromkeys(("place", "about"), context.number_after())
    entity, lists = await facts_naming(context, place, after, unknown=unknown)
    facts = {fact.id: fact for part in lists.values() for fact in part}
    ordered = [facts[fact_id] for fact_id in sorted(facts)]
    blocks: list[Block] = [Heading(text=entity.name, level=1)]
    if entity.role:
        blocks.append(role(entity))
    if not ordered:
        return Reply(
            blocks=(*blocks, Note(text=_("Nothing more about {name} is on record.", name=entity.name)))
        )
    page = context.cut(ordered, entity.name)
    return Reply(blocks=(*blocks, *listing(page.shown)), actions=page.more)
