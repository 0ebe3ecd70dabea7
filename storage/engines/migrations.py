"""Numbered migrations, each in a transaction of its own, and the look at a file before it is touched.

A migration is SQL; where rows need more than that, a line `-- data step` in it says where its data step runs.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
from collections.abc import Callable, Iterator
from functools import cache
from glob import escape
from importlib import resources
from pathlib import Path

from storage.domain.errors import UnreadableRecord
from storage.engines import files
from storage.engines.away import in_file, mark
from storage.engines.errors import DAMAGED, FOREIGN_WAL
from storage.migrations import languages, refolding, salted_digests, sounding

# "ONRC": marks the file as a record, so that another program's database is never migrated.
APPLICATION_ID = 0x4F4E5243
# Larger files are checked by `onrecord doctor` instead of at each start.
CHECKED_AT_START = 32 * 1024 * 1024
_MAGIC = b"SQLite format 3\x00"
# What a migration does to rows, by its number. It returns a mark of the old rows where it rewrote any that
# nothing can bring back: a copy of the old file is then kept beside it.
_DATA_STEPS: dict[int, Callable[[sqlite3.Connection], str | None]] = {
    11: salted_digests.run,
    13: refolding.run,
    14: sounding.run,
    17: languages.run,
}
_DATA_STEP = "-- data step\n"
_BROKEN = (
    "{path} cannot be brought up to date, for its audit trail is broken: {wrong}. It was left as it was:"
    " restore a backup in its place (onrecord restore FILE)"
)
KEPT = "it still holds every word, whatever is taken down later; remove it once it is not needed"

logger = logging.getLogger(__name__)


@cache
def migrations() -> tuple[tuple[int, str], ...]:
    """Return all migrations as (number, SQL), in order."""
    folder = resources.files("storage") / "migrations"
    # What is called `.postgres.sql` stands for PostgreSQL in the place of these.
    names = (item.name for item in folder.iterdir())
    found = sorted(name for name in names if name.endswith(".sql") and name.count(".") == 1)
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
        if version > mark.MOVED:
            raise mark.refusal(str(path), in_file.read(path))
        raise UnreadableRecord(
            f"{path} was made by a newer OnRecord (schema {version}, this program knows {latest()})."
            " It was left as it was: upgrade the program"
        )
    if not sound or not (marked or empty):
        raise UnreadableRecord(DAMAGED.format(path=path))


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Apply the migrations that the file lacks.

    Raises UnreadableRecord where a data step finds that the file's trail does not hold.
    """
    for number, sql in migrations():
        if number > _version(connection):
            _apply(connection, path, number, sql)


def copies_before(path: Path) -> list[Path]:
    """Return the copies that data steps have kept of a record as it was, which hold all that it held."""
    return sorted(path.parent.glob(f"{escape(path.name)}.before-*"))


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


def _apply(connection: sqlite3.Connection, path: Path, number: int, sql: str) -> None:
    """Apply one migration; a failure, or a kill, leaves the file at the migration before."""
    before, _mark, after = sql.partition(_DATA_STEP)
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have applied it while this one waited for the lock.
        if _version(connection) < number:
            _run(connection, before)
            if number in _DATA_STEPS:
                _run_data_step(connection, path, number)
            _run(connection, after)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {number}")
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise
    if number in _DATA_STEPS:
        # The WAL holds all that was rewritten.
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _run(connection: sqlite3.Connection, sql: str) -> None:
    """Run statements one by one: a script would end the transaction."""
    for statement in _statements(sql):
        connection.execute(statement)


def _statements(sql: str) -> Iterator[str]:
    gathered = ""
    for piece in sql.split(";"):
        gathered += f"{piece};"
        # A trigger holds statements of its own.
        if sqlite3.complete_statement(gathered):
            yield gathered
            gathered = ""


def _run_data_step(connection: sqlite3.Connection, path: Path, number: int) -> None:
    """Rewrite rows; of a file whose rows are rewritten a copy is kept, as it was before this transaction."""
    try:
        mark = _DATA_STEPS[number](connection)
    except salted_digests.BrokenTrail as error:
        raise UnreadableRecord(_BROKEN.format(path=path, wrong=error)) from error
    if mark is not None:
        # The mark in its name: started again, a file has the same copy, and no other file's is replaced.
        copy = path.with_name(f"{path.name}.before-{number:04}-{mark[:12]}")
        copy_as_committed(path, copy)
        logger.warning("the record as it was before schema %d is kept as %s: %s", number, copy, KEPT)


def copy_as_committed(path: Path, target: Path) -> None:
    """Write what a file's last commit left to `target`, whole or not at all, while others write beside it."""
    partial = target.with_name(target.name + ".partial")
    os.close(files.begin(partial))
    try:
        with (
            contextlib.closing(sqlite3.connect(path)) as old,
            contextlib.closing(sqlite3.connect(partial)) as new,
        ):
            old.backup(new)
            new.execute("PRAGMA journal_mode = DELETE")
        files.put_in_place(partial, target)
    finally:
        partial.unlink(missing_ok=True)


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


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
