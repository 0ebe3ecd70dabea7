"""The page of a story, those of its parts, and the index of all stories."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple

from bot.answers.addresses import Addresses
from bot.answers.disputes import disputes, shown_against
from bot.answers.figures import figure_lines, tells_numbers
from bot.answers.lines import fact_line, listing
from bot.commands.reading.timeline import open_last
from bot.replies import Block, Item, Note
from bot.texts import N_, _
from bot.web.pages import corrections as changes
from bot.web.pages.lists import ROWS, Window, change_before, cut, day_and_number, number, related, turning
from bot.web.pages.names import listed as name_blocks
from bot.web.pages.sources import listed as source_blocks
from bot.web.public import Found, Gone, Missing, PublicRecord, first_day_and_id
from bot.web.rendering import Illustration, Link, Page, Section, card_of
from storage.domain.models import Fact
from storage.reading.public import StoryState

# Rows of each part that a story's own page shows; the rest is one step away.
FEW = 8
# Lines of a story in brief.
MOST_LEADING = 20
# Facts with digits that are read for a page of those that tell numbers.
MOST_READ = 20
PATHS = Addresses()


class Part(NamedTuple):
    """One part of a story: blocks, the cursor behind them if more follow, and the facts in it."""

    blocks: Sequence[Block]
    after: object | None = None
    facts: Sequence[Fact] = ()


Read = Callable[[PublicRecord, StoryState, str | None, int], Awaitable[Part]]


async def statements(public: PublicRecord, state: StoryState, after: str | None, most: int) -> Part:
    """Return all that is on record, in the order in which it came there."""
    rows = await public.facts(state, after=number(after), limit=most + 1)
    return _part(cut(rows, lambda fact: listing([fact]), most=most), rows, lambda fact: fact.id)


async def who(public: PublicRecord, state: StoryState, after: str | None, most: int) -> Part:
    """Return who is who."""
    rows = await public.names(state, places=False, after=number(after), limit=most + 1)
    window = cut(rows, name_blocks, most=most)
    return Part(window.blocks, rows[window.shown - 1][0].id if window.more else None)


async def timeline(public: PublicRecord, state: StoryState, after: str | None, most: int) -> Part:
    """Return what happened when: dated facts in order, then those whose date is left open."""
    blocks: list[Block] = []
    facts: list[Fact] = []
    open_after = 0
    if after is None or not after.startswith("o"):
        rows = await public.dated(state, after=day_and_number(after), limit=most + 1)
        window = cut(rows, lambda fact: [fact_line(fact, dated=True)], most=most)
        facts = rows[: window.shown]
        blocks = open_last(facts)
        if window.more:
            day, last = first_day_and_id(facts[-1])
            return Part(blocks, f"{day}.{last}", facts)
        most -= len(facts)
    else:
        open_after = number(after[1:])
    rows = await public.facts(state, "undated", after=open_after, limit=max(most, 1) + 1)
    window = cut(rows, lambda fact: [fact_line(fact, dated=True)], most=max(most, 1))
    shown = rows[: window.shown]
    cursor = f"o{shown[-1].id}" if window.more else None
    return Part([*blocks, *open_last(shown)], cursor, [*facts, *shown])


async def disputed(public: PublicRecord, state: StoryState, after: str | None, most: int) -> Part:
    """Return claims that stand against each other, side by side."""
    rows = await public.facts(state, "disputed", after=number(after), limit=most + 1)
    window = cut(rows, lambda fact: [fact_line(fact)] * (1 + len(shown_against(fact))), most=most)
    facts = rows[: window.shown]
    wanted = {fact.id for fact in facts} | {item.other_id for fact in facts for item in shown_against(fact)}
    known = await public.load(state, sorted(wanted))
    return Part(disputes(facts, known), facts[-1].id if window.more else None, known)


async def figures(public: PublicRecord, state: StoryState, after: str | None, most: int) -> Part:
    """Return every figure with what it counts."""
    found: list[Fact] = []
    last = number(after)
    for _time in range(MOST_READ):
        rows = await public.facts(state, "figured", after=last, limit=most + 1)
        found += [fact for fact in rows if tells_numbers(fact)]
        if len(found) > most or len(rows) <= most:
            break
        last = rows[-1].id
    window = cut(found, lambda fact: figure_lines([fact]), most=most)
    facts = found[: window.shown]
    return Part(figure_lines(facts), facts[-1].id if window.more else None, facts)


async def sources(public: PublicRecord, state: StoryState, after: str | None, most: int) -> Part:
    """Return the sources, and who relays whom."""
    rows = await public.sources(state, after=number(after), limit=most + 1)
    copies = await public.copies(source.id for source, _count in rows)
    window = cut(rows, lambda row: source_blocks(*row, copies.get(row[0].id, ())), most=most)
    return Part(window.blocks, rows[window.shown - 1][0].id if window.more else None)


async def corrections(public: PublicRecord, state: StoryState, after: str | None, most: int) -> Part:
    """Return what was corrected, superseded or retracted, the newest first."""
    most = min(most, changes.MOST)
    rows = await public.changes(state, before=change_before(after), limit=most + 1)
    window = cut(rows, changes.blocks_of, most=most)
    last = rows[window.shown - 1].revision if window.more else None
    return Part(window.blocks, changes.cursor(last) if last else None, changes.facts_of(rows[: window.shown]))


class _Kind(NamedTuple):
    """What a part is called, and what is said where it holds nothing."""

    title: str
    empty: str
    read: Read


PARTS: Mapping[str, _Kind] = {
    "who": _Kind(N_("Who is on record"), N_("No one is named on record in this story yet."), who),
    "timeline": _Kind(N_("Timeline"), N_("No dates are on record in this story."), timeline),
    "disputed": _Kind(N_("Disputed"), N_("Nothing on record in this story is disputed."), disputed),
    "figures": _Kind(N_("Figures on record"), N_("No figures are on record in this story."), figures),
    "sources": _Kind(N_("Sources on record"), N_("No sources are on record in this story."), sources),
    "corrections": _Kind(
        N_("Corrected on the record"),
        N_("Nothing on record in this story has been corrected or retracted."),
        corrections,
    ),
    "statements": _Kind(N_("All statements"), N_("Nothing is on record in this story yet."), statements),
}


async def index(public: PublicRecord, after: str | None) -> Page:
    """Return the page that lists the public stories."""
    last = number(after)
    stories = [state.story for state in await public.stories() if state.story.id > last]
    window = cut(
        stories, lambda story: [Item(label=story.title, text=story.name, url=PATHS.story(story.name))]
    )
    links = turning("/", window, stories[window.shown - 1].id if stories else 0, begun=after is not None)
    blocks: list[Block] = window.blocks or [Note(text=_("No story is public here yet."))]
    about = _("Who said what, when, and according to which source.")
    return Page(
        story_id=None,
        path=f"/?after={after}" if after else "/",
        title="OnRecord",
        heading=_("Stories on record"),
        sections=[
            Section(
                "stories",
                "",
                [Note(text=about), *blocks],
                [*links, Link(PATHS.corrections(), _("Corrections"))],
            )
        ],
        card=about,
    )


async def story(public: PublicRecord, name: str) -> Page | Gone | Missing:
    """Return a story's own page: in a few lines, and the beginning of each of its parts."""
    found = await public.story(name)
    if not isinstance(found, Found):
        return found
    state = found.state
    lead = await public.summary(state) or await public.facts(state, limit=FEW)
    nothing: Block = Note(text=_("Nothing is on record in this story yet."))
    brief = cut(lead, lambda fact: [fact_line(fact)], most=MOST_LEADING).blocks or [nothing]
    sections = [Section("brief", _("In brief"), brief)]
    facts = list(lead)
    kinds = {key: kind for key, kind in PARTS.items() if key != "statements"}
    # All at once: so each waits for the thread that reads, and none for what is made of the one before.
    read = await asyncio.gather(*(kind.read(public, state, None, FEW) for kind in kinds.values()))
    for (key, kind), part in zip(kinds.items(), read, strict=True):
        more = [Link(PATHS.story(name, key), _("All of it"))] if part.after is not None else []
        shown = part.blocks or [Note(text=_(kind.empty))]
        picture = illustration(name, key) if part.facts or (key == "who" and lead) else None
        sections.append(Section(key, _(kind.title), shown, more, picture))
        facts += part.facts
    title = _(PARTS["statements"].title)
    sections.append(Section("statements", title, [], [Link(PATHS.story(name, "statements"), _("All of it"))]))
    return Page(
        story_id=state.story.id,
        path=PATHS.story(name),
        title=state.story.title,
        heading=state.story.title,
        sections=sections,
        card=card_of(brief) or state.story.title,
        language=state.story.language,
        parts=part_links(name, ""),
        linked=related(facts),
    )


