"""The conversation at a real terminal: prompt, history, completion and colours."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from rich.console import Console
from rich.text import Text

from bot.frontends.terminal.due import due
from bot.frontends.terminal.lines import GOES_ON, MOST_LINES, width
from bot.frontends.terminal.render import Kind, rows
from bot.frontends.terminal.turning import Pages, answer
from bot.replies import Reply
from bot.requests import Request

if TYPE_CHECKING:
    from bot.commands.dispatch import Dispatcher

LEAVING = {"exit", "quit", "/exit", "/quit"}
_STYLES = {
    Kind.TITLE: "bold",
    Kind.HEADING: "bold",
    Kind.NOTE: "",
    Kind.SOURCE: "dim",
    Kind.NEXT: "green",
}
_FACT = r"(?:^|(?<=  ))F\d+(?=  )"
_CITATION = r"\[\d+(?: [^\]\n]+)?\]"
_COMMAND = r"^/\w+(?: (?:<[^>]+>|\[[^\]]+\]))?(?=\s{2}|$)"


async def converse(dispatcher: Dispatcher, request: Callable[[str], Request]) -> None:
    """Greet, then prompt and answer until Ctrl-D, `exit` or `quit`; Ctrl-C clears the line."""
    console = Console(highlight=False, soft_wrap=True)
    completing = _Completing(dispatcher, request)
    session: PromptSession[str] = PromptSession(
        history=open_history(), completer=completing, complete_while_typing=False
    )
    text, pages = "/start", Pages()
    while text.strip().lower() not in LEAVING:
        if text.strip():
            answered = await answer(dispatcher, request, text, pages)
            for reply in filter(None, (answered, *await due(dispatcher))):
                show(console, reply)
        try:
            text = await _message(session, completing)
        except KeyboardInterrupt:
            text = ""
        except EOFError:
            return


async def _message(session: PromptSession[str], completing: _Completing) -> str:
    """Return what is typed; a line that ends with a backslash goes on in the next one."""
    completing.above = ""
    line, lines = await session.prompt_async("> "), 1
    while line.endswith(GOES_ON) and lines <= MOST_LINES:
        completing.above += line.removesuffix(GOES_ON) + "\n"
        line, lines = await session.prompt_async("… "), lines + 1
    return completing.above + line.removesuffix(GOES_ON)


def show(console: Console, reply: Reply) -> None:
    """Print a reply in the colours that the terminal has (none with NO_COLOR)."""
    for row in rows(reply, width()):
        text = Text(row.text, style=_STYLES.get(row.kind, ""))
        if row.kind is Kind.LINE:
            text.highlight_regex(_FACT, "bold cyan")
            text.highlight_regex(_CITATION, "cyan")
        elif row.kind is Kind.ITEM:
            text.highlight_regex(_COMMAND, "bold")
        console.print(text)
    console.print()


class _Completing(Completer):
    """Offer what the dispatcher knows to go on with; `above` are the lines before the one that is typed."""

    def __init__(self, dispatcher: Dispatcher, request: Callable[[str], Request]) -> None:
        self._dispatcher = dispatcher
        self._request = request
        self.above = ""

    def get_completions(
        self,
        document: Document,  # noqa: ARG002  # reason: the library's signature
        complete_event: CompleteEvent,  # noqa: ARG002  # reason: the same
    ) -> list[Completion]:
        return []  # asked for only where there is no event loop, and so no record to ask

    async def get_completions_async(
        self,
        document: Document,
        complete_event: CompleteEvent,  # noqa: ARG002  # reason: the library's signature
    ) -> AsyncGenerator[Completion, None]:
        line = document.text_before_cursor
        typed = f"{self.above}{line}"
        for offered in await self._dispatcher.complete(typed, self._request(typed)):
            yield Completion(offered[len(self.above) :], start_position=-len(line))


class _PrivateHistory(FileHistory):
    """A history file that need not be writable: what was asked is then forgotten at the end."""

    def store_string(self, string: str) -> None:
        try:
            super().store_string(string)
        except OSError:
            return


def open_history() -> History:
    """Return the history of the user's state folder, readable by nobody else; in memory if that fails."""
    try:
        state = Path(os.environ.get("XDG_STATE_HOME", ""))
        folder = (state if state.is_absolute() else Path.home() / ".local" / "state") / "onrecord"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / "history"
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except (OSError, RuntimeError):
        return InMemoryHistory()
    return _PrivateHistory(str(path))
