"""What a fact sheet holds, as typed entries: the shape of import, export and of each revision's state.

The same JSON serves all three, so a revision can be read, shown and imported with one reader.
Entries name each other by `ref`; identities of the database stay out of them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    FiniteFloat,
    StringConstraints,
    Tag,
    ValidationInfo,
    model_validator,
)

from storage.domain import dates
from storage.domain.clock import moment_text, read_moment
from storage.domain.folding import digits
from storage.domain.language.detection import Language
from storage.domain.models import EntityKind, RevisionKind, SourceKind, Stance
from storage.domain.names import clean, slug

MOST_ATTRIBUTIONS = 100
# The context in which what comes from the record is validated: its dates stay as they are, also those that
# only an earlier version took.
ON_RECORD = {"on_record": True}


def _checked_date(text: str, info: ValidationInfo) -> str:
    kept = info.context is not None and info.context.get("on_record")
    return dates.on_record(text) if kept else dates.canonical(digits(text))


def _plain_date(value: Any) -> Any:
    """Return a date or a moment that TOML has read as such as the text that it was written as."""
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, date) else value


def _no_truth(value: Any) -> Any:
    """Refuse true and false, which pydantic would take for 1 and 0."""
    if isinstance(value, bool):
        raise ValueError("should be a number")  # noqa: TRY004  # reason: pydantic reports no other kind
    return value


def _checked_moment(text: str) -> str:
    try:
        same = moment_text(read_moment(text)) == text
    except ValueError:
        same = False
    if not same:
        raise ValueError("should be a moment as the record writes it: 2024-01-04T09:30:00.000000Z")
    return text


# The last validator runs first: a text is cleaned, then measured (in that order also the faster, by far).
Line = Annotated[str, StringConstraints(min_length=1, max_length=500), BeforeValidator(clean)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=4000), BeforeValidator(clean)]
# A title is as long as an address: a form takes either in one field.
LONGEST_TITLE = LONGEST_ADDRESS = 2000
Title = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TITLE), BeforeValidator(clean)]
# A brief stands in lists, the part that a relation concerns stands before who denies it.
LONGEST_BRIEF = 100
Short = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_BRIEF), BeforeValidator(clean)]
LONGEST_ARTICLE = 20
Article = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_ARTICLE), BeforeValidator(clean)]
Ref = Annotated[str, StringConstraints(min_length=1, max_length=200), BeforeValidator(clean)]
StoryName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
When = Annotated[str, AfterValidator(_checked_date), BeforeValidator(_plain_date)]
Moment = Annotated[str, AfterValidator(_checked_moment)]
Number = Annotated[FiniteFloat, BeforeValidator(_no_truth)]
Url = Annotated[
    str,
    StringConstraints(max_length=LONGEST_ADDRESS, pattern=r"^https?://[^\s/$.?#][^\s]*$"),
    BeforeValidator(clean),
]
# Yes, or nothing: that nobody has looked is no finding.
Found = Annotated[bool | None, AfterValidator(lambda found: found or None)]
# Ids go on from the largest one: the bound leaves room for more than will ever be added.
FactId = Annotated[str, StringConstraints(pattern=r"^F[1-9][0-9]{0,8}$")]
SourceId = Annotated[str, StringConstraints(pattern=r"^S[1-9][0-9]{0,8}$")]


class Entry(BaseModel):
    """An entry of a fact sheet: frozen, and refusing keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class SourceEntry(Entry):
    """A source; inline in an attribution its `ref` may be left out and is made from the rest."""

    id: SourceId | None = None
    ref: Ref = ""
    kind: SourceKind = SourceKind.ARTICLE
    name: Line | None = None
    title: Title | None = None
    publisher: Line | None = None
    author: Line | None = None
    url: Url | None = None
    published: When | None = None
    note: Text | None = None
    via: Ref | None = None

    @model_validator(mode="before")
    @classmethod
    def _name_it(cls, data: Any) -> Any:
        """Give a source without a ref one made from what identifies it."""
        if not isinstance(data, dict) or data.get("ref"):
            return data
        identity = [data.get(key) for key in ("url", "title", "publisher", "author", "published", "name")]
        return {**data, "ref": digest("source", identity)} if any(identity) else data

    @model_validator(mode="after")
    def _is_identified(self) -> SourceEntry:
        if not self.ref:
            raise ValueError("a source needs at least a title, name, publisher, author or url")
        return self


class EntityEntry(Entry):
    """A person, organisation, place, group or thing (a ship, a law), with the role a source gives it."""

    ref: Ref = ""
    kind: EntityKind | None = None
    name: Line
    article: Article | None = None
    short: Line | None = None
    aliases: tuple[Line, ...] = ()
    role: Line | None = None
    source: Ref | None = None
    locator: Line | None = None
    merged_into: Ref | None = None

    @model_validator(mode="before")
    @classmethod
    def _name_it(cls, data: Any) -> Any:
        if isinstance(data, dict) and not data.get("ref") and isinstance(data.get("name"), str):
            return {**data, "ref": slug(data["name"])}
        return data

    @model_validator(mode="after")
    def _role_has_source(self) -> EntityEntry:
        if self.role and not self.source:
            raise ValueError('a role needs the source that gives it: add source = "..."')
        return self


