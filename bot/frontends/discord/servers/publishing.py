"""Publishing: notices in announcement channels go out to the servers that follow them.

Discord publishes ten messages an hour of a channel. Further ones are sent all the same and stay unpublished,
which is no error.
https://discord.com/developers/docs/resources/message#crosspost-message
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable

import aiohttp
import discord

from bot.frontends.discord.refusals import summary, told_to_wait

MOST, WITHIN = 10, 3_600.0
# Channels whose published messages are counted.
MOST_CHANNELS = 10_000

logger = logging.getLogger(__name__)


class Publisher:
    """Publish messages of the bot, as many as each channel may; `clock` returns seconds."""

    def __init__(self, client: discord.Client, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._clock = clock
        self._published: dict[int, deque[float]] = {}
        self._refused_until: dict[int, float] = {}

    async def publish(self, message: discord.Message) -> None:
        """Publish a message if its channel is one for announcements and may publish more. Never raises."""
        channel = message.channel.id
        if not self._announces(channel) or not self._may_publish(channel):
            return
        try:
            await message.publish()
        except (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError) as error:
            if wait := told_to_wait(error):
                self._refused_until[channel] = self._clock() + wait
            what = summary(error) if isinstance(error, discord.DiscordException) else type(error).__name__
            logger.info("a notice in channel %s stays unpublished: %s", channel, what)

    def _announces(self, channel: int) -> bool:
        found = self._client.get_channel(channel)
        return isinstance(found, discord.TextChannel) and found.is_news()

    def _may_publish(self, channel: int) -> bool:
        """Tell whether a channel may publish one more message now, and count it."""
        now = self._clock()
        if now < self._refused_until.get(channel, now):
            return False
        if len(self._published) >= MOST_CHANNELS:
            self._published.clear()
        recent = self._published.setdefault(channel, deque(maxlen=MOST))
        if len(recent) == MOST and now - recent[0] < WITHIN:
            logger.info("a notice in channel %s stays unpublished: ten went out within an hour", channel)
            return False
        recent.append(now)
        return True
