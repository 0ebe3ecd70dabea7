"""Leaving chats in peace: some time after each message, and no more than their share of a minute."""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager

# A broadcast whose chat has to be left in peace for longer comes back later: others do not wait behind it.
PATIENCE = 5.0
MOST_CHATS = 50_000


class Crowded(Exception):
    """A chat has had so many messages that the next has to wait for some seconds, `wait`."""

    def __init__(self, wait: float) -> None:
        super().__init__(f"the chat takes no more for {wait:.0f} s")
        self.wait = wait


def boundless(_chat: Hashable) -> int | None:
    """Return the share of a minute of a chat that has none."""
    return None


class ChatLimiter:
    """Tell how long a chat has to be left in peace.

    `clock` tells seconds; so many `seconds` lie between two messages to a chat; `share` tells how many a chat
    may get in a minute, None for as many as there are seconds for.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        *,
        seconds: float = 0.0,
        share: Callable[[Hashable], int | None] = boundless,
    ) -> None:
        self._clock = clock
        self._seconds = seconds
        self._share = share
        self._sent: OrderedDict[Hashable, deque[float]] = OrderedDict()
        self._waiting: Counter[Hashable] = Counter()

    def __len__(self) -> int:
        """Return of how many chats something is remembered."""
        return len(self._sent)

    def wait(self, chat: Hashable) -> float:
        """Return the seconds until a chat takes its next message."""
        sent = self._sent.get(chat)
        if not sent:
            return 0.0
        now = self._clock()
        wait = sent[-1] + self._seconds - now
        share = self._share(chat)
        if share is not None and len(sent) == share:
            wait = max(wait, sent[0] + 60 - now)
        return max(wait, 0.0)

    @contextmanager
    def queue(self, chat: Hashable) -> Iterator[float]:
        """Wait for a chat during the block; gives the seconds that those who wait already will take."""
        before = self._waiting[chat] * self._seconds
        self._waiting[chat] += 1
        try:
            yield before
        finally:
            self._waiting[chat] -= 1
            if not self._waiting[chat]:
                del self._waiting[chat]

    def left(self, chat: Hashable, at: float) -> None:
        """Note when a message to a chat leaves."""
        sent = self._sent.get(chat)
        if sent is None:
            sent = self._sent[chat] = deque(maxlen=self._share(chat) or 1)
        sent.append(at)
        self._sent.move_to_end(chat)
        while len(self._sent) > MOST_CHATS:
            self._sent.popitem(last=False)
