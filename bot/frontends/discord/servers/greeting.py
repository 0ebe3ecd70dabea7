"""Greeting: a few lines when the bot first joins a server, on what it is for and who may set it up."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

import aiohttp
import discord

from bot.frontends.discord.addressing import channel, lacking
from bot.frontends.discord.refusals import summary
from bot.frontends.discord.render import NOBODY, render
from bot.replies import Heading, Note, Reply
from bot.texts import _, speak
from storage.domain.errors import RecordError

if TYPE_CHECKING:
    from storage.record import Record

# A server that comes back after an outage may look like one just joined.
JUST = timedelta(minutes=10)

logger = logging.getLogger(__name__)


async def greet(record: Record, guild: discord.Guild) -> None:
    """Greet a server just joined, where the bot may write: once ever, unless it hears of changes.

    Never raises.
    """
    joined, place = guild.me.joined_at, _place(guild)
    if joined is None or discord.utils.utcnow() - joined > JUST or place is None:
        return
    speak(guild.preferred_locale.value.replace("-", "_"))
    try:
        # Noted before it is sent: a kill in between leaves a server without a greeting, and none with two.
        if await _is_known(record, guild) or not await record.quotas.take(f"greeted server {guild.id}", 1):
            return
        # The same nonce goes out once, should the library repeat it.
        await place.send(
            embeds=render(greeting())[0].embeds,
            allowed_mentions=NOBODY,
            silent=True,
            nonce=f"greet{guild.id}",
        )
    except discord.DiscordException as error:
        logger.info("server %d was not greeted: %s", guild.id, summary(error))
    except (RecordError, aiohttp.ClientError, OSError, TimeoutError) as error:
        logger.info("server %d was not greeted: %s", guild.id, type(error).__name__)


def greeting() -> Reply:
    """Return what a server reads first."""
    lines = (
        _("I keep who said what, when, and according to which source. I never say a thing in my own voice."),
        _("To ask: mention me with a plain question, or send /about, /who or /when. /help shows more."),
        _("To hear of changes in a channel: members who may manage it send /subscribe there."),
        _("What is on record is changed by moderators alone; the owners of this bot appoint them."),
    )
    return Reply(blocks=(Heading(text="OnRecord", level=1), *(Note(text=line) for line in lines)))


async def _is_known(record: Record, guild: discord.Guild) -> bool:
    """Tell whether anything in a server hears of changes: then the bot was there before."""
    for place in guild.channels:
        if await record.listeners.find(channel(place.id)) is not None:
            return True
    return False


def _place(guild: discord.Guild) -> discord.TextChannel | None:
    """Return the server's own channel for such messages, else the first in which the bot may write."""
    every = sorted(guild.text_channels, key=lambda place: (place.position, place.id))
    ordered = ([guild.system_channel] if guild.system_channel is not None else []) + every
    return next((each for each in ordered if not lacking(each.permissions_for(guild.me), each)), None)
