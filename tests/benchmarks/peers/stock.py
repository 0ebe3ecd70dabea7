"""An echo bot on stock python-telegram-bot: `stock.py ADDRESS TOKEN AT_ONCE`; 1 is one at a time."""

import logging
import sys

from telegram import Update
from telegram.ext import ApplicationBuilder, ContextTypes, MessageHandler, filters


async def echo(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    """Answer a message with its own text."""
    message = update.effective_message
    if message and message.text:
        await message.reply_text(message.text)


def main(address: str, token: str, at_once: int) -> None:
    """Poll until SIGTERM."""
    logging.basicConfig(level=logging.WARNING)
    builder = ApplicationBuilder().token(token).base_url(f"{address}/bot")
    application = builder.concurrent_updates(at_once if at_once > 1 else False).build()
    application.add_handler(MessageHandler(filters.TEXT, echo))
    application.run_polling()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
