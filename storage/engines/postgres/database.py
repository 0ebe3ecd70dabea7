"""The record in a schema of a PostgreSQL database: reading, transactions, checks.

As on SQLite one connection writes and another reads beside it, each in a thread of its own, and all reads of
a page run in one go of the reader's thread on one state of the record. Writers of all processes take turns by
a lock that ends with their transaction: so ids and the trail have no gaps, and nothing has to be repeated.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from psycopg.pq import TransactionStatus

from storage.domain.clock import read_moment
from storage.domain.errors import BusyRecord, RecordError
from storage.engines.database import (
    LONGEST_WAIT,
    VERSION,
    Dialect,
    Parameters,
    Read,
    Row,
    Statements,
    Transaction,
    Version,
    Write,
)
from storage.engines.postgres import checking, copying, health, migrations, outcome
from storage.engines.postgres.connection import Link, Plain
from storage.engines.postgres.errors import BUSY, Place
from storage.engines.postgres.texts import for_postgres, query
from storage.engines.write_behind import WriteBehind

T = TypeVar("T")
# As the record writes moments.
_CLOCK = """SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
_BEGIN_READING = f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {VERSION}"
# Seconds for which who holds the lock may do nothing: a process that stands still, or whose machine has lost
# its power, would keep all others from writing, and from taking over what it does.
_LONGEST_IDLE = 20
# One trip to the server: who waits for the lock waits no longer than any statement does.
_BEGIN_WRITING = (
    f"BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL lock_timeout = '{LONGEST_WAIT:.0f}s';"
    f" SET LOCAL idle_in_transaction_session_timeout = '{_LONGEST_IDLE}s';"
    f" SET LOCAL synchronous_commit = {{kept}}; {migrations.LOCK}"
)


class PostgresStatements:
    """Statements of a transaction, run one after the other in the connection's own thread."""

    dialect: Dialect = "postgres"

    def __init__(self, connection: Plain) -> None:
        self._connection = connection

    def run(self, sql: str, parameters: Parameters = ()) -> None:
        """Run one statement."""
        self._connection.execute(for_postgres(sql), parameters)

    def run_many(self, sql: str, rows: Iterable[Parameters]) -> None:
        """Run one statement for each row."""
        with self._connection.cursor() as cursor:
            cursor.executemany(for_postgres(sql), rows)

    def fetch(self, sql: str, parameters: Parameters = (), /) -> list[Row]:
        """Return all rows of a query, seeing what this transaction wrote."""
        found = self._connection.execute(*query(sql, parameters), binary=True)
        # What changes rows and names none has no result.
        return list(found) if found.description is not None else []


