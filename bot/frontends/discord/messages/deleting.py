"""Deleting an answer of the bot from its menu: its asker may do so, and moderators may."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import discord

from bot.errors import UserError
from bot.texts import _

Interaction = discord.Interaction[discord.Client]


async def delete(
    interaction: Interaction, message: discord.Message, moderates: Callable[[], Awaitable[bool]]
) -> None:
    """Delete a message of the bot. Raises UserError if the asker may not, or if Discord refuses it."""
    if message.author != interaction.client.user:
        raise UserError(_("That message is not mine: I delete only my own answers."))
    if message.flags.ephemeral:
        raise UserError(_("Only you see that answer: dismiss it, and it is gone."))
    if not await _may(interaction, message, moderates):
        raise UserError(_("Only who asked for that answer, or a moderator, may have it deleted."))
    try:
        await message.delete()
    except discord.NotFound:
        pass  # somebody was quicker
    except discord.HTTPException as error:
        if error.status >= 500:
            raise
        # For example in an archived thread.
        raise UserError(_("Discord does not let me delete that message here.")) from None


async def _may(
    interaction: Interaction, message: discord.Message, moderates: Callable[[], Awaitable[bool]]
) -> bool:
    if interaction.guild_id is None:
        return True  # nobody else sees it
    return await _asker(message) == interaction.user.id or await moderates()


async def _asker(message: discord.Message) -> int | None:
    """Return who gave the command that a message answers, or wrote the message that it replies to."""
    if message.interaction_metadata is not None:
        return message.interaction_metadata.user.id
    reference = message.reference
    if reference is None or reference.message_id is None:
        return None
    if isinstance(reference.resolved, discord.Message):
        return reference.resolved.author.id
    try:
        return (await message.channel.fetch_message(reference.message_id)).author.id
    except discord.DiscordException:
        return None  # deleted, or not for the bot to read
