"""Questions of dialogues in groups: a dialogue is one message, in which each question replaces the last.

In a private chat each question is a message of its own. After a restart a question that is answered neither
by its buttons nor by a reply to it is asked in a new message, once.
"""

from __future__ import annotations

from bot.commands.core.arguments import question_of
from bot.replies import Reply
from bot.requests import Request

MOST_ASKED = 1_000


class Questions:
    """Remember the message that asks each person in a group something."""

    def __init__(self) -> None:
        self._asked: dict[tuple[str, str], int] = {}

    def find(self, request: Request, reply: Reply) -> int | None:
        """Return the message whose place the reply to a typed answer takes, None if it is a new message."""
        if not takes_place(request, reply):
            return None
        if question_of(request) is not None and request.answered:
            return request.answered
        return self._asked.get((request.chat, request.user))

    def note(self, request: Request, reply: Reply, sent: list[int]) -> None:
        """Remember in which message a reply asks; forget it where the dialogue has ended."""
        if not request.shared or reply.step is None:
            return
        asker = (request.chat, request.user)
        self._asked.pop(asker, None)
        if sent and any(action.command.startswith("/cancel ") for action in reply.actions):
            self._asked[asker] = sent[-1]
            if len(self._asked) > MOST_ASKED:
                del self._asked[next(iter(self._asked))]


def takes_place(request: Request, reply: Reply) -> bool:
    """Tell whether a reply takes the place of the question that it follows."""
    return request.shared and reply.step == "next" and not reply.aside


def started(command: str, bot: str | None) -> str | None:
    """Return the link that sends a command about a dialogue in the private chat: `/resume 12.3`.

    See https://core.telegram.org/bots/features#deep-linking.
    """
    name, _space, token = command.removeprefix("/").partition(" ")
    return f"https://t.me/{bot}?start={name}_{token.partition('.')[0]}" if bot else None
