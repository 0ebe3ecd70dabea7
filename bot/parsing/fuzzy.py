"""Fuzzy matching: texts with typing errors, and statements that say the same in other words. Pure.

rapidfuzz is imported at its first use: most questions do not need it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from storage.domain.words import query_words

# The share of the shorter statement's words that the other must hold as well to be like it.
ALIKE = 0.6
FEWEST = 3


def nearest(text: str, choices: Sequence[str], *, cutoff: float, limit: int = 1) -> list[tuple[int, float]]:
    """Return positions and similarities of the choices most like a text, best first, none below `cutoff`."""
    from rapidfuzz import fuzz, process

    found = process.extract(text, choices, scorer=fuzz.ratio, limit=limit, score_cutoff=cutoff)
    return [(position, similarity) for _choice, similarity, position in found]


def covered(words: Sequence[str], text: Collection[str], *, cutoff: float) -> float:
    """Return how much of some words a text holds, from 0 to 1; words must be at least `cutoff` % alike."""
    from rapidfuzz import fuzz, process

    def share(word: str) -> float:
        if word in text:
            return 1.0
        found = process.extractOne(word, text, scorer=fuzz.ratio, score_cutoff=cutoff)
        return found[1] / 100 if found else 0.0

    return sum(map(share, words)) / len(words) if words else 0.0


def word_overlap(left: str, right: str) -> float:
    """Return the share of the shorter statement's words that the other holds, 0 if too few to tell."""
    one, other = ({word.stem for word in query_words(text)} for text in (left, right))
    common = len(one & other)
    # Two words in common tell something only where there are no others.
    enough = common >= FEWEST or (common >= 2 and one == other)
    return common / min(len(one), len(other)) if enough else 0.0
