"""What the tests of Discord's emulator ask with: the real library, as a small bot over real sockets."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.emulators.discord import Channel, DiscordEmulator, User


class SmallBot(discord.Client):
    """A bot with a few commands; it keeps what it hears."""

    def __init__(self, **options: Any) -> None:
        """Prepare what is synced by `tree.sync`."""
        super().__init__(intents=discord.Intents.default(), guild_ready_timeout=0.02, **options)
        self.tree = app_commands.CommandTree(self)
        self.heard: asyncio.Queue[discord.Message] = asyncio.Queue()

    async def on_message(self, message: discord.Message) -> None:
        """Keep what others write."""
        if message.author != self.user:
            self.heard.put_nowait(message)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Begin again at once, where the library waits five seconds."""


@asynccontextmanager
async def running(
    api: DiscordEmulator, *, token: str = "", bot: SmallBot | None = None
) -> AsyncIterator[SmallBot]:
    """Log a bot in and connect it, until the end of the block."""
    bot = bot or SmallBot()
    with pointed_at(api):
        await bot.login(token or api.token)
        connection = asyncio.create_task(bot.connect())
        try:
            assert await api.next_session() == "READY"
            await bot.wait_until_ready()
            yield bot
        finally:
            await bot.close()
            await asyncio.gather(connection, return_exceptions=True)


@contextmanager
def pointed_at(api: DiscordEmulator) -> Iterator[None]:
    """Point the library at an emulator for a while."""
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = api.api_base_url, yarl.URL(api.gateway_url)
    try:
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = before


def newsroom(api: DiscordEmulator) -> tuple[User, Channel]:
    """Return a person and a channel of a server that they are in."""
    alice = api.user("Alice")
    return alice, api.guild("Newsroom", members=[alice]).channel("general")