async def part_of_story(
    public: PublicRecord, name: str, key: str, after: str | None
) -> Page | Gone | Missing:
    """Return a page of one part of a story."""
    found = await public.story(name)
    if not isinstance(found, Found):
        return found
    state, kind, path = found.state, PARTS[key], PATHS.story(name, key)
    part = await kind.read(public, state, after, ROWS)
    window = Window(list(part.blocks), 0, part.after is not None)
    nothing = Note(text=_("Nothing follows here.") if after else _(kind.empty))
    links = turning(path, window, part.after, begun=after is not None)
    return Page(
        story_id=state.story.id,
        path=f"{path}?after={after}" if after else path,
        title=f"{_(kind.title)} · {state.story.title}",
        heading=_(kind.title),
        sections=[Section(key, "", part.blocks or [nothing], links)],
        card=card_of(part.blocks) or state.story.title,
        language=state.story.language,
        trail=[Link(PATHS.story(name), state.story.title)],
        parts=part_links(name, key),
        linked=related(part.facts),
    )


def illustration(name: str, key: str) -> Illustration | None:
    """Return the picture that goes with a part of a story, None for a part that has none."""
    drawn = {
        "timeline": (_("The timeline as a picture"), "timeline"),
        "who": (_("Who says what, as a picture"), "statements"),
    }
    if key not in drawn:
        return None
    title, words = drawn[key]
    light, dark = (PATHS.picture(name, key, dark=dark) for dark in (False, True))
    alt = _("{title}. The same in words: {path}", title=title, path=PATHS.story(name, words))
    return Illustration(title, light, dark, alt)


def part_links(name: str, current: str) -> list[Link]:
    """Return the links to all parts of a story, the one that is shown marked."""
    whole = Link(PATHS.story(name), _("In brief"), None if current else "current")
    return [
        whole,
        *(
            Link(PATHS.story(name, key), _(kind.title), "current" if key == current else None)
            for key, kind in PARTS.items()
        ),
    ]


def _part(window: Window, rows: Sequence[Fact], cursor: Callable[[Fact], object]) -> Part:
    facts = rows[: window.shown]
    return Part(window.blocks, cursor(facts[-1]) if window.more else None, facts)
