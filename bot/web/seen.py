"""What may be seen of the record, as values: found, gone or missing, facts without the rest. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any, Generic, NamedTuple, TypeVar

from bot.answers.date_text import first_day
from storage.domain.models import Fact, Ground, Revision, RevisionKind, Standing
from storage.reading.public import StoryState

T = TypeVar("T")
# What a revision's maker is called: an address, so that texts say "a moderator", and nobody's.
SOMEBODY = "moderator:"


class Found(NamedTuple, Generic[T]):
    """What may be seen, and the story that it belongs to."""

    value: T
    state: StoryState


class Gone(NamedTuple):
    """That what was seen once may be seen no more: HTTP's 410. `text` says why, in the language spoken.

    `what` is its id (`F7`, `S3`, `E5`) or the story's name. `at` is when it went, on which `ground`, if words
    were taken down; `reason` is why a fact was retracted.
    """

    what: str
    text: str
    at: str | None = None
    ground: Ground | None = None
    reason: str | None = None


class Missing(NamedTuple):
    """That there is no such thing, or that nobody may know of it: HTTP's 404."""


Seen = Found[T] | Gone | Missing


class Change(NamedTuple):
    """What became of a fact after it came on record.

    `was` and `then` are the fact before and after it, `instead` what supersedes it. Of a fact that is gone,
    all three are None, and `gone` says so.
    """

    revision: Revision
    was: Fact | None = None
    then: Fact | None = None
    instead: Fact | None = None
    gone: Gone | None = None


def first_day_and_id(fact: Fact) -> tuple[str, int]:
    """Return the cursor of a fact in a list by dates: its first day, and its id."""
    return first_day(fact), fact.id


def id_of(fact: Fact) -> int:
    """Return the cursor of a fact in a list by ids."""
    return fact.id


def among(
    found: Iterable[Fact], others: Iterable[Fact], cursor: Callable[[Fact], Any], after: object, limit: int
) -> list[Fact]:
    """Return the first facts of a page behind a cursor, with others at their places among them."""
    behind = {fact.id: fact for fact in (*found, *(each for each in others if cursor(each) > after))}
    return sorted(behind.values(), key=cursor)[:limit]


def cites(fact: Fact, source_id: int) -> bool:
    """Tell whether a fact cites a source itself."""
    return any(item.source.id == source_id for item in fact.attributions)


def names_as(fact: Fact, entity_id: int, part: str) -> bool:
    """Tell whether a fact names an entity as `speaker`, `place` or `about`."""
    speakers = [item.speaker for item in fact.attributions if item.speaker is not None]
    named = {"speaker": speakers, "place": fact.places, "about": fact.about}[part]
    return any(entity.id == entity_id for entity in named)


# Whether a fact stands in each list of a story, as `Listings` has them.
FITTING: dict[str, Callable[[Fact], bool]] = {
    "all": lambda _fact: True,
    "disputed": lambda fact: fact.standing is Standing.DISPUTED,
    "figured": lambda fact: bool(fact.figures) or any(map(str.isdigit, fact.statement)),
    "undated": lambda fact: not first_day(fact) and bool(fact.occurred or fact.occasion),
}


def place_of(revision: Revision) -> tuple[str, int, int]:
    """Return the cursor of a revision in a list of changes: when, of which fact, and its number."""
    return revision.at, revision.fact_id, revision.number


def anonymous(revision: Revision) -> Revision:
    """Return a revision without who made it, and without its state."""
    return revision.model_copy(update={"actor": SOMEBODY, "state": None})


def is_held_back(change: Change) -> bool:
    """Tell whether a change put a fact in the place of another that may not be seen yet."""
    superseded = change.revision.kind is RevisionKind.SUPERSEDED and change.gone is None
    return superseded and change.then is not None and change.then.superseded_by is None


def without(fact: Fact, hidden: Collection[int], held: Collection[int], kept: Collection[int]) -> Fact:
    """Return a fact without relations to `hidden` ones; what only a held one supersedes is in force."""
    superseded_by = None if fact.superseded_by in held else fact.superseded_by
    relations = tuple(
        item.model_copy(update={"other_in_force": True}) if item.other_id in kept else item
        for item in fact.relations
        if item.other_id not in hidden
    )
    if superseded_by == fact.superseded_by and relations == fact.relations:
        # The same object: what was made of it before serves again.
        return fact
    fields = {name: getattr(fact, name) for name in Fact.model_fields}
    # Not a copy: its standing is to be derived anew.
    return Fact.model_construct(**fields | {"relations": relations, "superseded_by": superseded_by})
