"""A model for tests: what texts have in common is their runs of three letters. It is the same on each run."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import numpy as np

SIZE = 64


class FakeModel:
    """An embedder that hashes runs of letters, notes all it is given, and can be held up."""

    size = SIZE

    def __init__(self, name: str = "fake 1", before: Callable[[str], object] = lambda _text: None) -> None:
        self.name = name
        self.given: list[str] = []
        self._before = before

    def passages(self, texts):
        return np.stack([self.query(text) for text in texts])

    def query(self, text):
        self._before(text)
        self.given.append(text)
        vector = np.full(SIZE, 0.01, np.float32)
        padded = f" {text.casefold()} "
        for at in range(len(padded) - 2):
            vector[zlib.crc32(padded[at : at + 3].encode()) % SIZE] += 1
        return vector / np.linalg.norm(vector)
