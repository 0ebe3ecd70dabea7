"""What of the record is shown as data: facts that fit what is asked, and changes as they became known.

Which facts, names and sources may be seen, and how they read, `PublicRecord` alone decides.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from http import HTTPStatus
from typing import NamedTuple, TypeVar

from bot.web.data.models import Gone as GoneAnswer
from bot.web.data.problems import Refused, missing
from bot.web.public import Found, Gone, PublicRecord, Seen
from bot.web.seen import anonymous
from storage.domain.models import Entity, Fact, Revision, RevisionKind
from storage.domain.words import Written, indexed, query_words
from storage.reading.public import StoryState
from storage.record import Record
from storage.search.chosen import Conditions
from storage.trail.stream import Known, Place

T = TypeVar("T")
_NAME_ID = re.compile(r"E[1-9][0-9]{0,8}")
# Changes that withdraw a fact: of one that is gone only these are told.
WITHDRAWING = {RevisionKind.RETRACTED, RevisionKind.TAKEN_DOWN}


class Told(NamedTuple):
    """A change that may be told: the fact as it is now, or that it is gone."""

    place: Place
    revision: Revision
    state: StoryState
    fact: Fact | None
    gone: Gone | None

    @property
    def reason(self) -> str | None:
        """Return why it was made; of what is gone the reason of that alone, for others may tell its words."""
        return self.revision.reason if self.gone is None else self.gone.reason


class Listened(NamedTuple):
    """Changes behind a place, and the place behind which to ask next; `more` tells that others follow."""

    changes: list[Told]
    up_to: Place
    more: bool


class PublicData:
    """Find what is shown as data."""

    def __init__(self, record: Record, public: PublicRecord) -> None:
        self.public = public
        self._record = record

    async def stories(self, name: str | None = None) -> list[StoryState]:
        """Return the public stories, or the one of a name. Raises Refused."""
        if name is None:
            return await self.public.stories()
        return [seen(await self.public.story(name), f"story {name}").state]

    async def speakers(self, states: Iterable[StoryState], text: str) -> list[int]:
        """Return who is called so in some stories, by id or by name. Raises Refused where nobody is."""
        if _NAME_ID.fullmatch(text):
            # One that was merged into another is that other.
            return [seen(await self.public.name(int(text[1:])), f"name {text}").value.id]
        found = [each.id for state in states for each in await self.called(state, text)]
        if not found:
            raise missing("name that is spelt so")
        return found

    async def called(self, state: StoryState, text: str, *, after: int = 0) -> list[Entity]:
        """Return who is called so in a story and may be seen, in order of id."""
        ids = await self._record.entities.named(state.story.id, text)
        found = [await self.public.name(each) for each in sorted(ids) if each > after]
        return [each.value for each in found if isinstance(each, Found)]

    async def chosen(
        self, states: Sequence[StoryState], conditions: Conditions, *, after: int, limit: int
    ) -> tuple[list[tuple[Fact, StoryState]], int | None]:
        """Return facts in force that fit, with their stories, and the id behind which a next page begins."""
        stories = {state.story.id: state.story.language for state in states}
        held = {each for state in states for each in state.held}
        besides = await self._kept_with(states, conditions.text) if conditions.text and held else ()
        page = await self._record.choosing.page(
            stories, conditions, held=held, besides=besides, after=after, limit=limit
        )
        shown = await self._shown(states, page.ids)
        # One may have been superseded between the two readings.
        facts = [shown[each] for each in page.ids if each in shown and shown[each][0].in_force]
        return facts, page.next

    async def _kept_with(self, states: Iterable[StoryState], text: str) -> list[int]:
        """Return those with all words of a text that only held facts supersede: no index has them."""
        found = list[int]()
        for state in states:
            wanted = {word.stem for word in query_words(text, state.story.language)}
            for fact in await self.public.kept(state):
                words = Written.of(indexed(fact.statement, state.story.language))
                matched = {stem for stem, _times in words.matching(wanted)}
                found += [fact.id] if wanted and matched == wanted else []
        return found

    async def count(self, state: StoryState) -> int:
        """Return how many of a story's facts are in force and may be seen."""
        return await self._record.choosing.count(state.story.id, state.held)

    async def following(self, states: Sequence[StoryState], since: Place, *, limit: int) -> Listened:
        """Return the changes of some stories behind a place, the oldest first."""
        ids, now = [state.story.id for state in states], self._record.ledger.now()
        found = await self._record.stream.following(ids, since, now=now, limit=limit)
        return Listened(await self._told(states, found.changes), found.up_to, found.more)

    async def newest(self, states: Sequence[StoryState], *, limit: int) -> list[Told]:
        """Return the changes of some stories that became known last, the last first."""
        now = self._record.ledger.now()
        known = [
            each
            for state in states
            for each in await self._record.stream.newest(state.story.id, now=now, limit=limit)
        ]
        known.sort(key=lambda each: each.place, reverse=True)
        return await self._told(states, known[:limit])

    async def _told(self, states: Sequence[StoryState], known: Sequence[Known]) -> list[Told]:
        """Return those changes that may be told: of a fact that is gone the last one that withdrew it."""
        shown = await self._shown(states, {each.revision.fact_id for each in known})
        by_id = {state.story.id: state for state in states}
        gone: dict[int, Seen[Fact]] = {}
        told = []
        for place, story, revision in known:
            if revision.fact_id in shown:
                fact, state = shown[revision.fact_id]
                told.append(Told(place, anonymous(revision), state, fact, None))
                continue
            if revision.kind not in WITHDRAWING:
                continue
            if revision.fact_id not in gone:
                gone[revision.fact_id] = await self.public.fact(revision.fact_id)
            withdrawn = gone[revision.fact_id]
            if isinstance(withdrawn, Gone) and withdrawn.at == revision.at:
                told.append(Told(place, anonymous(revision), by_id[story], None, withdrawn))
        return told

    async def _shown(
        self, states: Iterable[StoryState], ids: Collection[int]
    ) -> dict[int, tuple[Fact, StoryState]]:
        """Return those facts that may be seen, by id, each with its story."""
        return {
            fact.id: (fact, state) for state in states for fact in await self.public.load(state, sorted(ids))
        }


def seen(found: Seen[T], what: str) -> Found[T]:
    """Return what may be seen. Raises Refused: 404, or 410 with what is said instead of what is gone."""
    if isinstance(found, Found):
        return found
    if isinstance(found, Gone):
        raise Refused(HTTPStatus.GONE, found.text, gone=gone_of(found))
    raise missing(what)


def gone_of(gone: Gone) -> GoneAnswer:
    """Return what is said instead of what is gone."""
    return GoneAnswer(id=gone.what, text=gone.text, at=gone.at, ground=gone.ground, reason=gone.reason)
