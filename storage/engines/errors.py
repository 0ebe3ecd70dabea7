"""Turn SQLite's errors into the record's own, once, at the boundary; bugs in SQL pass through."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from storage.domain.errors import (
    BusyRecord,
    MovedRecord,
    RecordError,
    UnreadableRecord,
    UnwritableRecord,
)
from storage.engines.away import mark

DAMAGED = (
    "{path} is damaged or is not a record of OnRecord. It was left as it was: restore a backup in its place"
    " (onrecord restore FILE), or move it away and start anew"
)
FOREIGN_WAL = (
    "{path} is a backup, but {wal} beside it belongs to the record that stood there before: the two must not"
    " be mixed, and were left as they were. Put it right with: onrecord restore {path}"
)
BUSY = "{path} is in use by another process: try again in a moment. Nothing was changed"
_KINDS: dict[int, tuple[type[RecordError], str]] = {
    sqlite3.SQLITE_CORRUPT: (UnreadableRecord, DAMAGED),
    sqlite3.SQLITE_NOTADB: (UnreadableRecord, DAMAGED),
    sqlite3.SQLITE_FULL: (
        UnwritableRecord,
        "The disk of {path} is full: make room and try again. Nothing was changed",
    ),
    sqlite3.SQLITE_READONLY: (
        UnwritableRecord,
        "{path} may not be written: let this user write the file and its folder. Nothing was changed",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        UnwritableRecord,
        "{path} cannot be opened: check that its folder exists and that this user may write there",
    ),
    sqlite3.SQLITE_IOERR: (
        UnwritableRecord,
        "The disk of {path} failed or is full: check it and try again. Nothing was changed",
    ),
    sqlite3.SQLITE_BUSY: (
        BusyRecord,
        BUSY,
    ),
    sqlite3.SQLITE_LOCKED: (BusyRecord, "{path} is in use: try again in a moment. Nothing was changed"),
}


def translated(path: Path) -> _Translated:
    """Raise the record's own error in the place of one that the operator can do something about."""
    return _Translated(path)


class _Translated:
    """Each reading passes here: as a generator it took four times as many calls."""

    __slots__ = ("_path",)

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, PermissionError):
            raise UnwritableRecord(_KINDS[sqlite3.SQLITE_READONLY][1].format(path=self._path)) from error
        if isinstance(error, sqlite3.IntegrityError) and mark.tells(error):
            raise MovedRecord(str(error)) from error
        # The low byte is the primary code; extended codes tell more than anyone can act on.
        code = getattr(error, "sqlite_errorcode", None) if isinstance(error, sqlite3.DatabaseError) else None
        if code is not None and code & 0xFF in _KINDS:
            kind, text = _KINDS[code & 0xFF]
            raise kind(text.format(path=self._path)) from error
