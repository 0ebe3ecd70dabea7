"""Log a bare discord.py client in, until killed: `start_discordpy.py API`."""

import asyncio
import sys

import discord
from discord.http import Route


async def main(api: str) -> None:
    """Get as far as the first request."""
    Route.BASE = api
    async with discord.Client(intents=discord.Intents.default()) as client:
        await client.login("MTIzNDU2Nzg5MDEyMzQ1Njc4.GEmula.a-token-for-the-emulator-alone")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
