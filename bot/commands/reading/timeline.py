"""Time: /when for the story's dates, /latest and /asof for the record's history."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from bot.answers.bounds import LIST_LETTERS, first_screen
from bot.answers.date_text import day, first_day, in_words, label
from bot.answers.lines import dated_lines, labelled_lines, listing
from bot.answers.sentences import withdrawn
from bot.commands.core.context import Context
from bot.commands.core.declarations import Argument, Family, Kind
from bot.commands.core.registry import commands
from bot.commands.core.typed_dates import is_meant
from bot.commands.reading.name_lookup import entity_named
from bot.commands.reading.named_times import Named, date_or_words, not_understood, with_end
from bot.commands.reading.pictures import asked as pictures
from bot.commands.reading.pictures import shown
from bot.commands.reading.published import published_by
from bot.errors import UserError
from bot.replies import Action, Block, Heading, Note, Reply
from bot.requests import Role
from bot.texts import N_, _
from bot.times.zones import end_of, local_day, zone_name, zone_text
from storage.domain import dates
from storage.domain.models import Fact

MOST_LATEST = 20


@commands.command(
    "when",
    Argument(
        N_("date, range or words"),
        Kind.DATE,
        option="when",
        help=N_("a day, a span of time or an occasion, for example March 2023"),
    ),
    family=Family.ASKING,
    role=Role.READER,
    help=N_("the timeline (/when picture draws it), or what is on record for a date or words"),
    example="/when March 2023",
    paged=True,
    offers={"when": pictures.offered},
    reads={"when": pictures.or_picture(date_or_words)},
)
async def when(context: Context, asked: Named | pictures.Asked | None) -> Reply:
    """Show the timeline, the facts of a date or range, or the dates of the facts that some words find."""
    if asked is None or isinstance(asked, pictures.Asked):
        if asked is None or asked.as_text:
            return await _timeline(context)
        return await shown.timeline(context, asked)
    if asked.span is not None:
        return await _within(context, asked, asked.span)
    return await _found(context, asked.text)


async def _found(context: Context, argument: str) -> Reply:
    """Show when that was which some words find."""
    hits = await context.record.search.find(argument, story_id=context.story.id, limit=context.policy.page)
    facts = await context.record.facts.load(hit.fact_id for hit in hits)
    known = [fact for fact in facts if label(fact)]
    heading = Heading(text=_("When: {words}", words=argument[:80]), level=1)
    if not facts and is_meant(argument, alone=False):
        raise not_understood(argument)
    if not facts:
        name = await _name_like(context, argument)
        if name is not None and name != argument:
            return await when(context, Named(name, None))
        return Reply(blocks=(heading, Note(text=_("That is not on record."))))
    if not known:
        note = Note(text=_("When that was is not on record; this is what is:"))
        return Reply(blocks=(heading, note, *listing(facts)))
    return Reply(blocks=(heading, *_in_order(known)))


def _in_order(facts: Sequence[Fact]) -> list[Block]:
    """Return the lines of dated facts in order of time, those whose date the source leaves open apart."""
    return open_last(sorted(facts, key=lambda fact: (first_day(fact), fact.id)))


def open_last(facts: Sequence[Fact]) -> list[Block]:
    """Return the lines of facts under their dates, in their order; those whose date is left open apart."""
    undated = [fact for fact in facts if not first_day(fact)]
    blocks = dated_lines(fact for fact in facts if first_day(fact))
    if undated:
        blocks += [Heading(text=_("Date left open by the source")), *labelled_lines(undated)]
    return blocks


async def _name_like(context: Context, text: str) -> str | None:
    """Return the name that a text is in another script or form; None if none is like it.

    Raises UserError with "Did you mean" where it may be another.
    """
    unknown = _("Nothing on record is called “{name}”.", name=text[:60])
    try:
        return (await entity_named(context, text, unknown=unknown)).name
    except UserError as error:
        if error.commands:
            raise
        return None


async def _timeline(context: Context) -> Reply:
    """Show dated facts in order, then those whose date the source leaves open."""
    story, listings, open_after = context.story.id, context.record.listings, 0
    blocks: list[Block] = [Heading(text=_("Timeline"), level=1)]
    if context.after is None or not context.after.startswith("o"):
        after = _cursor(context.after)
        page = await context.page(
            lambda limit: listings.dated(
                story, earliest=dates.FIRST, latest=dates.LAST, after=after, limit=limit
            ),
            cursor=_after,
        )
        blocks += dated_lines(page.shown)
        if page.more:
            return Reply(blocks=tuple(blocks), actions=page.more, first=first_screen(blocks, LIST_LETTERS))
    elif context.after[1:].isdecimal():
        open_after = int(context.after[1:16])
    undated = await context.page(
        lambda limit: listings.undated(story, after=open_after, limit=limit),
        cursor=lambda fact: f"o{fact.id}",
    )
    blocks += open_last(undated.shown)
    if len(blocks) == 1:
        blocks.append(Note(text=_("No dates are on record in this story.")))
    return Reply(blocks=tuple(blocks), actions=undated.more, first=first_screen(blocks, LIST_LETTERS))


async def _within(context: Context, asked: Named, span: dates.Span) -> Reply:
    """Show the facts of a date or range; a day without a year also finds days without one."""
    argument = asked.text
    # The next page is of the same days, also when it is asked for tomorrow.
    page = await context.page(partial(_dated, context, span), asked.read_as or argument, cursor=_after)
    heading = Heading(text=_("When: {words}", words=in_words(argument[:80])), level=1)
    blocks: list[Block] = [heading, *_read_as(asked)]
    if asked.turned:
        first, last = in_words(span.earliest), in_words(span.latest)
        text = _("That range ends before it begins: read as {first} to {last}.", first=first, last=last)
        blocks.append(Note(text=text))
    blocks += dated_lines(page.shown)
    if not page.shown:
        blocks.append(Note(text=_("That time is not on record: no statement is dated to it.")))
    if not span.yearless and (same := await _same_day(context, span)):
        blocks.append(Heading(text=_("Same day or month, year not given by the source")))
        blocks += labelled_lines(same)
    # Days without a year have no order, so a list of them cannot be paged.
    more = () if span.yearless else page.more
    if asked.instead:
        more = (*more, Action(label=in_words(asked.instead), command=f"/when {asked.instead}"))
    return Reply(blocks=tuple(blocks), actions=more, first=first_screen(blocks, LIST_LETTERS))


def _read_as(asked: Named) -> list[Block]:
    """Say which date the words were taken for, where they do not say it themselves."""
    if asked.read_as is None:
        return []
    told = in_words(asked.read_as)
    if asked.instead is None:
        return [Note(text=_("Read as {date}.", date=told))]
    return [Note(text=_("No year is given: read as {date}.", date=told))]


async def _dated(context: Context, span: dates.Span, limit: int) -> Sequence[Fact]:
    listings, story = context.record.listings, context.story.id
    if span.yearless:
        return await listings.of_month_or_day(story, span.yearless, limit=limit)
    after = _cursor(context.after)
    return await listings.dated(story, earliest=span.earliest, latest=span.latest, after=after, limit=limit)


async def _same_day(context: Context, span: dates.Span) -> list[Fact]:
    """Return the yearless facts that fall on the same day or month as a span of one day or month."""
    if span.earliest[:7] != span.latest[:7]:
        return []
    month_day = span.earliest[5:] if span.earliest == span.latest else span.earliest[5:7]
    facts = await context.record.listings.of_month_or_day(
        context.story.id, month_day, limit=context.policy.page
    )
    return [fact for fact in facts if fact.occurred and fact.occurred.startswith("XXXX")]


@commands.command(
    "latest",
    Argument(
        N_("n"),
        Kind.COUNT,
        option="count",
        most=MOST_LATEST,
        help=N_("how many statements you want to see, for example 5"),
    ),
    family=Family.ASKING,
    role=Role.READER,
    help=N_("what happened or was said last"),
    example="/latest 5",
    paged=True,
)
async def latest(context: Context, wanted: int | None) -> Reply:
    """Show what happened or was said last, the last first."""
    story, before = context.story.id, _cursor(context.after)
    page = await context.page(
        lambda limit: context.record.listings.happened_last(story, before=before, limit=wanted or limit),
        cursor=_after,
    )
    if not page.shown:
        return Reply(
            blocks=(
                Note(
                    text=_("Nothing older is on record in this story.")
                    if before
                    else _("Nothing is on record in this story yet.")
                ),
            )
        )
    heading = Heading(text=_("Latest on record"), level=1)
    return Reply(blocks=(heading, *open_last(page.shown)), actions=page.more)


@commands.command(
    "asof",
    Argument(
        N_("date"),
        Kind.DATE,
        required=True,
        help=N_("the day at whose end you want to see the record, for example 2026-11-24"),
    ),
    family=Family.ASKING,
    role=Role.READER,
    help=N_("the record as it stood at the end of a day"),
    example="/asof 2026-11-22",
    paged=True,
    reads={"date": with_end},
)
async def asof(context: Context, asked: Named) -> Reply:
    """Show the facts that were in force at the end of a day, as they stood then, or what was published."""
    assert asked.span is not None  # `with_end` refuses any time without an end
    last_day, today = asked.span.latest, local_day(context.record.ledger.now())
    notes = _taken_for_its_end(asked, last_day, today)
    moment = end_of(last_day)
    if context.after is not None and context.after.startswith("p"):
        return await published_by(context, asked.read_as or asked.text, last_day, notes)
    story, after = context.story.id, context.number_after()
    page = await context.page(
        lambda limit: context.record.listings.in_force_at(story, moment, after=after, limit=limit),
        asked.read_as or asked.text,
    )
    if not page.shown and moment < context.story.opened_at:
        return await published_by(context, asked.read_as or asked.text, last_day, notes)
    zone = zone_text(zone_name())
    ended = _("The record at the end of {day} ({zone})", day=in_words(last_day), zone=zone)
    going_on = _("The record so far, {day} ({zone})", day=in_words(today), zone=zone)
    heading = Heading(text=ended if last_day < today else going_on, level=1)
    if not page.shown:
        opened = _("This story was opened on {day}.", day=day(context.story.opened_at))
        text = (
            _("Nothing further was on record then.")
            if after
            else _("Nothing was on record then. {opened}", opened=opened)
        )
        return Reply(blocks=(heading, *notes, Note(text=text)))
    return Reply(blocks=(heading, *notes, *await _listed(context, page.shown)), actions=page.more)


def _taken_for_its_end(asked: Named, last_day: str, today: str) -> list[Note]:
    """Return what is said of a time that is longer than a day, or of a time of day."""
    if dates.MOMENT.fullmatch(asked.read_as or asked.text):
        return [Note(text=_("The record is shown by days, not by hours."))]
    if asked.span is None or asked.span.earliest == last_day or last_day >= today:
        return []
    told = in_words((asked.read_as or asked.text)[:40])
    return [Note(text=_("“{time}” ends on {day}: that is the day meant.", time=told, day=in_words(last_day)))]


async def _listed(context: Context, then: Sequence[Fact]) -> list[Block]:
    """Return the lines of a moment's facts; of those retracted since, readers see only that and why."""
    if context.role >= Role.MODERATOR:
        return listing(then)
    now = {fact.id: fact for fact in await context.record.facts.load(fact.id for fact in then)}
    blocks: list[Block] = []
    for fact in then:
        since = now.get(fact.id, fact)
        gone = since.retracted is not None and since.taken_down is None
        blocks += [Note(text=withdrawn(since))] if gone else listing([fact])
    return blocks


def _after(fact: Fact) -> str:
    """Return the cursor after a fact: its first day, where it has one, and its id."""
    return f"{first_day(fact)}.{fact.id}"


def _cursor(after: str | None) -> tuple[str, int] | None:
    """Return the first day, or nothing, and id that a cursor names. Raises UserError for a forged one."""
    if after is None:
        return None
    first, _dot, number = after.partition(".")
    if not number.isdecimal() or len(number) > 15 or len(first) not in (0, 10):
        raise UserError(_("That page does not exist: send the command again without “>”."))
    return first, int(number)
