"""Chat in the terminal: prompt, history and completion at a real one, a line by line answer in a pipe."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, BinaryIO, Protocol, TextIO

from bot.frontends.terminal.render import as_json, plain
from bot.requests import Request, Role

if TYPE_CHECKING:
    from bot.replies import Reply

PLATFORM = "terminal"
ADDRESS = f"{PLATFORM}:local"
# More than any message that is answered; what a line has beyond it is not kept in memory.
LONGEST_LINE = 1_000_000
WIDEST = 100
GOES_ON = "\\"
MOST_LINES = 200


class Answering(Protocol):
    """What the terminal needs of the dispatcher."""

    async def answer(self, request: Request) -> Reply | None:
        """Return the reply to a request, None if it is to be passed over in silence."""

    async def waiting(self, platform: str) -> list[tuple[str, Reply]]:
        """Return what is due to a chat without its having asked, and take it as told."""

    async def complete(self, text: str, request: Request) -> list[str]:
        """Return the ways in which what has been typed so far may go on."""


async def chat(dispatcher: Answering, role: Role, *, language: str = "en", as_lines: bool = False) -> None:
    """Answer until the input ends: at a terminal with a prompt, else line by line.

    `as_lines` prints one JSON object for each line read, also at a terminal.
    """

    def request(text: str) -> Request:
        return Request(text, chat=ADDRESS, user=ADDRESS, role=role, language=language)

    if sys.stdin.isatty() and sys.stdout.isatty() and not as_lines:
        from bot.frontends.terminal.prompt import converse

        await converse(dispatcher, request)
    else:
        await answer_lines(dispatcher, request, sys.stdin.buffer, utf8(sys.stdout), as_lines=as_lines)


async def answer_lines(
    dispatcher: Answering, request: Callable[[str], Request], source: BinaryIO, out: TextIO, *, as_lines: bool
) -> None:
    """Answer each line of `source` in order; blank ones only in JSON, where each line read has its answer."""
    first = True
    for text in messages(lines(source)):
        if not as_lines and not text.strip():
            continue
        asked = request(text)
        reply = await dispatcher.answer(asked)
        told = [reply for _, reply in await dispatcher.waiting(PLATFORM)]
        if as_lines:
            print(json.dumps(as_json(asked, reply, told), ensure_ascii=False), file=out, flush=True)
            continue
        for shown in filter(None, (reply, *told)):
            print(plain(shown) if first else f"\n{plain(shown)}", file=out, flush=True)
            first = False


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
