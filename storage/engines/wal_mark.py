"""The mark of a record in use, and what is done once it is gone: something was copied over the open file.

A record in use is in WAL mode, a backup is not (see `migrations.is_backup`), and a copy begins with an empty
file. The file is kept open to look at it: to close any other of this process would let go of SQLite's locks.
"""

from __future__ import annotations

import contextlib
import os
import struct
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]  # reason: what is missing is asked for below

# The version that may write the file: https://www.sqlite.org/fileformat.html#file_format_version_numbers
_PLACE, _WAL_MODE = 18, b"\x02"
# What every connection locks for reading (SHARED_FIRST): https://www.sqlite.org/src/file/src/os.h.
_SHARED_FROM, _SHARED_BYTES = 0x40000002, 510


class WalMark:
    """Look at the mark of a record that this process has open, until `close`, which comes after SQLite's."""

    def __init__(self, path: Path) -> None:
        self._file = (
            os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0)) if hasattr(os, "pread") else None
        )

    def is_gone(self) -> bool:
        """Tell whether the file was written over; never so where that cannot be told."""
        if self._file is None or os.pread(self._file, 1, _PLACE) == _WAL_MODE:
            return False
        self._keep_wal()
        return True

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            os.close(self._file)
        self._file = None

    def _keep_wal(self) -> None:
        """Keep SQLite from copying its WAL into the wrong file, as the last connection does when it closes.

        A lock that belongs to the open file stands against those of this very process; Linux alone has it.
        Elsewhere the WAL of a few last changes may come into the file.
        """
        if self._file is not None and hasattr(fcntl, "F_OFD_SETLK"):
            lock = struct.pack("hhqqi4x", fcntl.F_RDLCK, os.SEEK_SET, _SHARED_FROM, _SHARED_BYTES, 0)
            with contextlib.suppress(OSError):
                fcntl.fcntl(self._file, fcntl.F_OFD_SETLK, lock)
