"""The spelling of chats written out: "whats" is what is, "20k" and "twenty thousand" are 20,000. Pure.

For search by words; vectors are made of the text as it was written.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from bot.questions.amounts import Amounts, Counted
from bot.questions.grammar import grammar
from storage.domain.folding import fold

_SPACE = " \u00a0\u2009\u202f"
_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ][^\W\d_]+)*|\b\d[^\W\d_]\w*|[^\W\d_]\w*")
_PART = re.compile(
    rf"(?<![\w.,/:-])\d+(?:[{_SPACE}.,'’]\d{{3}}(?!\d))*(?:[.,]\d+)?(?![./:-]\d|\d)"
    r"|[^\W\d_]+(?:['’ʼ][^\W\d_]+)*"
)
_GROUPED = re.compile(rf"\d{{1,3}}(?:[{_SPACE}.,'’]\d{{3}})+")
_GAP = re.compile(rf"[{_SPACE}-]?")
# Smaller numbers are written as words in the texts that are searched, too.
_LEAST_WRITTEN_OUT = 13
# So many digits are one number; more are a phone's or an id, and four may be a year.
_FEWEST, _MOST = 5, 12
_HUNDRED = 100


class _Part(NamedTuple):
    start: int
    end: int
    text: str


def spelt_out(text: str, language: str | None) -> str:
    """Return a text with chat spellings and numbers written as articles write them."""
    return _with_numbers(_without_slang(text, language), language)


def numbers(text: str, language: str | None) -> tuple[str, ...]:
    """Return the numbers in a text that was spelt out, small ones in words too, as digits alone."""
    amounts = _amounts(language)
    found: dict[str, None] = {}
    for part in _parts(text):
        value = amounts.written(part.text) if part.text[0].isdigit() else amounts.value(fold(part.text))
        if value is not None and value > 1:
            found[f"{Decimal(value):f}"] = None
    return tuple(found)


def _without_slang(text: str, language: str | None) -> str:
    chat = grammar(language).chat
    shouted = text.isupper()

    def meant(match: re.Match[str]) -> str:
        word = match[0]
        # "UR" is a name in a text that is not shouted.
        if word.isupper() and not shouted:
            return word
        return chat.get(fold(word), word)

    return _WORD.sub(meant, text)


def _with_numbers(text: str, language: str | None) -> str:
    amounts = _amounts(language)
    parts = _parts(text)
    if not any(part.text[0].isdigit() or amounts.value(fold(part.text)) for part in parts):
        return text
    pieces: list[str] = []
    at = done = 0
    while at < len(parts):
        end, value = _number(parts, at, text, amounts)
        if value is not None and _is_told(parts[at:end], value):
            pieces += (text[done : parts[at].start], f"{value:,}")
            done = parts[end - 1].end
        at = max(end, at + 1)
    return "".join((*pieces, text[done:]))


def _number(parts: list[_Part], at: int, text: str, amounts: Amounts) -> tuple[int, int | None]:
    """Return where a number ends that begins at one part, and its value; None if it is no whole one."""
    counted, end = _begun(parts, at, amounts), at + 1
    if counted is None:
        return end, None
    for here in range(at + 1, len(parts)):
        gap = text[parts[here - 1].end : parts[here].start]
        folded = fold(parts[here].text)
        if not _GAP.fullmatch(gap) or parts[here].text[0].isdigit():
            break
        if folded in amounts.joining and _counts(parts, here + 1, amounts) and here == end:
            continue
        if (more := _gone_on(counted, folded, parts[here - 1], gap, amounts)) is None:
            break
        counted, end = more, here + 1
    whole = counted[0] + (counted[1] or 0)
    return end, int(whole) if whole == whole.to_integral_value() else None


def _begun(parts: list[_Part], at: int, amounts: Amounts) -> Counted | None:
    first = parts[at].text
    if first[0].isdigit():
        written = amounts.written(first)
        return None if written is None else (Decimal(0), written)
    if fold(first) in amounts.article and _counts(parts, at + 1, amounts, least=_HUNDRED):
        return Decimal(0), Decimal(1)
    return amounts.step(Decimal(0), None, fold(first))


def _gone_on(counted: Counted, folded: str, before: _Part, gap: str, amounts: Amounts) -> Counted | None:
    """Return what a number has come to with its next word; behind digits only a scale is one of its words."""
    if not before.text[0].isdigit():
        return amounts.step(*counted, folded)
    scale = amounts.scale(folded) or (None if gap else amounts.glued.get(folded))
    return None if scale is None else amounts.times(*counted, scale)


def _counts(parts: list[_Part], at: int, amounts: Amounts, least: int = 0) -> bool:
    value = amounts.value(fold(parts[at].text)) if at < len(parts) else None
    return value is not None and value >= least


def _is_told(parts: list[_Part], value: int) -> bool:
    """Tell whether a number is written otherwise than in texts; one of four digits alone may be a year."""
    first = parts[0].text
    if len(parts) > 1 or not first[0].isdigit():
        return value >= _LEAST_WRITTEN_OUT
    grouped = _GROUPED.fullmatch(first) is not None
    return grouped or (first.isdigit() and _FEWEST <= len(first) <= _MOST)


def _parts(text: str) -> list[_Part]:
    return [_Part(*match.span(), match[0]) for match in _PART.finditer(text)]


@cache
def _amounts(language: str | None) -> Amounts:
    return Amounts(grammar(language).numbers)
