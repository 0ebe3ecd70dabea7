"""What Telegram permits: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable

from bot.frontends.shared.chat_rate import ChatLimiter
from bot.frontends.shared.send_rate import Pace, Pacer, Sleep

PACE = Pace(rate=30.0, replies_apart=True)
CHAT_SECONDS, GROUP_PER_MINUTE = 1.0, 19


def telegram_pacer(clock: Callable[[], float], *, sleep: Sleep = asyncio.sleep) -> Pacer:
    """Return a pacer that keeps to what Telegram permits, in all and in each chat; `clock` tells seconds."""
    return Pacer(clock, PACE, peace=ChatLimiter(clock, seconds=CHAT_SECONDS, share=share), sleep=sleep)


def share(chat: Hashable) -> int | None:
    """Return how many messages a chat, by its number, may get in a minute: groups have negative ones."""
    return GROUP_PER_MINUTE if isinstance(chat, int) and chat < 0 else None
