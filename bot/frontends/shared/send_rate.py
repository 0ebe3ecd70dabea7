"""Pace messages just below a platform's rate limit: broadcasts wait for their turn, replies hardly ever.

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

from bot.frontends.shared.chat_rate import LONGEST_CHAT_WAIT, ChatBusy, ChatLimiter
from bot.frontends.shared.priority_lock import MOST_OVERTAKES, PriorityLock
from bot.retrying import Sleep

# Seconds counted as one: the platform's clock may run a little slower.
SECOND = 1.005
# Seconds of a late wake-up that the next turn makes up for; more would come as a burst.
SLACK = 0.01
# Seconds after which a message has arrived, also where its response is still missing.
LONGEST_TRAVEL = 0.25
# The shortest round trip grows by this factor with each response: the network may get slower.
ROUND_TRIP_GROWTH = 1.001
# Seconds that a reply waits at most where the platform counts replies apart from broadcasts.
LONGEST_REPLY_WAIT = 0.1
# After a 429 the rate is multiplied by the first; each message then adds the second, in messages a second.
SLOWDOWN, RECOVERY = 0.8, 0.05
SLOWEST = 1.0


@dataclass(frozen=True)
class Pace:
    """Messages permitted in any second, and whether the platform in practice counts replies apart."""

    rate: float
    replies_apart: bool = False


class Turn(AbstractContextManager["Turn"]):
    """The turn of a message, as a context for its call: when it was sent, and its latest arrival if known."""

    __slots__ = ("_pacer", "arrived_at", "sent_at")

    def __init__(self, pacer: Pacer, sent_at: float) -> None:
        self._pacer = pacer
        self.sent_at = sent_at
        self.arrived_at: float | None = None

    def __exit__(self, kind: object, *_: object) -> None:
        self._pacer.on_response(self, ok=kind is None)


class Pacer:
    """Give messages their turns; `clock` tells seconds, `chats` when a chat takes its next message."""

    def __init__(
        self,
        clock: Callable[[], float],
        pace: Pace,
        *,
        chats: ChatLimiter | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._pace = pace
        self._chats = ChatLimiter(clock) if chats is None else chats
        self._rate = pace.rate
        self._next = 0.0
        self._stopped_until = 0.0
        self._turn = PriorityLock()
        # Twice as many as a second may see: messages need not arrive in the order in which they are sent.
        self._turns: deque[Turn] = deque(maxlen=2 * math.ceil(pace.rate))
        self._shortest = math.inf
        self._overtakes = 0

    @property
    def rate(self) -> float:
        """Return the current rate, in messages a second."""
        return self._rate

    async def reply(self, chat: Hashable = None) -> Turn:
        """Take the turn of a reply: at once, or during a broadcast in place of its next message."""
        return await (self._reply_apart(chat) if self._pace.replies_apart else self._reply_first(chat))

    async def broadcast(self, chat: Hashable = None, *, patiently: bool = False) -> Turn:
        """Wait for the turn of a broadcast message to a chat.

        Raises ChatBusy where that would take long because of the chat alone, unless `patiently`.
        """
        with self._chats.queue(chat) as before:
            while (turn := await self._take_turn(chat)) is None:
                wait = self._chats.wait(chat)
                if wait + before > LONGEST_CHAT_WAIT and not patiently:
                    raise ChatBusy(wait + before)
                await self._sleep(wait)
        self._rate = min(self._pace.rate, self._rate + RECOVERY)
        return turn

    async def _reply_apart(self, chat: Hashable) -> Turn:
        """Take the turn of a reply that the platform counts apart: it may exceed the rate of broadcasts."""
        now = self._clock()
        if not self._broadcasting(now):
            self._next = now
            return self._begin(chat, now)
        if self._overtakes == MOST_OVERTAKES:
            # A broadcast has to end, however many people write to the bot meanwhile.
            return Turn(self, now)
        self._overtakes += 1
        wait = min(max(self._next, self._free_at(now)) - now, LONGEST_REPLY_WAIT)
        # The turn is taken before the wait: the next reply, and the broadcast, come after this one.
        self._space(now)
        turn = self._begin(chat, now + max(wait, 0.0))
        if wait > 0:
            await self._sleep(wait)
        return turn

    def _broadcasting(self, now: float) -> bool:
        return self._turn.locked() or self._next > now

    async def _reply_first(self, chat: Hashable) -> Turn:
        """Take the next turn for a reply that counts like any other message."""
        async with self._turn.held(first=True):
            now = await self._until(lambda now: max(self._stopped_until, self._free_at(now)))
            self._space(now)
            return self._begin(chat, now)

    async def _take_turn(self, chat: Hashable) -> Turn | None:
        """Wait for the next turn and take it; return None where the chat has to wait longer."""
        if self._chats.wait(chat) > 0:
            return None
        # One at a time: each looks at the clock only when its turn is the next.
        async with self._turn.held(first=False):
            now = await self._until(lambda now: max(self._next, self._stopped_until, self._free_at(now)))
            if self._chats.wait(chat) > 0:
                return None
            self._overtakes = 0
            self._space(now)
            return self._begin(chat, now)

    async def _until(self, moment: Callable[[float], float]) -> float:
        """Sleep until a moment that may move meanwhile; return what the clock then says."""
        now = self._clock()
        while (wait := moment(now) - now) > 0:
            await self._sleep(wait)
            now = self._clock()
        return now

    def on_retry_after(self, seconds: float) -> None:
        """Stop for the seconds of a 429's Retry-After, then go on at a lower rate."""
        now = self._clock()
        # Calls already under way are refused as well; they must not lower the rate again.
        if now >= self._stopped_until:
            self._rate = max(SLOWEST, self._rate * SLOWDOWN)
        self._stopped_until = max(self._stopped_until, now + seconds)

    def on_response(self, turn: Turn, *, ok: bool) -> None:
        """Note the response to a turn's call, and so the latest moment at which its message arrived."""
        round_trip = self._clock() - turn.sent_at
        if ok:
            self._shortest = min(round_trip, self._shortest * ROUND_TRIP_GROWTH)
        turn.arrived_at = turn.sent_at + min(max(round_trip - self._shortest, 0.0), LONGEST_TRAVEL)

    def _space(self, now: float) -> None:
        """Set the next turn at an even distance after this one."""
        self._next = max(self._next, now - SLACK) + 1 / self._rate

    def _free_at(self, now: float) -> float:
        """Return when one more message may be sent without exceeding the limit of any second."""
        permitted = math.ceil(self._pace.rate)
        if len(self._turns) < permitted:
            return 0.0
        arrived = sorted(
            min(now, turn.sent_at + LONGEST_TRAVEL) if turn.arrived_at is None else turn.arrived_at
            for turn in self._turns
        )
        return arrived[-permitted] + SECOND

    def _begin(self, chat: Hashable, at: float) -> Turn:
        turn = Turn(self, at)
        self._turns.append(turn)
        self._chats.note_sent(chat, at)
        return turn
