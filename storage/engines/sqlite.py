"""The connection to one SQLite file: pragmas, reading, transactions, migrations, backup and checks.

All reads of a page run in one call of the reader's thread, on one state of the record: a hop between threads
costs more than most reads. aiosqlite has no public way to do this, so this module alone uses a private one.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import aiosqlite

from storage.domain.errors import BusyRecord, RecordError, ReplacedRecord, UnreadableRecord
from storage.engines import files, migrations
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
from storage.engines.errors import BUSY, translated
from storage.engines.values import for_sqlite
from storage.engines.wal_mark import WalMark
from storage.engines.write_behind import WriteBehind

T = TypeVar("T")
# What is deleted is overwritten: words that were taken down must not be found in what is left of pages.
_PRAGMAS = ("foreign_keys = ON", "cache_size = -65536", "temp_store = MEMORY", "secure_delete = ON")
# With 50 ms between them: as long as any other statement waits for a lock.
WAL_ATTEMPTS = 200


class SqliteStatements:
    """Statements of a transaction, run one after the other in the connection's own thread."""

    dialect: Dialect = "sqlite"

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def run(self, sql: str, parameters: Parameters = ()) -> None:
        """Run one statement."""
        self._connection.execute(for_sqlite(sql), parameters)

    def run_many(self, sql: str, rows: Iterable[Parameters]) -> None:
        """Run one statement for each row."""
        self._connection.executemany(for_sqlite(sql), rows)

    def fetch(self, sql: str, parameters: Parameters = (), /) -> list[Row]:
        """Return all rows of a query, seeing what this transaction wrote."""
        return self._connection.execute(for_sqlite(sql), parameters).fetchall()


