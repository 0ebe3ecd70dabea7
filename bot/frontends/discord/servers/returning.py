"""Returning: find the channels that take the bot's messages again, after any change to their server."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import discord

from bot.frontends.discord.addressing import channel, lacking
from bot.retrying import Backoff, retry
from storage.domain.errors import RecordError

if TYPE_CHECKING:
    from storage.record import Record

logger = logging.getLogger(__name__)
# A record that is away for some minutes, as while its server starts again, makes nobody miss a channel.
_PATIENCE = Backoff(first=1.0, longest=30.0, attempts=10)


async def resume_open(record: Record, guild: discord.Guild) -> None:
    """Resume the paused channels and threads of a server in which the bot may write.

    Discord is asked nothing: the library knows the server's channels, and what the bot may there. While the
    record cannot be read or written, it is tried again for some minutes; after that at the next event.
    """
    try:
        await retry(
            lambda: _resume(record, guild),
            _PATIENCE,
            lambda error, pause: pause if isinstance(error, RecordError) else None,
        )
    except RecordError as error:
        logger.warning("no channel of server %d was resumed: %s", guild.id, error)


async def _resume(record: Record, guild: discord.Guild) -> None:
    for place in (*guild.channels, *guild.threads):
        chat = channel(place.id)
        if await record.listeners.is_paused(chat) and _takes_messages(place, guild):
            await record.listeners.resume(chat)


def _takes_messages(place: discord.abc.GuildChannel | discord.Thread, guild: discord.Guild) -> bool:
    permissions = place.permissions_for(guild.me)
    shut = isinstance(place, discord.Thread) and place.locked and not permissions.manage_threads
    return not shut and not lacking(permissions, place)
