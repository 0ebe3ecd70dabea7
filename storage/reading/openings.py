"""The names on record with which statements begin: their capitals stay where a statement reads on."""

from __future__ import annotations

import re
from collections.abc import Iterable

from storage.domain.enums import EntityKind
from storage.domain.folding import fold
from storage.engines.database import Read
from storage.engines.values import Values
from storage.reading.erased import State

_CAPITAL = re.compile(r"(?=\w\w)[^\W\d_a-z]")
_POSSESSIVE = re.compile(r"['’]s?(?=\s|$)")
# Longer names begin with these words as well.
MOST_WORDS = 4
_CALLED = """
SELECT n.folded, n.spelling, n.rank, e.kind FROM entity_name n JOIN entity e ON e.id = n.entity_id
WHERE n.story_id = :story AND n.rank < 3 AND n.folded IN (SELECT value FROM texts(:begun))
ORDER BY n.folded, n.rank, n.entity_id
"""


def openings(read: Read, story_id: int, states: Iterable[State]) -> dict[str, tuple[str, ...]]:
    """Return by statement and brief the names with which they begin, as those are spelt."""
    # One letter alone is no name.
    begun = {
        text: _beginnings(text)
        for state in states
        for text in _texts(state)
        if _CAPITAL.match(text) is not None
    }
    if not begun:
        return {}
    asked = sorted({each for found in begun.values() for each in found})
    names: dict[str, set[str]] = {}
    for folded, spelling, rank, kind in read(_CALLED, {"story": story_id, "begun": Values(asked)}):
        # A word of a person's name is a name by itself; one of "World Bank" is not.
        parts = spelling.split() if rank == 2 and kind in (EntityKind.PERSON, None) else []
        spelt = [part for part in parts if fold(part) == folded] if rank == 2 else [spelling]
        names.setdefault(folded, set()).update(each for each in spelt if each[:1].isupper())
    found = {
        text: tuple(sorted({name for each in folded for name in names.get(each, ())}))
        for text, folded in begun.items()
    }
    return {text: spelt for text, spelt in found.items() if spelt}


def _texts(state: State) -> list[str]:
    return [text for text in (state["statement"], state.get("brief")) if text]


def _beginnings(text: str) -> list[str]:
    """Return the first words of a text, folded: one of them, two, and so on."""
    words = _POSSESSIVE.sub("", text[:200]).split()[:MOST_WORDS]
    return [fold(" ".join(words[:count])) for count in range(1, len(words) + 1)]
