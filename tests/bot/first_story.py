"""The shipped story as tests look at it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from storage.domain.models import Entity, Fact, Source, SourceKind
from storage.record import Record


class Story:
    """The shipped story as the record hands it out."""

    def __init__(self, facts: list[Fact], entities: list[Entity], sources: list[Source]) -> None:
        self.facts = facts
        self.entities = {entity.name: entity for entity in entities}
        self.sources = sources
        self.by_id = {fact.id: fact for fact in facts}

    def telling(self, *words: str, paragraph: str | None = None) -> list[Fact]:
        """Return the facts whose statements hold all of some beginnings of words."""
        return [
            fact
            for fact in self.facts
            if all(re.search(rf"\b{re.escape(word)}", fact.statement, re.IGNORECASE) for word in words)
            and (paragraph is None or paragraph in locators(fact))
        ]

    def one(self, *words: str, paragraph: str | None = None) -> Fact:
        (found,) = self.telling(*words, paragraph=paragraph)
        return found

    def source(self, kind: SourceKind) -> Source:
        (found,) = [item for item in self.sources if item.kind is kind]
        return found


def locators(fact: Fact) -> set[str | None]:
    return {item.locator for item in fact.attributions}


def speakers(fact: Fact) -> list[str | None]:
    return [item.speaker.name if item.speaker else None for item in fact.attributions]


def texts(fact: Fact) -> Iterable[str]:
    yield fact.statement
    for item in fact.attributions:
        yield from filter(None, (item.cue, item.quote))
    for figure in fact.figures:
        yield from filter(None, (figure.counts, figure.words, figure.qualifier))


async def read(record: Record) -> Story:
    """Return the first story of a record."""
    first = (await record.stories.all())[0]
    return Story(
        await record.listings.all(first.id, limit=500),
        await record.entities.page(first.id, limit=500),
        await record.sources.page(first.id, limit=500),
    )
