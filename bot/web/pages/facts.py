"""The page of a fact: voices, quotes, relations, revisions; and its whole history."""

from __future__ import annotations

from itertools import chain

from bot.answers.addresses import Addresses
from bot.answers.citations import described
from bot.answers.diff import revision_row
from bot.answers.relations import relation_lines
from bot.commands.reading.fact import Row, became, rows_of, standing_told
from bot.replies import Block, Note
from bot.texts import _
from bot.web.pages.lists import cut, number, related, turning
from bot.web.public import Found, Gone, Missing, PublicRecord
from bot.web.rendering import Link, Page, Section, card_of
from storage.domain.models import Fact, Relation, Revision
from storage.reading.public import StoryState

# Revisions that a fact's own page shows, and that one page of its history does.
FEW, MOST = 3, 20
PATHS = Addresses()


async def page(public: PublicRecord, fact_id: int, after: str | None) -> Page | Gone | Missing:
    """Return the page of one fact."""
    found = await public.fact(fact_id)
    if not isinstance(found, Found):
        return found
    fact, state = found.value, found.state
    path, begun = PATHS.fact(fact.id), number(after)
    rows = rows_of(fact, {})[begun:]
    others = {each.id: each for each in await public.load(state, (item.other_id for item in fact.relations))}

    def blocks_of(row: Row) -> list[Block]:
        # A relation without its heading.
        return relation_lines([row], others)[1:] if isinstance(row, Relation) else [row()]

    window = cut(rows, blocks_of)
    shown = rows[: window.shown]
    told = [row() for row in shown if not isinstance(row, Relation)]
    standing: list[Block] = [Note(text=text) for text in (standing_told(fact),) if text and not begun]
    near = relation_lines([row for row in shown if isinstance(row, Relation)], others)
    sections = [Section("statement", "", described([*standing, *told]))]
    if near:
        sections.append(Section("relations", _("How it stands to others"), described(near)))
    sections.append(
        Section("paging", "", [], turning(path, window, begun + window.shown, begun=after is not None))
    )
    if not window.more:
        sections.append(await _latest(public, state, fact))
    return Page(
        story_id=state.story.id,
        path=f"{path}?after={after}" if after else path,
        title=f"F{fact.id} · {state.story.title}",
        heading=f"F{fact.id}",
        sections=[section for section in sections if section.blocks or section.more],
        card=card_of(told) or f"F{fact.id}",
        language=state.story.language,
        trail=[Link(PATHS.story(state.story.name), state.story.title)],
        linked=related([fact]),
    )


async def history(public: PublicRecord, fact_id: int, after: str | None) -> Page | Gone | Missing:
    """Return the page of a fact's revisions, oldest first, each with its wording."""
    found = await public.fact(fact_id)
    if not isinstance(found, Found):
        return found
    fact, state = found.value, found.state
    path, last = f"{PATHS.fact(fact.id)}/history", number(after)
    revisions = await public.revisions(state, fact, after=last, limit=MOST + 1)
    told = await _worded(public, state, fact, revisions)
    window = cut(told, lambda blocks: blocks, most=MOST)
    behind = revisions[window.shown - 1].number if window.more else 0
    nothing = Note(text=_("Nothing follows here."))
    return Page(
        story_id=state.story.id,
        path=f"{path}?after={after}" if after else path,
        title=f"{_('History of F{id}', id=fact.id)} · {state.story.title}",
        heading=_("History of F{id}", id=fact.id),
        sections=[
            Section(
                "history",
                "",
                described(window.blocks) or [nothing],
                turning(path, window, behind, begun=after is not None),
            )
        ],
        card=card_of(chain.from_iterable(told)) or f"F{fact.id}",
        language=state.story.language,
        trail=[
            Link(PATHS.story(state.story.name), state.story.title),
            Link(PATHS.fact(fact.id), f"F{fact.id}"),
        ],
        linked=related([fact]),
    )


async def _latest(public: PublicRecord, state: StoryState, fact: Fact) -> Section:
    """Return the section of a fact's latest revisions."""
    first = max(0, fact.revision - FEW)
    revisions = await public.revisions(state, fact, after=first, limit=FEW)
    told = await _worded(public, state, fact, revisions)
    more = [Link(f"{PATHS.fact(fact.id)}/history", _("History of F{id}", id=fact.id))] if first else []
    return Section("revisions", _("Revisions"), described(list(chain.from_iterable(told))), more)


async def _worded(
    public: PublicRecord, state: StoryState, fact: Fact, revisions: list[Revision]
) -> list[list[Block]]:
    """Return each of some revisions in succession, with what it changed."""
    first = revisions[0].number - 1 if revisions else 0
    before = await public.at_revision(state, fact.id, first) if first else None
    told: list[list[Block]] = []
    for revision in revisions:
        then = await public.at_revision(state, fact.id, revision.number)
        told.append([revision_row(revision), *became(before, then)])
        before = then
    return told
