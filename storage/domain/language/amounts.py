"""Numbers as one language writes them, in words and in digits. Pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

from storage.domain.folding import fold
from storage.domain.language.detection import LANGUAGES

_SPACES = re.compile("[ \u00a0\u2009\u202f'’]")
_GROUPS = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*")
_DECIMAL = re.compile(r"\d+(?:[.,]\d+)?")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_TEN, _HUNDRED, _THOUSAND = 10, 100, 1000
# In French eighty is four score, and sixty and eighty are counted on to nineteen.
_SCORE, _SCORES, _COUNTED_ON = 20, 4, (60, 80)
# A thousand without a number before it.
_ALONE = ("mil", "mille")
# What is complete of a number, and what counts on: of "two thousand three" 2000 and 3.
Counted = tuple[Decimal, Decimal | None]


class Amounts:
    """The words for numbers of one language."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.values = dict(_listed(data["values"]))
        self.glued = dict(_listed(data["glued"]))
        self.joining = frozenset(data["joining"].split())
        self.article = frozenset(data["article"].split())
        self._dots_group = bool(data["dot_groups"])
        self._scores = bool(data.get("scores"))
        self.compounds = bool(data.get("compounds"))

    def begins(self, word: str) -> bool:
        """Tell whether a folded word may begin a number that is no word of the list."""
        return word in self.article or (self.compounds and self._compound(word) is not None)

    def value(self, word: str) -> int | None:
        """Return what a folded word counts, None if it counts nothing."""
        value = self.values.get(word)
        return self._compound(word) if value is None and self.compounds else value

    def scale(self, word: str) -> int | None:
        """Return what a word as "million" multiplies by."""
        value = self.values.get(word)
        return value if value is not None and value >= _THOUSAND else None

    def written(self, digits: str) -> Decimal | None:
        """Return the value of digits; in some languages a dot before three of them parts thousands."""
        bare = _SPACES.sub("", digits)
        grouped = _GROUPS.fullmatch(bare)
        if grouped and (grouped[1] == "," or self._dots_group):
            return Decimal(bare.replace(grouped[1], ""))
        return Decimal(bare.replace(",", ".")) if _DECIMAL.fullmatch(bare) else None

    def step(self, total: Decimal, current: Decimal | None, word: str) -> Counted | None:
        """Return what a number has come to with its next folded word: what is complete, and what counts on.

        None if the word does not go on with it.
        """
        value = self.value(word)
        if value is None:
            return None
        if self.scale(word):
            return self.times(total, current, value) if current or total or word in _ALONE else None
        more = Decimal(value) if current is None else self._added(current, value)
        return None if more is None else (total, more)

    def times(self, total: Decimal, current: Decimal | None, scale: int) -> Counted | None:
        """Return what a number has come to with a thousand, a million or more behind it."""
        if scale > total > 0:
            return (total + (current or 0)) * scale, None
        return (total + (1 if current is None else current) * scale, None) if current or not total else None

    def _added(self, current: Decimal, value: int) -> Decimal | None:
        if value == _HUNDRED:
            return current * _HUNDRED if current < _TEN else None
        rest = int(current % _HUNDRED)
        if self._scores and value == _SCORE and rest == _SCORES:
            return current + (_SCORES - 1) * _SCORE + _SCORE - _SCORES
        counted_on = self._scores and rest in _COUNTED_ON and value < _SCORE
        units = rest >= _SCORE and rest % _TEN == 0 and value < _TEN
        return current + value if value < _HUNDRED and (rest == 0 or units or counted_on) else None

    def _compound(self, word: str) -> int | None:
        """Return the value of a number written in one word: fünfundzwanzigtausend."""
        for name, times in (("tausend", 1000), ("hundert", 100)):
            head, found, tail = word.partition(name)
            if found:
                many = self._compound(head) if head else 1
                more = self._compound(tail) if tail else 0
                return None if many is None or more is None else many * times + more
        unit, found, tens = word.partition("und")
        if found:
            one, ten = self._compound(unit), self.values.get(tens)
            return one + ten if one and ten and one < _TEN <= ten < _HUNDRED else None
        return 1 if word == "ein" else self.values.get(word)


@cache
def amounts(language: str | None) -> Amounts:
    """Return the words for numbers of a language; those of English for one that is not read."""
    return Amounts(_read()[language if language in LANGUAGES else "en"])


def spellings(word: str) -> frozenset[str]:
    """Return a word folded, also as it is written on a keyboard without umlauts."""
    folded, spelt = fold(word), word.translate(_UMLAUTS)
    return frozenset((folded,) if spelt == word else (folded, fold(spelt)))


@cache
def _read() -> dict[str, Any]:
    return tomllib.loads(
        (resources.files("storage") / "domain" / "language" / "numbers.toml").read_text("utf-8")
    )


def _listed(line: str) -> Iterator[tuple[str, int]]:
    for entry in line.split("|"):
        value, *words = entry.split()
        for word in words:
            yield from ((spelling, int(value)) for spelling in spellings(word))
