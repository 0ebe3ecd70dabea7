"""Chains of things that each name the next: the source that relays a source, the fact that superseded a fact.

A chain must end: one that comes back to itself is a ring. Each step is walked only once.
"""

from __future__ import annotations

from collections.abc import Mapping


def ring_in(edges: Mapping[int, int]) -> int | None:
    """Return one of those that come back to themselves; None where every chain ends."""
    ending: set[int] = set()
    for start in edges:
        walked: dict[int, None] = {}
        at = start
        while at in edges and at not in ending and at not in walked:
            walked[at] = None
            at = edges[at]
        if at in walked:
            return at
        ending.update(walked)
    return None


def longest_in(edges: Mapping[int, int]) -> tuple[int, int]:
    """Return the longest chain: how many steps it has, and with what it begins. There must be no ring."""
    steps: dict[int, int] = {}
    for start in edges:
        walked, at = [], start
        while at in edges and at not in steps:
            walked.append(at)
            at = edges[at]
        counted = enumerate(reversed(walked), steps.get(at, 0) + 1)
        steps |= {each: count for count, each in counted}
    return max(((count, start) for start, count in steps.items()), default=(0, 0))
