"""/fact and /history for one fact, /disputed and /figures across the story."""

from __future__ import annotations

from operator import attrgetter

from bot.answers.citations import cite
from bot.answers.date_text import day, when_text
from bot.answers.diff import differences, revision_row
from bot.answers.disputes import disputes
from bot.answers.figures import figure_lines
from bot.answers.lines import amount, fact_line, mark
from bot.answers.relations import relation_lines
from bot.answers.sentences import sentence
from bot.commands.core.context import Context
from bot.commands.core.declarations import Argument, Family, Kind
from bot.commands.core.registry import commands
from bot.replies import Action, Block, Heading, Line, Note, Reply
from bot.requests import Role
from bot.texts import N_, _
from storage.domain.models import Fact, contradicted

LATEST = 3


@commands.command(
    "fact",
    Argument(N_("id"), Kind.FACT, required=True),
    family=Family.LOOKING_CLOSELY,
    role=Role.READER,
    help=N_("one fact whole: all its voices, quotes, relations, revisions"),
    example="/fact F7",
)
async def fact(context: Context, found: Fact) -> Reply:
    """Show everything on record about one fact."""
    if found.retracted is not None:
        return await _tombstone(context, found)
    blocks: list[Block] = [Heading(text=f"F{found.id}", level=1), Note(text=_standing(found))]
    blocks += [_voice(found, position) for position in range(len(found.attributions))]
    blocks += _particulars(found)
    others = await context.record.facts.load(relation.other_id for relation in found.relations)
    blocks += relation_lines(found, {other.id: other for other in others})
    revisions = await context.record.facts.revisions(found.id)
    shown = revisions[-LATEST:]
    latest = _("Latest revisions ({shown} of {count})", shown=len(shown), count=len(revisions))
    blocks.append(Heading(text=_("Revisions") if shown == revisions else latest))
    names = await _names(context)
    blocks += [revision_row(item, names) for item in shown]
    return Reply(blocks=tuple(blocks), actions=(Action(label=_("History"), command=f"/history F{found.id}"),))


async def _tombstone(context: Context, found: Fact) -> Reply:
    """Show that a fact was retracted, and why; its statement no longer stands."""
    revisions = await context.record.facts.revisions(found.id)
    note = _(
        "F{id} was retracted on {day}: {reason}",
        id=found.id,
        day=day(revisions[-1].at),
        reason=found.retracted,
    )
    history = Action(label=_("History"), command=f"/history F{found.id}")
    return Reply(blocks=(Heading(text=f"F{found.id}", level=1), Note(text=note)), actions=(history,))


def _standing(found: Fact) -> str:
    explained = {
        "attributed": _("Standing: attributed. All there is for it reaches us through one chain of sources."),
        "corroborated": _("Standing: corroborated. Voices hold it whose sources share no document."),
        "disputed": _("Standing: disputed. Another claim on record is set against it.")
        if contradicted(found)
        else _("Standing: disputed. Some of its voices deny it."),
        "superseded": _("Standing: superseded by F{id}.", id=found.superseded_by),
    }
    return explained[found.standing.value]


def _voice(found: Fact, position: int) -> Line:
    item = found.attributions[position]
    return Line(
        text=sentence(found, item),
        citations=(cite(item),),
        fact=found.id,
        revision=found.revision,
        mark=mark(found) if position == 0 else None,
    )


def _particulars(found: Fact) -> list[Block]:
    """Return the lines with a fact's date, places, figures and quotes."""
    cited = (cite(found.attributions[0]),)
    blocks: list[Block] = [Line(label=_("When"), text=when_text(found), citations=cited, fact=found.id)]
    if found.places:
        blocks.append(
            Line(
                label=_("Places"),
                text=", ".join(place.name for place in found.places),
                citations=cited,
                fact=found.id,
            )
        )
    if found.about:
        blocks.append(
            Line(
                label=_("About"),
                text=", ".join(entity.name for entity in found.about),
                citations=cited,
                fact=found.id,
            )
        )
    for figure in found.figures:
        text = _("{amount}: {counts}", amount=amount(figure), counts=figure.counts)
        blocks.append(Line(label=_("Figure given"), text=text, citations=cited, fact=found.id))
    for item in found.attributions:
        if item.quote:
            quoted = f"“{item.quote.strip(chr(34))}”"
            blocks.append(Line(label=_("Quote"), text=quoted, citations=(cite(item),), fact=found.id))
    return blocks


@commands.command(
    "history",
    Argument(N_("id"), Kind.FACT, required=True),
    family=Family.LOOKING_CLOSELY,
    role=Role.READER,
    help=N_("how a fact came to read as it does"),
    example="/history F7",
    paged=True,
)
async def history(context: Context, found: Fact) -> Reply:
    """Show a fact's revisions, oldest first, each with its wording."""
    after = context.number_after()
    revisions = [each for each in await context.record.facts.revisions(found.id) if each.number > after]
    page = context.cut(revisions, f"F{found.id}", cursor=attrgetter("number"))
    blocks: list[Block] = [Heading(text=_("History of F{id}", id=found.id), level=1)]
    names = await _names(context)
    for revision in page.shown:
        blocks.append(revision_row(revision, names))
        blocks += await _became(context, found.id, revision.number)
    return Reply(blocks=tuple(blocks), actions=page.more)


async def _became(context: Context, fact_id: int, number: int) -> list[Block]:
    """Return a fact's changed parts as a revision left them, each line with its source."""
    then = await context.record.facts.at_revision(fact_id, number)
    before = await context.record.facts.at_revision(fact_id, number - 1)
    if then is None or then.retracted is not None:
        return []
    if before is None or before.retracted is not None:
        return [fact_line(then, nested=True).model_copy(update={"mark": None})]
    _was, now = differences(before, then)
    return [line.model_copy(update={"nested": True, "mark": None}) for line in now if isinstance(line, Line)]


async def _names(context: Context) -> dict[str, str] | None:
    """Return the moderators' names if a moderator asks; readers learn only that it was a moderator."""
    return await context.names() if context.role >= Role.MODERATOR else None


@commands.command(
    "disputed",
    family=Family.LOOKING_CLOSELY,
    role=Role.READER,
    help=N_("claims that stand against each other, side by side"),
    example="/disputed",
    paged=True,
)
async def disputed(context: Context) -> Reply:
    """Show opposing claims under the question between them."""
    story, after = context.story.id, context.number_after()
    page = await context.page(
        lambda limit: context.record.listings.disputed(story, after=after, limit=limit),
        size=context.policy.page * 2,
    )
    if not page.shown:
        return Reply(blocks=(Note(text=_("Nothing on record in this story is disputed.")),))
    wanted = {item.id for item in page.shown} | {
        relation.other_id for item in page.shown for relation in item.relations
    }
    blocks = disputes(page.shown, await context.record.facts.load(sorted(wanted)))
    return Reply(blocks=(Heading(text=_("Disputed on the record"), level=1), *blocks), actions=page.more)


@commands.command(
    "figures",
    family=Family.LOOKING_CLOSELY,
    role=Role.READER,
    help=N_("every figure with its qualifier and what it counts"),
    example="/figures",
    paged=True,
)
async def figures(context: Context) -> Reply:
    """Show figures, grouped by what they measure."""
    story, after = context.story.id, context.number_after()
    page = await context.page(lambda limit: context.record.listings.figured(story, after=after, limit=limit))
    if not page.shown:
        return Reply(blocks=(Note(text=_("No figures are on record in this story.")),))
    blocks = (Heading(text=_("Figures on record"), level=1), *figure_lines(page.shown))
    return Reply(blocks=blocks, actions=page.more)
