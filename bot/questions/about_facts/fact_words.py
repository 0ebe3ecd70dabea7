"""The words of a fact: those that it says itself, and those that stand around it. Pure."""

from __future__ import annotations

from functools import lru_cache

from storage.domain.models import Entity, EntityKind, Fact
from storage.domain.words import STOPWORDS, split, whole


def stating_words(fact: Fact) -> frozenset[str]:
    """Return the words of what a fact says itself: statement, quotes, figures, occasion."""
    pieces = [fact.statement, fact.occasion or "", *(item.quote or "" for item in fact.attributions)]
    for figure in fact.figures:
        pieces += [figure.counts, figure.words or "", figure.qualifier or ""]
        pieces += [f"{int(value)}" for value in (figure.amount, figure.upper) if value is not None]
    return _plain(*pieces)


def numbers_in(fact: Fact) -> frozenset[str]:
    """Return the numbers that a fact's statement holds, in digits alone."""
    return frozenset(word for word in split(fact.statement.replace(",", "")) if word.isdigit())


def surrounding_words(fact: Fact) -> frozenset[str]:
    """Return the words around it: cues, stances, names, roles, sources, how it stands to other facts."""
    pieces: list[str] = [relation.kind.value for relation in fact.relations if relation.other_in_force]
    for item in fact.attributions:
        pieces += [item.cue or "", item.stance.value, item.source.name or "", item.source.publisher or ""]
        pieces += [*_called(item.speaker), (item.speaker and item.speaker.role) or ""]
    for entity in (*fact.places, *fact.about):
        # What else a person or body is called says nothing of what the fact says about it.
        pieces += _called(entity) if entity.kind in (EntityKind.PLACE, EntityKind.GROUP) else [entity.name]
    return _plain(*pieces)


@lru_cache(maxsize=1024)
def _plain(*pieces: str) -> frozenset[str]:
    return frozenset(whole(" ".join(pieces).replace(",", ""))) - STOPWORDS


def _called(entity: Entity | None) -> list[str]:
    return [entity.name, *entity.aliases] if entity else []
