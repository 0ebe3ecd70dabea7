"""A link that is sent alone: moderators may take the article in, of readers it is a suggestion.

Nothing is fetched for it. That happens once a moderator opens it.
"""

from __future__ import annotations

from bot.commands.core.context import Context
from bot.commands.reading.shorthand import address_in
from bot.replies import Action, Note, Reply
from bot.requests import Role
from bot.texts import _


async def linked(context: Context, text: str) -> Reply | None:
    """Return the answer to a link that is sent alone in a private chat; None for any other text.

    A reader's link to a source on record is a question for that.
    """
    address = None if context.request.shared or context.chosen is None else address_in(text)
    if address is None:
        return None
    known = await context.record.sources.at_address(context.story.id, address)
    if context.role < Role.MODERATOR:
        return None if known else await _suggested(context, address)
    sources = [Action(label=f"S{each}", command=f"/sources S{each}") for each in known[:3]]
    note = (
        _("That article is on record as a source. It can be read again, to see whether it has changed.")
        if known
        else _("That article is not on record. Take it in, and its statements are shown as drafts.")
    )
    take = Action(label=_("Take it in"), command=f"/intake {address}")
    return Reply(blocks=(Note(text=note),), actions=(take, *sources))


async def _suggested(context: Context, address: str) -> Reply:
    await context.record.articles.suggest(context.story.id, address)
    note = _(
        "No source with that address is on record in this story. The link is with the moderators now, without"
        " your name: they may open it."
    )
    return Reply(
        blocks=(Note(text=note),), actions=(Action(label=_("Sources"), command="/sources"),), aside=True
    )
