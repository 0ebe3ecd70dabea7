"""The client of Discord's library: the events it receives, and the conversation that answers."""

from __future__ import annotations

import logging
import sys
import traceback
from datetime import timedelta
from typing import TYPE_CHECKING

import discord
from discord import http
from discord.gateway import DiscordWebSocket
from yarl import URL

from bot.frontends.discord.addressing import channel
from bot.frontends.discord.gateway import install
from bot.frontends.discord.menu import Menu
from bot.frontends.discord.refusals import summary
from bot.frontends.discord.render import NOBODY
from bot.frontends.discord.servers.greeting import greet
from bot.frontends.discord.servers.returning import resume_open
from bot.notices.refusals import RARELY
from bot.notices.schedule import text_of
from storage.domain.errors import RecordError

if TYPE_CHECKING:
    import aiohttp

    from bot.commands.core.declarations import Catalogue
    from bot.frontends.discord.conversation import Conversation
    from bot.settings.sections import DiscordSettings
    from storage.record import Record

# Refusals that may pass: the token may be renewed, the request rate may fall.
_PASSING = frozenset({401, 429})
# Longer waits are left to the outbox, which retries; 30 is the library's minimum.
LONGEST_WAIT = 30.0

logger = logging.getLogger(__name__)


class Client(discord.Client):
    """Receive events for the bot, and pass them to a conversation until `rest` is called.

    Logging in also registers the commands with Discord.
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
        # The bot uses no voice: the library's warning that voice support is missing is noise.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        super().__init__(
            intents=intents(),
            allowed_mentions=NOBODY,
            http_trace=trace,
            max_ratelimit_timeout=LONGEST_WAIT,
            # Members and messages are never looked up later.
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
        """Accept no more events."""
        self._resting = True

    async def setup_hook(self) -> None:
        """Register new and changed commands with Discord.

        Raises discord.HTTPException if a retry may help; else the bot continues with the earlier ones.
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
        """Log that the bot is connected, and resume channels that were opened while it was not."""
        logger.info("connected to Discord as %s; servers: %d", self.user, len(self.guilds))
        for guild in self.guilds:
            await resume_open(self._record, guild)

    async def on_resumed(self) -> None:
        """Log that the connection was resumed without losing events."""
        logger.info("connected to Discord again")

    async def on_interaction(self, interaction: discord.Interaction[discord.Client]) -> None:
        """Answer a button or a modal by its custom id, even if another process showed it."""
        if not self._resting:
            await self._conversation.act(interaction)

    async def on_message(self, message: discord.Message) -> None:
        """Answer a direct message, or one that mentions the bot."""
        if not self._resting and self.user is not None:
            await self._conversation.hear(message, self.user)

    async def on_error(self, event_method: str, /, *_args: object, **_kwargs: object) -> None:
        """Log an error of one of these methods, without its own text, which may contain a user's text."""
        error = sys.exception()
        if isinstance(error, RecordError):
            logger.warning("%s was left out: %s", event_method, error)
            return
        trace = "".join(traceback.format_tb(error.__traceback__)) if error is not None else ""
        logger.error("%s failed: %s\n%s", event_method, type(error).__name__, trace)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Log that the bot was removed from a server; its channels are paused at their next notice."""
        logger.info("removed from server %d", guild.id)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Resume what the bot may write to in a server that has taken it in, and greet one that is new."""
        await resume_open(self._record, guild)
        if not self._resting:
            await greet(self._record, guild)

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """Resume what was opened while a server was out of reach."""
        await resume_open(self._record, guild)

    async def on_guild_channel_update(self, _before: object, place: discord.abc.GuildChannel) -> None:
        """Resume a channel, and the threads in it, to which the bot may write again."""
        await resume_open(self._record, place.guild)

    async def on_guild_role_update(self, _before: object, role: discord.Role) -> None:
        """Resume the channels that a role has opened to the bot."""
        await resume_open(self._record, role.guild)

    async def on_guild_role_delete(self, role: discord.Role) -> None:
        """Resume the channels that a role had closed to the bot."""
        await resume_open(self._record, role.guild)

    async def on_member_update(self, _before: object, member: discord.Member) -> None:
        """Resume the channels that the bot's own new roles open to it; others are never told of."""
        await resume_open(self._record, member.guild)

    async def on_thread_update(self, _before: object, thread: discord.Thread) -> None:
        """Resume a thread that takes messages again."""
        await resume_open(self._record, thread.guild)

    async def on_thread_join(self, thread: discord.Thread) -> None:
        """Resume a thread that is back from the archive."""
        await resume_open(self._record, thread.guild)

    async def on_guild_channel_delete(self, place: discord.abc.GuildChannel) -> None:
        """Pause the subscriptions of a deleted channel."""
        await self._pause(place.id)

    async def on_raw_thread_delete(self, event: discord.RawThreadDeleteEvent) -> None:
        """Pause the subscriptions of a deleted thread or forum post."""
        await self._pause(event.thread_id)

    async def _pause(self, channel_id: int) -> None:
        address = channel(channel_id)
        if await self._record.listeners.find(address) is not None:
            ledger = self._record.ledger
            again = text_of(ledger.clock() + timedelta(seconds=RARELY))
            await self._record.listeners.pause(address, "the channel was deleted", ledger.now(), again)


def intents() -> discord.Intents:
    """Return the bot's intents: servers, their channels, and messages; no intent is privileged.

    Discord sends the text of a message in a server only if it mentions the bot.
    """
    return discord.Intents(guilds=True, guild_messages=True, dm_messages=True)


def point_to(settings: DiscordSettings) -> None:
    """Point the library to the addresses in the settings, and give it a connection that goes on.

    It has one of each for the whole process.
    """
    install()
    if settings.api_base_url is not None:
        http.Route.BASE = settings.api_base_url
    if settings.gateway_url is not None:
        DiscordWebSocket.DEFAULT_GATEWAY = URL(settings.gateway_url)
