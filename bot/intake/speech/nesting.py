"""Reports within reports: whoever tells of a report is the speaker, and the report lies within. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.intake.speech.direct_speech import Surroundings, cover
from bot.intake.speech.layout import Span
from bot.intake.speech.raw import Raw, Spans

_COMMA_BEFORE = re.compile(r",[\"”’']?\s*$")
_WORD = re.compile(r"\w")


def nested(found: Sequence[Raw], around: Surroundings) -> list[Raw]:
    """Return attributions each of which reports what it reports, where several stand in one sentence.

    What stands behind a comma at the end reports all before it: `Hale said it was open, the paper reported`.
    An "according to" within what somebody says reports the rest of that alone.
    """
    parted = [_within_a_clause(raw, found, around) for raw in found]
    for at, last in enumerate(parted):
        kernel = cover(last.source[0], last.cue[0])
        sentence = around.sentence_at(kernel.start)
        if not _ends(around, kernel, sentence) or last.content[-1].end > kernel.start:
            continue
        before = [
            raw for raw in parted if raw is not last and sentence.start <= raw.cue[0].start < kernel.start
        ]
        if before and last.content[0].start >= sentence.start:
            parted[at] = replace(last, content=(around.trimmed(sentence.start, kernel.start),))
            cut = {id(raw): replace(raw, content=_cut(raw.content, kernel, around)) for raw in before}
            parted = [cut.get(id(raw), raw) for raw in parted]
    return parted


def _ends(around: Surroundings, kernel: Span, sentence: Span) -> bool:
    """Tell whether a cue with its speaker ends a sentence, behind a comma."""
    return (
        _COMMA_BEFORE.search(around.text[sentence.start : kernel.start]) is not None
        and _WORD.search(around.text[kernel.end : sentence.end]) is None
    )


def _cut(content: Spans, kernel: Span, around: Surroundings) -> Spans:
    """Return what is reported without the report behind it."""
    spans = (
        around.trimmed(each.start, kernel.start) if each.start < kernel.start < each.end else each
        for each in content
    )
    kept = tuple(each for each in spans if each.end > each.start)
    return kept or content


def _within_a_clause(raw: Raw, found: Sequence[Raw], around: Surroundings) -> Raw:
    """Return an "according to" with the rest of what somebody says, if it stands within that."""
    if raw.how != "according":
        return raw
    kernel = cover(raw.cue[0], raw.source[0])
    holding = [
        span
        for other in found
        if other is not raw
        for span in other.content
        if span.start <= kernel.start and _WORD.search(around.text[kernel.end : max(kernel.end, span.end)])
    ]
    if not holding:
        return raw
    clause = min(holding, key=lambda each: each.end - each.start)
    parts = (around.trimmed(clause.start, kernel.start), around.trimmed(kernel.end, clause.end))
    content = tuple(each for each in parts if each.of(around.text).casefold() not in ("", "that"))
    return replace(raw, content=content or raw.content)
