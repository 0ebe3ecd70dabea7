"""Answers to what is asked of the API, each made of what may be seen and of nothing else."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from bot.answers.addresses import Addresses
from bot.web.caching import Made
from bot.web.data import asked as ask
from bot.web.data import atom, feed, json_feed, linked_data, models, spreadsheet
from bot.web.data.asked import Asked, number
from bot.web.data.feed import Past
from bot.web.data.linked_data import Copies, Linking, Node, embedded
from bot.web.data.making import Maker, cursor, place_of
from bot.web.data.models import JSON
from bot.web.data.reading import PublicData, Told, seen
from bot.web.public import Found, PublicRecord
from bot.web.rendering import Alternate, Page
from storage.domain import dates
from storage.domain.models import Fact
from storage.reading.public import StoryState
from storage.record import Record
from storage.search.chosen import Conditions
from storage.trail.stream import BEGINNING

# Revisions of one fact that linked data looks through for corrections: the newest.
MOST_REVISIONS = 100
# Letters of linked data that stand in a page; of more there is only where it is.
MOST_BESIDE = 20_000


class Api:
    """Answer what is asked, or raise Refused. `to` knows this site's addresses."""

    def __init__(self, record: Record, public: PublicRecord, to: Addresses) -> None:
        self._data = PublicData(record, public)
        self._public = public
        self._make = Maker(to)
        self._link = Linking(to)
        self.to = to

    async def stories(self, asked: ask.StoriesAsked) -> Made:
        """Return a page of the public stories, the first opened first."""
        last = 0
        if asked.after is not None:
            last = seen(await self._public.story(asked.after), f"story {asked.after}").value.id
        following = [state for state in await self._data.stories() if state.story.id > last]
        shown = following[: asked.limit]
        items = [self._make.story(state.story, await self._data.count(state)) for state in shown]
        more = shown[-1].story.name if len(following) > len(shown) else None
        return _page(models.Page[models.Story], items, self._next("/api/v1/stories", asked, more))

    async def story(self, asked: ask.OneStory) -> Made:
        """Return one story."""
        (state,) = await self._data.stories(asked.story)
        return _json(self._make.story(state.story, await self._data.count(state)), state)

    async def facts(self, asked: ask.FactsAsked) -> Made:
        """Return a page of statements in force that fit."""
        states = await self._data.stories(asked.story)
        found, last = await self._chosen(states, asked, asked.limit)
        items = [self._make.fact(fact, state.story.name) for fact, state in found]
        following = self._next("/api/v1/facts", asked, last)
        return _page(models.Page[models.Fact], items, following, _one(asked.story, states))

    async def rows(self, asked: ask.RowsAsked) -> Made:
        """Return statements in force that fit as CSV, a row for each voice."""
        states = await self._data.stories(asked.story)
        found, last = await self._chosen(states, asked, asked.limit)
        table = spreadsheet.table(self._make.fact(fact, state.story.name) for fact, state in found)
        following = self._next("/api/v1/facts.csv", asked, last)
        return _body(table, _one(asked.story, states), following)

    async def _chosen(
        self, states: Sequence[StoryState], asked: ask.Chosen, limit: int
    ) -> tuple[list[tuple[Fact, StoryState]], str | None]:
        if asked.source is not None:
            seen(await self._public.source(number(asked.source)), f"source {asked.source}")
        conditions = Conditions(
            speakers=await self._data.speakers(states, asked.speaker) if asked.speaker is not None else None,
            source=number(asked.source) if asked.source is not None else None,
            stance=asked.stance,
            kind=asked.kind,
            when=dates.span(asked.date) if asked.date is not None else None,
            text=asked.text,
        )
        found, last = await self._data.chosen(states, conditions, after=_number(asked.after), limit=limit)
        return found, None if last is None else f"F{last}"

    async def fact(self, asked: ask.OneFact) -> Made:
        """Return one statement, in force or superseded."""
        fact, state = seen(await self._public.fact(number(asked.id)), f"statement {asked.id}")
        return _json(self._make.fact(fact, state.story.name), state)

    async def sources(self, asked: ask.SourcesAsked) -> Made:
        """Return a page of a story's sources."""
        (state,) = await self._data.stories(asked.story)
        rows = await self._public.sources(state, after=_number(asked.after), limit=asked.limit + 1)
        shown = [source for source, _count in rows[: asked.limit]]
        copies = await self._public.copies(source.id for source in shown)
        items = [self._make.source(each, state.story.name, copies.get(each.id, ())) for each in shown]
        more = items[-1].id if len(rows) > len(shown) else None
        following = self._next("/api/v1/stories/{story}/sources", asked, more)
        return _page(models.Page[models.Source], items, following, state)

    async def source(self, asked: ask.OneSource) -> Made:
        """Return one source."""
        source, state = seen(await self._public.source(number(asked.id)), f"source {asked.id}")
        copies = await self._public.copies([source.id])
        return _json(self._make.source(source, state.story.name, copies.get(source.id, ())), state)

    async def names(self, asked: ask.NamesAsked) -> Made:
        """Return a page of what a story names, or who is called so."""
        (state,) = await self._data.stories(asked.story)
        if asked.text is not None:
            rows = await self._data.called(state, asked.text, after=_number(asked.after))
        else:
            found = await self._public.names(state, after=_number(asked.after), limit=asked.limit + 1)
            rows = [entity for entity, _count in found]
        items = [self._make.name(entity, state.story.name) for entity in rows[: asked.limit]]
        more = items[-1].id if len(rows) > len(items) else None
        following = self._next("/api/v1/stories/{story}/names", asked, more)
        return _page(models.Page[models.Name], items, following, state)

    async def name(self, asked: ask.OneName) -> Made:
        """Return one name; of one that was merged into another that other."""
        entity, state = seen(await self._public.name(number(asked.id)), f"name {asked.id}")
        return _json(self._make.name(entity, state.story.name), state)

    async def changes(self, asked: ask.ChangesAsked) -> Made:
        """Return changes behind a cursor, the oldest first."""
        states = await self._data.stories(asked.story)
        since = place_of(asked.since) if asked.since is not None else BEGINNING
        found = await self._data.following(states, since, limit=asked.limit)
        made = models.Changes(
            items=tuple(map(self._make.change, found.changes)), cursor=cursor(found.up_to), more=found.more
        )
        return _json(made, _one(asked.story, states))

    async def story_atom(self, asked: ask.OneStory) -> Made:
        """Return the Atom feed of a story."""
        return await self._feed(await self._data.stories(asked.story), "atom", whole=False)

    async def story_json_feed(self, asked: ask.OneStory) -> Made:
        """Return the JSON Feed of a story."""
        return await self._feed(await self._data.stories(asked.story), "json", whole=False)

    async def atom(self, asked: ask.NothingAsked) -> Made:
        """Return the Atom feed of all public stories."""
        del asked
        return await self._feed(await self._data.stories(), "atom", whole=True)

    async def json_feed(self, asked: ask.NothingAsked) -> Made:
        """Return the JSON Feed of all public stories."""
        del asked
        return await self._feed(await self._data.stories(), "json", whole=True)

    async def _feed(self, states: Sequence[StoryState], form: str, *, whole: bool) -> Made:
        told = await self._data.newest(states, limit=feed.MOST)
        changes = [(each, await self._past(each)) for each in told]
        made = feed.feed([state.story for state in states], changes, self.to, form, whole=whole)
        document = atom.document if form == "atom" else json_feed.document
        return _body(document(made), None if whole else states[0])

    async def _past(self, told: Told) -> Past:
        """Return how a fact read before and after a change that may be told."""
        revision, state = told.revision, told.state
        if told.fact is None or revision.number == 1:
            return Past()
        was = await self._public.at_revision(state, told.fact.id, revision.number - 1)
        then = await self._public.at_revision(state, told.fact.id, revision.number)
        instead = await self._public.load(state, [then.superseded_by]) if then and then.superseded_by else []
        return Past(was, then, instead[0] if instead else None)

    async def fact_linked(self, asked: ask.OneFact) -> Made:
        """Return one statement as linked data."""
        fact, state = seen(await self._public.fact(number(asked.id)), f"statement {asked.id}")
        return _body(_dumped(await self._linked(fact, state)), state)

    async def _linked(self, fact: Fact, state: StoryState) -> Node:
        after = max(0, fact.revision - MOST_REVISIONS)
        revisions = await self._public.revisions(state, fact, after=after, limit=MOST_REVISIONS)
        return self._link.fact(fact, state.story, revisions, await self._copies([fact]))

    async def embedded_fact(self, fact_id: int) -> str | None:
        """Return a statement as linked data that stands in its page; None if there is none, or too much."""
        found = await self._public.fact(fact_id)
        data = embedded(await self._linked(found.value, found.state)) if isinstance(found, Found) else ""
        return data if 0 < len(data) <= MOST_BESIDE else None

    def beside_fact(self, page: Page, fact_id: int, data: str | None) -> Page:
        """Return the page of a statement with the same as `data`, and where else that is."""
        path = Addresses().fact(fact_id)
        others = (
            Alternate(f"{path}/data.jsonld", linked_data.MEDIA, "JSON-LD"),
            Alternate(f"/api/v1/facts/F{fact_id}", JSON, "JSON"),
        )
        return replace(page, data=data, alternates=(*page.alternates, *others))

    def beside_story(self, page: Page, name: str) -> Page:
        """Return the page of a story with where its changes are told, and where it is as data."""
        to = Addresses()
        others = (
            Alternate(to.feed(name, "atom"), atom.MEDIA, f"{page.heading} (Atom)"),
            Alternate(to.feed(name, "json"), json_feed.MEDIA, f"{page.heading} (JSON Feed)"),
            Alternate(f"{to.story(name)}/data.jsonld", linked_data.MEDIA, "JSON-LD"),
            Alternate(f"/api/v1/facts.csv?story={name}", spreadsheet.MEDIA, "CSV"),
        )
        return replace(page, alternates=(*page.alternates, *others))

    async def story_linked(self, asked: ask.StoryAsked) -> Made:
        """Return a page of a story as linked data."""
        (state,) = await self._data.stories(asked.story)
        facts = await self._public.facts(state, after=_number(asked.after), limit=asked.limit + 1)
        shown = facts[: asked.limit]
        more = f"F{shown[-1].id}" if len(facts) > len(shown) else None
        made = self._link.story(state.story, shown, await self._copies(shown))
        return _body(_dumped(made), state, self._next("/s/{story}/data.jsonld", asked, more))

    async def _copies(self, facts: Sequence[Fact]) -> Copies:
        sources = (each.id for fact in facts for item in fact.attributions for each in item.source.chain())
        return await self._public.copies(set(sources))

    def _next(self, path: str, asked: Asked, last: str | None) -> str | None:
        """Return the address of the page behind `last` that asks the same; `path` names parameters."""
        if last is None:
            return None
        return f"{self.to.origin}{ask.target(path, asked, after=last)}"


def _number(after: str | None) -> int:
    return 0 if after is None else number(after)


def _one(story: str | None, states: Sequence[StoryState]) -> StoryState | None:
    """Return the story that an answer is about, None for all."""
    return None if story is None else states[0]


def _page(
    kind: type[models.Page[models.T]],
    items: Sequence[models.T],
    following: str | None,
    state: StoryState | None = None,
) -> Made:
    return _body(kind(items=tuple(items), next=following).model_dump_json(), state, following)


def _json(answer: models.Answer, state: StoryState | None) -> Made:
    return _body(answer.model_dump_json(), state)


def _body(body: str, state: StoryState | None, following: str | None = None) -> Made:
    """Return an answer, and the address of the page that follows it."""
    return Made(body, state.story.id if state is not None else None, following=following)


def _dumped(made: object) -> str:
    return json.dumps(made, ensure_ascii=False)
