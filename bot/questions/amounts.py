"""Numbers as one language writes them, in words and in digits. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from bot.questions.grammar import spellings

_SPACES = re.compile("[ \u00a0\u2009\u202f'’]")
_GROUPS = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*")
_DECIMAL = re.compile(r"\d+(?:[.,]\d+)?")
# In French eighty is four score, and sixty and eighty are counted on to nineteen.
_SCORE, _COUNTED_ON = 20, (60, 80)


class Amounts:
    """The words for numbers of one language."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._values = dict(_listed(data["values"]))
        self.glued = dict(_listed(data["glued"]))
        self.joining = frozenset(data["joining"].split())
        self.article = frozenset(data["article"].split())
        self._dots_group = bool(data["dot_groups"])
        self._scores = bool(data.get("scores"))
        self._compounds = bool(data.get("compounds"))

    def value(self, word: str) -> int | None:
        """Return what a folded word counts, None if it counts nothing."""
        value = self._values.get(word)
        return self._compound(word) if value is None and self._compounds else value

    def scale(self, word: str) -> int | None:
        """Return what a word as "million" multiplies by."""
        value = self._values.get(word)
        return value if value is not None and value >= 1000 else None

    def written(self, digits: str) -> Decimal | None:
        """Return the value of digits with separators; a dot before three digits parts thousands in some languages."""
        bare = _SPACES.sub("", digits)
        grouped = _GROUPS.fullmatch(bare)
        if grouped and (grouped[1] == "," or self._dots_group):
            return Decimal(bare.replace(grouped[1], ""))
        return Decimal(bare.replace(",", ".")) if _DECIMAL.fullmatch(bare) else None

    def step(
        self, total: Decimal, current: Decimal | None, word: str
    ) -> tuple[Decimal, Decimal | None] | None:
        """Return what a number has come to with its next word: what is complete, and what counts on.

        None if the word does not go on with it.
        """
        value = self.value(word)
        if value is None:
            return None
        if current is None and not total and value >= 1000 and not self._alone(word):
            return None
        if self.scale(word):
            if current is None and total and value <= total:
                return None
            if value > total > 0:
                return (total + (current or 0)) * value, None
            return total + (current if current is not None else 1) * value, None
        if current is None:
            return total, Decimal(value)
        if value == 100 and current < 10:
            return total, current * 100
        rest = int(current % 100)
        if self._scores and value == _SCORE and rest == 4:
            return total, current + 76
        on = (
            rest == 0
            or (rest % 10 == 0 and value < 10)
            or (self._scores and rest in _COUNTED_ON and value < 20)
        )
        return (total, current + value) if on and value < 100 else None

    def _alone(self, word: str) -> bool:
        """Tell whether a word for a thousand needs no number before it: "mil", "mille", "zwanzigtausend"."""
        return word in ("mil", "mille") or word not in self._values

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
            one, ten = self._compound(unit), self._values.get(tens)
            return one + ten if one and ten and one < 10 <= ten < 100 else None
        return 1 if word == "ein" else self._values.get(word)


def _listed(line: str) -> Iterator[tuple[str, int]]:
    for entry in line.split("|"):
        value, *words = entry.split()
        for word in words:
            yield from ((spelling, int(value)) for spelling in spellings(word))
