"""What the API answers: each datum with its citation, its address and whose words it is.

Nothing is left out where it is not known: the field is there, and null.
"""

from __future__ import annotations

from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from storage.domain.models import EntityKind, Ground, RelationKind, RevisionKind, SourceKind, Stance

T = TypeVar("T")
JSON = "application/json"
FactId = Annotated[str, Field(pattern=r"^F[0-9]+$", examples=["F7"])]
SourceId = Annotated[str, Field(pattern=r"^S[0-9]+$", examples=["S1"])]
NameId = Annotated[str, Field(pattern=r"^E[0-9]+$", examples=["E5"])]
Moment = Annotated[str, Field(description="a moment in UTC", examples=["2024-01-04T09:30:00.000000Z"])]
Edtf = Annotated[
    str, Field(description="a date in EDTF (ISO 8601-2), as precise as its source", max_length=40)
]
Address = Annotated[str, Field(description="an address on this site")]


class Answer(BaseModel):
    """A value that is answered: frozen, with no other fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Citation(Answer):
    """Where something is said: the source, the place in it, and through which sources it reached us."""

    source: SourceId
    text: str = Field(min_length=1, description="the source in words, with its date and who relays it")
    locator: str | None = Field(description="the place in the source, such as a paragraph")
    url: str | None = Field(description="the source's own address")
    address: Address
    via: tuple[SourceId, ...] = Field(description="the sources that relay it, the one at hand last")


class Named(Answer):
    """Somebody or something that a statement names."""

    id: NameId
    name: str
    kind: EntityKind | None
    address: Address


class Voice(Answer):
    """Whose word a statement is: without a speaker the source's own."""

    sentence: str = Field(min_length=1, description="the statement as this voice's word: safe to quote")
    speaker: Named | None
    stance: Stance
    cue: str | None = Field(description="the source's own words for the manner of saying it")
    quote: str | None
    said: Edtf | None
    independent: bool = Field(description="whether somebody has checked that it is independent of the others")
    citation: Citation


class Figure(Answer):
    """A number with the source's own qualifier and what it counts."""

    amount: float | None
    upper: float | None
    words: str | None
    qualifier: str | None
    counts: str
    measure: str | None
    text: str = Field(description="the figure and what it counts, in words")


class Relation(Answer):
    """How another statement bears on this one; `outgoing` if this one is set against or beside that one."""

    kind: RelationKind
    outgoing: bool
    fact: FactId
    address: Address
    in_force: bool
    about: str | None = Field(description="the question between the two")
    part: str | None = Field(description="the part that it concerns; none: the whole")
    voice: str | None = Field(description="who says the other one first, where it stands against this one")
    citation: Citation | None = Field(description="where a source itself sets the two together")


class Fact(Answer):
    """A statement on record, or one that another has superseded.

    `statement` alone is nobody's word: quote a voice's `sentence`, or give the voice and its citation.
    """

    state: Literal["in force", "superseded"]
    id: FactId
    story: str
    address: Address
    revision: int
    statement: str = Field(min_length=1)
    brief: str | None
    language: str | None
    voices: tuple[Voice, ...] = Field(min_length=1)
    disputes: str | None = Field(
        description="who denies it, says otherwise, or says it too; no verdict of ours"
    )
    occurred: Edtf | None
    occasion: str | None
    date_note: str | None
    when: str = Field(description="all that is given of when, in words")
    places: tuple[Named, ...]
    about: tuple[Named, ...]
    figures: tuple[Figure, ...]
    relations: tuple[Relation, ...]
    superseded_by: FactId | None


class Gone(Answer):
    """What is said instead of what was retracted, taken down or withdrawn: nothing of what it said."""

    id: str = Field(description="the id of a statement, source or name, or a story's name", examples=["F7"])
    text: str
    at: Moment | None
    ground: Ground | None = Field(description="on which ground words were taken down")
    reason: str | None = Field(description="why a statement was retracted")


class Copy(Answer):
    """The copy that was kept of a source as it was fetched: only that it exists, not its text."""

    at: Moment
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class Source(Answer):
    """A document that statements cite."""

    id: SourceId
    story: str
    address: Address
    kind: SourceKind
    text: str = Field(min_length=1, description="the source in words, with all that is known of it")
    title: str | None
    name: str | None
    publisher: str | None
    author: str | None
    url: str | None
    published: Edtf | None
    note: str | None
    via: tuple[SourceId, ...] = Field(description="the sources that relay it, the one at hand last")
    copy_kept: Copy | None


class Name(Answer):
    """Somebody or something that a story names, with the role that a source gives it."""

    id: NameId
    story: str
    address: Address
    kind: EntityKind | None
    name: str
    aliases: tuple[str, ...]
    role: str | None
    citation: Citation | None = Field(description="where the role is given")


class Feeds(Answer):
    """Where the changes of a story are told."""

    atom: Address
    json_feed: Address


class Story(Answer):
    """A story that its owners have made public."""

    name: str
    title: str
    address: Address
    language: str | None
    opened_at: Moment
    facts: int = Field(description="how many statements are in force")
    feeds: Feeds


class Change(Answer):
    """What was done to a statement, and the statement as it is now.

    Of words that were taken down or retracted since, only the change that did so is told.
    """

    id: str = Field(
        description="the statement and its revision, the same whenever it is told", examples=["F7.2"]
    )
    cursor: str = Field(description="what follows this change follows `since` this")
    story: str
    at: Moment
    kind: RevisionKind
    reason: str | None
    fact: Fact | None = Field(description="the statement as it is now; none where it is gone")
    gone: Gone | None


class Page(Answer, Generic[T]):
    """A page of a list; `next` is the address of the following one, null on the last."""

    items: tuple[T, ...]
    next: Address | None


class Changes(Answer):
    """Changes, the oldest first; ask again with `since` this cursor, also where there are none yet."""

    items: tuple[Change, ...]
    cursor: str
    more: bool = Field(description="whether more have happened already")
