"""Even pacing just under what Telegram permits: broadcasts wait for their turn, replies for none of them.

A reply goes out at once; during a broadcast it takes the place of the broadcast's next message. Limits:
https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this

What counts is when messages arrive, which nobody tells. But a message has arrived, at the latest, before its
answer came by as long as no round trip has ever been shorter; and none that is sent now arrives any sooner.
So however busy the machine or the network is, no second at Telegram's end sees more than is permitted.
"""

from __future__ import annotations

import asyncio
import math
from collections import Counter, OrderedDict, deque
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager

# So many messages are permitted in any second; it is taken to be so much longer.
RATE, SECOND = 30.0, 1.005
# Waking up takes a moment; so much of it is made up for by the next turn. More would come as a burst.
SLACK = 0.01
# Nobody waits longer for an answer to learn when its message has arrived.
LONGEST_DOUBT = 0.25
# The shortest round trip is forgotten by so much with each answer: the way to Telegram may get longer.
FORGOTTEN = 1.001
# Many replies at once do not wait for one another: in practice Telegram counts them apart.
LONGEST_REPLY_WAIT, MOST_OVERTAKING = 0.1, 5
# After being told to wait, the pace is so much slower; with each message it quickens by so many a second.
SLOWED, QUICKENED = 0.8, 0.05
SLOWEST = 1.0
CHAT_SECONDS, GROUP_PER_MINUTE = 1.0, 19
# A broadcast whose chat has to be left in peace for longer comes back later: others do not wait behind it.
PATIENCE = 5.0
MOST_CHATS = 50_000
Sleep = Callable[[float], Awaitable[None]]


class Crowded(Exception):
    """A chat has had so many messages that the next has to wait for some seconds, `wait`."""

    def __init__(self, wait: float) -> None:
        super().__init__(f"the chat takes no more for {wait:.0f} s")
        self.wait = wait


class Turn(AbstractContextManager["Turn"]):
    """The turn of a message, as a context for its call: when it left, and when it arrived at the latest."""

    __slots__ = ("_pacer", "arrived", "left")

    def __init__(self, pacer: Pacer, left: float) -> None:
        self._pacer = pacer
        self.left = left
        self.arrived: float | None = None

    def __exit__(self, kind: object, *_: object) -> None:
        self._pacer.answered(self, well=kind is None)


class Pacer:
    """Give messages their turns; `clock` tells seconds."""

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
        # Twice as many as a second may see: they need not arrive in the order in which they left.
        self._turns: deque[Turn] = deque(maxlen=2 * math.ceil(rate))
        self._shortest = math.inf
        self._overtaking = 0
        self._chats: OrderedDict[int, deque[float]] = OrderedDict()
        self._waiting: Counter[int] = Counter()

    @property
    def rate(self) -> float:
        """Messages a second at present."""
        return self._rate

    async def reply(self, chat: int) -> Turn:
        """Let a reply go: at once, or during a broadcast in the place of its next message."""
        now = self._clock()
        if not self._broadcasting(now):
            self._next = now
            return self._leaving(chat, now)
        if self._overtaking == MOST_OVERTAKING:
            # A broadcast has to come to its end however many ask.
            return Turn(self, now)
        self._overtaking += 1
        wait = min(max(self._next, self._free_at(now)) - now, LONGEST_REPLY_WAIT)
        # Taken before waiting: the next reply, and the broadcast, come after this one.
        self._space(now)
        turn = self._leaving(chat, now + max(wait, 0.0))
        if wait > 0:
            await self._sleep(wait)
        return turn

    def _broadcasting(self, now: float) -> bool:
        return self._turn.locked() or self._next > now

    async def broadcast(self, chat: int, *, patiently: bool = False) -> Turn:
        """Wait for the turn of a broadcast to a chat.

        Raises Crowded where that would take long because of the chat alone, unless `patiently`.
        """
        before = self._waiting[chat] * CHAT_SECONDS
        self._waiting[chat] += 1
        try:
            while (turn := await self._take_turn(chat)) is None:
                wait = self._chat_wait(chat)
                if wait + before > PATIENCE and not patiently:
                    raise Crowded(wait + before)
                await self._sleep(wait)
        finally:
            self._waiting[chat] -= 1
            if not self._waiting[chat]:
                del self._waiting[chat]
        self._rate = min(self._full, self._rate + QUICKENED)
        return turn

    async def _take_turn(self, chat: int) -> Turn | None:
        """Wait for the next turn and take it, unless the chat has to be left in peace."""
        if self._chat_wait(chat) > 0:
            return None
        # One after the other: each looks at the clock only when its turn is the next.
        async with self._turn:
            now = self._clock()
            while (wait := max(self._next, self._stopped_until, self._free_at(now)) - now) > 0:
                await self._sleep(wait)
                now = self._clock()
            if self._chat_wait(chat) > 0:
                return None
            self._overtaking = 0
            self._space(now)
            return self._leaving(chat, now)

    def told_to_wait(self, seconds: float) -> None:
        """Stop for as long as Telegram says, and go on more slowly."""
        now = self._clock()
        # What was under way is refused as well: that is the same lesson, to be learnt once.
        if now >= self._stopped_until:
            self._rate = max(SLOWEST, self._rate * SLOWED)
        self._stopped_until = max(self._stopped_until, now + seconds)

    def answered(self, turn: Turn, *, well: bool) -> None:
        """Note that the call of a turn is over, and so when its message has arrived at the latest."""
        took = self._clock() - turn.left
        if well:
            self._shortest = min(took, self._shortest * FORGOTTEN)
        turn.arrived = turn.left + min(max(took - self._shortest, 0.0), LONGEST_DOUBT)

    def _space(self, now: float) -> None:
        """Move the next turn away from this one."""
        self._next = max(self._next, now - SLACK) + 1 / self._rate

    def _free_at(self, now: float) -> float:
        """Return when one more message may leave without being one too many in its second."""
        permitted = math.ceil(self._full)
        if len(self._turns) < permitted:
            return 0.0
        arrived = sorted(
            min(now, turn.left + LONGEST_DOUBT) if turn.arrived is None else turn.arrived
            for turn in self._turns
        )
        return arrived[-permitted] + SECOND

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

    def _leaving(self, chat: int, at: float) -> Turn:
        turn = Turn(self, at)
        self._turns.append(turn)
        sent = self._chats.setdefault(chat, deque(maxlen=GROUP_PER_MINUTE))
        sent.append(at)
        self._chats.move_to_end(chat)
        while len(self._chats) > MOST_CHATS:
            self._chats.popitem(last=False)
        return turn
