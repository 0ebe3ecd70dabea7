"""Share: an answer that only its asker sees is shown to the channel, once, if they may write there.

What is shown is the message itself. Its button keeps the reply for a day, without the words of others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.commands.dispatch import QUESTION
from bot.frontends.discord.addressing import lacking
from bot.replies import Action, Reply
from bot.requests import Role
from bot.texts import _

if TYPE_CHECKING:
    from bot.commands.core.declarations import Catalogue, Command
    from storage.record import Record

Interaction = discord.Interaction[discord.Client]
# The prefix of what is kept for a button; no command begins with it.
SHARE = "share:"
# The most characters kept for one button; a reply of one page takes less.
KEPT_LIMIT = 20_000


def with_share(reply: Reply, command: Command | None, unique: int, catalogue: Catalogue) -> Reply:
    """Return a private answer with a button that shares it, where anybody may ask for the same.

    `unique` makes each button another one: it works once.
    """
    if command is None or command.aside or reply.aside:
        return reply
    actions = tuple(action for action in reply.actions if _is_for_all(action, catalogue))
    kept = reply.without_quotes().model_copy(update={"actions": actions, "asks": None})
    data = f"{SHARE}{unique} {kept.model_dump_json()}"
    if len(data) > KEPT_LIMIT:
        return reply
    return reply.model_copy(update={"actions": (*reply.actions, Action(label=_("Share"), command=data))})


def shared(data: str | None) -> Reply | None:
    """Return the reply that a button shares, None for any other button."""
    if data is None or not data.startswith(SHARE):
        return None
    return Reply.model_validate_json(data.partition(" ")[2])


async def obstacle(record: Record, interaction: Interaction, reply: Reply) -> str | None:
    """Return why a reply may not be shared, None if it may: who may write there, and what has changed."""
    permissions = interaction.permissions
    in_thread = isinstance(interaction.channel, discord.Thread)
    if not (permissions.send_messages_in_threads if in_thread else permissions.send_messages):
        return _("You may not write in this channel, so you cannot share an answer in it.")
    if missing := lacking(interaction.app_permissions, interaction.channel):
        return _(
            "I may not write in this channel. Let an admin give me: {permissions}.",
            permissions=", ".join(missing),
        )
    facts = {fact.id: fact for fact in await record.facts.load(reply.facts)}
    for number in reply.facts:
        fact = facts.get(number)
        if fact is None or fact.retracted is not None or fact.taken_down is not None:
            return _("F{id} was withdrawn since: ask again, and share what stands now.", id=number)
        if reply.cited_revisions.get(number, fact.revision) != fact.revision:
            return _("F{id} has changed since: ask again, and share what stands now.", id=number)
    return None


def without(message: discord.Message, identity: str) -> discord.ui.View | None:
    """Return the buttons and menus under a message without one of them."""
    view = discord.ui.View.from_message(message, timeout=None)
    view.stop()
    for item in view.children:
        if getattr(item, "custom_id", None) == identity:
            view.remove_item(item)
    return view if view.children else None


def _is_for_all(action: Action, catalogue: Catalogue) -> bool:
    """Tell whether a button does the same for whoever presses it.

    A question's next page holds the asker's own words, and what they were told of before.
    """
    command = catalogue.find(action.command.strip().removeprefix("/").partition(" ")[0])
    if command is None or command.name == QUESTION:
        return False
    return command.role is Role.READER and not command.dialogue and not command.by_admins
