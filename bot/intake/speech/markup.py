"""Signs in a sentence that are no prose: markup that is shown as text, addresses, pictures. Pure.

A parser tears such a sentence apart. What is said is given as the text has it, and is for a person to check.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.intake.speech.layout import Span
from bot.intake.speech.raw import Raw

_SIGN = r"[<>{}\[\]*_#~`|\\^=\u2190-\u2bff\U0001f000-\U0001faff]"
_ODD = re.compile(rf"https?://|{_SIGN}")
_TIED = rf"(?:</?\w{{1,12}}>|{_SIGN}|\ufe0f)"
_TIED_BEFORE = re.compile(rf"{_TIED}{{1,20}}$")
_TIED_BEHIND = re.compile(rf"{_TIED}{{1,20}}")
_QUOTED = tuple("“\"‘'«”")
_BRACKETS = {"(": ")"}
# So far before a part of the text signs are looked for that belong to it.
_FAR = 60


def is_torn(text: str, raw: Raw, quoted: Sequence[Span]) -> bool:
    """Tell whether such a sign stands within an attribution, outside of quotations."""
    parts = (*raw.source, *raw.cue, *raw.content)
    start, end = min(each.start for each in parts), max(each.end for each in parts)
    return any(
        not any(each.start <= match.start() < each.end for each in quoted)
        for match in _ODD.finditer(text, start, end)
    )


def whole(text: str, raw: Raw) -> Raw:
    """Return an attribution whose content has the signs that stand beside it."""
    taken = sorted((*raw.source, *raw.cue, *raw.content))
    return replace(raw, content=tuple(_widened(text, span, taken, raw) for span in raw.content))


def _widened(text: str, span: Span, taken: Sequence[Span], raw: Raw) -> Span:
    floor = max((each.end for each in taken if each.end <= span.start), default=max(0, span.start - _FAR))
    top = min((each.start for each in taken if each.start >= span.end), default=len(text))
    start, end = span
    words = span.of(text)
    if before := _TIED_BEFORE.search(text[floor:start]):
        start = floor + before.start()
    gap = text[floor:start]
    if raw.cue[0].end == floor and not words.startswith((*_QUOTED, "that ")):
        if odd := _ODD.search(gap):
            start = floor + odd.start()
        elif gap.strip() in _BRACKETS:
            start = floor + gap.index(gap.strip())
    if behind := _TIED_BEHIND.match(text, end, min(top, end + _FAR)):
        end = behind.end()
    opened, closed = next(iter(_BRACKETS.items()))
    held = text[start:end]
    if text.startswith(closed, end) and held.count(opened) > held.count(closed):
        end += 1
    return Span(start, end)
