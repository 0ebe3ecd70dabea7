"""Even pacing just under what Telegram permits: broadcasts wait for their turn, replies for none of them.

A reply goes out at once; during a broadcast it takes the place of the broadcast's next message. Limits:
https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable

# Of the 30 a second that are permitted, so many are used.
RATE = 29.5
# Waking up takes a moment; so much of it is made up for by the next turn. More would come as a burst.
SLACK = 0.01
SLOWEST = 1.0
# Many replies at once do not wait for one another: in practice Telegram counts them apart.
LONGEST_REPLY_WAIT = 0.05
# After being told to wait, the pace is so much slower, and then quickens again with each message.
SLOWED, QUICKENED = 0.8, 1.002
CHAT_SECONDS, GROUP_PER_MINUTE = 1.0, 19
MOST_CHATS = 50_000
Sleep = Callable[[float], Awaitable[None]]


class Pacer:
    """Give broadcasts their turns; `clock` tells seconds."""

    def __init__(
        self, clock: Callable[[], float], *, rate: float = RATE, sleep: Sleep = asyncio.sleep
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._full = rate
        self._rate = rate
        self._next = 0.0
        self._stopped_until = 0.0
        self._turn = asyncio.Lock()
        self._chats: OrderedDict[int, deque[float]] = OrderedDict()

    @property
    def rate(self) -> float:
        """Messages a second at present."""
        return self._rate

    async def reply(self, chat: int) -> None:
        """Let a reply go: at once, or during a broadcast in the place of its next message."""
        now = self._clock()
        wait = min(self._next - now, LONGEST_REPLY_WAIT)
        # Taken before waiting: the next reply, and the broadcast, come after this one.
        self._next = max(self._next, now - SLACK) + 1 / self._rate if self._broadcasting(now) else now
        self._note(chat, now)
        if wait > 0:
            await self._sleep(wait)

    def _broadcasting(self, now: float) -> bool:
        return self._turn.locked() or self._next > now

    async def broadcast(self, chat: int) -> None:
        """Wait for the turn of a broadcast to a chat."""
        while not await self._take_turn(chat):
            await self._sleep(self._chat_wait(chat))
        self._rate = min(self._full, self._rate * QUICKENED)

    async def _take_turn(self, chat: int) -> bool:
        """Wait for the next turn and take it, unless the chat has to be left in peace; tell which."""
        if self._chat_wait(chat) > 0:
            return False
        # One after the other: each looks at the clock only when its turn is the next.
        async with self._turn:
            while (wait := max(self._next, self._stopped_until) - self._clock()) > 0:
                await self._sleep(wait)
            if self._chat_wait(chat) > 0:
                return False
            now = self._clock()
            self._next = max(self._next, now - SLACK) + 1 / self._rate
            self._note(chat, now)
            return True

    def told_to_wait(self, seconds: float) -> None:
        """Stop for as long as Telegram says, and go on more slowly."""
        self._stopped_until = max(self._stopped_until, self._clock() + seconds)
        self._rate = max(SLOWEST, self._rate * SLOWED)

    def _chat_wait(self, chat: int) -> float:
        """Return how long a chat has to be left in peace: a second, and a group for its share of a minute."""
        sent = self._chats.get(chat)
        if not sent:
            return 0.0
        now = self._clock()
        wait = sent[-1] + CHAT_SECONDS - now
        # Groups have negative ids.
        if chat < 0 and len(sent) == GROUP_PER_MINUTE:
            wait = max(wait, sent[0] + 60 - now)
        return wait

    def _note(self, chat: int, now: float) -> None:
        sent = self._chats.setdefault(chat, deque(maxlen=GROUP_PER_MINUTE))
        sent.append(now)
        self._chats.move_to_end(chat)
        while len(self._chats) > MOST_CHATS:
            self._chats.popitem(last=False)
