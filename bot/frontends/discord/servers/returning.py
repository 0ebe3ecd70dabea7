"""Returning: find the channels that take the bot's messages again, after any change to their server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.frontends.discord.addressing import channel, lacking

if TYPE_CHECKING:
    from storage.record import Record


async def resume_open(record: Record, guild: discord.Guild) -> None:
    """Resume the paused channels and threads of a server in which the bot may write.

    Discord is asked nothing: the library knows the server's channels, and what the bot may there.
    """
    for place in (*guild.channels, *guild.threads):
        chat = channel(place.id)
        if await record.listeners.is_paused(chat) and _takes_messages(place, guild):
            await record.listeners.resume(chat)


def _takes_messages(place: discord.abc.GuildChannel | discord.Thread, guild: discord.Guild) -> bool:
    permissions = place.permissions_for(guild.me)
    shut = isinstance(place, discord.Thread) and place.locked and not permissions.manage_threads
    return not shut and not lacking(permissions, place)
