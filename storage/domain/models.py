"""The vocabulary as frozen models: the values that the record returns."""

from __future__ import annotations

from functools import cached_property
from itertools import combinations
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from storage.domain.enums import (
    Action,
    Cadence,
    DeliveryState,
    DraftKind,
    DraftState,
    EntityKind,
    Ground,
    NoticeKind,
    RelationKind,
    RevisionKind,
    SourceKind,
    Stance,
    Standing,
)
from storage.domain.names import with_article

__all__ = [
    "Action", "Attribution", "AuditEntry", "Cadence", "DeliveryState", "Draft", "DraftKind", "DraftState",
    "Entity", "EntityKind", "Fact", "Figure", "Ground", "Listener", "Notice", "NoticeKind", "Relation",
    "RelationKind", "Revision", "RevisionKind", "Source", "SourceKind", "Stance", "Standing", "Story",
    "Subscription", "TakenDown",
]  # fmt: skip


class Frozen(BaseModel):
    """A value that never changes and refuses what it does not know."""

    # defer_build: validators are made when first used, not at each start.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Story(Frozen):
    """A developing story; a `private` one answers only in use, a `public` one is on the web."""

    id: int
    name: str
    title: str
    opened_at: str
    language: str | None = None
    private: bool = False
    public: bool = False
    withdrawn_at: str | None = None


class Source(Frozen):
    """A document that can be cited, known only `via` another; the copies of those `alike` have its text."""

    id: int
    story_id: int
    ref: str
    kind: SourceKind
    name: str | None = None
    title: str | None = None
    publisher: str | None = None
    author: str | None = None
    url: str | None = None
    published: str | None = None
    note: str | None = None
    via: Source | None = None
    alike: frozenset[int] = Field(frozenset(), exclude=True)

    def chain(self) -> tuple[Source, ...]:
        """Return this source and those that relay it, ending with the document at hand."""
        chain = [self]
        while (relaying := chain[-1].via) is not None:
            chain.append(relaying)
        return tuple(chain)

    @cached_property
    def known_through(self) -> tuple[frozenset[int], frozenset[int]]:
        """The documents through which it reaches us; and these with those that have their text."""
        own = frozenset(link.id for link in self.chain())
        return own, own.union(*(link.alike for link in self.chain()))


class Entity(Frozen):
    """A person, organisation, place or group that a story names; one merged into itself was removed."""

    id: int
    story_id: int
    ref: str
    kind: EntityKind | None
    name: str
    article: str | None = None
    short: str | None = None
    aliases: tuple[str, ...] = ()
    role: str | None = None
    role_source: Source | None = None
    role_locator: str | None = None
    merged_into: str | None = None

    @property
    def called(self) -> str:
        """The form used inside sentences: the short name, else the name with its article."""
        return self.short or self.named

    @property
    def named(self) -> str:
        """The whole name as it stands inside sentences, with its article: `the Kyiv Independent`."""
        return with_article(self.article, self.name)


class Figure(Frozen):
    """A number with the source's own qualifier and what it counts."""

    counts: str
    amount: float | None = None
    upper: float | None = None
    words: str | None = None
    qualifier: str | None = None
    measure: str | None = None


class Attribution(Frozen):
    """Whose word a fact is: without a speaker the source's own; `independent` if somebody found it to be."""

    source: Source
    speaker: Entity | None = None
    cue: str | None = None
    stance: Stance = Stance.ASSERTS
    locator: str | None = None
    quote: str | None = None
    said: str | None = None
    independent: bool = False


class Relation(Frozen):
    """One fact contradicts or supports another; seen from either, `other_id` is the far one.

    `about` is the question between the two. `part` is the part of the contradicted or supported fact that it
    concerns ("the number of dead"); without it, it concerns the whole. `voice` is who says the far one first,
    where it stands against the near one and not too many others do.
    """

    kind: RelationKind
    other_id: int
    outgoing: bool
    other_in_force: bool
    about: str | None = None
    part: str | None = None
    source: Source | None = None
    locator: str | None = None
    voice: Attribution | None = None


class TakenDown(Frozen):
    """That words were taken down: when and on which ground, or with what else (then neither is told)."""

    at: str | None = None
    ground: Ground | None = None


class Fact(Frozen):
    """One single-point statement on record, never without an attribution; `brief` is its short wording.

    `opening` are the names on record with which its words begin, `language` is its story's.
    """

    id: int
    story_id: int
    ref: str
    statement: str = Field(min_length=1)
    brief: str | None = None
    attributions: tuple[Attribution, ...] = Field(min_length=1)
    occurred: str | None = None
    occasion: str | None = None
    date_note: str | None = None
    places: tuple[Entity, ...] = ()
    about: tuple[Entity, ...] = ()
    figures: tuple[Figure, ...] = ()
    relations: tuple[Relation, ...] = ()
    superseded_by: int | None = None
    retracted: str | None = None
    taken_down: TakenDown | None = None
    revision: int = 1
    opening: tuple[str, ...] = ()
    language: str | None = None

    @property
    def in_force(self) -> bool:
        """Whether the record still holds it: neither superseded nor retracted nor taken down."""
        return self.superseded_by is None and self.retracted is None

    @cached_property
    def standing(self) -> Standing:
        """Derive the standing from attributions, relations and later changes."""
        return standing_of(self)

    def entities(self) -> tuple[Entity, ...]:
        """Return every entity that the fact names, speakers first, each once."""
        speakers = (item.speaker for item in self.attributions if item.speaker)
        return tuple(dict.fromkeys((*speakers, *self.places, *self.about)))


