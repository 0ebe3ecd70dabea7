"""What may be asked of the ledger: changes as values that can be shown, kept in a dialogue and made later.

Facts have two kinds of change: publish a new fact, or bring a fact from an expected revision to another
state. Correcting, attributing, relating, superseding, retracting, restoring and undoing differ only in the
new state, so one place proves that no change overwrites another that its author has not seen.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from storage.domain.entries import (
    ON_RECORD,
    EntityEntry,
    Entry,
    FactEntry,
    Line,
    Ref,
    SourceEntry,
    StoryEntry,
    StoryName,
    Text,
)
from storage.domain.models import Ground, RevisionKind


class Publish(Entry):
    """Put a new fact on record; `entities` are those that it names and that are new themselves.

    `sources` are new ones that its own is known through. It takes the place of the fact `supersedes`, in the
    same change. Nobody is told before `hold` minutes have passed; what is `urgent` waits for no other change.
    """

    change: Literal["publish"] = "publish"
    story_id: int
    fact: FactEntry
    entities: tuple[EntityEntry, ...] = ()
    sources: tuple[SourceEntry, ...] = ()
    supersedes: int | None = None
    draft: int | None = None
    hold: float = 0
    urgent: bool = False


class Revise(Entry):
    """Bring a fact from its revision `expected` to another state, for good reason.

    `entities` and `sources` come on record with it; `undoes` is the entry of the trail that this takes back.
    """

    change: Literal["revise"] = "revise"
    story_id: int
    fact_id: int
    expected: int
    kind: RevisionKind
    fact: FactEntry
    reason: Text | None = None
    material: bool = True
    entities: tuple[EntityEntry, ...] = ()
    sources: tuple[SourceEntry, ...] = ()
    draft: int | None = None
    undoes: int | None = None


class PutSource(Entry):
    """Add a source, or edit the one that read as in `expected` when it was looked at."""

    change: Literal["source"] = "source"
    story_id: int
    source: SourceEntry
    expected: dict[str, Any] | None = None
    undoes: int | None = None


class PutEntity(Entry):
    """Add an entity, or edit the one that read as in `expected` when it was looked at."""

    change: Literal["entity"] = "entity"
    story_id: int
    entity: EntityEntry
    expected: dict[str, Any] | None = None
    undoes: int | None = None


class MergeEntity(Entry):
    """Find that an entity is another: its names and facts become the other's."""

    change: Literal["merge"] = "merge"
    story_id: int
    entity_id: int
    into_id: int
    reason: Text | None = None


class RemoveEntity(Entry):
    """Take a name that nothing uses out of all lists; a fact that names it again brings it back."""

    change: Literal["remove"] = "remove"
    story_id: int
    ref: Ref


class SeparateEntity(Entry):
    """Take a merge back: the first of `entities` is itself again, and the others are that one."""

    change: Literal["separate"] = "separate"
    story_id: int
    entities: tuple[int, ...] = Field(min_length=1)
    from_id: int


class OpenStory(Entry):
    """Open a story."""

    change: Literal["story"] = "story"
    story: StoryEntry


class SetStory(Entry):
    """Change what a story is called, tells of itself, or how it is used; None leaves that as it is.

    `tells` are the facts that tell it in a few lines. It read as in `expected` when it was looked at.
    """

    change: Literal["set story"] = "set story"
    story_id: int
    private: bool | None = None
    is_default: bool | None = None
    public: bool | None = None
    title: Line | None = None
    name: StoryName | None = None
    tells: tuple[int, ...] | None = None
    expected: dict[str, Any] | None = None


class Reject(Entry):
    """Reject a draft, saying why."""

    change: Literal["reject"] = "reject"
    story_id: int
    draft: int
    reason: Text


class Appoint(Entry):
    """Make a person a moderator of a story, or of all (`story_id` None)."""

    change: Literal["appoint"] = "appoint"
    address: Line
    story_id: int | None = None
    handle: Line | None = None
    name: Line | None = None


class Dismiss(Entry):
    """End a person's being a moderator of a story, or of all."""

    change: Literal["dismiss"] = "dismiss"
    address: Line
    story_id: int | None = None


class TakeDown(Entry):
    """Remove the words of a fact (F7), source (S3), name (E5) or draft (D4) for good; a tombstone stays."""

    change: Literal["take down"] = "take down"
    story_id: int
    subject: Annotated[str, Field(pattern=r"^[FSED][1-9][0-9]{0,14}$")]
    ground: Ground


Change = Annotated[
    Publish
    | Revise
    | PutSource
    | PutEntity
    | MergeEntity
    | RemoveEntity
    | SeparateEntity
    | OpenStory
    | SetStory
    | Reject
    | Appoint
    | Dismiss
    | TakeDown,
    Field(discriminator="change"),
]
_CHANGES: TypeAdapter[Change] = TypeAdapter(Change, config={"defer_build": True})


def dumped(change: Change) -> dict[str, Any]:
    """Return a change as JSON data."""
    return change.model_dump(mode="json", exclude_defaults=True) | {"change": change.change}


def loaded(data: dict[str, Any]) -> Change:
    """Return the change that JSON data tells."""
    return _CHANGES.validate_python(data, context=ON_RECORD)
