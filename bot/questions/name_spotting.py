"""Recognising the names in a question, whole, in part, or with a slip of the pen. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.answers.fuzzy import nearest
from bot.answers.matching import PLAIN
from bot.questions.wording import words
from storage.domain.words import STOPWORDS
from storage.reading.entities import Name

LONGEST = 6


@dataclass(frozen=True, slots=True)
class Recognised:
    """One name found in a question: the words it takes up, and whom it may mean by rank of the name."""

    start: int
    end: int
    entity_ids: tuple[int, ...]
    rank: int


def recognise(tokens: Sequence[str], names: Sequence[Name]) -> list[Recognised]:
    """Return the names in a question, longest first, none overlapping another."""
    by_form: dict[str, list[Name]] = {}
    for name in names:
        by_form.setdefault(name.folded, []).append(name)
    found: list[Recognised] = []
    free = [True] * len(tokens)
    for size in range(min(LONGEST, len(tokens)), 0, -1):
        for start in range(len(tokens) - size + 1):
            if all(free[start : start + size]):
                run = tokens[start : start + size]
                if named := _exact(" ".join(run), by_form) or _slip(run, by_form):
                    found.append(Recognised(start, start + size, *named))
                    free[start : start + size] = [False] * size
    return sorted(found, key=lambda item: item.start)


def _exact(form: str, by_form: dict[str, list[Name]]) -> tuple[tuple[int, ...], int] | None:
    listed = by_form.get(form) or by_form.get(f"the {form}")
    if not listed:
        return None
    rank = min(name.rank for name in listed)
    return tuple(dict.fromkeys(name.entity_id for name in listed if name.rank == rank)), rank


def _slip(run: Sequence[str], by_form: dict[str, list[Name]]) -> tuple[tuple[int, ...], int] | None:
    """Recognise a misspelt name. Common words are never taken for one."""
    if any(_common(token) for token in run) or len(run) > 3:
        return None
    form = " ".join(run)
    if len(form) < 4 or form.isdigit():
        return None
    size = len(run)
    near = [known for known in by_form if known.count(" ") == size - 1 and abs(len(known) - len(form)) <= 2]
    if len(form) >= 5 and (best := nearest(form, near, cutoff=PLAIN)):
        return _exact(near[best[0][0]], by_form)
    alike = [
        known for known in near if size == 1 and known[0] == form[0] and skeleton(known) == skeleton(form)
    ]
    return _exact(alike[0], by_form) if len(alike) == 1 else None


def skeleton(word: str) -> str:
    """Return a word's consonants as heard, doubles folded: what is left of a name heard but never read."""
    heard = re.sub(r"t?[sz]+|c(?=[eiy])", "s", word)
    heard = re.sub(r"ck?|q", "k", heard).replace("ph", "f").replace("w", "v").replace("x", "ks")
    return re.sub(r"(.)\1+", r"\1", re.sub(r"[aeiouyhj]", "", heard))


def _common(token: str) -> bool:
    listed = words()
    return token in STOPWORDS or token in listed.light or token in listed.asking
