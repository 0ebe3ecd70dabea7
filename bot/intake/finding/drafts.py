"""What is found in a text: drafts of attributions, with the places that each part was read from."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from bot.intake.speech.layout import Span
from bot.intake.speech.raw import Spans
from storage.domain.enums import Tier
from storage.domain.models import Stance

__all__ = [
    "Draft", "Found", "FoundDate", "FoundFigure", "FoundName", "Part", "Speaker", "Tier", "Uncovered",
]  # fmt: skip


class Part(BaseModel):
    """A value of this module: frozen, and made of parts of the text."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Speaker(Part):
    """Whom the words for a speaker mean.

    `name` is as short as names somebody, `at` where it stands; `role` is what else the words tell, `kind` is
    that of FoundName.
    `read_from` is the pronoun that the name was read for, None where the name itself stands there. It is
    not `sure` where another of the `candidates` may be meant, or a pronoun's name was not found.
    """

    name: str
    at: Span
    role: str | None = None
    kind: str | None = None
    read_from: str | None = None
    sure: bool = True
    candidates: tuple[str, ...] = ()


class FoundFigure(Part):
    """A number in what is said, as a figure of the record: its qualifier, and what it counts."""

    at: Span
    counts: str
    amount: float | None = None
    upper: float | None = None
    words: str | None = None
    qualifier: str | None = None


class FoundDate(Part):
    """A date in the text: its phrase, and what it means against the source's date; None if that is open."""

    at: Span
    phrase: str
    edtf: str | None


class FoundName(Part):
    """A name in the text; `kind` is one of EntityKind, None where that is not known."""

    at: Span
    name: str
    kind: str | None = None


class Draft(Part):
    """A drafted attribution: where its parts stand, and what was read from them.

    `quoted` tells that these are the speaker's own words throughout; `chance` and `tier` come from the
    `grounds`. `said` is when it was said, if the words beside the cue tell; `dates` are those within what
    is said. `inner` are attributions within what is said: `Reed said that Hale denied it`.
    """

    source: Spans
    cue: Spans
    content: Spans
    paragraph: int
    sentence: Span
    statement: str
    cue_words: str
    speaker: Speaker
    stance: Stance | None
    tier: Tier
    chance: float
    grounds: tuple[str, ...] = ()
    quoted: bool = False
    said: FoundDate | None = None
    figures: tuple[FoundFigure, ...] = ()
    dates: tuple[FoundDate, ...] = ()
    names: tuple[FoundName, ...] = ()
    inner: tuple[Draft, ...] = ()


class Uncovered(Part):
    """A quoted passage that no draft covers."""

    at: Span
    paragraph: int


class Found(Part):
    """What was found in a text. Nothing is drafted unless its language is English (`en`).

    `read_to` is where the reading ended, before the end in a very long text.
    """

    language: str | None
    finder: str
    paragraphs: tuple[Span, ...]
    read_to: int = 0
    drafts: tuple[Draft, ...] = ()
    uncovered: tuple[Uncovered, ...] = ()
