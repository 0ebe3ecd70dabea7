"""What the emulator's tests ask with: the real library, and words for what it should be refused."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup

from tests.emulators.telegram import TelegramEmulator

TOKEN = "123456:TEST-TOKEN"
Json = dict[str, Any]
Ask = Callable[..., Any]


def new_bot(api: TelegramEmulator) -> Bot:
    """Return the real library's bot, pointed at the emulator."""
    return Bot(TOKEN, base_url=f"{api.base_url}/bot")


def refused(error: type[Exception], reason: str) -> Any:
    """Expect a refusal; the library changes the case of what the platform says."""
    return pytest.raises(error, match=f"(?i){re.escape(reason)}")


def keyboard(**buttons: str) -> InlineKeyboardMarkup:
    """Return a row of buttons, each label with its data."""
    return InlineKeyboardMarkup([[InlineKeyboardButton(k, callback_data=v) for k, v in buttons.items()]])
