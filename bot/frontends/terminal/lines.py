"""What is typed, line by line, and how wide an answer may be."""

from __future__ import annotations

import asyncio
import shutil
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from typing import BinaryIO, TextIO

PLATFORM = "terminal"
# More than any message that is answered; what a line has beyond it is not kept in memory.
LONGEST_LINE = 1_000_000
WIDEST = 100
GOES_ON = "\\"
MOST_LINES = 200


def messages(typed: Iterator[str]) -> Iterator[str]:
    """Yield messages: a line that ends with a backslash goes on in the next one."""
    held: list[str] = []
    for line in typed:
        held.append(line.removesuffix(GOES_ON))
        if not line.endswith(GOES_ON) or len(held) > MOST_LINES:
            yield "\n".join(held)
            held = []
    if held:
        yield "\n".join(held)


def lines(source: BinaryIO) -> Iterator[str]:
    """Yield the lines of UTF-8 bytes without their ends; what is not UTF-8 becomes U+FFFD."""
    mark = b"\xef\xbb\xbf"
    while line := source.readline(LONGEST_LINE):
        rest = line
        while not rest.endswith(b"\n") and (rest := source.readline(LONGEST_LINE)):
            pass
        yield line.removeprefix(mark).rstrip(b"\r\n").decode("utf-8", errors="replace")
        mark = b""


def standard_input() -> BinaryIO:
    """Return what comes in, under a buffer of its own.

    A thread may still wait for a line when the program ends, and Python's own could then not be closed.
    """
    try:
        return open(sys.stdin.fileno(), "rb", closefd=False)  # reason: it is read to the end
    except OSError:  # no file stands behind it
        return sys.stdin.buffer


async def read_apart(typed: Iterator[str]) -> AsyncIterator[str]:
    """Yield what an iterator gives; whoever types slowly holds up nothing, for it is awaited in a thread.

    The thread is a daemon: an end of the program does not wait for a line.
    """
    loop = asyncio.get_running_loop()
    while True:
        read: asyncio.Future[str | None] = loop.create_future()
        threading.Thread(target=_read_one, args=(typed, loop, read), name="lines", daemon=True).start()
        if (text := await read) is None:
            return
        yield text


def _read_one(
    typed: Iterator[str], loop: asyncio.AbstractEventLoop, read: asyncio.Future[str | None]
) -> None:
    text, failed = None, None
    try:
        text = next(typed, None)
    except Exception as error:  # noqa: BLE001  # reason: it is raised where the text is awaited
        failed = error

    def settle() -> None:
        if read.cancelled():
            return
        if failed is not None:
            read.set_exception(failed)
        else:
            read.set_result(text)

    with suppress(RuntimeError):  # the loop has ended: nobody waits
        loop.call_soon_threadsafe(settle)


def utf8(stream: TextIO) -> TextIO:
    """Make a standard stream speak UTF-8 whatever the locale, and never fail on a character."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(encoding="utf-8", errors="replace")
    return stream


def width() -> int:
    """Return the width to wrap at: the terminal's, but no more than reads well."""
    return min(shutil.get_terminal_size().columns, WIDEST)
