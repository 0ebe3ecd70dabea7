"""An attribution as a rule found it: the parts of the text, the verb, and how it was found."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.intake.speech.layout import Span

Spans = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Raw:
    """The parts of one attribution; `marks` are what may tell how sure it is.

    `means` is where whom a "who" in `source` means stands, if the parse tells.
    """

    source: Spans
    cue: Spans
    content: Spans
    verb: str
    how: str
    marks: frozenset[str] = field(default_factory=frozenset)
    means: Span | None = None


def within(raw: Raw, other: Raw) -> bool:
    """Tell whether one attribution lies in what another one reports: it is told by that one."""
    return (
        raw is not other
        and any(
            span.start <= raw.cue[0].start and max(raw.cue[-1].end, raw.content[-1].end) <= span.end
            for span in other.content
        )
        and other.content[0].start <= raw.content[0].start
    )
