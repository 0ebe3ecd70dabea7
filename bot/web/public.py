"""The one place that decides what the world may see of the record: a view of it that can only be read.

Seen are stories that owners have made public, and of these what is on record: facts in force or superseded
with their voices, names, sources, revisions. Never seen are drafts, facts that are still held, what a
retracted fact said, questions, and people's addresses or names. What was withdrawn, retracted or taken down
is `Gone`, and says so.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from heapq import merge
from itertools import islice
from typing import Literal, TypeVar

from bot.answers.date_text import day, first_day
from bot.answers.sentences import GROUNDS, tombstone, withdrawn
from bot.texts import _
from bot.web.freshness import Freshness
from bot.web.seen import (
    FITTING,
    SOMEBODY,
    Change,
    Found,
    Gone,
    Missing,
    Seen,
    among,
    anonymous,
    cites,
    first_day_and_id,
    id_of,
    is_held_back,
    names_as,
    place_of,
    without,
)
from storage.domain import dates
from storage.domain.models import Entity, Fact, Revision, Source, Story
from storage.reading.public import PublicState, StoryState
from storage.record import Record
from storage.snapshots.rows import Snapshot

__all__ = [
    "SOMEBODY", "Change", "Found", "Gone", "Missing", "PublicRecord", "PublicState", "Seen", "StoryState",
    "first_day_and_id",
]  # fmt: skip
T = TypeVar("T")
Listed = Literal["all", "disputed", "figured", "undated"]


class PublicRecord:
    """What may be seen of a record. Whoever shows it asks here, and nowhere else."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self.freshness = Freshness(record)

    async def state(self) -> PublicState:
        """Return what is public now; cheap while nothing has changed."""
        return await self.freshness.state()

    async def stories(self) -> list[StoryState]:
        """Return the public stories, the first opened first."""
        state = await self.state()
        return [each for each in state.stories.values() if each.story.public]

    async def story(self, name: str) -> Seen[Story]:
        """Return a story by its name."""
        return self._of((await self.state()).named(name), name)

    async def story_by_id(self, story_id: int) -> Seen[Story]:
        """Return a story by its id."""
        found = (await self.state()).stories.get(story_id)
        return self._of(found, found.story.name if found else "")

    def _of(self, found: StoryState | None, what: str) -> Seen[Story]:
        if found is None:
            return Missing()
        if not found.story.public:
            at = found.story.withdrawn_at
            return Gone(what, _("{what}: withdrawn on {day}", what=what, day=day(at or "")), at)
        return Found(found.story, found)

    async def fact(self, fact_id: int) -> Seen[Fact]:
        """Return a fact that is in force or superseded."""
        fact = await self._record.facts.find(fact_id) if 0 < fact_id < 2**62 else None
        if fact is None:
            return Missing()
        story = await self.story_by_id(fact.story_id)
        # What is held is read after the fact: a fact may have come on record meanwhile.
        state = (await self.freshness.known()).stories.get(fact.story_id)
        if state is None or fact.id in state.held or isinstance(story, Missing):
            return Missing()
        if isinstance(story, Gone):
            return story._replace(what=f"F{fact.id}")
        if (gone := await self._gone(fact)) is not None:
            return gone
        return Found((await self._clean(state, [fact]))[0], state)

    async def _gone(self, fact: Fact) -> Gone | Missing | None:
        """Return what is said instead of a fact that was retracted or taken down; None for any other."""
        what = f"F{fact.id}"
        if fact.retracted is not None and await self._record.public.is_unseen(fact.id):
            return Missing()
        if (down := fact.taken_down) is not None:
            return Gone(what, tombstone(fact), down.at, down.ground)
        if fact.retracted is None:
            return None
        last = await self._record.facts.revisions(fact.id, after=fact.revision - 1)
        return Gone(what, withdrawn(fact), last[-1].at if last else None, reason=fact.retracted)

    async def name(self, entity_id: int) -> Seen[Entity]:
        """Return a name; one that was merged into another is that other, under its own id."""
        row = await self._record.public.name(entity_id) if 0 < entity_id < 2**62 else None
        if row is None:
            return Missing()
        story = await self.story_by_id(row[1])
        if not isinstance(story, Found):
            return story._replace(what=f"E{entity_id}") if isinstance(story, Gone) else story
        if (gone := await self._taken_down(f"E{row[0]}", f"E{entity_id}")) is not None:
            return gone
        shown = await self._record.public.names(story.state, after=row[0] - 1, limit=1)
        if not shown or shown[0][0].id != row[0]:
            return Missing()
        return Found(shown[0][0], story.state)

    async def source(self, source_id: int) -> Seen[Source]:
        """Return a source on which something rests that may be seen."""
        known = await self._record.sources.by_id([source_id]) if 0 < source_id < 2**62 else {}
        if source_id not in known:
            return Missing()
        story = await self.story_by_id(known[source_id].story_id)
        if not isinstance(story, Found):
            return story._replace(what=f"S{source_id}") if isinstance(story, Gone) else story
        if (gone := await self._taken_down(f"S{source_id}", f"S{source_id}")) is not None:
            return gone
        if not await self._record.public.shows_source(story.state, source_id):
            return Missing()
        return Found(known[source_id], story.state)

    async def _taken_down(self, subject: str, what: str) -> Gone | None:
        down = await self._record.public.tombstone(subject)
        if down is None or down.at is None or down.ground is None:
            return None
        text = _(
            "{what}: taken down on {day} ({ground})",
            what=what,
            day=day(down.at),
            ground=_(GROUNDS[down.ground]),
        )
        return Gone(what, text, down.at, down.ground)

    async def copies(self, ids: Iterable[int]) -> Mapping[int, Sequence[Snapshot]]:
        """Return the copies of sources that may be seen, of each the newest first."""
        return await self._record.snapshots.of_sources(ids)

    async def relayed_by(self, state: StoryState, source_id: int, *, limit: int) -> list[Source]:
        """Return sources that may be seen and are known only via one."""
        known = await self._record.sources.relayed_by(source_id, limit=limit)
        return [each for each in known if await self._record.public.shows_source(state, each.id)]

    async def facts(
        self, state: StoryState, kind: Listed = "all", *, after: int = 0, limit: int
    ) -> list[Fact]:
        """Return a story's facts in force, in order of id: all, or those of a kind (see `Listings`)."""
        listings = self._record.listings
        listed = {
            "all": listings.all,
            "disputed": listings.disputed,
            "figured": listings.figured,
            "undated": listings.undated,
        }
        return await self._by_id(state, partial(listed[kind], state.story.id), FITTING[kind], after, limit)

    async def citing(self, state: StoryState, source_id: int, *, after: int = 0, limit: int) -> list[Fact]:
        """Return the facts in force that cite a source itself, in order of id."""
        fetch = partial(self._record.listings.citing, source_id)
        return await self._by_id(state, fetch, lambda fact: cites(fact, source_id), after, limit)

    async def mentioning(
        self, state: StoryState, entity_id: int, part: str, *, after: int = 0, limit: int
    ) -> list[Fact]:
        """Return the facts in force that name an entity as `speaker`, `place` or `about`, in order of id."""

        async def fetch(*, after: int, limit: int) -> list[Fact]:
            return (await self._record.listings.mentioning(entity_id, {part: after}, limit=limit))[part]

        return await self._by_id(state, fetch, lambda fact: names_as(fact, entity_id, part), after, limit)

    async def dated(
        self, state: StoryState, *, after: tuple[str, int] | None = None, limit: int
    ) -> list[Fact]:
        """Return the facts that have a date, by first day; `after` is that and the id of the last one."""
        fetch = partial(self._record.listings.dated, state.story.id, earliest=dates.FIRST, latest=dates.LAST)
        found = await self._filled(state, fetch, first_day_and_id, after, limit)
        kept = [fact for fact in await self.kept(state) if first_day(fact)]
        return among(found, kept, first_day_and_id, after or ("", 0), limit)

    async def summary(self, state: StoryState) -> list[Fact]:
        """Return the facts that tell the story in a few lines."""
        return await self._clean(state, await self._record.listings.summary(state.story.id))

    async def load(self, state: StoryState, ids: Iterable[int]) -> list[Fact]:
        """Return those of a story's facts that may be seen, superseded too, in the order of ids."""
        found = await self._record.facts.load(ids)
        return await self._clean(state, [fact for fact in found if fact.story_id == state.story.id])

    async def names(
        self, state: StoryState, *, places: bool | None = None, after: int = 0, limit: int
    ) -> list[tuple[Entity, int]]:
        """Return a story's names in order of id, each with how many facts name it."""
        return await self._record.public.names(state, places=places, after=after, limit=limit)

    async def sources(self, state: StoryState, *, after: int = 0, limit: int) -> list[tuple[Source, int]]:
        """Return a story's sources in order of id, each with how many facts in force cite it itself."""
        return await self._record.public.sources(state, after=after, limit=limit)

    async def revisions(self, state: StoryState, fact: Fact, *, after: int = 0, limit: int) -> list[Revision]:
        """Return the history of a fact that may be seen, oldest first, without who made it.

        How the fact read is told by `at_revision`.
        """
        found = await self._record.facts.revisions(fact.id, after=after, limit=limit)
        held = await self._held(state)
        now = await self._record.facts.find(fact.id) if held else None
        if now is not None and now.superseded_by in held and found and found[-1].number == now.revision:
            found.pop()  # what takes its place may not be seen yet
        return [anonymous(each) for each in found]

    async def at_revision(self, state: StoryState, fact_id: int, number: int) -> Fact | None:
        """Return a fact as it stood at a revision; None where it cannot be read, or was retracted then."""
        then = await self._record.facts.at_revision(fact_id, number)
        found = [] if then is None else await self._clean(state, [then])
        return found[0] if found else None

    async def changes(
        self, state: StoryState, *, before: tuple[str, int, int] | None = None, limit: int
    ) -> list[Change]:
        """Return what was corrected, superseded, retracted, restored or taken down, the newest first.

        `before` is the (moment, fact, number) of the last one shown.
        """
        return [change for change, _state in await self._changes([state], before, limit)]

    async def changes_everywhere(
        self, *, before: tuple[str, int, int] | None = None, limit: int
    ) -> list[tuple[Change, StoryState]]:
        """Return what `changes` does of all public stories, each change with its story."""
        return await self._changes(await self.stories(), before, limit)

    async def _changes(
        self, states: Sequence[StoryState], before: tuple[str, int, int] | None, limit: int
    ) -> list[tuple[Change, StoryState]]:
        told: list[tuple[Change, StoryState]] = []
        while len(told) < limit:
            lists = [
                await self._record.listings.changes(each.story.id, before=before, limit=limit)
                for each in states
            ]
            paired = ([(row, each) for row in rows] for rows, each in zip(lists, states, strict=True))
            rows = list(islice(merge(*paired, key=lambda pair: place_of(pair[0]), reverse=True), limit))
            for row, state in rows:
                change = await self._change(state, row)
                if change is not None and not is_held_back(change):
                    told.append((change, state))
            if len(rows) < limit:
                break
            before = place_of(rows[-1][0])
        return told[:limit]

    async def _change(self, state: StoryState, revision: Revision) -> Change | None:
        now = await self._record.facts.find(revision.fact_id)
        if now is None or now.id in await self._held(state):
            return None
        gone = await self._gone(now)
        if isinstance(gone, Missing):
            return None
        if gone is not None:
            return Change(anonymous(revision).model_copy(update={"reason": None}), gone=gone)
        was = await self.at_revision(state, now.id, revision.number - 1)
        then = await self.at_revision(state, now.id, revision.number)
        instead = await self.load(state, [then.superseded_by]) if then and then.superseded_by else []
        return Change(anonymous(revision), was, then, instead[0] if instead else None)

    async def _by_id(
        self,
        state: StoryState,
        fetch: Callable[..., Awaitable[Sequence[Fact]]],
        fits: Callable[[Fact], bool],
        after: int,
        limit: int,
    ) -> list[Fact]:
        found = await self._filled(state, fetch, id_of, after, limit)
        kept = await self.kept(state)
        if kept:
            # What stands against one of them is disputed, too.
            kept += await self.load(state, {item.other_id for fact in kept for item in fact.relations})
        return among(found, [fact for fact in kept if fact.in_force and fits(fact)], id_of, after, limit)

    async def kept(self, state: StoryState) -> list[Fact]:
        """Return the facts that only held ones supersede, as the world sees them: in force.

        No list of the record holds them, for there they are superseded.
        """
        ids = await self._record.public.kept(state.story.id, await self._held(state))
        return [fact for fact in await self.load(state, ids) if fact.in_force] if ids else []

    async def _filled(
        self,
        state: StoryState,
        fetch: Callable[..., Awaitable[Sequence[Fact]]],
        cursor: Callable[[Fact], T],
        after: T,
        limit: int,
    ) -> list[Fact]:
        """Return `limit` facts that may be seen, if so many follow; the others are passed over."""
        found: list[Fact] = []
        while len(found) < limit:
            rows = await fetch(after=after, limit=limit)
            found += await self._clean(state, rows)
            if len(rows) < limit:
                break
            after = cursor(rows[-1])
        return found[:limit]

    async def _held(self, state: StoryState) -> Collection[int]:
        """Return the facts that are held as of the last reading."""
        now = (await self.freshness.known()).stories.get(state.story.id)
        return state.held if now is None else now.held

    async def _clean(self, state: StoryState, facts: Sequence[Fact]) -> list[Fact]:
        """Return those facts that may be seen, each without what leads to others that may not."""
        related = {item.other_id for fact in facts for item in fact.relations}
        others = await self._record.facts.load(sorted(related)) if related else []
        held = await self._held(state)
        hidden = {fact.id for fact in others if fact.retracted is not None} | set(held)
        kept = {fact.id for fact in others if fact.superseded_by in held}
        return [
            without(fact, hidden, held, kept)
            for fact in facts
            if fact.retracted is None and fact.id not in held
        ]
