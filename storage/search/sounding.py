"""Find names as they sound: written in another script, by another language's rules, or in a case form."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING

from storage.engines.database import Read
from storage.engines.values import Values
from storage.reading.entities import Name
from storage.search.name_index import LONGEST_WORD

if TYPE_CHECKING:
    from storage.domain.sounds import Reading

# Differences a letter up to which a name is plainly the one that was typed, and up to which it may be; of two
# names that sound more nearly the same than by the margin neither is chosen.
PLAIN, POSSIBLE, MARGIN = 0.045, 0.08, 0.015
# One word in Latin letters is like many: beyond this Miller may be Müller, or not.
PLAIN_WORD = 0.03
# Entries that are compared for all keys of a text's words, and at least for each of them.
COMPARED, FEWEST = 2_000, 12
# Words in a run, known words that are tried for each by how many there are, and forms that are looked up.
LONGEST_RUN, TRIED, MOST_COMBINED = 3, (16, 16, 6), 100
# How far one word of several may be off, a letter and in all.
_OFF, _OFF_IN_ALL, _OFF_SHORT = 0.16, 0.2, 0.4

# Of each key the first entries.
_ENTRIES = """
SELECT value, (SELECT coalesce(list_of(row_of(piece, word)), '[]') FROM (
    SELECT piece, word FROM name_piece
    WHERE story_id = :story AND piece >= '~' || value || ' ' AND piece < '~' || value || '!'
    ORDER BY piece, word LIMIT :most
) p) FROM texts(:keys)
"""

Heard = Mapping[str, Sequence[tuple[str, float]]]


def forms(read: Read, story_id: int, words: Sequence[str], asked: Iterable[str], most: float) -> Heard:
    """Return the folded forms that runs of words may sound like, with the runs and differences a letter.

    Only the words in `asked` are listened to; what differs by more than `most` is left out.
    """
    from storage.domain.sounds import (
        SHORTEST,
        latin,
        reading_of,
        typed_readings,
    )  # not every start needs them

    listened = [word for word in dict.fromkeys(asked) if len(word) <= LONGEST_WORD and not word.isdigit()]
    readings = {word: typed_readings(word) for word in listened}
    keys = sorted({reading.key for own in readings.values() for reading in own})
    each = max(FEWEST, COMPARED // max(1, len(keys)))
    rows = read(_ENTRIES, {"story": story_id, "keys": Values(keys), "most": each}) if keys else []
    entries = {key: [(reading_of(piece), word) for piece, word in json.loads(found)] for key, found in rows}
    alike = {word: _alike(word, own, entries) for word, own in readings.items()}
    heard: dict[str, list[tuple[str, float]]] = {}
    for size in range(1, LONGEST_RUN + 1):
        # One word alone is like too many: only what is plain, or nearly, counts.
        limit = most if size > 1 else min(most, PLAIN + MARGIN)
        for run in dict.fromkeys(tuple(words[at : at + size]) for at in range(len(words) - size + 1)):
            for form, differing in _combined([alike.get(word, {}) for word in run]).items():
                letters = sum(len(latin(word)) for word in run)
                share = differing / letters
                # What has three letters is like too much.
                if share <= limit and (letters >= SHORTEST or not differing):
                    heard.setdefault(form, []).append((" ".join(run), share))
    return heard


def marked(names: Sequence[Name], heard: Heard) -> list[Name]:
    """Return names with the runs that they were heard in; a role is not heard."""
    return [
        name._replace(heard=tuple(heard.get(name.folded, ()))) if name.rank < 3 else name for name in names
    ]


def _alike(
    word: str, readings: Iterable[Reading], entries: Mapping[str, Sequence[tuple[Reading, str]]]
) -> dict[str, float]:
    """Return the known words that sound most like one, with their differences."""
    from storage.domain.sounds import SHORTEST, difference, latin

    letters = len(latin(word))
    most = letters * _OFF + _OFF_IN_ALL if letters >= SHORTEST else _OFF_SHORT
    found: dict[str, float] = {}
    for reading in readings:
        for entry, known in entries[reading.key]:
            differing = reading.counts + entry.counts
            if differing <= found.get(known, most):
                differing += difference(word, reading.heard, entry.heard)
                if differing <= found.get(known, most):
                    found[known] = differing
    return dict(sorted(found.items(), key=lambda item: (item[1], item[0]))[: TRIED[0]])


def _combined(alike: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return the forms that known words make together, likeliest first, with their differences."""
    if not all(alike):
        return {}
    tried = (list(of)[: TRIED[len(alike) - 1]] for of in alike)
    ways = (
        (" ".join(words), sum(of[word] for of, word in zip(alike, words, strict=True)))
        for words in product(*tried)
    )
    return dict(sorted(ways, key=lambda way: (way[1], way[0]))[:MOST_COMBINED])
