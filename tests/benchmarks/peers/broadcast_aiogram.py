"""A broadcast as aiogram's own example does it: `broadcast_aiogram.py ADDRESS TOKEN FIRST COUNT`.

One message after the other, a twentieth of a second between them; a refused one is tried again as told.
"""

import asyncio
import sys

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramRetryAfter

PAUSE = 0.05


async def send(bot: Bot, chat: int) -> None:
    """Send a message, after waiting for as long as the platform says."""
    try:
        await bot.send_message(chat, "It has changed.")
    except TelegramRetryAfter as error:
        await asyncio.sleep(error.retry_after)
        await send(bot, chat)


async def main(address: str, token: str, first: int, count: int) -> None:
    """Send one message to each chat."""
    async with Bot(token, session=AiohttpSession(api=TelegramAPIServer.from_base(address))) as bot:
        for chat in range(first, first + count):
            await send(bot, chat)
            await asyncio.sleep(PAUSE)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
