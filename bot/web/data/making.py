"""From what the record holds to what is answered: each datum with its citation and its address. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from bot.answers.addresses import Addresses
from bot.answers.citations import describe, label
from bot.answers.date_text import when_text
from bot.answers.lines import amount
from bot.answers.sentences import called, sentence
from bot.answers.standing import mark
from bot.texts import _
from bot.web.data import models
from bot.web.data.reading import Told, gone_of
from storage.domain.models import (
    Attribution,
    Entity,
    Fact,
    Figure,
    Relation,
    Source,
    Story,
)
from storage.snapshots.rows import Snapshot
from storage.trail.stream import Place


class Maker:
    """Make answers; `to` knows the addresses of this site."""

    def __init__(self, to: Addresses) -> None:
        self._to = to

    def fact(self, fact: Fact, story: str) -> models.Fact:
        """Return a fact that is in force, or superseded."""
        return models.Fact(
            state="in force" if fact.superseded_by is None else "superseded",
            id=f"F{fact.id}",
            story=story,
            address=self._to.fact(fact.id),
            revision=fact.revision,
            statement=fact.statement,
            brief=fact.brief,
            language=fact.language,
            voices=tuple(self._voice(fact, item) for item in fact.attributions),
            disputes=mark(fact),
            occurred=fact.occurred,
            occasion=fact.occasion,
            date_note=fact.date_note,
            when=when_text(fact),
            places=tuple(map(self._named, fact.places)),
            about=tuple(map(self._named, fact.about)),
            figures=tuple(map(_figure, fact.figures)),
            relations=tuple(map(self._relation, fact.relations)),
            superseded_by=None if fact.superseded_by is None else f"F{fact.superseded_by}",
        )

    def _voice(self, fact: Fact, item: Attribution) -> models.Voice:
        return models.Voice(
            sentence=sentence(fact, item),
            speaker=self._named(item.speaker) if item.speaker else None,
            stance=item.stance,
            cue=item.cue,
            quote=item.quote,
            said=item.said,
            independent=item.independent,
            citation=self.citation(item.source, item.locator),
        )

    def citation(self, source: Source, locator: str | None) -> models.Citation:
        """Return the citation of a place in a source."""
        return models.Citation(
            source=f"S{source.id}",
            text=label(source),
            locator=locator,
            url=source.url,
            address=self._to.source(source.id),
            via=_via(source),
        )

    def _named(self, entity: Entity) -> models.Named:
        return models.Named(
            id=f"E{entity.id}", name=entity.name, kind=entity.kind, address=self._to.name(entity.id)
        )

    def _relation(self, item: Relation) -> models.Relation:
        return models.Relation(
            kind=item.kind,
            outgoing=item.outgoing,
            fact=f"F{item.other_id}",
            address=self._to.fact(item.other_id),
            in_force=item.other_in_force,
            about=item.about,
            part=item.part,
            voice=called(item.voice) if item.voice else None,
            citation=self.citation(item.source, item.locator) if item.source else None,
        )

    def source(self, source: Source, story: str, copies: Iterable[Snapshot]) -> models.Source:
        """Return a source, and that a copy of it was kept; not of one from which words were taken down."""
        kept = next((each for each in copies if not each.struck), None)
        return models.Source(
            id=f"S{source.id}",
            story=story,
            address=self._to.source(source.id),
            kind=source.kind,
            text=describe(source),
            title=source.title,
            name=source.name,
            publisher=source.publisher,
            author=source.author,
            url=source.url,
            published=source.published,
            note=source.note,
            via=_via(source),
            copy_kept=models.Copy(at=kept.at, sha256=kept.digest) if kept else None,
        )

    def name(self, entity: Entity, story: str) -> models.Name:
        """Return a name, with its role only where a source gives it."""
        cited = entity.role_source if entity.role else None
        return models.Name(
            id=f"E{entity.id}",
            story=story,
            address=self._to.name(entity.id),
            kind=entity.kind,
            name=entity.name,
            aliases=entity.aliases,
            role=entity.role if cited else None,
            citation=self.citation(cited, entity.role_locator) if cited else None,
        )

    def story(self, story: Story, facts: int) -> models.Story:
        """Return a story, of which so many facts are in force."""
        return models.Story(
            name=story.name,
            title=story.title,
            address=self._to.story(story.name),
            language=story.language,
            opened_at=story.opened_at,
            facts=facts,
            feeds=models.Feeds(
                atom=self._to.feed(story.name, "atom"), json_feed=self._to.feed(story.name, "json")
            ),
        )

    def change(self, told: Told) -> models.Change:
        """Return a change, with the fact as it is now."""
        revision = told.revision
        return models.Change(
            id=f"F{revision.fact_id}.{revision.number}",
            cursor=cursor(told.place),
            story=told.state.story.name,
            at=told.place.known,
            kind=revision.kind,
            reason=told.reason,
            fact=self.fact(told.fact, told.state.story.name) if told.fact else None,
            gone=gone_of(told.gone) if told.gone else None,
        )


def cursor(place: Place) -> str:
    """Return a place in the stream of changes as it is asked for."""
    return f"{place.known}_F{place.fact}_{place.number}"


def place_of(cursor: str) -> Place:
    """Return the place that a cursor tells, which has the form of one."""
    known, fact, number = cursor.split("_")
    return Place(known, int(fact[1:]), int(number))


def _via(source: Source) -> tuple[str, ...]:
    return tuple(f"S{each.id}" for each in source.chain()[1:])


def _figure(figure: Figure) -> models.Figure:
    return models.Figure(
        amount=figure.amount,
        upper=figure.upper,
        words=figure.words,
        qualifier=figure.qualifier,
        counts=figure.counts,
        measure=figure.measure,
        text=_("{amount}: {counts}", amount=amount(figure), counts=figure.counts),
    )
