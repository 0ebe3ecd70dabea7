"""Fuzzy matching for typing errors: Indel similarity, 0 to 100 (rapidfuzz).

The library is imported at its first use: most questions do not need it.
"""

from __future__ import annotations

from collections.abc import Sequence


def nearest(text: str, choices: Sequence[str], *, cutoff: float, limit: int = 1) -> list[tuple[int, float]]:
    """Return positions and similarities of the choices most like a text, best first, none below `cutoff`."""
    from rapidfuzz import fuzz, process

    found = process.extract(text, choices, scorer=fuzz.ratio, limit=limit, score_cutoff=cutoff)
    return [(position, similarity) for _choice, similarity, position in found]
