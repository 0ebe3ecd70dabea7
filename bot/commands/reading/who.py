"""/who: the people, organisations and groups of a story, and what each is on record as saying."""

from __future__ import annotations

import re
from functools import partial

from bot.answers.lines import listing, naming, role
from bot.commands.core.context import Context, Page
from bot.commands.core.declarations import Argument, Family, Kind
from bot.commands.core.registry import commands
from bot.commands.reading.name_lookup import facts_naming
from bot.errors import UserError
from bot.replies import Action, Block, Heading, Note, Reply
from bot.requests import Role
from bot.texts import N_, _
from storage.domain.models import Entity, Fact


@commands.command(
    "who",
    Argument(N_("name"), Kind.NAME),
    family=Family.ASKING,
    role=Role.READER,
    help=N_("who is who, or all that one of them is on record as saying"),
    example="/who lubinets",
    paged=True,
)
async def who(context: Context, name: str | None) -> Reply:
    """List the entities named, or show one: its role, its statements, and statements about it."""
    if name is None:
        return await _everyone(context)
    unknown = _("“{name}” is not on record in this story: /who lists who is.", name=name[:60])
    entity, lists = await facts_naming(context, name, _after(context.after), unknown=unknown)
    blocks: list[Block] = [Heading(text=entity.name, level=1), role(entity)]
    if others := [alias for alias in entity.aliases if alias != entity.short]:
        blocks.append(Note(text=_("Also found under: {names}", names=", ".join(others[:8]))))
    if not any(lists.values()):
        blocks.append(Note(text=_("Nothing else about {name} is on record.", name=entity.name)))
    headings = {
        "speaker": _("On the record as saying"),
        "about": _("Said about {name}", name=entity.called),
        "place": _("Said to have happened there"),
    }
    actions: list[Action] = []
    for part, facts in lists.items():
        page = context.cut(facts, entity.name, cursor=partial(_cursor, part))
        blocks += [Heading(text=headings[part]), *listing(page.shown)] if page.shown else []
        actions += page.more
    return Reply(blocks=tuple(blocks), actions=tuple(actions))


def _cursor(part: str, fact: Fact) -> str:
    return f"{part[0]}{fact.id}"


def _after(cursor: str | None) -> dict[str, int]:
    """Return the parts to show and the fact after which each begins; a further page continues one part.

    The cursor is the part's initial and a fact's id. Raises UserError for a forged one.
    """
    parts = {"s": "speaker", "a": "about", "p": "place"}
    if cursor is None:
        return dict.fromkeys(parts.values(), 0)
    if not re.fullmatch(r"[sap][0-9]{1,15}", cursor):
        raise UserError(_("That page does not exist: send the command again without “>”."))
    return {parts[cursor[0]]: int(cursor[1:])}


async def _everyone(context: Context) -> Reply:
    page = await roll(context, places=False)
    if not page.shown:
        nobody = _("No one is named on record in this story yet.")
        text = _("No one else is named on record in this story.") if context.after else nobody
        return Reply(blocks=(Note(text=text),))
    return listed(_("Who is on record"), page)


async def roll(context: Context, *, places: bool) -> Page[tuple[Entity, int]]:
    """Return a page of entities, each with the number of facts that name it."""
    story, after = context.story.id, context.number_after()
    return await context.page(
        lambda limit: context.record.entities.directory(story, places=places, after=after, limit=limit),
        cursor=lambda entry: entry[0].id,
    )


def listed(heading: str, page: Page[tuple[Entity, int]]) -> Reply:
    """Return a page of entities: roles, or how often one without a role is named."""
    lines = [naming(entity, facts) for entity, facts in page.shown]
    return Reply(blocks=(Heading(text=heading, level=1), *lines), actions=page.more)
