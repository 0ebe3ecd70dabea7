"""/desk: a moderator enters an article, and what changes is told as one once they are done."""

from __future__ import annotations

from bot.commands.core.completion import listed
from bot.commands.core.context import Context
from bot.commands.core.declarations import Argument, Family, Kind
from bot.commands.core.registry import commands
from bot.errors import UserError
from bot.replies import Action, Note, Reply
from bot.requests import Role
from bot.texts import N_, _, ngettext
from bot.times.zones import shown

_DONE = "done"


@commands.command(
    "desk",
    Argument(N_("done"), Kind.WORDS, help=N_("done: tell of all that you have entered; empty: begin")),
    family=Family.KEEPING,
    role=Role.MODERATOR,
    help=N_(
        "enter an article: your changes wait, and are told as one when you say done, or after 30 minutes"
    ),
    example="/desk",
    offers={"done": listed(_DONE)},
)
async def desk(context: Context, what: str | None) -> Reply:
    """Open the asker's desk or tell how it stands; with “done” close it."""
    person, desks = context.request.user, context.record.desks
    if what is not None and what.casefold() != _DONE:
        raise UserError(_("Send /desk to begin, and /desk done when you have entered all."))
    if what is not None:
        return await _closed(context)
    began = await desks.until(person) is None
    until = shown(await desks.open(person))
    if began:
        text = _(
            "Your desk is open: what you change waits, and is told as one when you say done, or at {time}.",
            time=until,
        )
    else:
        text = ngettext(
            "Your desk is open: {count} change waits, until {time} at the latest.",
            "Your desk is open: {count} changes wait, until {time} at the latest.",
            await desks.waiting(person),
            time=until,
        )
    return Reply(blocks=(Note(text=text),), actions=(Action(label=_("Done"), command=f"/desk {_DONE}"),))


async def _closed(context: Context) -> Reply:
    if await context.record.desks.until(context.request.user) is None:
        raise UserError(_("Your desk is not open: what you change is told at once. /desk opens it."))
    count = await context.record.desks.close(context.request.user, context.policy.hold)
    text = ngettext("Done: {count} change is told now.", "Done: {count} changes are told now, as one.", count)
    return Reply(blocks=(Note(text=text if count else _("Done: nothing waited.")),))
