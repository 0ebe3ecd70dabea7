"""Recognising the names in a question, whole, in part, or with a slip of the pen. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.parsing.fuzzy import nearest
from bot.parsing.matching import PLAIN, heard_as
from bot.questions.letter_case import LetterCase
from bot.questions.wording import common_words
from storage.reading.entities import Name
from storage.search.names import LONGEST, LONGEST_MISSPELT, MOST_MISSPELT
from storage.search.sounding import PLAIN as HEARD
from storage.search.sounding import PLAIN_WORD

SHORTEST_SLIP = 4


@dataclass(frozen=True, slots=True)
class Recognised:
    """One name found in a question: the words it takes up, and whom it may mean by rank of the name.

    It is not `sure` when it sounds like the names of several.
    """

    start: int
    end: int
    entity_ids: tuple[int, ...]
    rank: int
    sure: bool = True


def misspelt(tokens: Sequence[str], spoken: str = "en") -> list[str]:
    """Return the words of a question that may be names misspelt: of very many only the longest."""
    known = common_words(spoken)
    uncommon = dict.fromkeys(token for token in tokens if token and token not in known)
    return sorted(uncommon, key=len, reverse=True)[:MOST_MISSPELT]


def recognise(
    tokens: Sequence[str],
    names: Sequence[Name],
    written: LetterCase | None = None,
    tried: Sequence[str] | None = None,
) -> list[Recognised]:
    """Return the names in a question, the longest taken first, none overlapping another.

    `written` tells words of grammar from names that are spelt like them. Of the words `tried`, else of all
    that may be, misspelt names are made out.
    """
    forms = _Forms(names, written)
    if tried is None:
        tried = misspelt(tokens, written.spoken if written else "en")
    slips = frozenset(tried)
    found: list[Recognised] = []
    free = [True] * len(tokens)
    for size in range(min(LONGEST, len(tokens)), 0, -1):
        for start in range(len(tokens) - size + 1):
            end = start + size
            if all(free[start:end]) and (named := forms.meant(tokens[start:end], slips)):
                found.append(Recognised(start, end, *named))
                free[start:end] = [False] * size
    return sorted(found, key=lambda item: item.start)


class _Forms:
    """The forms of names, by what is compared: the whole, and its words and letters in number."""

    def __init__(self, names: Sequence[Name], written: LetterCase | None) -> None:
        self._written = written
        self._named: dict[str, list[Name]] = {}
        for name in names:
            self._named.setdefault(name.folded, []).append(name)
        self._first = {form.removeprefix("the ").split(" ", 1)[0] for form in self._named} | {"the"}
        self._heard: dict[str, list[Name]] = {}
        for name in names:
            for said, _share in name.heard:
                self._heard.setdefault(said, []).append(name)
        self._sized: dict[tuple[int, int], list[str]] = {}
        for form in self._named:
            self._sized.setdefault((form.count(" ") + 1, len(form)), []).append(form)

    def meant(
        self, run: Sequence[str], tried: frozenset[str]
    ) -> tuple[tuple[int, ...], int] | tuple[tuple[int, ...], int, bool] | None:
        """Return whom a run of words means, by which rank of name, and whether that is sure.

        Only of the words `tried` a name is made out that is not spelt so.
        """
        # Most runs begin as no name does.
        if run[0] in self._first and (named := self._exact(" ".join(run))):
            return named
        return self._heard_as(run) or self._slip(run) if tried.issuperset(run) else None

    def _exact(self, form: str) -> tuple[tuple[int, ...], int] | None:
        """Return whom a form names, and by which rank of name."""
        listed = self._named.get(form) or self._named.get(f"the {form}")
        if not listed:
            return None
        if self._written and self._written.is_word(form.split(), (name.spelling for name in listed)):
            return None
        rank = min(name.rank for name in listed)
        return tuple(dict.fromkeys(name.entity_id for name in listed if name.rank == rank)), rank

    def _heard_as(self, run: Sequence[str]) -> tuple[tuple[int, ...], int, bool] | None:
        """Recognise a name by its sound."""
        said = " ".join(run)
        alike = self._heard.get(said)
        if not alike:
            return None
        least = min(share for name in alike for text, share in name.heard if text == said)
        if least > (PLAIN_WORD if self._may_be_a_word(run) else HEARD):
            return None
        match = heard_as(said, alike)
        return match.entity_ids, min(name.rank for name in alike), match.plain

    def _may_be_a_word(self, run: Sequence[str]) -> bool:
        """Tell whether it is one word in Latin letters without a capital: many sound like somebody's name."""
        capital = self._written is not None and self._written.has_capital(run[0])
        return len(run) == 1 and run[0].isascii() and not capital

    def _slip(self, run: Sequence[str]) -> tuple[tuple[int, ...], int] | None:
        """Recognise a misspelt name."""
        if len(run) > LONGEST_MISSPELT:
            return None
        form, size = " ".join(run), len(run)
        if len(form) < SHORTEST_SLIP or form.isdigit():
            return None
        near = [
            known
            for length in range(len(form) - 2, len(form) + 3)
            for known in self._sized.get((size, length), ())
        ]
        if len(form) >= 5 and (best := nearest(form, near, cutoff=PLAIN)):
            return self._exact(near[best[0][0]])
        if size > 1:
            return None
        alike = [known for known in near if known[0] == form[0] and skeleton(known) == skeleton(form)]
        return self._exact(alike[0]) if len(alike) == 1 else None


@lru_cache(maxsize=4096)
def skeleton(word: str) -> str:
    """Return a word's consonants as heard, doubles folded: what is left of a name heard but never read."""
    heard = re.sub(r"t?[sz]+|c(?=[eiy])", "s", word)
    heard = re.sub(r"ck?|q", "k", heard).replace("ph", "f").replace("w", "v").replace("x", "ks")
    return re.sub(r"(.)\1+", r"\1", re.sub(r"[aeiouyhj]", "", heard))
