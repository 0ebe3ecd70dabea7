"""The bot as Discord's library runs it: what it hears of, and who answers."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import discord
from discord import http
from discord.gateway import DiscordWebSocket
from yarl import URL

from bot.frontends.discord.addressing import channel
from bot.frontends.discord.menu import Menu
from bot.frontends.discord.refusals import summary
from bot.frontends.discord.render import NOBODY

if TYPE_CHECKING:
    import aiohttp

    from bot.commands.core.declarations import Catalogue
    from bot.config import DiscordSettings
    from bot.frontends.discord.conversation import Conversation
    from storage.record import Record

# Of refusals, those that pass: the token may be renewed, the pace too quick.
_PASSING = frozenset({401, 429})
# Longer waits are left to the outbox, which tries again; 30 is the least that the library takes.
LONGEST_WAIT = 30.0

logger = logging.getLogger(__name__)


class Client(discord.Client):
    """Hear of what is meant for the bot, and hand it to a conversation until told to `rest`.

    Logging in tells Discord of the commands, too.
    """

    def __init__(
        self,
        record: Record,
        registry: Catalogue,
        conversation: Conversation,
        trace: aiohttp.TraceConfig,
        *,
        language: str = "en",
    ) -> None:
        # Nobody is spoken to: that nothing for it is installed is no news.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        super().__init__(
            intents=intents(),
            allowed_mentions=NOBODY,
            http_trace=trace,
            max_ratelimit_timeout=LONGEST_WAIT,
            # Neither members nor messages are looked up later.
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
        )
        self._record = record
        self._registry = registry
        self._language = language
        self._conversation = conversation
        self._resting = False

    def rest(self) -> None:
        """Take nothing more."""
        self._resting = True

    async def setup_hook(self) -> None:
        """Tell Discord of the commands that it does not have as they are.

        Raises discord.HTTPException where trying again may help; else the bot goes on with those of before.
        """
        menu = Menu(self, self._registry, self._conversation, language=self._language)
        try:
            changed = await menu.sync_changes()
        except discord.HTTPException as error:
            if error.status >= 500 or error.status in _PASSING:
                raise
            logger.error("Discord does not take the commands: %s", summary(error))  # noqa: TRY400  # reason: cleaned
        else:
            logger.info("commands are %s", "told to Discord anew" if changed else "as Discord has them")

    async def on_ready(self) -> None:
        """Say that the bot is there."""
        logger.info("connected to Discord as %s; servers: %d", self.user, len(self.guilds))

    async def on_resumed(self) -> None:
        """Say that the connection was lost, and that nothing else was."""
        logger.info("connected to Discord again")

    async def on_interaction(self, interaction: discord.Interaction[discord.Client]) -> None:
        """Answer a button or a modal by what its custom id says, whichever process showed it."""
        if not self._resting:
            await self._conversation.act(interaction)

    async def on_message(self, message: discord.Message) -> None:
        """Answer a direct message, or one that mentions the bot."""
        if not self._resting and self.user is not None:
            await self._conversation.hear(message, self.user)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Say that the bot is in a server no more; its channels are paused when they are next to hear."""
        logger.info("removed from server %d", guild.id)

    async def on_guild_channel_delete(self, place: discord.abc.GuildChannel) -> None:
        """Pause what a channel was to hear: there is nobody left to tell."""
        await self._pause(place.id)

    async def on_raw_thread_delete(self, event: discord.RawThreadDeleteEvent) -> None:
        """Pause what a thread or a forum post was to hear."""
        await self._pause(event.thread_id)

    async def _pause(self, channel_id: int) -> None:
        address = channel(channel_id)
        if await self._record.listeners.find(address) is not None:
            await self._record.listeners.pause(address, "the channel was deleted")


def intents() -> discord.Intents:
    """Return what the bot hears of: servers and their channels, and messages; none of it is privileged.

    Of messages in servers Discord tells the text only where they mention the bot, and so of no others.
    """
    return discord.Intents(guilds=True, guild_messages=True, dm_messages=True)


def point_to(settings: DiscordSettings) -> None:
    """Let the library speak to the addresses of the settings; it has one of each for the whole process."""
    if settings.api_base_url is not None:
        http.Route.BASE = settings.api_base_url
    if settings.gateway_url is not None:
        DiscordWebSocket.DEFAULT_GATEWAY = URL(settings.gateway_url)
