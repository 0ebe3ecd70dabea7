"""The answer to a message that has done what it asked for in a process that was then killed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress

from bot.commands.core.context import Context
from bot.commands.dialogue import engine
from bot.errors import UserError
from bot.replies import Note, Reply
from bot.requests import Request
from bot.texts import _
from storage.domain.errors import Refused
from storage.record import Record


async def again(record: Record, request: Request, enter: Callable[[], Awaitable[Context]]) -> Reply:
    """Return the open question of whoever asks, else that it is done; `enter` gives the request's context."""
    dialogue = await record.dialogues.find(request.chat, request.user)
    if dialogue is not None and not dialogue.ended:
        note = Note(text=_("I had read that already, before I was restarted. This is open now:"))
        with suppress(UserError, Refused):
            return await engine.repeat(await enter(), dialogue, note)
    return Reply(blocks=(Note(text=_("I had read that already, before I was restarted: it is done.")),))
