"""/fact and /history for one fact, /disputed and /figures across the story."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from operator import attrgetter, itemgetter

from bot.answers.bounds import lines_of
from bot.answers.citations import cite, described
from bot.answers.date_text import day, when_text
from bot.answers.diff import differences, revision_row
from bot.answers.disputes import disputes, shown_against
from bot.answers.figures import figure_lines, tells_numbers
from bot.answers.lines import amount, fact_line
from bot.answers.relations import in_order, relation_lines
from bot.answers.sentences import sentence, tombstone
from bot.answers.standing import independence, mark, one_text
from bot.commands.core.context import Context
from bot.commands.core.declarations import Argument, Family, Kind
from bot.commands.core.fact_card import as_card
from bot.commands.core.registry import commands
from bot.intake.quotations import Quotations, told
from bot.replies import Block, Heading, Line, Note, Reply
from bot.requests import Role
from bot.texts import N_, _
from storage.domain.models import Attribution, Fact, Relation, Revision, RevisionKind, Standing, corroborated

LATEST = 3

# Pages of statements with digits that are read to fill one page of figures.
MOST_READ = 20
# What makes a line of a fact, or a relation, which becomes a line with the fact at its far end.
Row = Callable[[], Line] | Relation


@commands.command(
    "fact",
    Argument(
        N_("id"),
        Kind.FACT,
        required=True,
        help=N_("the statement's id, which stands before it in each answer, for example F7"),
    ),
    family=Family.LOOKING_CLOSELY,
    role=Role.READER,
    help=N_("one statement whole: all its voices, quotes, relations, revisions"),
    example="/fact F7",
    paged=True,
)
async def fact(context: Context, found: Fact) -> Reply:
    """Show everything on record about one fact."""
    if found.retracted is not None:
        return await _withdrawn(context, found)
    after = context.number_after()
    rows = list(enumerate(rows_of(found, await _checked(context, found)), 1))[after:]
    blocks: list[Block] = [Heading(text=f"F{found.id}", level=1)]
    if not after and (standing := standing_told(found)):
        blocks.append(Note(text=standing))
    page = context.cut(rows, f"F{found.id}", cursor=itemgetter(0))
    blocks += [row() for _number, row in page.shown if not isinstance(row, Relation)]
    relations = [row for _number, row in page.shown if isinstance(row, Relation)]
    others = await context.record.facts.load(relation.other_id for relation in relations)
    blocks += relation_lines(relations, {other.id: other for other in others})
    if not page.more:
        blocks += await _revisions(context, found)
    return as_card(context, found, Reply(blocks=tuple(described(blocks)), actions=page.more))


async def _checked(context: Context, found: Fact) -> dict[int, str]:
    """Return what the copies of sources tell of quotations, by position, to moderators."""
    if context.role < Role.MODERATOR:
        return {}
    checked = await Quotations(context.record).check([found])
    return {position: told(each) for (_fact, position), each in checked.items()}


def rows_of(found: Fact, checked: dict[int, str]) -> list[Row]:
    """Return what makes the rows of a fact, in order; a relation becomes one with the fact at its far end."""
    voices = [partial(_voice, found, position) for position in range(len(found.attributions))]
    return [*voices, *_particulars(found, checked), *in_order(found.relations)]


async def _revisions(context: Context, found: Fact) -> list[Block]:
    """Return the fact's latest revisions."""
    shown = await context.record.facts.revisions(found.id, after=found.revision - LATEST)
    latest = _("Latest revisions ({shown} of {count})", shown=len(shown), count=found.revision)
    names = await _names(context)
    heading = Heading(text=_("Revisions") if len(shown) == found.revision else latest)
    return [heading, *(revision_row(item, names) for item in shown)]


async def _withdrawn(context: Context, found: Fact) -> Reply:
    """Show that a fact was retracted, or taken down, and why; its statement no longer stands."""
    heading = Heading(text=f"F{found.id}", level=1)
    if found.taken_down is not None:
        return as_card(context, found, Reply(blocks=(heading, Note(text=tombstone(found)))))
    revisions = await context.record.facts.revisions(found.id, after=found.revision - 1)
    note = _(
        "F{id} was retracted on {day}: {reason}",
        id=found.id,
        day=day(revisions[-1].at),
        reason=found.retracted,
    )
    return as_card(context, found, Reply(blocks=(heading, Note(text=note))))


def standing_told(found: Fact) -> str | None:
    """Return through what sources a fact reaches us; who denies it stands behind its first line."""
    if found.standing is Standing.ATTRIBUTED:
        if (one := one_text(found)) is not None:
            return _("It reached us through one source: {why}.", why=one)
        return _("It is the word of one speaker, or it reached us through one source.")
    contested = found.standing is Standing.DISPUTED and any(item.independent for item in found.attributions)
    if found.standing is Standing.CORROBORATED or (contested and corroborated(found.attributions)):
        checked = independence(found)
        return _("Several say it, and their sources share no document; {checked}.", checked=checked)
    return None


