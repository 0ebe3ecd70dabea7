"""Telling names from words that are spelt like them, by how a question is written. Pure.

"Who" is a word where an organisation is called WHO, and "the banks" are none of Mr Banks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple, TypeVar

from bot.questions.asking.grammar import grammar
from bot.questions.wording import LONGEST, MOST_CAPITALS, common_words
from storage.domain.folding import fold

MOST_TITLES = 4
_T = TypeVar("_T")
_WORD = re.compile(r"\w+")
_END = re.compile(r"[.!?:;\n]")


class _Written(NamedTuple):
    folded: str
    word: str
    begins: bool


class LetterCase:
    """How the words of one question are written, in the language that it is `spoken` in."""

    def __init__(self, text: str, spoken: str = "en") -> None:
        self.spoken = spoken
        self._text = text[:LONGEST]

    def is_word(self, run: Sequence[str], spellings: Iterable[str]) -> bool:
        """Tell whether a run of folded words is but words of grammar, though something is called so.

        It is a name only where it is written as on record, as "US" or "May" is inside a sentence.
        """
        if not common_words(self.spoken).issuperset(run):
            return False
        shouted = not any(mark.islower() for mark in self._text)
        return shouted or not any(self._stands_as(run, spelling) for spelling in spellings)

    def is_thing(self, word: str, before: str) -> bool:
        """Tell whether a folded word after another is no person: "the banks", "they mark"."""
        return before in grammar(self.spoken).determiners and word not in self._capitals

    def has_capital(self, word: str) -> bool:
        """Tell whether a folded word is written with a capital where others are not."""
        return word in self._capitals

    def titles(self, tokens: Sequence[str], start: int, lowest: int) -> int:
        """Return where the titles begin that stand before a person's whole name; `start` if there are none.

        They have capitals, or one of them stands where the question has its subject; none is before `lowest`.
        """
        first = start
        while first > max(lowest, start - MOST_TITLES) and tokens[first - 1] in self._capitals:
            first -= 1
        before, one = tokens[max(lowest, start - 2) : start][:1], start - 1
        if first == start and before and before[0] in grammar(self.spoken).auxiliaries and one > lowest:
            return start if tokens[one] in grammar(self.spoken).function else one
        return first

    @cached_property
    def _words(self) -> list[_Written]:
        found: list[_Written] = []
        end = 0
        for match in _WORD.finditer(self._text):
            begins = not found or _END.search(self._text, end, match.start()) is not None
            found.append(_Written(fold(match[0]), match[0], begins))
            end = match.end()
        return found

    @cached_property
    def _capitals(self) -> frozenset[str]:
        """The folded words that are written with a capital inside a sentence."""
        inside = [each.folded for each in self._words if each.word[0].isupper() and not each.begins]
        return frozenset(inside) if len(inside) <= MOST_CAPITALS * len(self._words) else frozenset()

    def _stands_as(self, run: Sequence[str], spelling: str) -> bool:
        """Tell whether the words stand in the text with the capitals of a spelling on record."""
        for known in _runs(_WORD.findall(spelling), len(run)):
            if [fold(word) for word in known] == list(run) and any(mark.isupper() for mark in "".join(known)):
                # At a sentence's beginning every word has a capital, and that one says nothing.
                tells = any(mark.isupper() for mark in "".join(known)[1:])
                for written in _runs(self._words, len(run)):
                    if [each.word for each in written] == known and (tells or not written[0].begins):
                        return True
        return False


def _runs(items: list[_T], size: int) -> Iterator[list[_T]]:
    return (items[at : at + size] for at in range(len(items) - size + 1))
