"""/sources: the documents on record, and what each is cited for."""

from __future__ import annotations

from bot.answers.citations import describe, short
from bot.answers.lines import listing
from bot.commands.core.context import Context
from bot.commands.core.registry import Argument, Kind, commands
from bot.commands.reading.fact import FAMILY
from bot.replies import Action, Block, Heading, Item, Note, Reply
from bot.requests import Role
from bot.texts import N_, _, ngettext


@commands.command(
    "sources",
    Argument(N_("id"), Kind.SOURCE),
    family=FAMILY,
    role=Role.READER,
    help=N_("the sources, who relays whom, or what one is cited for"),
    example="/sources S1",
)
async def sources(context: Context, argument: str) -> Reply:
    """List the sources, or show one with the facts that cite it."""
    if argument:
        return await _one(context, await context.source_id(argument))
    page = await context.record.sources.page(
        context.story.id, after=context.number_after(), limit=context.page + 1
    )
    if not page:
        return Reply(blocks=(Note(text=_("No sources are on record in this story.")),))
    shown = page[: context.page]
    counts = await context.record.sources.facts_citing(source.id for source in shown)
    rows = [
        Item(
            label=f"S{source.id}",
            text=f"{describe(source)}; {_cited(counts.get(source.id, 0))}",
            url=source.url,
        )
        for source in shown
    ]
    more = [context.more("", shown[-1].id)] if len(page) > context.page else []
    actions = [Action(label=f"S{source.id}", command=f"/sources S{source.id}") for source in shown]
    return Reply(blocks=(Heading(text=_("Sources on record"), level=1), *rows), actions=(*actions, *more))


async def _one(context: Context, source_id: int) -> Reply:
    source = (await context.record.sources.by_id([source_id]))[source_id]
    blocks: list[Block] = [
        Heading(text=f"S{source.id}", level=1),
        Item(label=_("Source"), text=describe(source), url=source.url),
    ]
    if source.note:
        blocks.append(Note(text=source.note))
    if source.via:
        chain = " ← ".join(short(link) for link in source.chain())
        blocks.append(Item(label=_("How it reaches us"), text=chain))
    if relayed := await context.record.sources.relayed_by(source.id):
        blocks.append(
            Item(label=_("Relays"), text="; ".join(f"S{item.id} {short(item)}" for item in relayed))
        )
    facts = await context.record.listings.citing(
        source.id, after=context.number_after(), limit=context.page + 1
    )
    shown = facts[: context.page]
    if shown:
        blocks += [Heading(text=_("Cited for")), *listing(shown)]
    more = (context.more(f"S{source.id}", shown[-1].id),) if len(facts) > context.page else ()
    return Reply(blocks=tuple(blocks), actions=more)


def _cited(count: int) -> str:
    if count == 0:
        return _("cited for no fact itself")
    return ngettext("cited for {count} fact", "cited for {count} facts", count)