class SqliteTransaction:
    """Statements that take effect together, or not at all."""

    dialect: Dialect = "sqlite"

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def run(self, sql: str, parameters: Parameters = ()) -> None:
        """Run one statement."""
        await self._connection.execute_fetchall(for_sqlite(sql), parameters)

    async def run_many(self, sql: str, rows: Iterable[Parameters]) -> None:
        """Run one statement for each row."""
        await (await self._connection.executemany(for_sqlite(sql), rows)).close()

    async def fetch(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """Return all rows of a query, seeing what this transaction wrote."""
        return list(await self._connection.execute_fetchall(for_sqlite(sql), parameters))

    async def work(self, work: Callable[[Statements], T]) -> T:
        """Return what `work` makes of its statements, all run in one go in the writer's own thread."""
        return await _in_thread(self._connection, lambda plain: work(SqliteStatements(plain)))


class SqliteDatabase:
    """One SQLite file in WAL mode: one connection writes, another reads beside it."""

    dialect: Dialect = "sqlite"

    def __init__(
        self,
        path: Path,
        writer: aiosqlite.Connection,
        reader: aiosqlite.Connection,
        identity: files.Identity | None,
    ) -> None:
        self.path = path
        self._identity = identity
        self._mark = WalMark(path)
        self._writer = writer
        self._reader = reader
        self._writing = asyncio.Lock()
        self._durable = True
        self.behind: WriteBehind[Write] = WriteBehind(self._write_behind)
        # What is kept in memory beside it is at most one reading behind.
        self.version_read = Version(-1, -1)

    @classmethod
    async def open(cls, path: Path, *, create: bool = True) -> SqliteDatabase:
        """Open the file, bring its schema up to date and return the database.

        Raises UnreadableRecord (damaged, foreign or too new: left as it was), UnwritableRecord or
        BusyRecord.
        """
        with translated(path):
            migrations.inspect(path, create=create)
            identity = files.identity(path)
            writer = await _connect(path)
            try:
                await _in_thread(writer, lambda plain: migrations.migrate(plain, path))
                # The record itself must survive a power cut: each commit reaches the disk.
                await writer.execute("PRAGMA synchronous = FULL")
                reader = await _connect(path)
                await reader.execute("PRAGMA query_only = ON")
            except BaseException:
                await writer.close()
                raise
        return cls(path, writer, reader, identity)

    async def close(self) -> None:
        """Close both connections; what was committed is on disk."""
        with contextlib.suppress(RecordError):
            await self.behind.settled()
        await self._reader.close()
        await self._writer.close()
        self._mark.close()

    def refuse_replaced(self) -> None:
        """Raise ReplacedRecord if another file stands at the path, or none, or something was copied over it.

        Each reading and each change looks first: what this process would say is of the old file, and what it
        would write nobody would ever find.
        """
        if files.identity(self.path) != self._identity:
            raise ReplacedRecord(
                f"{self.path} is not the file that was opened: it was replaced or moved away. Start again"
            )
        if self._mark.is_gone():
            raise ReplacedRecord(f"{self.path} was written over while it was open. Start again")

    async def read(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """Return all rows of a query, as last committed."""
        self.refuse_replaced()
        with translated(self.path):
            return list(await self._reader.execute_fetchall(for_sqlite(sql), parameters))

    async def reading(self, work: Callable[[Read], T]) -> T:
        """Return what `work` makes of its reads, all of one state of the record and in one hop."""
        return await self.reading_version(lambda read, _version: work(read))

    async def reading_at(self, work: Callable[[Read], T]) -> tuple[Version, T]:
        """Return what `work` makes of its reads, as `reading` does, and of which version of the record."""
        return await self.reading_version(lambda read, version: (version, work(read)))

    async def reading_version(self, work: Callable[[Read, Version], T]) -> T:
        """Return what `work` makes of its reads, as `reading` does; it is told of which version they are."""

        def in_one_state(connection: sqlite3.Connection) -> tuple[Version, T]:
            read = SqliteStatements(connection).fetch
            read("BEGIN")
            try:
                # The first read decides which state of the record all others see.
                version = Version(*read(VERSION)[0])
                return version, work(read, version)
            finally:
                # Some errors have ended the transaction already.
                if connection.in_transaction:
                    read("COMMIT")

        self.refuse_replaced()
        with translated(self.path):
            version, result = await _in_thread(self._reader, in_one_state)
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

        One that is not durable does not wait for the disk: a power cut may undo it, whole, unless a durable
        one came after it. What was handed over to be written behind is written before.
        """
        await self.behind.settled()
        async with self._transaction(durable=durable) as tx:
            yield tx

    @asynccontextmanager
    async def _transaction(self, *, durable: bool = True) -> AsyncIterator[Transaction]:
        await self._turn()
        try:
            self.refuse_replaced()
            with translated(self.path):
                try:
                    # IMMEDIATE takes the write lock before reading: a deferred one can fail half way. Who is
                    # cancelled while waiting for it gets it all the same, a moment later, and rolls back.
                    await _in_thread(self._writer, lambda plain: self._begin(plain, durable=durable))
                    yield SqliteTransaction(self._writer)
                    self._note(await _in_thread(self._writer, _committed))
                except BaseException:
                    # Shielded: a cancelled command must not leave the transaction open.
                    await asyncio.shield(self._writer.rollback())
                    raise
        finally:
            self._writing.release()

    async def _turn(self) -> None:
        """Wait until no other transaction of this process is under way; raises BusyRecord.

        Each waits no longer than a statement does: behind a record that stays busy they must not add up.
        """
        try:
            async with asyncio.timeout(LONGEST_WAIT):
                await self._writing.acquire()
        except TimeoutError:
            raise BusyRecord(BUSY.format(path=self.path)) from None

    def _begin(self, plain: sqlite3.Connection, *, durable: bool) -> None:
        if durable != self._durable:
            plain.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self._durable = durable
        plain.execute("BEGIN IMMEDIATE")

    async def _write_behind(self, writes: Sequence[Write]) -> None:
        def work(tx: Statements) -> None:
            for write in writes:
                write(tx)

        async with self._transaction() as tx:
            await tx.work(work)

    async def outside(self, work: Callable[[Statements], T]) -> T:
        """Return what `work` makes of statements that no transaction may hold, such as ATTACH."""
        async with self._writing:
            with translated(self.path):
                return await _in_thread(self._writer, lambda plain: work(SqliteStatements(plain)))

    async def clock(self) -> datetime | None:
        """Return None: the processes that share a file have their machine's clock."""
        return None

    async def version(self) -> int:
        """Return the number of the last migration that the file has."""
        return int((await self.read("PRAGMA user_version"))[0][0])

    async def backup(self, target: Path) -> None:
        """Write a consistent copy to `target` while others read and write, replacing it at the end.

        The copy is known as a backup until its first start (see `migrations.is_backup`).
        """
        self.refuse_replaced()
        partial = target.with_name(target.name + ".partial")
        with translated(target):
            os.close(files.begin(partial))
            async with aiosqlite.connect(partial) as copy:
                await self._reader.backup(copy)
                await copy.execute("PRAGMA journal_mode = DELETE")
            files.put_in_place(partial, target)

    async def check(self) -> list[str]:
        """Return what is wrong with the file, in SQLite's words; nothing if it is sound."""
        problems = [str(row[0]) for row in await self.read("PRAGMA integrity_check(20)") if row[0] != "ok"]
        broken = await self.read("PRAGMA foreign_key_check")
        problems += [f"{row[0]} row {row[1]} points to a missing {row[2]}" for row in broken]
        try:
            async with self.transaction() as tx:
                await tx.run("INSERT INTO fact_text (fact_text, rank) VALUES ('integrity-check', 1)")
        except (sqlite3.DatabaseError, UnreadableRecord):
            problems.append("the full-text index does not agree with its texts")
        return problems


def _committed(connection: sqlite3.Connection) -> Version:
    """Commit, and return the version of the record that is so made."""
    version = Version(*connection.execute(VERSION).fetchone())
    connection.commit()
    return version


async def _in_thread(connection: aiosqlite.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
    """Return what `work` makes of the plain connection, run in the connection's own thread."""
    # aiosqlite has no public way to run a function in its connection's thread.
    plain = connection._conn  # noqa: SLF001  # reason: see above
    go: Callable[[Callable[[], T]], Awaitable[T]] = connection._execute  # noqa: SLF001  # reason: same
    return await go(lambda: work(plain))


async def _connect(path: Path) -> aiosqlite.Connection:
    # isolation_level None: transactions begin where the code says so, never by themselves.
    connection = await aiosqlite.connect(path, isolation_level=None, timeout=LONGEST_WAIT)
    try:
        connection.row_factory = sqlite3.Row
        await _use_wal(connection)
        for pragma in _PRAGMAS:
            await connection.execute_fetchall(f"PRAGMA {pragma}")
    except BaseException:
        await connection.close()
        raise
    return connection


async def _use_wal(connection: aiosqlite.Connection) -> None:
    """Switch a new file to WAL. Two processes doing so at once get SQLITE_BUSY despite the timeout."""
    for attempt in range(WAL_ATTEMPTS):
        try:
            await connection.execute_fetchall("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or attempt == WAL_ATTEMPTS - 1:
                raise
            await asyncio.sleep(0.05)
        else:
            return
