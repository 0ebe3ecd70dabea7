"""What is read from the record and kept in memory until the record has changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

from storage.engines.database import Database, Read, Version

T = TypeVar("T")
K = TypeVar("K")


class _Value(NamedTuple, Generic[T]):
    version: Version
    value: T


class Kept(Generic[T]):
    """One value, read again when the version of the record that was read last is another than its own.

    Who asks gets what was true at the latest reading of the record: another process may be one reading ahead.
    """

    def __init__(self, database: Database, load: Callable[[Read], T]) -> None:
        self._database = database
        self._load = load
        self._kept: _Value[T] | None = None
        self._loading = asyncio.Lock()

    async def get(self, *, surely: bool = False) -> T:
        """Return the value; `surely` looks first whether another process has changed the record."""
        if surely:
            await self._database.look()
        if (kept := self._fresh()) is None:
            # Many ask at once after each change: one reads, and the others wait for it.
            async with self._loading:
                if (kept := self._fresh()) is None:
                    kept = _Value(*await self._database.reading_at(self._load))
                    self._kept = kept
        return kept.value

    def _fresh(self) -> _Value[T] | None:
        kept = self._kept
        return kept if kept is not None and kept.version == self._database.version_read else None


class KeptByKey(Generic[K, T]):
    """Values made of what the record says, for as long as its facts and sources stay as they are.

    That is while no entry is added to the audit trail, and no sources are found to have one text.
    `most` bounds how many are kept: when there are more, all are forgotten. Only for the reader's own thread,
    inside `Database.reading_version`: what was kept is then never older than what is read beside it.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._changes = (-1, -1)
        self._values: dict[K, T] = {}

    def of(self, version: Version) -> dict[K, T]:
        """Return the values of a version, to be read and added to."""
        changes = (version.changes, version.alike)
        if changes != self._changes or len(self._values) > self._most:
            self._changes, self._values = changes, {}
        return self._values
