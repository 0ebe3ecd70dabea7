"""The numbers in a text, in digits and in words: "five", "5,000" and "zwanzigtausend". Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from storage.domain.folding import fold
from storage.domain.language.amounts import Amounts, Counted, amounts

SPACE = " \u00a0\u2009\u202f"
_PART = re.compile(
    rf"(?<![\w.,/:-])\d+(?:[{SPACE}.,'’]\d{{3}}(?!\d))*(?:[.,]\d+)?(?![./:-]\d|\d)"
    r"|[^\W\d_]+(?:['’ʼ][^\W\d_]+)*"
)
_GAP = re.compile(rf"[{SPACE}-]?")
_HUNDRED = 100


class Part(NamedTuple):
    """A word or a number in a text; words are folded."""

    start: int
    end: int
    text: str


class Number(NamedTuple):
    """A number in a text: where it stands among the text's parts, and its value."""

    first: int
    end: int
    value: Decimal


def parts_of(text: str) -> list[Part]:
    """Return the words and numbers of a text."""
    return [Part(*match.span(), _folded(match[0])) for match in _PART.finditer(text)]


def numbers_in(text: str, parts: list[Part], language: str | None) -> Iterator[Number]:
    """Yield the numbers of a text, given its parts."""
    counting, at = amounts(language), 0
    while at < len(parts):
        end, value = at + 1, None
        if may_begin(parts[at].text, counting):
            end, value = number_at(parts, at, text, counting)
        if value is not None:
            yield Number(at, end, value)
        at = end


def may_begin(part: str, counting: Amounts) -> bool:
    """Tell whether a number may begin with a part of a text."""
    return part in counting.values or part[:1].isdigit() or counting.begins(part)


def number_at(parts: list[Part], at: int, text: str, counting: Amounts) -> tuple[int, Decimal | None]:
    """Return where a number ends that begins at one part, and its value; None if it is none."""
    counted, end = _begun(parts, at, counting), at + 1
    if counted is None:
        return end, None
    for here in range(at + 1, len(parts)):
        gap = text[parts[here - 1].end : parts[here].start]
        folded = parts[here].text
        if not _GAP.fullmatch(gap) or parts[here].text[0].isdigit():
            break
        if folded in counting.joining and _counts(parts, here + 1, counting) and here == end:
            continue
        if (more := _gone_on(counted, folded, parts[here - 1], gap, counting)) is None:
            break
        counted, end = more, here + 1
    return end, counted[0] + (counted[1] or 0)


def _begun(parts: list[Part], at: int, counting: Amounts) -> Counted | None:
    first = parts[at].text
    if first[:1].isdigit():
        written = counting.written(first)
        return None if written is None else (Decimal(0), written)
    if first in counting.article and _counts(parts, at + 1, counting, least=_HUNDRED):
        return Decimal(0), Decimal(1)
    return counting.step(Decimal(0), None, first)


def _gone_on(counted: Counted, folded: str, before: Part, gap: str, counting: Amounts) -> Counted | None:
    """Return what a number has come to with its next word; behind digits only a scale is one of its words."""
    if not before.text[0].isdigit():
        return counting.step(*counted, folded)
    scale = counting.scale(folded) or (None if gap else counting.glued.get(folded))
    return None if scale is None else counting.times(*counted, scale)


def _counts(parts: list[Part], at: int, counting: Amounts, least: int = 0) -> bool:
    value = counting.value(parts[at].text) if at < len(parts) else None
    return value is not None and value >= least


def _folded(word: str) -> str:
    """Return a word folded; most need less for that than others do."""
    if word[0].isdigit():
        return word
    return word.lower() if word.isascii() and word.isalpha() else fold(word)