class PostgresTransaction:
    """Statements that take effect together, or not at all."""

    dialect: Dialect = "postgres"

    def __init__(self, link: Link) -> None:
        self._link = link

    async def run(self, sql: str, parameters: Parameters = ()) -> None:
        """Run one statement."""
        await self.work(lambda rows: rows.run(sql, parameters))

    async def run_many(self, sql: str, rows: Iterable[Parameters]) -> None:
        """Run one statement for each row."""
        await self.work(lambda statements: statements.run_many(sql, rows))

    async def fetch(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """Return all rows of a query, seeing what this transaction wrote."""
        return await self.work(lambda rows: rows.fetch(sql, parameters))

    async def work(self, work: Callable[[Statements], T]) -> T:
        """Return what `work` makes of its statements, all run in one go in the writer's own thread."""
        return await self._link.run(lambda plain: work(PostgresStatements(plain)))


class PostgresDatabase:
    """One schema of a PostgreSQL database: the one that its role finds first."""

    dialect: Dialect = "postgres"

    def __init__(self, path: Path, place: Place, writer: Link, reader: Link) -> None:
        self.path = path
        self._place = place
        self._writer = writer
        self._reader = reader
        self._writing = asyncio.Lock()
        self.behind: WriteBehind[Write] = WriteBehind(self._write_behind)
        self.version_read = Version(-1, -1)

    @classmethod
    async def open(cls, url: str, path: Path, *, create: bool = True) -> PostgresDatabase:
        """Connect, bring the schema up to date and return the database; its files lie beside `path`.

        Raises UnreadableRecord (no such database, foreign, too new, an older server: left as it was),
        UnwritableRecord or BusyRecord, which UnreachableRecord is one of.
        """
        place = Place(url)
        writer, reader = Link(place), Link(place)
        try:
            await writer.run(lambda plain: migrations.migrate(plain, place.shown, create=create), begins=True)
        except BaseException:
            await writer.close()
            raise
        return cls(path, place, writer, reader)

    async def close(self) -> None:
        """Close both connections; what was committed is on the server's disk."""
        with contextlib.suppress(RecordError):
            await self.behind.settled()
        await self._reader.close()
        await self._writer.close()

    async def read(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """Return all rows of a query, as last committed."""
        return await self._reader.run(
            lambda plain: PostgresStatements(plain).fetch(sql, parameters), begins=True
        )

    async def reading(self, work: Callable[[Read], T]) -> T:
        """Return what `work` makes of its reads, all of one state of the record and in one hop."""
        return await self.reading_version(lambda read, _version: work(read))

    async def reading_at(self, work: Callable[[Read], T]) -> tuple[Version, T]:
        """Return what `work` makes of its reads, as `reading` does, and of which version of the record."""
        return await self.reading_version(lambda read, version: (version, work(read)))

    async def reading_version(self, work: Callable[[Read, Version], T]) -> T:
        """Return what `work` makes of its reads, as `reading` does; it is told of which version they are."""

        def in_one_state(plain: Plain) -> tuple[Version, T]:
            try:
                found = plain.execute(_BEGIN_READING)
                found.nextset()
                version = Version(*found.fetchall()[0])
                return version, work(PostgresStatements(plain).fetch, version)
            except BaseException:
                _end(plain)
                raise

        version, result = await self._reader.run(in_one_state, begins=True)
        # Whoever asked need not wait for the server to hear that this is all.
        self._reader.soon(_end)
        self._note(version)
        return result

    async def look(self) -> None:
        """Learn which version of the record is the last one."""
        self._note(Version(*(await self.read(VERSION))[0]))

    def _note(self, version: Version) -> None:
        # A reading may end after a later one: versions never go back.
        self.version_read = Version(*map(max, self.version_read, version))

    @asynccontextmanager
    async def transaction(self, *, durable: bool = True) -> AsyncIterator[Transaction]:
        """Begin a writing transaction; commit at the end of the block, roll back on any exception.

        One that is not durable does not wait for the server's disk: a crash of the server may undo it, whole,
        unless a durable one came after it. What was handed over to be written behind is written before.

        Raises UnsureRecord where the connection is lost while it commits and the server cannot be asked
        whether it did. Where it can, that it did is no error.
        """
        await self.behind.settled()
        async with self._transaction(durable=durable) as tx:
            yield tx

    @asynccontextmanager
    async def _transaction(self, *, durable: bool = True) -> AsyncIterator[Transaction]:
        await self._turn()
        try:
            begin = _BEGIN_WRITING.format(kept="on" if durable else "off")
            try:
                # Who is cancelled while waiting for the lock gets it all the same, and rolls back.
                await self._writer.run(lambda plain: _begin(plain, begin), begins=True)
                yield PostgresTransaction(self._writer)
                self._note(await outcome.commit(self._writer))
            except BaseException:
                # Shielded: a cancelled command must not leave the transaction open.
                await asyncio.shield(self._roll_back())
                raise
        finally:
            self._writing.release()

    async def _roll_back(self) -> None:
        # A lost connection has nothing open.
        with contextlib.suppress(RecordError):
            await self._writer.run(_end)

    async def _turn(self) -> None:
        """Wait until no other transaction of this process is under way; raises BusyRecord.

        Each waits no longer than a statement does: behind a record that stays busy they must not add up.
        """
        try:
            async with asyncio.timeout(LONGEST_WAIT):
                await self._writing.acquire()
        except TimeoutError:
            raise BusyRecord(BUSY.format(place=self._place.shown)) from None

    async def _write_behind(self, writes: Sequence[Write]) -> None:
        def work(tx: Statements) -> None:
            for write in writes:
                write(tx)

        async with self._transaction() as tx:
            await tx.work(work)

    async def outside(self, work: Callable[[Statements], T]) -> T:
        """Return what `work` makes of statements that no transaction may hold, such as VACUUM."""
        async with self._writing:
            return await self._writer.run(lambda plain: work(PostgresStatements(plain)), begins=True)

    async def clock(self) -> datetime | None:
        """Return the moment by the server's clock."""
        return read_moment(str((await self.read(_CLOCK))[0][0]))

    async def version(self) -> int:
        """Return the number of the last migration that the schema has."""
        return int((await self.read(migrations.NUMBER))[0][0])

    async def backup(self, target: Path, done: Callable[[int], None] = lambda _rows: None) -> None:
        """Write a consistent copy to a SQLite file while others read and write, replacing it at the end.

        `done` is told of rows as they are copied, in another thread.
        """
        # It takes long: on a connection of its own it holds nobody up.
        link = Link(self._place)
        try:
            await link.run(lambda plain: copying.copy(plain, target, done), begins=True)
        finally:
            await link.close()

    async def counts(self) -> dict[str, int]:
        """Return how many rows each table has, but for the one that marks the schema as a record."""
        names = [row[0] for row in await self.read(migrations.TABLES)]
        return {name: (await self.read(f"SELECT count(*) FROM {name}"))[0][0] for name in names}

    async def health(self, now: datetime) -> health.Health:
        """Return what the server and the schema are like; `now` is this machine's moment, with its zone."""
        return await self._reader.run(lambda plain: health.look(plain, now), begins=True)

    async def check(self) -> list[str]:
        """Return what is wrong with the schema; nothing if it is sound."""
        return await self._reader.run(checking.problems, begins=True)


def _begin(plain: Plain, begin: str) -> None:
    try:
        plain.execute(begin)
    except BaseException:
        _end(plain)
        raise


def _end(plain: Plain) -> None:
    """End a transaction that is to leave nothing behind."""
    if not plain.closed and plain.info.transaction_status != TransactionStatus.IDLE:
        plain.execute("ROLLBACK")
