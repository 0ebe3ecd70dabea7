"""/sources: the documents on record, and what each is cited for."""

from __future__ import annotations

from bot.answers.bounds import lines_of
from bot.answers.citations import describe, described, short
from bot.answers.lines import listing
from bot.commands.core.context import Context
from bot.commands.core.declarations import Argument, Family, Kind
from bot.commands.core.registry import commands
from bot.commands.reading.shorthand import source_named
from bot.intake.quotations import dated, named
from bot.replies import Action, Block, Heading, Item, Note, Reply
from bot.requests import Role
from bot.texts import N_, _, ngettext

# Sources known only via one that are named under it.
MOST_RELAYED = 20
# Copies of one source that are named; `onrecord snapshot` names all.
MOST_COPIES = 5


@commands.command(
    "sources",
    Argument(
        N_("id or address"),
        Kind.SOURCE,
        option="id",
        help=N_("one source, by its id, its address or words of its title, for example S1"),
    ),
    family=Family.LOOKING_CLOSELY,
    role=Role.READER,
    help=N_("the sources, who relays whom, or what one is cited for"),
    example="/sources S1",
    paged=True,
    reads={"id": source_named},
)
async def sources(context: Context, source_id: int | None) -> Reply:
    """List the sources, or show one with the facts that cite it."""
    if source_id is not None:
        return await _one(context, source_id)
    story, after = context.story.id, context.number_after()
    page = await context.page(lambda limit: context.record.sources.page(story, after=after, limit=limit))
    if not page.shown:
        return Reply(blocks=(Note(text=_("No sources are on record in this story.")),))
    counts = await context.record.sources.facts_citing(source.id for source in page.shown)
    copies = await context.record.snapshots.of_sources(source.id for source in page.shown)
    rows = [
        Item(
            label=f"S{source.id}",
            text="; ".join(
                (
                    describe(source),
                    cited(counts.get(source.id, 0)),
                    *map(dated, copies.get(source.id, ())[:1]),
                )
            ),
            url=source.url,
        )
        for source in page.shown
    ]
    actions = [Action(label=f"S{source.id}", command=f"/sources S{source.id}") for source in page.shown]
    return Reply(
        blocks=(Heading(text=_("Sources on record"), level=1), *rows), actions=(*actions, *page.more)
    )


async def _one(context: Context, source_id: int) -> Reply:
    source = (await context.record.sources.by_id([source_id]))[source_id]
    blocks: list[Block] = [
        Heading(text=f"S{source.id}", level=1),
        Item(label=_("Source"), text=describe(source), url=source.url),
    ]
    if source.note:
        blocks.append(Note(text=source.note))
    if source.via:
        chain = lines_of((short(link) for link in source.chain()), " ← ")
        blocks += [Item(label=_("How it reaches us"), text=links) for links in chain]
    copies = (await context.record.snapshots.of_sources([source.id])).get(source.id, [])
    blocks += [Item(label=_("Copy"), text=dated(each)) for each in copies[:MOST_COPIES]]
    blocks += await _likenesses(context, source.id) if copies else []
    relayed = await context.record.sources.relayed_by(source.id, limit=MOST_RELAYED + 1)
    named = lines_of((f"S{item.id} {short(item)}" for item in relayed[:MOST_RELAYED]), "; ")
    blocks += [Item(label=_("Relays"), text=names) for names in named]
    if len(relayed) > MOST_RELAYED:
        blocks.append(Note(text=_("It relays more: /sources lists all, each with the one that relays it.")))
    after = context.number_after()
    page = await context.page(
        lambda limit: context.record.listings.citing(source.id, after=after, limit=limit), f"S{source.id}"
    )
    if page.shown:
        blocks += [Heading(text=_("Cited for")), *listing(page.shown)]
    return Reply(blocks=tuple(described(blocks)), actions=page.more)


async def _likenesses(context: Context, source_id: int) -> list[Block]:
    """Return which other sources have the same page, or nearly the same text: to moderators."""
    if context.role < Role.MODERATOR:
        return []
    others = await context.record.snapshots.like(source_id)
    told = ((_("Same address"), others.elsewhere), (_("Nearly the same text"), others.alike))
    return [Item(label=label, text=named(each)) for label, several in told for each in several[:MOST_COPIES]]


def cited(count: int) -> str:
    """Say for how many statements a source is cited."""
    if count == 0:
        return _("no statement cites it directly")
    return ngettext("cited for {count} statement", "cited for {count} statements", count)