class Revision(Frozen):
    """One entry of a fact's append-only history; `state` is the fact as a fact-sheet entry (JSON).

    Of a revision that was taken down (`removed`) there is neither state nor reason.
    """

    fact_id: int
    number: int
    at: str
    kind: RevisionKind
    actor: str
    material: bool
    state: str | None
    reason: str | None = None
    removed: bool = False


class AuditEntry(Frozen):
    """One entry of the audit trail; `before` and `after` are what the change found and what it left.

    Of an entry that was taken down (`removed`) there is neither of them, and no reason.
    """

    id: int
    at: str
    actor: str
    action: Action
    subject: str
    hash: str
    chat: str | None = None
    story_id: int | None = None
    before: Any = None
    after: Any = None
    reason: str | None = None
    removed: bool = False


class Draft(Frozen):
    """A proposed fact waiting for review, or what became of it; `change` is the change to make (JSON)."""

    id: int
    story_id: int
    kind: DraftKind
    change: dict[str, Any]
    language: str
    proposed_at: str
    state: DraftState
    proposer: str | None = None
    chat: str | None = None
    decided_by: str | None = None
    reason: str | None = None
    fact_id: int | None = None


class Listener(Frozen):
    """A chat or one of its topics (0: none), and how it wants to hear of changes.

    `time`, `quiet_from` and `quiet_until` are times of day (HH:MM) in `zone`; `weekday` is 0 for Monday.
    `words` (folded) must be in a notice, if any are set. `paused` says why the chat takes no messages, and
    `paused_at` since when; then `open_at` is the moment of the next try.
    """

    id: int
    chat: str
    topic: int = 0
    cadence: Cadence = Cadence.AT_ONCE
    time: str = "09:00"
    weekday: int = 0
    zone: str = "UTC"
    quiet_from: str | None = None
    quiet_until: str | None = None
    material_only: bool = False
    silent: bool = False
    words: str | None = None
    muted_until: str | None = None
    paused: str | None = None
    language: str = "en"
    open_at: str = ""
    seen: int = 0
    paused_at: str | None = None
    refusal_told: bool = False


class Subscription(Frozen):
    """What a listener listens to: a story, or of it only an entity or some words."""

    id: int
    story_id: int
    story: str
    story_name: str
    entity_id: int | None = None
    entity: str | None = None
    words: str | None = None


class Notice(Frozen):
    """What is to be told: of a change to a fact, which waits until `released_at`, or a ready-made `reply`."""

    id: int
    kind: NoticeKind
    made_at: str
    due_at: str
    audit_id: int | None = None
    story_id: int | None = None
    fact_id: int | None = None
    revision: int | None = None
    material: bool = True
    reply: str | None = None
    released_at: str | None = None


def standing_of(fact: Fact) -> Standing:
    """Return the standing; a later change outweighs a dispute, a dispute outweighs corroboration."""
    if fact.retracted is not None:
        return Standing.RETRACTED
    if fact.superseded_by is not None:
        return Standing.SUPERSEDED
    if contradicted(fact) or divided(fact.attributions):
        return Standing.DISPUTED
    if corroborated(fact.attributions):
        return Standing.CORROBORATED
    return Standing.ATTRIBUTED


def contradicted(fact: Fact) -> bool:
    """Tell whether a fact that is in force contradicts it, whichever of the two says so."""
    return any(item.kind is RelationKind.CONTRADICTS and item.other_in_force for item in fact.relations)


def divided(attributions: tuple[Attribution, ...]) -> bool:
    """Tell whether some voices deny what others hold; whoever only rates it does neither."""
    stances = [item.stance for item in attributions if item.stance is not Stance.RATES]
    return 0 < stances.count(Stance.DENIES) < len(stances)


def corroborated(attributions: tuple[Attribution, ...]) -> bool:
    """Tell whether two voices hold it through sources that share no document on their way to us."""
    # What comes through one document, is one agency's text, or is said by one speaker, is one voice.
    pairs = combinations((item for item in attributions if item.stance is not Stance.RATES), 2)
    return any(
        one.source.known_through[0].isdisjoint(two.source.known_through[1])
        and (one.speaker is None or two.speaker is None or one.speaker.id != two.speaker.id)
        for one, two in pairs
    )
