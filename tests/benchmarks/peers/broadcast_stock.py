"""A broadcast on python-telegram-bot with its rate limiter: `broadcast_stock.py ADDRESS TOKEN FIRST COUNT`.

All messages are handed over at once, for the limiter to pace; a refused one is tried again as it says.
"""

import asyncio
import logging
import sys

from telegram.ext import AIORateLimiter, ApplicationBuilder

RETRIES = 1_000


async def main(address: str, token: str, first: int, count: int) -> None:
    """Send one message to each chat."""
    limiter = AIORateLimiter(max_retries=RETRIES)
    application = ApplicationBuilder().token(token).base_url(f"{address}/bot").rate_limiter(limiter).build()
    async with application:
        await asyncio.gather(
            *(application.bot.send_message(chat, "It has changed.") for chat in range(first, first + count))
        )


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
