"""/suggest: a reader proposes a fact to the moderators."""

from __future__ import annotations

from bot.commands.core.context import Context
from bot.commands.core.declarations import Argument, Family, Kind
from bot.commands.dialogue.forms import form_command
from bot.commands.dialogue.header_lines import Headed
from bot.commands.editing.propose import SUGGESTING, begin_fact, read_fact
from bot.replies import Reply
from bot.requests import Role
from bot.texts import N_


@form_command(
    "suggest",
    Argument(
        N_("statement and lines"),
        Kind.TEXT,
        option="text",
        help=N_("empty for a form; or one sentence, for example The bridge was closed at noon"),
    ),
    family=Family.TAKING_PART,
    role=Role.READER,
    help=N_("a statement for the moderators to look at, with its source"),
    example="/suggest",
    form=SUGGESTING,
)
async def suggest(context: Context, given: Headed | None) -> Reply:
    """Open the dialogue of a suggestion, or show the one that was sent at once."""
    return await begin_fact(context, await read_fact(context, given))
