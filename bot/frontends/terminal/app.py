"""Chat in the terminal: prompt, history and completion at a real one, a line by line answer in a pipe."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO, TextIO

from bot.frontends.terminal.attaching import attached
from bot.frontends.terminal.due import due
from bot.frontends.terminal.lines import PLATFORM, lines, messages, read_apart, standard_input, utf8
from bot.frontends.terminal.render import as_json, plain
from bot.frontends.terminal.turning import Pages, answer
from bot.requests import Request, Role

if TYPE_CHECKING:
    from bot.commands.dispatch import Dispatcher

ADDRESS = f"{PLATFORM}:local"


async def chat(dispatcher: Dispatcher, role: Role, *, language: str = "en", as_lines: bool = False) -> None:
    """Answer until the input ends: at a terminal with a prompt, else line by line.

    `as_lines` prints one JSON object for each line read, also at a terminal.
    """

    def request(text: str) -> Request:
        command, document = attached(text)
        return Request(command, chat=ADDRESS, user=ADDRESS, role=role, language=language, document=document)

    if sys.stdin.isatty() and sys.stdout.isatty() and not as_lines:
        from bot.frontends.terminal.prompt import converse

        await converse(dispatcher, request)
    else:
        await answer_lines(dispatcher, request, standard_input(), utf8(sys.stdout), as_lines=as_lines)


async def answer_lines(
    dispatcher: Dispatcher,
    request: Callable[[str], Request],
    source: BinaryIO,
    out: TextIO,
    *,
    as_lines: bool,
) -> None:
    """Answer each line of `source` in order; blank ones only in JSON, where each line read has its answer."""
    first, pages = True, Pages()
    async for text in read_apart(messages(lines(source))):
        if not as_lines and not text.strip():
            continue
        asked = request(text)
        reply = await answer(dispatcher, request, text, pages)
        told = await due(dispatcher)
        if as_lines:
            print(json.dumps(as_json(asked, reply, told), ensure_ascii=False), file=out, flush=True)
            continue
        for shown in filter(None, (reply, *told)):
            print(plain(shown) if first else f"\n{plain(shown)}", file=out, flush=True)
            first = False
