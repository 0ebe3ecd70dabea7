"""An emulator of Telegram's Bot API: real HTTP, as strict as the platform, and driven like people.

    async with TelegramEmulator() as api:
        alice = api.user("Alice")
        chat = api.private(alice)
        await chat.say(alice, "/who")
        reply = await chat.next_message()

It imports nothing of the bot. Where the platform's behaviour is not documented it follows TDLib and the
Bot API server: https://github.com/tdlib/telegram-bot-api
"""

from .chats import Chat, Topic
from .errors import ApiError
from .faults import Fault
from .journal import Call
from .limits import Limits
from .messages import Button, Message
from .people import User
from .queries import Answer, Query
from .server import TelegramEmulator

__all__ = [
    "Answer",
    "ApiError",
    "Button",
    "Call",
    "Chat",
    "Fault",
    "Limits",
    "Message",
    "Query",
    "TelegramEmulator",
    "Topic",
    "User",
]
