"""Time: /when for the story's own, /latest and /asof for the record's."""

from __future__ import annotations

import re
from datetime import date

from bot.answers.date_text import day, in_words, label
from bot.answers.lines import fact_line, listing
from bot.commands.core.context import Context
from bot.commands.core.registry import Argument, Kind, commands
from bot.commands.reading.who import FAMILY
from bot.errors import UserError
from bot.replies import Block, Heading, Note, Reply
from bot.requests import Role
from bot.texts import N_, _
from storage.domain import dates
from storage.domain.models import Fact

MOST_LATEST = 20
# Meant as a date, but one of those that say different days to different people, or none.
_DATELIKE = re.compile(r"[\d\s./:-]+|(?:yester|to)day|tomorrow|(?:last|this|next) \w+", re.IGNORECASE)
_BEFORE_A_DATE = re.compile(r"^(?:on|in|at|during)\s+", re.IGNORECASE)


@commands.command(
    "when",
    Argument(N_("date, range or words"), Kind.DATE, option="when"),
    family=FAMILY,
    role=Role.READER,
    help=N_("the timeline, or what is on record for a date, a range or some words"),
    example="/when March 2023",
)
async def when(context: Context, argument: str) -> Reply:
    """Show the timeline, the facts of a date or range, or the dates of what some words find."""
    if not argument:
        return await _timeline(context)
    argument = _BEFORE_A_DATE.sub("", argument)
    if span := dates.typed(argument):
        return await _within(context, argument, span)
    if dates.impossible(argument):
        raise UserError(
            _(
                "“{date}” is no day of any calendar: write 2024-01-04, March 2023, or 2023..2024.",
                date=argument[:40],
            )
        )
    if _DATELIKE.fullmatch(argument):
        raise UserError(_("Write the date as 2024-01-04, 4 January 2024, March 2023 or 2023..2024."))
    hits = await context.record.search.find(argument, story_id=context.story.id, limit=context.page)
    facts = await context.record.facts.load(hit.fact_id for hit in hits)
    known = [fact for fact in facts if label(fact)]
    heading = Heading(text=_("When: {words}", words=argument[:80]), level=1)
    if not facts:
        return Reply(blocks=(heading, Note(text=_("That is not on record."))))
    if not known:
        note = Note(text=_("When that was is not on record; this is what is:"))
        return Reply(blocks=(heading, note, *listing(facts)))
    return Reply(blocks=(heading, *(fact_line(fact, dated=True) for fact in known)))


async def _timeline(context: Context) -> Reply:
    """Show dated facts in order, then those whose date a source leaves open."""
    wanted = context.page + 1
    facts: list[Fact] = []
    open_after = 0
    if context.after is None or not context.after.startswith("o"):
        facts = await context.record.listings.dated(
            context.story.id,
            earliest=dates.FIRST,
            latest=dates.LAST,
            after=_cursor(context.after),
            limit=wanted,
        )
    elif context.after[1:].isdecimal():
        open_after = int(context.after[1:16])
    blocks: list[Block] = [Heading(text=_("Timeline"), level=1)]
    blocks += [fact_line(fact, dated=True) for fact in facts[: context.page]]
    if len(facts) > context.page:
        return Reply(blocks=tuple(blocks), actions=(context.more("", _after(facts[context.page - 1])),))
    undated = await context.record.listings.undated(context.story.id, after=open_after, limit=wanted)
    if undated:
        blocks.append(Heading(text=_("Date left open by the source")))
        blocks += [fact_line(fact, dated=True) for fact in undated[: context.page]]
    if len(blocks) == 1:
        blocks.append(Note(text=_("No dates are on record in this story.")))
    more = (context.more("", f"o{undated[context.page - 1].id}"),) if len(undated) > context.page else ()
    return Reply(blocks=tuple(blocks), actions=more)


async def _within(context: Context, argument: str, span: dates.Span) -> Reply:
    """Show the facts of a date or range; a day asked without its year also finds days without one."""
    listings, story_id = context.record.listings, context.story.id
    if span.yearless:
        facts = await listings.yearless(story_id, span.yearless, limit=context.page + 1)
    else:
        facts = await listings.dated(
            story_id,
            earliest=span.earliest,
            latest=span.latest,
            after=_cursor(context.after),
            limit=context.page + 1,
        )
    blocks: list[Block] = [Heading(text=_("When: {words}", words=argument[:80]), level=1)]
    blocks += [fact_line(fact, dated=True) for fact in facts[: context.page]]
    if not facts:
        blocks.append(Note(text=_("That time is not on record: no fact is dated to it.")))
    if not span.yearless and (same := await _same_day(context, span)):
        blocks.append(Heading(text=_("Same day or month, year not given by the source")))
        blocks += [fact_line(fact, dated=True) for fact in same]
    more = len(facts) > context.page and not span.yearless
    return Reply(
        blocks=tuple(blocks),
        actions=(context.more(argument, _after(facts[context.page - 1])),) if more else (),
    )


