"""A bot on bare discord.py that answers and tells: `broadcast_discordpy.py API GATEWAY TOKEN`.

It answers /who at once and completes its option from a list; at /tell it sends to all other channels at once,
and leaves limits to the library.
"""

import asyncio
import sys

import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

NAMES = [f"Stranger {number}" for number in range(25)]

client = discord.Client(intents=discord.Intents.default())
tree = app_commands.CommandTree(client)


@tree.command(description="Say who somebody is")
async def who(interaction: discord.Interaction, name: str | None = None) -> None:
    """Answer at once."""
    await interaction.response.send_message(f"{name or 'Nobody'} is not on record.")


@who.autocomplete("name")
async def complete(_interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """Offer what begins alike."""
    found = [name for name in NAMES if name.casefold().startswith(typed.casefold())]
    return [app_commands.Choice(name=name, value=name) for name in found]


@tree.command(description="Tell all channels")
async def tell(interaction: discord.Interaction) -> None:
    """Send one message to each channel, and say when that is over."""
    await interaction.response.send_message("Telling.")
    channels = [channel for guild in client.guilds for channel in guild.text_channels]
    await asyncio.gather(
        *(channel.send("It has changed.") for channel in channels if channel != interaction.channel),
        return_exceptions=True,
    )
    await interaction.followup.send("Told.")


async def main(api: str, gateway: str, token: str) -> None:
    """Serve until killed."""
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = api, yarl.URL(gateway)
    async with client:
        await client.login(token)
        await tree.sync()
        await client.connect()


if __name__ == "__main__":
    discord.utils.setup_logging()
    asyncio.run(main(*sys.argv[1:]))
