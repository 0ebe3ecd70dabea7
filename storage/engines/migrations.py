"""Numbered SQL migrations, each in a transaction of its own, and the look at a file before it is touched."""

from __future__ import annotations

import contextlib
import sqlite3
from functools import cache
from importlib import resources
from pathlib import Path

import aiosqlite

from storage.domain.errors import UnreadableRecord
from storage.engines import files
from storage.engines.errors import DAMAGED, FOREIGN_WAL

# "ONRC": marks the file as a record, so that another program's database is never migrated.
APPLICATION_ID = 0x4F4E5243
# Larger files are checked by `onrecord doctor` instead of at each start.
CHECKED_AT_START = 32 * 1024 * 1024
_MAGIC = b"SQLite format 3\x00"


@cache
def migrations() -> tuple[tuple[int, str], ...]:
    """Return all migrations as (number, SQL), in order."""
    folder = resources.files("storage") / "migrations"
    found = sorted(item.name for item in folder.iterdir() if item.name.endswith(".sql"))
    return tuple((int(name[:4]), (folder / name).read_text(encoding="utf-8")) for name in found)


def inspect(path: Path, *, create: bool) -> None:
    """Check the file without changing it; raise UnreadableRecord if it is not to be opened."""
    if path.exists() and not path.is_file():
        raise UnreadableRecord(
            f"{path} is not a file: set storage.path to the record's own file in that folder"
        )
    if not path.exists() or path.stat().st_size == 0:
        if not create:
            raise UnreadableRecord(
                f"{path} does not exist: check storage.path, or run 'onrecord migrate' to create it"
            )
        with contextlib.suppress(OSError):
            # SQLite gives its -wal and -shm the rights of the file itself.
            files.make_private(path)
        # Fails here where the file cannot be made: aiosqlite's thread would outlive a loop that ends on that.
        sqlite3.connect(path).close()
        return
    _refuse_foreign_wal(path)
    _refuse_truncated(path)
    # Without a WAL nobody has the file open; then reading must not make one beside it.
    mode = "mode=ro" if path.with_name(path.name + "-wal").exists() else "mode=ro&immutable=1"
    connection = sqlite3.connect(f"file:{_quoted(path)}?{mode}", uri=True)
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        marked = connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
        empty = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0
        sound = (
            path.stat().st_size > CHECKED_AT_START
            or connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"
        )
    finally:
        connection.close()
    if version > latest() and marked:
        raise UnreadableRecord(
            f"{path} was made by a newer OnRecord (schema {version}, this program knows {latest()})."
            " It was left as it was: upgrade the program"
        )
    if not sound or not (marked or empty):
        raise UnreadableRecord(DAMAGED.format(path=path))


async def migrate(connection: aiosqlite.Connection) -> None:
    """Apply the migrations that the file lacks."""
    rows = list(await connection.execute_fetchall("PRAGMA user_version"))
    for number, sql in migrations():
        if number > rows[0][0]:
            await _apply(connection, number, sql)


def is_backup(path: Path) -> bool:
    """Tell whether a file is a backup that was never started: such a one is in SQLite's rollback mode.

    The first start switches it to WAL mode, and writes that into the file before there is any WAL; a record
    stays in that mode. Backups of earlier versions carry this mark, too, and no version minds it.
    (https://www.sqlite.org/fileformat.html#file_format_version_numbers)
    """
    with path.open("rb") as file:
        header = file.read(20)
    return header.startswith(_MAGIC) and header[18] == 1


def latest() -> int:
    """Return the number of the newest migration."""
    return migrations()[-1][0]


async def _apply(connection: aiosqlite.Connection, number: int, sql: str) -> None:
    """Apply one migration; a failure leaves the file at the migration before."""
    marks = f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {number};"
    try:
        await connection.executescript(f"BEGIN IMMEDIATE;\n{sql}\n{marks}\nCOMMIT;")
    except sqlite3.OperationalError:
        await connection.rollback()
        # Another process may have applied it while this one waited for the lock.
        rows = list(await connection.execute_fetchall("PRAGMA user_version"))
        if rows[0][0] < number:
            raise


def _refuse_foreign_wal(path: Path) -> None:
    """Refuse a backup beside the WAL of the record that stood there before: SQLite would mix the two."""
    # In this order: another process may be starting the backup just now, and makes a WAL only afterwards.
    wal = path.resolve().with_name(path.resolve().name + "-wal")
    if wal.exists() and wal.stat().st_size and is_backup(path):
        raise UnreadableRecord(FOREIGN_WAL.format(path=path, wal=wal.name))


def _refuse_truncated(path: Path) -> None:
    """Refuse a file shorter than its header says; a pending WAL may hold the rest, so then it is let be."""
    wal = path.with_name(path.name + "-wal")
    if wal.exists() and wal.stat().st_size:
        return
    with path.open("rb") as file:
        header = file.read(100)
    if len(header) < 100 or not header.startswith(_MAGIC):
        raise UnreadableRecord(DAMAGED.format(path=path))
    page = int.from_bytes(header[16:18], "big")
    pages = int.from_bytes(header[28:32], "big")
    if path.stat().st_size < pages * (65536 if page == 1 else page):
        raise UnreadableRecord(DAMAGED.format(path=path))


def _quoted(path: Path) -> str:
    """Return the path as part of a file: URI."""
    return str(path.absolute()).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