def _voice(found: Fact, position: int) -> Line:
    item = found.attributions[position]
    return Line(
        text=sentence(found, item),
        citations=(cite(item),),
        fact=found.id,
        revision=found.revision,
        mark=mark(found) if position == 0 else None,
    )


def _particulars(found: Fact, checked: dict[int, str]) -> Iterator[Callable[[], Line]]:
    """Yield what makes the lines with a fact's date, places, figures and quotes."""
    cited = (cite(found.attributions[0]),)

    def line(label: str, text: str) -> Line:
        return Line(label=label, text=text, citations=cited, fact=found.id)

    if found.brief:
        yield partial(line, _("Brief"), sentence(found, short=True))
    yield partial(line, _("When"), when_text(found))
    for names in lines_of(place.name for place in found.places):
        yield partial(line, _("Places"), names)
    for names in lines_of(entity.name for entity in found.about):
        yield partial(line, _("About"), names)
    for figure in found.figures:
        text = _("{amount}: {counts}", amount=amount(figure), counts=figure.counts)
        yield partial(line, _("Figure"), text)
    for position, item in enumerate(found.attributions, 1):
        if not item.quote and position in checked:
            yield partial(line, _("In the source"), f"{item.locator}: {checked[position]}")
        if item.quote:
            yield partial(_quote, found, item, checked.get(position))


def _quote(found: Fact, item: Attribution, mark: str | None) -> Line:
    quoted = f"“{(item.quote or '').strip(chr(34))}”"
    return Line(label=_("Quote"), text=quoted, citations=(cite(item),), fact=found.id, mark=mark)


@commands.command(
    "history",
    Argument(
        N_("id"),
        Kind.FACT,
        required=True,
        help=N_("the statement whose changes you want to see, by its id, for example F7"),
    ),
    family=Family.LOOKING_CLOSELY,
    role=Role.READER,
    help=N_("how a statement came to read as it does"),
    example="/history F7",
    paged=True,
)
async def history(context: Context, found: Fact) -> Reply:
    """Show a fact's revisions, oldest first, each with its wording."""
    after = context.number_after()
    page = await context.page(
        lambda limit: context.record.facts.revisions(found.id, after=after, limit=limit),
        f"F{found.id}",
        cursor=attrgetter("number"),
    )
    blocks: list[Block] = [Heading(text=_("History of F{id}", id=found.id), level=1)]
    if found.taken_down is not None:
        blocks.append(Note(text=tombstone(found)))
    names = await _names(context)
    if found.retracted is not None and context.role < Role.MODERATOR:
        # What it said is for moderators only; why it was retracted is for all.
        rows = [revision_row(_withheld(item), names) for item in page.shown]
        return Reply(blocks=(*blocks, *rows), actions=page.more)
    before = await context.record.facts.at_revision(found.id, after) if after else None
    for revision in page.shown:
        then = await context.record.facts.at_revision(found.id, revision.number)
        blocks += [revision_row(revision, names), *became(before, then)]
        before = then
    return Reply(blocks=tuple(blocks), actions=page.more)


def _withheld(revision: Revision) -> Revision:
    """Return a revision of a retracted fact as readers see it: its reason may tell what it said."""
    if revision.kind in (RevisionKind.RETRACTED, RevisionKind.TAKEN_DOWN):
        return revision
    return revision.model_copy(update={"reason": None})


def became(before: Fact | None, then: Fact | None) -> list[Block]:
    """Return a fact's changed parts as a revision left them, each line with its source."""
    if then is None or then.retracted is not None:
        return []
    if before is None or before.retracted is not None:
        return [fact_line(then, nested=True, whole=True).model_copy(update={"mark": None})]
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
    page = await context.page(lambda limit: context.record.listings.disputed(story, after=after, limit=limit))
    if not page.shown:
        return Reply(blocks=(Note(text=_("Nothing on record in this story is disputed.")),))
    wanted = {item.id for item in page.shown} | {
        relation.other_id for item in page.shown for relation in shown_against(item)
    }
    blocks = disputes(page.shown, await context.record.facts.load(sorted(wanted)))
    return Reply(blocks=(Heading(text=_("Disputed"), level=1), *blocks), actions=page.more)


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
    page = await context.page(lambda limit: _with_numbers(context, story, after, limit))
    if not page.shown:
        return Reply(blocks=(Note(text=_("No figures are on record in this story.")),))
    blocks = (Heading(text=_("Figures on record"), level=1), *figure_lines(page.shown))
    return Reply(blocks=blocks, actions=page.more)


async def _with_numbers(context: Context, story: int, after: int, limit: int) -> list[Fact]:
    """Return the facts that tell numbers, behind an id: those that hold but dates are passed over."""
    found: list[Fact] = []
    for _time in range(MOST_READ):
        rows = await context.record.listings.figured(story, after=after, limit=limit)
        found += [fact for fact in rows if tells_numbers(fact)]
        if len(found) >= limit or len(rows) < limit:
            break
        after = rows[-1].id
    return found[:limit]
