"""Matching names as people type them: by part, and with small slips of the pen. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from bot.parsing.fuzzy import nearest
from storage.domain.folding import fold
from storage.domain.names import MOST_LETTERS
from storage.reading.entities import Name
from storage.search.sounding import MARGIN, PLAIN_WORD
from storage.search.sounding import PLAIN as HEARD

# Similarity (0 to 100, Indel ratio) from which a slip is plain, and from which it is worth asking about.
PLAIN, POSSIBLE = 84.0, 70.0
SHORTEST_SLIP = 4


class Match(NamedTuple):
    """Entities that a text may mean; `plain` when there is no doubt worth asking about."""

    entity_ids: tuple[int, ...]
    plain: bool


def match(text: str, names: Sequence[Name]) -> Match:
    """Find the entities that a text names, by exact form, part, or slip.

    Names outrank aliases, aliases parts, parts roles. Several entities of the same rank are a question.
    """
    folded = fold(text) if len(text) <= MOST_LETTERS else ""
    if not folded:
        return Match((), plain=False)
    if exact := [name for name in names if name.folded == folded]:
        return _best_rank(exact)
    if within := [name for name in names if _holds(name.folded, folded)]:
        return _best_rank(within)
    heard, slips = heard_as(folded, names), _slips(folded, names)
    if heard.plain or slips.plain:
        return heard if heard.plain else slips
    return Match(tuple(dict.fromkeys((*heard.entity_ids, *slips.entity_ids)))[:8], plain=False)


def heard_as(run: str, names: Sequence[Name]) -> Match:
    """Find the entities whose names a run of folded words sounds like, the likeliest first.

    It is plain when one of them alone sounds so much like it: the bot never chooses between two. Names
    outrank parts of names here, too.
    """
    alike = sorted(
        (share, name.rank, name.entity_id) for name in names for said, share in name.heard if said == run
    )
    if not alike:
        return Match((), plain=False)
    close = [each for each in alike if each[0] <= alike[0][0] + MARGIN]
    best = min(rank for _share, rank, _entity in close)
    ids = tuple(dict.fromkeys(entity for _share, rank, entity in close if rank == best))
    most = PLAIN_WORD if run.isascii() and " " not in run else HEARD
    return Match(ids[:8], plain=len(ids) == 1 and alike[0][0] <= most)


def match_titled(text: str, names: Sequence[Name]) -> Match:
    """Find the entities that a text names as `match` does, else whose name it holds: "Judge Dana Krivic".

    A whole name of several words is plain; one word may be another person's as well, so it is a question.
    """
    found = match(text, names)
    folded = fold(text) if len(text) <= MOST_LETTERS else ""
    held = [name for name in names if name.rank < 3 and len(name.folded) > 2 and _stands_in(name, folded)]
    if found.plain or not held:
        return found
    most = max(name.folded.count(" ") for name in held)
    longest = [name for name in held if name.folded.count(" ") == most]
    best = _best_rank(longest)
    if most and any(folded.endswith(run) for name in longest for run in _said(name)):
        return best
    return Match(tuple(dict.fromkeys((*best.entity_ids, *found.entity_ids)))[:8], plain=False)


def suggestions(text: str, choices: Iterable[str], limit: int = 3) -> list[str]:
    """Return the choices nearest to a text, nearest first."""
    listed = list(choices)
    folded = fold(text[:MOST_LETTERS])
    found = nearest(folded, [_folded(choice) for choice in listed], cutoff=POSSIBLE, limit=limit)
    return [listed[position] for position, _similarity in found]


@lru_cache(maxsize=4096)
def _folded(choice: str) -> str:
    return fold(choice)


def _holds(name: str, asked: str) -> bool:
    """Tell whether a name holds the words asked for, in order and whole."""
    return f" {asked} " in f" {name} " or (len(asked) >= SHORTEST_SLIP and name.startswith(asked))


def _stands_in(name: Name, folded: str) -> bool:
    return any(f" {run} " in f" {folded} " for run in _said(name))


def _said(name: Name) -> list[str]:
    """Return what was typed for a name: its form, and the runs of words that plainly sound like it."""
    return [name.folded, *(run for run, share in name.heard if share <= HEARD)]


def _best_rank(names: Sequence[Name]) -> Match:
    best = min(name.rank for name in names)
    ids = tuple(dict.fromkeys(name.entity_id for name in names if name.rank == best))
    return Match(ids[:8], plain=len(ids) == 1)


def _slips(folded: str, names: Sequence[Name]) -> Match:
    if len(folded) < SHORTEST_SLIP:
        return Match((), plain=False)
    names = [name for name in names if len(name.folded) > SHORTEST_SLIP]
    scored = nearest(folded, [name.folded for name in names], cutoff=POSSIBLE, limit=12)
    if not scored:
        return Match((), plain=False)
    top = scored[0][1]
    # A mere part of another name, less alike, makes no doubt of a name or alias.
    rank = min(names[position].rank for position, similarity in scored if similarity == top)
    near = [
        names[position]
        for position, similarity in scored
        if similarity >= top - 6 and names[position].rank <= rank
    ]
    ids = tuple(dict.fromkeys(name.entity_id for name in near))
    return Match(ids[:8], plain=top >= PLAIN and len(ids) == 1)
