"""Publishing: notices in announcement channels go out to the servers that follow them.

Discord publishes ten messages an hour of a channel. Further ones are sent all the same and stay unpublished,
which is no error.
https://discord.com/developers/docs/resources/message#crosspost-message
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import timedelta

import aiohttp
import discord

from bot.frontends.discord.addressing import channel
from bot.frontends.discord.refusals import summary, told_to_wait
from storage.domain.errors import RecordError
from storage.notifying.quotas import Quotas

MOST, WITHIN = 10, timedelta(hours=1)

logger = logging.getLogger(__name__)


class Publisher:
    """Publish messages of the bot, as many as each channel may; `clock` returns seconds."""

    def __init__(
        self, client: discord.Client, quotas: Quotas, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._client = client
        self._quotas = quotas
        self._clock = clock
        # The channels that publish nothing until a moment, as Discord has told.
        self._refused_until: dict[int, float] = {}

    async def publish(self, message: discord.Message) -> None:
        """Publish a message if its channel is one for announcements and may publish more. Never raises."""
        place = message.channel.id
        if not self._announces(place) or not await self._may_publish(place):
            return
        try:
            await message.publish()
        except (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError) as error:
            if wait := told_to_wait(error):
                self._refused_until[place] = self._clock() + wait
            what = summary(error) if isinstance(error, discord.DiscordException) else type(error).__name__
            logger.info("a notice in channel %s stays unpublished: %s", place, what)

    def _announces(self, place: int) -> bool:
        found = self._client.get_channel(place)
        return isinstance(found, discord.TextChannel) and found.is_news()

    async def _may_publish(self, place: int) -> bool:
        """Tell whether a channel may publish one more message now, and count it."""
        if self._clock() < self._refused_until.get(place, 0.0):
            return False
        self._refused_until.pop(place, None)
        try:
            if await self._quotas.take(f"published {channel(place)}", MOST, WITHIN):
                return True
        except RecordError as error:
            logger.warning("a notice in channel %s stays unpublished: %s", place, error)
            return False
        logger.info("a notice in channel %s stays unpublished: ten went out within an hour", place)
        return False
