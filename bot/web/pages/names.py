"""Names: how a list shows them, and the page of one."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answers.addresses import Addresses
from bot.answers.lines import fact_line, naming, role
from bot.commands.reading.who import MOST_ALIASES, lines_naming, part_headings, speaks
from bot.replies import Block, Item, Line, Note
from bot.texts import _
from bot.web.pages.lists import ROWS, cut, part_and_number, related
from bot.web.public import Found, Gone, Missing, PublicRecord
from bot.web.rendering import Link, Page, Section, card_of
from storage.domain.models import Entity, Fact
from storage.reading.public import StoryState

PATHS = Addresses()
# In what facts name somebody, in the order shown; each has an initial of its own.
PARTS = ("speaker", "about", "place")


def listed(row: tuple[Entity, int]) -> list[Block]:
    """Return a name in a list: its role, or how often it is named."""
    entity, count = row
    path = PATHS.name(entity.id)
    if told := role(entity):
        lines = [each.model_copy(update={"nested": True}) for each in told if isinstance(each, Line)]
        return [Item(label=entity.name, text="", url=path), *lines]
    return [naming(entity, count).model_copy(update={"url": path})]


async def page(public: PublicRecord, entity_id: int, after: str | None) -> Page | Gone | Missing:
    """Return the page of a name: its role, what it says, and what is said about it.

    One that was merged into another has no page of its own: its page is that of the other.
    """
    found = await public.name(entity_id)
    if not isinstance(found, Found):
        return found
    entity, state = found.value, found.state
    path = PATHS.name(entity.id)
    begun, last = part_and_number(after, PARTS)
    sections: list[Section] = []
    facts: list[Fact] = []
    if after is None:
        sections.append(Section("role", "", role(entity)))
    for part in PARTS[PARTS.index(begun) :]:
        rows, cursor = await _rows(
            public, state, entity, part, last if part == begun else 0, {f.id for f in facts}
        )
        facts += rows
        blocks = [block for fact in rows for block in lines_naming(entity, part, fact)]
        more = [Link(f"{path}?after={cursor}", _("Next"), "next")] if cursor else []
        if blocks or more:
            sections.append(Section(part, part_headings(entity).get(part, _("Statements")), blocks, more))
        if cursor:
            break
    if after is not None:
        sections.append(Section("paging", "", [], [Link(path, _("From the beginning"))]))
    notes = _notes(entity, facts, begun=after is not None)
    return Page(
        story_id=state.story.id,
        path=f"{path}?after={after}" if after else path,
        title=f"{entity.name} · {state.story.title}",
        heading=entity.name,
        sections=[*sections, *notes],
        card=card_of(map(fact_line, facts)) or entity.name,
        language=state.story.language,
        trail=[
            Link(PATHS.story(state.story.name), state.story.title),
            Link(PATHS.story(state.story.name, "who"), _("Who is on record")),
        ],
        linked=related(facts),
    )


async def _rows(
    public: PublicRecord, state: StoryState, entity: Entity, part: str, after: int, shown: set[int]
) -> tuple[Sequence[Fact], str]:
    """Return the facts of one part that fit a page, and the cursor behind them if others follow."""
    found = await public.mentioning(state, entity.id, part, after=after, limit=ROWS + 1)
    window = cut(found, lambda fact: lines_naming(entity, part, fact))
    cursor = f"{part[0]}{found[window.shown - 1].id}" if window.more else ""
    # What somebody says stands with what they say, also where it is about them.
    rows = [
        fact
        for fact in found[: window.shown]
        if fact.id not in shown and (part == "speaker" or not speaks(entity, fact))
    ]
    return rows, cursor


def _notes(entity: Entity, facts: Sequence[Fact], *, begun: bool) -> list[Section]:
    """Return what is said of a name at the end: that nothing else is on record, and its other names."""
    notes: list[Block] = []
    if not facts and not begun:
        notes.append(Note(text=_("Nothing else about {name} is on record.", name=entity.name)))
    if others := [alias for alias in entity.aliases if alias not in (entity.short, entity.name)]:
        notes.append(Note(text=_("Also found under: {names}", names=", ".join(others[:MOST_ALIASES]))))
    return [Section("aliases", "", notes)] if notes else []
