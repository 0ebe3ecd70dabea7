"""Even pacing just under what a platform permits: broadcasts wait for their turn, replies hardly ever.

A reply takes the place of a broadcast's next message, so the sum stays under the limit. Without a broadcast
nothing paces replies.

Send times are known, arrival times are not. Latest arrival = sent + round trip − shortest round trip; pace by
that. So however busy the machine or the network is, the far end never sees more in a second than it permits.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable, Hashable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from bot.frontends.shared.chat_rate import PATIENCE, ChatLimiter, Crowded
from bot.frontends.shared.priority_lock import MOST_OVERTAKING, PriorityLock
from bot.retrying import Sleep

# A second at the far end is taken to be so long.
SECOND = 1.005
# Waking up takes a moment; so much of it is made up for by the next turn. More would come as a burst.
SLACK = 0.01
# Nobody waits longer for an answer to learn when its message has arrived.
LONGEST_DOUBT = 0.25
# The shortest round trip is forgotten by so much with each answer: the way there may get longer.
FORGOTTEN = 1.001
# Where replies are counted apart, many at once do not wait for one another.
LONGEST_REPLY_WAIT = 0.1
# After being told to wait, the pace is so much slower; with each message it quickens by so many a second.
SLOWED, QUICKENED = 0.8, 0.05
SLOWEST = 1.0


@dataclass(frozen=True)
class Pace:
    """How many messages are permitted in any second, and whether replies are in practice counted apart."""

    rate: float
    replies_apart: bool = False


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
    """Give messages their turns; `clock` tells seconds, and `peace` when a chat takes its next message."""

    def __init__(
        self,
        clock: Callable[[], float],
        pace: Pace,
        *,
        peace: ChatLimiter | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._pace = pace
        self._peace = ChatLimiter(clock) if peace is None else peace
        self._rate = pace.rate
        self._next = 0.0
        self._stopped_until = 0.0
        self._turn = PriorityLock()
        # Twice as many as a second may see: they need not arrive in the order in which they left.
        self._turns: deque[Turn] = deque(maxlen=2 * math.ceil(pace.rate))
        self._shortest = math.inf
        self._overtaking = 0

    @property
    def rate(self) -> float:
        """Messages a second at present."""
        return self._rate

    async def reply(self, chat: Hashable = None) -> Turn:
        """Let a reply go: at once, or during a broadcast in the place of its next message."""
        return await (self._hurry(chat) if self._pace.replies_apart else self._precede(chat))

    async def broadcast(self, chat: Hashable = None, *, patiently: bool = False) -> Turn:
        """Wait for the turn of a broadcast to a chat.

        Raises Crowded where that would take long because of the chat alone, unless `patiently`.
        """
        with self._peace.queue(chat) as before:
            while (turn := await self._take_turn(chat)) is None:
                wait = self._peace.wait(chat)
                if wait + before > PATIENCE and not patiently:
                    raise Crowded(wait + before)
                await self._sleep(wait)
        self._rate = min(self._pace.rate, self._rate + QUICKENED)
        return turn

    async def _hurry(self, chat: Hashable) -> Turn:
        """Let a reply that is counted apart go: it may be one more than a second sees of broadcasts."""
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

    async def _precede(self, chat: Hashable) -> Turn:
        """Let a reply that counts like any other message go as soon as one more is permitted."""
        async with self._turn.held(first=True):
            now = await self._until(lambda now: max(self._stopped_until, self._free_at(now)))
            self._space(now)
            return self._leaving(chat, now)

    async def _take_turn(self, chat: Hashable) -> Turn | None:
        """Wait for the next turn and take it, unless the chat has to be left in peace."""
        if self._peace.wait(chat) > 0:
            return None
        # One after the other: each looks at the clock only when its turn is the next.
        async with self._turn.held(first=False):
            now = await self._until(lambda now: max(self._next, self._stopped_until, self._free_at(now)))
            if self._peace.wait(chat) > 0:
                return None
            self._overtaking = 0
            self._space(now)
            return self._leaving(chat, now)

    async def _until(self, moment: Callable[[float], float]) -> float:
        """Sleep until a moment that may move meanwhile; return what the clock then says."""
        now = self._clock()
        while (wait := moment(now) - now) > 0:
            await self._sleep(wait)
            now = self._clock()
        return now

    def told_to_wait(self, seconds: float) -> None:
        """Stop for as long as the platform says, and go on more slowly."""
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
        permitted = math.ceil(self._pace.rate)
        if len(self._turns) < permitted:
            return 0.0
        arrived = sorted(
            min(now, turn.left + LONGEST_DOUBT) if turn.arrived is None else turn.arrived
            for turn in self._turns
        )
        return arrived[-permitted] + SECOND

    def _leaving(self, chat: Hashable, at: float) -> Turn:
        turn = Turn(self, at)
        self._turns.append(turn)
        self._peace.left(chat, at)
        return turn
