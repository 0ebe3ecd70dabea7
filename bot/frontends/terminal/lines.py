"""What is typed, line by line, and how wide an answer may be."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
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


def utf8(stream: TextIO) -> TextIO:
    """Make a standard stream speak UTF-8 whatever the locale, and never fail on a character."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(encoding="utf-8", errors="replace")
    return stream


def width() -> int:
    """Return the width to wrap at: the terminal's, but no more than reads well."""
    return min(shutil.get_terminal_size().columns, WIDEST)
