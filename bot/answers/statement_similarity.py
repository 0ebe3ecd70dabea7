"""Similarity of two statements: whether one may be on record already in other words. Pure."""

from __future__ import annotations

from storage.domain.words import query_words

# The share of the shorter statement's words that the other must hold as well.
ALIKE = 0.6
FEWEST = 3


def word_overlap(left: str, right: str) -> float:
    """Return the share of the shorter statement's words that the other holds, 0 if too few to tell."""
    one, other = ({word.stem for word in query_words(text)} for text in (left, right))
    common = len(one & other)
    # Two words in common tell something only where there are no others.
    enough = common >= FEWEST or (common >= 2 and one == other)
    return common / min(len(one), len(other)) if enough else 0.0