async def _same_day(context: Context, span: dates.Span) -> list[Fact]:
    """Return the yearless facts that fall on the same day or month as a span of one day or month."""
    if span.earliest[:7] != span.latest[:7]:
        return []
    month_day = span.earliest[5:] if span.earliest == span.latest else span.earliest[5:7]
    facts = await context.record.listings.yearless(context.story.id, month_day, limit=context.page)
    return [fact for fact in facts if fact.occurred and fact.occurred.startswith("XXXX")]


@commands.command(
    "latest",
    Argument(N_("n"), Kind.COUNT, option="count"),
    family=FAMILY,
    role=Role.READER,
    help=N_("the facts that came on record last"),
    example="/latest 5",
)
async def latest(context: Context, argument: str) -> Reply:
    """Show the newest facts, newest first."""
    if argument and not (re.fullmatch(r"0{0,9}[1-9][0-9]?", argument) and int(argument) <= MOST_LATEST):
        raise UserError(
            _("Say how many as a number from 1 to {most}, for example /latest 5.", most=MOST_LATEST)
        )
    count = int(argument) if argument else min(5, context.page)
    before = context.number_after() or None
    facts = await context.record.listings.latest(context.story.id, before=before, limit=count + 1)
    if not facts:
        return Reply(
            blocks=(
                Note(
                    text=_("Nothing older is on record in this story.")
                    if before
                    else _("Nothing is on record in this story yet.")
                ),
            )
        )
    more = (context.more(argument, facts[count - 1].id),) if len(facts) > count else ()
    return Reply(blocks=(Heading(text=_("Latest on record"), level=1), *listing(facts[:count])), actions=more)


@commands.command(
    "asof",
    Argument(N_("date"), Kind.DATE, required=True),
    family=FAMILY,
    role=Role.READER,
    help=N_("the record as it stood at the end of a day"),
    example="/asof 2026-11-22",
)
async def asof(context: Context, argument: str) -> Reply:
    """Show the facts that were in force at the end of a day (UTC), as they stood then."""
    span = dates.typed(argument)
    if span is None or span.yearless or span.latest == dates.LAST:
        raise UserError(_("Name a day, a month or a year, for example /asof 2026-11-22."))
    last_day, today = date.fromisoformat(span.latest).isoformat(), context.record.ledger.now()[:10]
    after = context.number_after()
    facts = await context.record.listings.then(
        context.story.id, f"{last_day}T23:59:59.999999Z", after=after, limit=context.page + 1
    )
    ended = _("The record at the end of {day} (UTC)", day=in_words(last_day))
    going_on = _("The record so far, {day} (UTC)", day=in_words(today))
    heading = Heading(text=ended if last_day < today else going_on, level=1)
    if not facts:
        opened = _("This story was opened on {day}.", day=day(context.story.opened_at))
        text = (
            _("Nothing further was on record then.")
            if after
            else _("Nothing was on record then. {opened}", opened=opened)
        )
        return Reply(blocks=(heading, Note(text=text)))
    shown = facts[: context.page]
    more = (context.more(argument, shown[-1].id),) if len(facts) > context.page else ()
    return Reply(blocks=(heading, *listing(shown)), actions=more)


def _after(fact: Fact) -> str:
    """Return the cursor behind a dated fact: its first day and its id."""
    when = fact.occurred or fact.attributions[0].said
    return f"{dates.bounds(when)[0]}.{fact.id}" if when else f".{fact.id}"


def _cursor(after: str | None) -> tuple[str, int] | None:
    """Return the first day and id that a cursor names. Raises UserError for a made-up one."""
    if after is None:
        return None
    first, _dot, number = after.partition(".")
    if not number.isdecimal() or len(number) > 15 or len(first) != 10:
        raise UserError(_("That page does not exist: send the command again without “>”."))
    return first, int(number)
