"""Presence: whether a process that works on a record still lives, as the system's file locks tell it.

Each keeps a byte of its own locked in an empty file beside the record, `NAME-live`. The system lets go of it
when the process ends, however it ends, and never before; the number of a process tells less, for another may
have it by then, or not see it (containers). Linux alone has locks that belong to an open file and not to a
process; elsewhere nothing can be told, and what a dead process has taken is free when its lease is over. So
it is where processes may run on several machines, which do not see each other's locks.
"""

from __future__ import annotations

import os
import secrets
import struct
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]  # reason: what is missing is asked for below

# struct flock of fcntl(2): type, whence, start, length, process.
_LOCK = "hhqqi4x"


class Presence:
    """Hold one byte of the file of a record's living processes, and ask about others' bytes.

    Without a file nothing is held, and nothing is known.
    """

    def __init__(self, record: Path | None) -> None:
        # The same file by whatever name the record is opened.
        whole = record.resolve() if record is not None else None
        self._path = whole.with_name(f"{whole.name}-live") if whole is not None else None
        self._file: int | None = None
        self._byte: int | None = None

    def show(self) -> int | None:
        """Lock a byte until this process ends; return its number, None where that cannot be done."""
        if self._path is not None and self._byte is None and hasattr(fcntl, "F_OFD_SETLK"):
            byte = secrets.randbelow(2**60)
            try:
                fcntl.fcntl(self._opened(), fcntl.F_OFD_SETLK, _lock(fcntl.F_WRLCK, byte))
            except OSError:
                return None
            self._byte = byte
        return self._byte

    def is_gone(self, byte: int | None) -> bool:
        """Tell whether the process that locked a byte is surely gone; never so where that cannot be told."""
        if byte is None or self._byte is None:
            return False
        try:
            found = fcntl.fcntl(self._opened(), fcntl.F_OFD_GETLK, _lock(fcntl.F_WRLCK, byte))
        except OSError:
            return False
        return bool(struct.unpack(_LOCK, found)[0] == fcntl.F_UNLCK)

    def close(self) -> None:
        """Let go of the byte."""
        if self._file is not None:
            os.close(self._file)
        self._file = self._byte = None

    def _opened(self) -> int:
        if self._file is None:
            assert self._path is not None
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self._file


def _lock(kind: int, byte: int) -> bytes:
    return struct.pack(_LOCK, kind, os.SEEK_SET, byte, 1, 0)
