"""Sources: how a list shows them, and the page of one with its copies."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answers.addresses import Addresses
from bot.answers.bounds import lines_of
from bot.answers.citations import describe, described, short
from bot.answers.lines import listing
from bot.commands.reading.sources import MOST_COPIES, MOST_RELAYED, cited
from bot.intake.quotations import dated
from bot.replies import Block, Item, Note
from bot.texts import _
from bot.web.pages.lists import ROWS, cut, number, related, turning
from bot.web.public import Found, Gone, Missing, PublicRecord
from bot.web.rendering import Link, Page, Section
from storage.domain.models import Source
from storage.reading.public import StoryState
from storage.snapshots.rows import Snapshot

PATHS = Addresses()


def listed(source: Source, count: int, copies: Sequence[Snapshot]) -> list[Block]:
    """Return a source in a list: what is known of it, for how much it is cited, and its last copy."""
    text = "; ".join((describe(source), cited(count), *map(dated, copies[:1])))
    return [Item(label=f"S{source.id}", text=text, url=PATHS.source(source.id))]


async def page(public: PublicRecord, source_id: int, after: str | None) -> Page | Gone | Missing:
    """Return the page of a source: what is known of it, its copies, and what cites it."""
    found = await public.source(source_id)
    if not isinstance(found, Found):
        return found
    source, state = found.value, found.state
    path, last = PATHS.source(source.id), number(after)
    rows = await public.citing(state, source.id, after=last, limit=ROWS + 1)
    window = cut(rows, lambda fact: listing([fact]))
    facts = rows[: window.shown]
    links = turning(path, window, facts[-1].id if facts else 0, begun=after is not None)
    nothing = Note(text=_("No statement in force cites it itself."))
    sections = [] if after else [Section("source", "", await _about(public, state, source))]
    sections.append(Section("cited", _("Cited for"), described(window.blocks) or [nothing], links))
    story = state.story
    return Page(
        story_id=story.id,
        path=f"{path}?after={after}" if after else path,
        title=f"S{source.id} · {story.title}",
        heading=f"S{source.id}",
        sections=sections,
        card=describe(source),
        language=story.language,
        trail=[
            Link(PATHS.story(story.name), story.title),
            Link(PATHS.story(story.name, "sources"), _("Sources on record")),
        ],
        linked=related(facts),
    )


async def _about(public: PublicRecord, state: StoryState, source: Source) -> list[Block]:
    blocks: list[Block] = [Item(label=_("Source"), text=describe(source), url=source.url)]
    if source.note:
        blocks.append(Note(text=source.note))
    if source.via:
        chain = lines_of((short(link) for link in source.chain()), " ← ")
        blocks += [Item(label=_("How it reaches us"), text=links) for links in chain]
    copies = (await public.copies([source.id])).get(source.id, ())
    for copy in copies[:MOST_COPIES]:
        # Of a copy from which words were taken down, the page is gone.
        told = (
            dated(copy)
            if copy.struck
            else _("{dated}, SHA-256 of the page {digest}", dated=dated(copy), digest=copy.digest)
        )
        blocks.append(Item(label=_("Copy"), text=told))
    relayed = await public.relayed_by(state, source.id, limit=MOST_RELAYED + 1)
    blocks += [
        Item(label=_("Relays"), text=short(each), url=PATHS.source(each.id))
        for each in relayed[:MOST_RELAYED]
    ]
    if len(relayed) > MOST_RELAYED:
        blocks.append(Note(text=_("It relays more sources, which are among those of the story.")))
    return blocks
