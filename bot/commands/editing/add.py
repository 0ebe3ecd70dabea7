"""/add: a new fact, put on record by a moderator."""

from __future__ import annotations

from bot.commands.core.context import Context
from bot.commands.core.declarations import Argument, Family, Kind
from bot.commands.dialogue.forms import form_command
from bot.commands.dialogue.header_lines import Headed
from bot.commands.editing.propose import ADDING, begin_fact, read_fact
from bot.replies import Reply
from bot.requests import Role
from bot.texts import N_


@form_command(
    "add",
    Argument(
        N_("statement and lines"),
        Kind.TEXT,
        option="text",
        help=N_("empty for a form; or one sentence, for example The bridge was closed at noon"),
    ),
    family=Family.KEEPING,
    role=Role.MODERATOR,
    help=N_("a new fact: step by step, or at once with lines like “who:” and “source:” under it"),
    example="/add The bridge was closed",
    form=ADDING,
)
async def add(context: Context, given: Headed | None) -> Reply:
    """Open the dialogue of a new fact, or show the one that was sent at once."""
    return await begin_fact(context, await read_fact(context, given))
