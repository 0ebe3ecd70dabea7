"""Sketches of texts, by which near-copies are recognised: a share of the hashes of runs of words. Pure.

A wire that another paper prints shares most of its runs of five words, whatever is cut, added or put above
it; two reports of one event in the words of two writers share hardly any. The share of the smaller text
counts, for a paper prints half a wire. A hash is kept by its value alone, so that two sketches keep the same
runs (Broder 1997). datasketch has signatures of a fixed size, which tell little of a part in a whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

from storage.domain.words import split

RUN = 5
# One hash in this many is kept, and of a long text only so many: in 500 words 120 or so.
_ONE_IN, MOST = 4, 4_096
_BYTES = 8
# Two texts are near-copies that share this part of the smaller one's hashes, and at least so many.
ALIKE, FEWEST = 0.5, 6


def sketch(paragraphs: Iterable[str]) -> bytes:
    """Return the sketch of a text: nothing for a very short one."""
    words = [word for each in paragraphs for word in split(each)]
    runs = {" ".join(words[at : at + RUN]) for at in range(len(words) - RUN + 1)}
    hashes = {blake2b(run.encode(), digest_size=_BYTES).digest() for run in runs}
    kept = sorted(each for each in hashes if each[-1] % _ONE_IN == 0)
    return b"".join(kept[:MOST])


def likeness(one: bytes, other: bytes) -> float:
    """Return which part of the smaller of two texts the other holds, from 0 to 1, by their sketches."""
    left, right = _hashes(one), _hashes(other)
    if min(len(left), len(right)) < FEWEST:
        return 0.0
    return len(left & right) / min(len(left), len(right))


def _hashes(sketched: bytes) -> set[bytes]:
    return {sketched[at : at + _BYTES] for at in range(0, len(sketched), _BYTES)}