class AttributionEntry(Entry):
    """Whose word it is: speaker, cue, stance, source and where in it; whether it was found independent."""

    source: Annotated[
        Annotated[Ref, Tag("ref")] | Annotated[SourceEntry, Tag("inline")],
        Discriminator(lambda value: "ref" if isinstance(value, str) else "inline"),
    ]
    speaker: Line | None = None
    cue: Line | None = None
    stance: Stance = Stance.ASSERTS
    locator: Line | None = None
    quote: Line | None = None
    said: When | None = None
    independent: Found = None


class FigureEntry(Entry):
    """A number, or the source's words for one, with its qualifier and what it counts."""

    amount: Number | None = None
    upper: Number | None = None
    words: Text | None = None
    qualifier: Line | None = None
    counts: Text
    measure: Line | None = None

    @model_validator(mode="after")
    def _has_a_number(self, info: ValidationInfo) -> FigureEntry:
        if self.amount is None and self.words is None:
            raise ValueError("a figure needs an amount, or the source's words for it")
        kept = info.context is not None and info.context.get("on_record")
        if not kept and self.amount is not None and self.upper is not None and self.upper < self.amount:
            raise ValueError("upper is less than amount")
        return self


class RelationEntry(Entry):
    """Another fact that this one contradicts or supports, the question between them, and which part of it."""

    fact: Ref
    about: Line | None = None
    part: Short | None = None
    source: Ref | None = None
    locator: Line | None = None


class FactState(Entry):
    """What a fact says at one of its revisions."""

    statement: Text
    brief: Short | None = None
    occurred: When | None = None
    occasion: Line | None = None
    date_note: Line | None = None
    places: tuple[Line, ...] = ()
    about: tuple[Line, ...] = ()
    attributions: tuple[AttributionEntry, ...] = Field(min_length=1, max_length=MOST_ATTRIBUTIONS)
    figures: tuple[FigureEntry, ...] = ()
    contradicts: tuple[RelationEntry, ...] = ()
    supports: tuple[RelationEntry, ...] = ()
    superseded_by: Ref | None = None
    retracted: Text | None = None


class RevisionEntry(Entry):
    """A past revision, as exported: the history travels with its fact; the last one's state is the fact."""

    at: Moment
    kind: RevisionKind
    actor: Line
    material: bool
    reason: Text | None = None
    state: FactState | None = None


class FactEntry(FactState):
    """One fact; only `statement` and one attribution with a `source` are required."""

    id: FactId | None = None
    ref: Ref = ""
    revisions: tuple[RevisionEntry, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _name_it(cls, data: Any) -> Any:
        """Give a fact without a ref one made from its words, so that importing it again finds it."""
        if isinstance(data, dict) and not data.get("ref"):
            return {**data, "ref": digest("fact", [data.get("statement"), _identifying(data)])}
        return data

    @model_validator(mode="after")
    def _history_in_order(self) -> FactEntry:
        if any(later.at < earlier.at for earlier, later in pairwise(self.revisions)):
            raise ValueError("its revisions are not in the order of their moments")
        last = self.revisions[-1] if self.revisions else None
        if last and last.state is not None and (last.state.retracted is None) != (self.retracted is None):
            raise ValueError("its last revision and the fact differ in whether it is retracted")
        return self

    def states(self) -> tuple[FactState, ...]:
        """Return the fact and what it said at each of its past revisions."""
        return (self, *(item.state for item in self.revisions if item.state is not None))


class StoryEntry(Entry):
    """The story that the entries belong to."""

    name: StoryName
    title: Line
    about: tuple[Ref, ...] = ()
    opened_at: Moment | None = None
    language: Language | None = None
    private: bool = False


def _identifying(data: dict[str, Any]) -> Any:
    """Return the attributions of a fact but for what somebody finds out of them later."""
    given = data.get("attributions")
    if not isinstance(given, list | tuple) or not any(isinstance(item, dict) for item in given):
        return given
    left = (_without_finding(item) if isinstance(item, dict) else item for item in given)
    return type(given)(left)


def _without_finding(item: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in item.items() if key != "independent"}


def is_digest(ref: str) -> bool:
    """Tell whether a ref was made by `digest`: it tells nobody anything."""
    return bool(re.fullmatch(r"[a-z]+-[0-9a-f]{16}", ref))


def digest(kind: str, parts: Iterable[Any]) -> str:
    """Return a ref made from what identifies an entry, the same each time."""
    joined = "\x1f".join(str(part) for part in parts)
    return f"{kind}-{hashlib.blake2b(joined.encode('utf-8', 'replace'), digest_size=8).hexdigest()}"
