"""The spelling of chats written out: "whats" is what is, "20k" and "twenty thousand" are 20,000. Pure.

For search by words; vectors are made of the text as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from bot.questions.asking.amounts import Amounts, Counted
from bot.questions.asking.grammar import grammar
from storage.domain.folding import fold

_SPACE = " \u00a0\u2009\u202f"
_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ][^\W\d_]+)*|\b\d[^\W\d_]\w*|[^\W\d_]\w*")
_PART = re.compile(
    rf"(?<![\w.,/:-])\d+(?:[{_SPACE}.,'’]\d{{3}}(?!\d))*(?:[.,]\d+)?(?![./:-]\d|\d)"
    r"|[^\W\d_]+(?:['’ʼ][^\W\d_]+)*"
)
_ROUGHLY, _DIGIT = re.compile(r"\w+"), re.compile(r"\d")
_GROUPED = re.compile(rf"\d{{1,3}}(?:[{_SPACE}.,'’]\d{{3}})+")
_GAP = re.compile(rf"[{_SPACE}-]?")
# Smaller numbers are written as words in the texts that are searched, too.
_LEAST_WRITTEN_OUT = 13
# So many digits are one number; more are a phone's or an id, and four may be a year.
_FEWEST, _MOST = 5, 12
_HUNDRED = 100


class _Part(NamedTuple):
    """A word or a number in a text; words are folded."""

    start: int
    end: int
    text: str


def spelt_out(text: str, language: str | None) -> str:
    """Return a text with chat spellings and numbers written as articles write them."""
    chat, amounts = grammar(language).chat, _amounts(language)
    # Most texts need neither: that is soon seen where no letter has a mark.
    words = set(_ROUGHLY.findall(text.lower().replace("'", ""))) if text.isascii() else None
    if words is None or not words.isdisjoint(chat):
        text = _without_slang(text, chat)
    if words is None or _DIGIT.search(text) or amounts.compounds or not words.isdisjoint(amounts.values):
        text = _with_numbers(text, amounts)
    return text


def numbers(tokens: Sequence[str], language: str | None) -> tuple[str, ...]:
    """Return the numbers among folded words that were spelt out, small ones in words too, as digits alone."""
    values = _amounts(language).values
    found = [token if token.isdigit() else values.get(token, 1) for token in tokens]
    return tuple(dict.fromkeys(str(int(number)) for number in found if int(number) > 1))


def _without_slang(text: str, chat: Mapping[str, str]) -> str:
    shouted = text.isupper()

    def meant(match: re.Match[str]) -> str:
        word = match[0]
        written = chat.get(_folded(word))
        # "UR" is a name in a text that is not shouted.
        return word if written is None or (word.isupper() and not shouted) else written

    return _WORD.sub(meant, text)


def _with_numbers(text: str, amounts: Amounts) -> str:
    parts = [_Part(*match.span(), _folded(match[0])) for match in _PART.finditer(text)]
    pieces: list[str] = []
    at = done = 0
    while at < len(parts):
        first = parts[at].text
        if not (first in amounts.values or first[:1].isdigit() or amounts.begins(first)):
            at += 1
            continue
        end, value = _number(parts, at, text, amounts)
        if value is not None and _is_told(parts[at:end], value):
            pieces += (text[done : parts[at].start], f"{value:,}")
            done = parts[end - 1].end
        at = end
    return "".join((*pieces, text[done:]))


def _number(parts: list[_Part], at: int, text: str, amounts: Amounts) -> tuple[int, int | None]:
    """Return where a number ends that begins at one part, and its value; None if it is no whole one."""
    counted, end = _begun(parts, at, amounts), at + 1
    if counted is None:
        return end, None
    for here in range(at + 1, len(parts)):
        gap = text[parts[here - 1].end : parts[here].start]
        folded = parts[here].text
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
    if first[:1].isdigit():
        written = amounts.written(first)
        return None if written is None else (Decimal(0), written)
    if first in amounts.article and _counts(parts, at + 1, amounts, least=_HUNDRED):
        return Decimal(0), Decimal(1)
    return amounts.step(Decimal(0), None, first)


def _gone_on(counted: Counted, folded: str, before: _Part, gap: str, amounts: Amounts) -> Counted | None:
    """Return what a number has come to with its next word; behind digits only a scale is one of its words."""
    if not before.text[0].isdigit():
        return amounts.step(*counted, folded)
    scale = amounts.scale(folded) or (None if gap else amounts.glued.get(folded))
    return None if scale is None else amounts.times(*counted, scale)


def _counts(parts: list[_Part], at: int, amounts: Amounts, least: int = 0) -> bool:
    value = amounts.value(parts[at].text) if at < len(parts) else None
    return value is not None and value >= least


def _is_told(parts: list[_Part], value: int) -> bool:
    """Tell whether a number is written otherwise than in texts; one of four digits alone may be a year."""
    first = parts[0].text
    if len(parts) > 1 or not first[0].isdigit():
        return value >= _LEAST_WRITTEN_OUT
    grouped = _GROUPED.fullmatch(first) is not None
    return grouped or (first.isdigit() and _FEWEST <= len(first) <= _MOST)


def _folded(word: str) -> str:
    """Return a word folded; most need less for that than others do."""
    if word[0].isdigit():
        return word
    return word.lower() if word.isascii() and word.isalpha() else fold(word)


@cache
def _amounts(language: str | None) -> Amounts:
    return Amounts(grammar(language).numbers)
