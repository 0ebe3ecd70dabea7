"""Files that only their owner may read, put in their place whole or not at all."""

from __future__ import annotations

import errno
import os
import select
import stat
from pathlib import Path
from typing import NamedTuple

# In a record stand words of people who may be in danger: nobody else on the machine is to read it.
PRIVATE = 0o600
# What SQLite keeps beside a file while it is open, and what a killed process leaves there.
_SIDECARS = ("-wal", "-shm", "-journal")


class Identity(NamedTuple):
    """Which file stands at a path: another one there has another identity."""

    device: int
    inode: int


def identity(path: Path) -> Identity | None:
    """Return which file stands at a path, None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return Identity(found.st_dev, found.st_ino)


def sidecars(path: Path) -> list[Path]:
    """Return the files that SQLite keeps beside one, whether they are there or not."""
    return [path.with_name(path.name + ending) for ending in _SIDECARS]


def make_private(path: Path) -> None:
    """Make an empty file that is its owner's alone, whatever the umask; one that is there becomes so, too."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE)
    os.close(descriptor)
    path.chmod(PRIVATE)


def begin(partial: Path) -> int:
    """Return the descriptor of a new file that is its owner's alone; what a killed process left goes."""
    partial.unlink(missing_ok=True)
    # Exclusively: a link that somebody puts there meanwhile is not followed.
    descriptor = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL, PRIVATE)
    partial.chmod(PRIVATE)
    return descriptor


def put_in_place(partial: Path, target: Path) -> None:
    """Let a finished file take the place of another: after a power cut one or the other is there."""
    sync(partial)
    partial.replace(target)
    sync(target.parent)


def sync(path: Path) -> None:
    """Bring a file, or the names in a folder, to the disk; Windows opens no folders."""
    if os.name == "nt" and path.is_dir():
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def others_may_read(path: Path) -> bool:
    """Tell whether other users of this machine may read a file, or write it."""
    try:
        return bool(path.stat().st_mode & 0o077)
    except OSError:
        return False


def is_something_else(path: Path) -> bool:
    """Tell whether a link, folder, pipe or device stands at a path, and no plain file."""
    return os.path.lexists(path) and not stat.S_ISREG(path.lstat().st_mode)


def read_small(path: Path, most: int, pause: float) -> bytes:
    """Return what a file holds, or what comes through a pipe without a longer `pause` (s). Raises OSError."""
    data = b""
    with open(path, "rb", buffering=0, opener=_unwaiting) as file:
        plain = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
        while len(data) <= most:
            if not plain and not select.select([file], [], [], pause)[0]:
                raise OSError(errno.ETIMEDOUT, "nothing comes through it")
            if not (more := file.read(most)):
                return data
            data += more
    raise OSError(errno.EFBIG, "it is larger than any settings")


def _unwaiting(name: str, flags: int) -> int:
    """Open a file without waiting until somebody writes to a named pipe."""
    return os.open(name, flags | getattr(os, "O_NONBLOCK", 0))
