"""Put a backup in the place of a record that nobody has open; nothing of what stood there is lost."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.domain.errors import BusyRecord
from storage.engines import files
from storage.engines.migrations import is_backup

# Every connection in WAL mode shares a lock on some of these bytes for as long as its process lives
# (https://www.sqlite.org/src/file/src/os.h: PENDING_BYTE and what follows it).
_LOCKED_FROM, _LOCKED_BYTES = 0x40000000, 512
# What belongs to a file besides itself. The third, -shm, holds nothing of its own.
_PARTS = ("", "-wal", "-journal")


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Keep every process from opening a file; raises BusyRecord where one has it open."""
    import fcntl  # not on Windows, where SQLite locks otherwise and nothing can be restored so

    if not path.exists():
        yield
        return
    descriptor = os.open(path, os.O_RDWR)
    try:
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, _LOCKED_BYTES, _LOCKED_FROM)
        except OSError as error:
            raise BusyRecord(
                f"{path} is in use: stop the bot, and all else that has it open, and try again."
                " Nothing was changed"
            ) from error
        yield
    finally:
        os.close(descriptor)


def copy(backup: Path, target: Path) -> None:
    """Copy a backup, or a record that was killed with what its WAL or journal holds.

    Raises BusyRecord where a process has it open: then file and WAL are never copied at one moment.
    """
    if is_backup(backup):
        _copy(backup, target)
        return
    with held(backup):
        for part in _PARTS:
            if (source := _named(backup, part)).exists():
                _copy(source, _named(target, part))


def mark(path: Path) -> None:
    """Make a backup of a record that nobody has open (see `is_backup`)."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")


def put_in_place(partial: Path, path: Path, kept: Path | None) -> None:
    """Let a backup take the place of a record, which is kept under another name, if there is one.

    A kill half way leaves the record as it was, or a backup beside a WAL that the next start refuses.
    """
    if kept is not None:
        _keep(path, kept)
        with contextlib.suppress(OSError):
            # An operator who restores as root must not take the file from the user as whom the bot runs.
            owner = path.stat()
            os.chown(partial, owner.st_uid, owner.st_gid)
    files.put_in_place(partial, path)
    _remove_sidecars(path)
    files.sync(path.parent)


def remove(path: Path) -> None:
    """Remove a file, and what SQLite has left beside it."""
    path.unlink(missing_ok=True)
    _remove_sidecars(path)


def _keep(path: Path, kept: Path) -> None:
    """Give a record, and what belongs to it, another name beside its own."""
    for part in _PARTS:
        if (old := _named(path, part)).exists():
            try:
                os.link(old, _named(kept, part))
            except OSError:  # some file systems know no second names
                _copy(old, _named(kept, part))
            _named(kept, part).chmod(files.PRIVATE)
    files.sync(kept.parent)


def _copy(source: Path, target: Path) -> None:
    with source.open("rb") as read, os.fdopen(files.begin(target), "wb") as write:
        shutil.copyfileobj(read, write)


def _remove_sidecars(path: Path) -> None:
    for item in files.sidecars(path):
        item.unlink(missing_ok=True)


def _named(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)
