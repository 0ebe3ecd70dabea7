"""/who: the people, organisations and groups of a story, and what each is on record as saying."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial

from bot.answers.bounds import first_screen
from bot.answers.lines import fact_lines, lines_of_speaker, naming, role
from bot.commands.core.context import Context
from bot.commands.core.declarations import Argument, Family, Kind
from bot.commands.core.paging import WINDOW
from bot.commands.core.registry import commands
from bot.commands.reading.name_lookup import facts_naming
from bot.commands.reading.pictures import asked as pictures
from bot.commands.reading.pictures import shown
from bot.errors import UserError
from bot.replies import Action, Block, Heading, Note, Reply
from bot.requests import Role
from bot.texts import N_, _, spoken
from storage.domain.models import Entity, Fact
from storage.engines.memo import Memo

# Names by which somebody can be asked that are told at the end.
MOST_ALIASES = 3
# Replies, by the rows on their pages.
_SHOWN: Memo[Reply] = Memo(200)


@commands.command(
    "who",
    Argument(
        N_("name"),
        Kind.NAME,
        help=N_("a person, group or organisation, or how its name begins, for example Lubinets"),
    ),
    family=Family.ASKING,
    role=Role.READER,
    help=N_("who is who (/who picture draws it), or what one of them is on record as saying"),
    example="/who lubinets",
    paged=True,
    offers={"name": pictures.offered_beside_names},
    reads={"name": pictures.or_picture(pictures.a_name)},
)
async def who(context: Context, name: str | pictures.Asked | None) -> Reply:
    """List the entities named, or show one: its role, its statements, and statements about it."""
    if name is None:
        return await _everyone(context)
    if isinstance(name, pictures.Asked):
        return await shown.who(context, name)
    unknown = _("“{name}” is not on record in this story: /who lists who is.", name=name[:60])
    entity, lists = await facts_naming(context, name, _after(context.after), unknown=unknown)
    return _SHOWN.of(lists, _asked(context), lambda: _one(context, entity, lists))


def _one(context: Context, entity: Entity, lists: Mapping[str, Sequence[Fact]]) -> Reply:
    """Return an entity's role, its statements, and statements about it, each once."""
    blocks: list[Block] = [Heading(text=entity.name, level=1), *role(entity)]
    if not any(lists.values()):
        blocks.append(Note(text=_("Nothing else about {name} is on record.", name=entity.name)))
    headings = part_headings(entity)
    more: tuple[Action, ...] = ()
    shown: set[int] = set()
    for part, facts in lists.items():
        page = context.cut(facts, entity.name, cursor=partial(_cursor, part))
        # What an entity says stands with what it says, also where it is about the entity.
        new = [fact for fact in page.shown if part == "speaker" or not speaks(entity, fact)]
        lines = [block for fact in new if fact.id not in shown for block in lines_naming(entity, part, fact)]
        shown.update(fact.id for fact in new)
        blocks += [Heading(text=headings[part]), *lines] if lines and part in headings else lines
        if more := page.more:
            break
    if others := [alias for alias in entity.aliases if alias not in (entity.short, entity.name)]:
        blocks.append(Note(text=_("Also found under: {names}", names=", ".join(others[:MOST_ALIASES]))))
    return Reply(blocks=tuple(blocks), actions=more, first=first_screen(blocks))


def part_headings(entity: Entity) -> dict[str, str]:
    """Return the headings over facts that name an entity otherwise than as their speaker."""
    return {
        "about": _("Said about {name}", name=entity.called),
        "place": _("Said to have happened there"),
    }


def lines_naming(entity: Entity, part: str, fact: Fact) -> Sequence[Block]:
    """Return a fact's lines for under a name: as its own word, or as what is said about it."""
    return lines_of_speaker(fact, entity) if part == "speaker" else fact_lines(fact)


def speaks(entity: Entity, fact: Fact) -> bool:
    """Tell whether an entity is among those who say a fact."""
    return any(item.speaker is not None and item.speaker.id == entity.id for item in fact.attributions)


def _asked(context: Context) -> tuple[str, str]:
    """Return what a reply depends on beside its rows."""
    return context.command.name, spoken()


def _cursor(part: str, fact: Fact) -> str:
    return f"{part[0]}{fact.id}"


def _after(cursor: str | None) -> dict[str, int]:
    """Return the parts to show and the fact after which each begins; the cursor's and those behind it.

    The cursor is the part's initial and a fact's id. Raises UserError for a forged one.
    """
    parts = ("speaker", "about", "place")
    if cursor is None:
        return dict.fromkeys(parts, 0)
    if not re.fullmatch(r"[sap][0-9]{1,15}", cursor):
        raise UserError(_("That page does not exist: send the command again without “>”."))
    begun = "sap".index(cursor[0])
    return {parts[begun]: int(cursor[1:]), **dict.fromkeys(parts[begun + 1 :], 0)}


async def _everyone(context: Context) -> Reply:
    nobody = _("No one is named on record in this story yet.")
    if context.after:
        nobody = _("No one else is named on record in this story.")
    return await directory(context, _("Who is on record"), nobody, places=False)


async def directory(context: Context, heading: str, nobody: str, *, places: bool) -> Reply:
    """Return a page of entities: roles, or how often one without a role is named; `nobody` where none is."""
    rows = await context.record.entities.directory(
        context.story.id, places=places, after=context.number_after(), limit=WINDOW + 1
    )
    if not rows:
        return Reply(blocks=(Note(text=nobody),))
    return _SHOWN.of(rows, _asked(context), lambda: _listed(context, heading, rows))


def _listed(context: Context, heading: str, rows: Sequence[tuple[Entity, int]]) -> Reply:
    page = context.cut(rows, cursor=lambda entry: entry[0].id)
    lines = [naming(entity, facts) for entity, facts in page.shown]
    return Reply(blocks=(Heading(text=heading, level=1), *lines), actions=page.more)
