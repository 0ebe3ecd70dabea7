"""Turning pages where there are no buttons: `/next` and `/previous` stand for those of the last reply."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.frontends.terminal.pictures import saved
from bot.replies import Modal, Note, Reply
from bot.requests import Request
from bot.texts import _

if TYPE_CHECKING:
    from bot.commands.dispatch import Dispatcher

NEXT, PREVIOUS = "/next", "/previous"
_TURNS = {NEXT: "next", PREVIOUS: "previous"}


class Pages:
    """The pages beside the one that was shown last."""

    def __init__(self) -> None:
        self._commands: dict[str, str] = {}

    def note(self, reply: Reply) -> None:
        """Remember which pages stand beside a reply that is shown."""
        self._commands = {action.turn: action.command for action in reply.turns if action.turn}

    def meant(self, text: str) -> str | Reply:
        """Return the command that a typed text stands for; a reply where there is no such page."""
        turn = _TURNS.get(text.strip().casefold())
        if turn is None:
            return text
        return self._commands.get(turn) or Reply(blocks=(Note(text=_NONE[turn]()),))


_NONE = {
    "next": lambda: _("No page follows the one that was shown last."),
    "previous": lambda: _("No page comes before the one that was shown last."),
}


async def answer(
    dispatcher: Dispatcher, request: Callable[[str], Request], text: str, pages: Pages
) -> Reply | None:
    """Return the answer to a typed text, and remember the pages beside it."""
    meant = pages.meant(text)
    if isinstance(meant, Reply):
        return meant
    reply = await dispatcher.answer(request(meant))
    assert not isinstance(reply, Modal)  # a terminal shows none
    if reply is None:
        return None
    pages.note(reply)
    return saved(reply)
