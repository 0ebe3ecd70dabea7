"""Remember what was made of an object that never changes, for as long as that object is asked about.

Many people ask the same. The record hands out the same object until it changes, and what is made of it (the
lines of a fact, a reply, its text on a platform) is the same each time: to make that anew took a third of an
answer's time.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Memo(Generic[T]):
    """What was made of at most `most` objects, each the same only as itself; the first made are forgotten.

    What is made may depend on the object and on `key`, and on nothing else.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        # The object is kept beside: no other may come to have its identity.
        self._made: dict[tuple[int, Hashable], tuple[object, T]] = {}

    def of(self, one: object, key: Hashable, make: Callable[[], T]) -> T:
        """Return what `make` makes of an object, made now if it is not remembered."""
        place = (id(one), key)
        known = self._made.get(place)
        if known is None:
            known = self._made[place] = (one, make())
            if len(self._made) > self._most:
                del self._made[next(iter(self._made))]
        return known[1]
