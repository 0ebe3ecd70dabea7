"""What the record needs of the database under it, whichever engine that is.

SQL is one text for all engines: placeholders are `?` or `:name`, and lists are `Values`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol, TypeVar, overload

from storage.engines.write_behind import WriteBehind

# Which engine it is, for the little that only one has.
Dialect = Literal["sqlite", "postgres"]
Parameters = Sequence[Any] | Mapping[str, Any]
T = TypeVar("T")
# Seconds that a statement waits for a lock.
LONGEST_WAIT = 10.0


class Row(Protocol):
    """A row of a query, whose values are found by place or by name: int, float, str, bytes or None."""

    @overload
    def __getitem__(self, key: int | str, /) -> Any: ...
    @overload
    def __getitem__(self, key: slice, /) -> tuple[Any, ...]: ...
    def __iter__(self) -> Iterator[Any]:
        """Return the values in order."""

    def __len__(self) -> int:
        """Return how many values there are."""

    def keys(self) -> list[str]:
        """Return the names of the values in order."""


class Read(Protocol):
    """A function that returns all rows of a query."""

    def __call__(self, sql: str, parameters: Parameters = (), /) -> list[Row]:
        """Return the rows."""


class Version(NamedTuple):
    """Which state of the record was read: its last audit entry, and how often what requests look up changed.

    `alike` is how often it was found that sources have one text. All only grow. What none of them tells, such
    as receipts and deliveries, is never kept in memory.
    """

    changes: int
    lookups: int
    alike: int = 0


VERSION = "SELECT coalesce((SELECT max(id) FROM audit), 0), number, alike FROM lookup_version"


class Statements(Protocol):
    """Statements of a transaction, run one after the other in the connection's own thread."""

    dialect: Dialect

    def run(self, sql: str, parameters: Parameters = ()) -> None:
        """Run one statement."""

    def run_many(self, sql: str, rows: Iterable[Parameters]) -> None:
        """Run one statement for each row."""

    def fetch(self, sql: str, parameters: Parameters = (), /) -> list[Row]:
        """Return all rows of a query, seeing what this transaction wrote."""


Write = Callable[[Statements], object]


class Transaction(Protocol):
    """Statements that take effect together, or not at all."""

    dialect: Dialect

    async def run(self, sql: str, parameters: Parameters = ()) -> None:
        """Run one statement."""

    async def run_many(self, sql: str, rows: Iterable[Parameters]) -> None:
        """Run one statement for each row."""

    async def fetch(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """Return all rows of a query, seeing what this transaction wrote."""

    async def work(self, work: Callable[[Statements], T]) -> T:
        """Return what `work` makes of its statements, all run in one go in the writer's own thread."""


class Database(Protocol):
    """The database under a record: one connection writes, another reads beside it."""

    dialect: Dialect
    # The record's file; where the engine has none, the name beside which the record's other files lie.
    path: Path
    # Writes that nobody waits for.
    behind: WriteBehind[Write]
    # The version that was read last. What is kept in memory beside it is at most one reading behind.
    version_read: Version

    async def close(self) -> None:
        """Close the connections; what was committed is kept."""

    async def read(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """Return all rows of a query, as last committed."""

    async def reading(self, work: Callable[[Read], T]) -> T:
        """Return what `work` makes of its reads, all of one state of the record and in one hop."""

    async def reading_at(self, work: Callable[[Read], T]) -> tuple[Version, T]:
        """Return what `work` makes of its reads, as `reading` does, and of which version of the record."""

    async def reading_version(self, work: Callable[[Read, Version], T]) -> T:
        """Return what `work` makes of its reads, as `reading` does; it is told of which version they are."""

    async def look(self) -> None:
        """Learn which version of the record is the last one."""

    def transaction(self, *, durable: bool = True) -> AbstractAsyncContextManager[Transaction]:
        """Begin a writing transaction; commit at the end of the block, roll back on any exception.

        One that is not durable does not wait for the disk: a crash may undo it, whole, unless a durable one
        came after it. What was handed over to be written behind is written before.
        """

    async def outside(self, work: Callable[[Statements], T]) -> T:
        """Return what `work` makes of statements that no transaction may hold, such as VACUUM."""

    async def clock(self) -> datetime | None:
        """Return the moment by the clock that processes on several machines share; None on one machine."""

    async def version(self) -> int:
        """Return the number of the last migration that the database has."""

    async def backup(self, target: Path) -> None:
        """Write a consistent copy to a file while others read and write, replacing it at the end."""

    async def check(self) -> list[str]:
        """Return what is wrong with the database; nothing if it is sound."""
