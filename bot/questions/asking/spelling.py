"""The spelling of chats written out: "whats" is what is, "20k" and "twenty thousand" are 20,000. Pure.

For search by words; vectors are made of the text as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot.questions.asking.grammar import grammar
from storage.domain.folding import fold
from storage.domain.language.amounts import Amounts
from storage.domain.language.amounts import amounts as amounts_of
from storage.domain.language.counting import SPACE, Part, may_begin, number_at, parts_of

_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ][^\W\d_]+)*|\b\d[^\W\d_]\w*|[^\W\d_]\w*")
_ROUGHLY, _DIGIT = re.compile(r"\w+"), re.compile(r"\d")
_GROUPED = re.compile(rf"\d{{1,3}}(?:[{SPACE}.,'’]\d{{3}})+")
# Smaller numbers are written as words in the texts that are searched, too.
_LEAST_WRITTEN_OUT = 13
# So many digits are one number; more are a phone's or an id, and four may be a year.
_FEWEST, _MOST = 5, 12


def spelt_out(text: str, language: str | None) -> str:
    """Return a text with chat spellings and numbers written as articles write them."""
    chat, amounts = grammar(language).chat, amounts_of(language)
    # Most texts need neither: that is soon seen where no letter has a mark.
    words = set(_ROUGHLY.findall(text.lower().replace("'", ""))) if text.isascii() else None
    if words is None or not words.isdisjoint(chat):
        text = _without_slang(text, chat)
    if words is None or _DIGIT.search(text) or amounts.compounds or not words.isdisjoint(amounts.values):
        text = _with_numbers(text, amounts)
    return text


def numbers(tokens: Sequence[str], language: str | None) -> tuple[str, ...]:
    """Return the numbers among folded words that were spelt out, small ones in words too, as digits alone."""
    values = amounts_of(language).values
    found = [token if token.isdigit() else values.get(token, 1) for token in tokens]
    return tuple(dict.fromkeys(str(int(number)) for number in found if int(number) > 1))


def _without_slang(text: str, chat: Mapping[str, str]) -> str:
    shouted = text.isupper()

    def meant(match: re.Match[str]) -> str:
        word = match[0]
        written = chat.get(fold(word))
        # "UR" is a name in a text that is not shouted.
        return word if written is None or (word.isupper() and not shouted) else written

    return _WORD.sub(meant, text)


def _with_numbers(text: str, amounts: Amounts) -> str:
    parts = parts_of(text)
    pieces: list[str] = []
    at = done = 0
    while at < len(parts):
        if not may_begin(parts[at].text, amounts):
            at += 1
            continue
        end, value = number_at(parts, at, text, amounts)
        whole = int(value) if value is not None and value == value.to_integral_value() else None
        if whole is not None and _is_told(parts[at:end], whole):
            pieces += (text[done : parts[at].start], f"{whole:,}")
            done = parts[end - 1].end
        at = end
    return "".join((*pieces, text[done:]))


def _is_told(parts: list[Part], value: int) -> bool:
    """Tell whether a number is written otherwise than in texts; one of four digits alone may be a year."""
    first = parts[0].text
    if len(parts) > 1 or not first[0].isdigit():
        return value >= _LEAST_WRITTEN_OUT
    grouped = _GROUPED.fullmatch(first) is not None
    return grouped or (first.isdigit() and _FEWEST <= len(first) <= _MOST)
