"""Limit the messages to each chat: seconds between two of them, and a number a minute."""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager

# A broadcast message whose chat has to wait longer, in seconds, is put off: others do not wait behind it.
LONGEST_CHAT_WAIT = 5.0
MOST_CHATS = 50_000


class ChatBusy(Exception):
    """A chat is at its limit: the next message has to wait for `wait` seconds."""

    def __init__(self, wait: float) -> None:
        super().__init__(f"the chat takes no more for {wait:.0f} s")
        self.wait = wait


def unlimited(_chat: Hashable) -> int | None:
    """Return that a chat has no limit a minute."""
    return None


class ChatLimiter:
    """Tell how long a chat has to wait for its next message.

    `clock` tells seconds; `seconds` is the least distance between two messages to a chat; `per_minute` tells
    how many messages a chat may get in a minute, None for no such limit.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        *,
        seconds: float = 0.0,
        per_minute: Callable[[Hashable], int | None] = unlimited,
    ) -> None:
        self._clock = clock
        self._seconds = seconds
        self._per_minute = per_minute
        self._sent: OrderedDict[Hashable, deque[float]] = OrderedDict()
        self._waiting: Counter[Hashable] = Counter()

    def __len__(self) -> int:
        """Return how many chats are remembered."""
        return len(self._sent)

    def wait(self, chat: Hashable) -> float:
        """Return the seconds until a chat takes its next message."""
        sent = self._sent.get(chat)
        if not sent:
            return 0.0
        now = self._clock()
        wait = sent[-1] + self._seconds - now
        limit = self._per_minute(chat)
        if limit is not None and len(sent) == limit:
            wait = max(wait, sent[0] + 60 - now)
        return max(wait, 0.0)

    @contextmanager
    def queue(self, chat: Hashable) -> Iterator[float]:
        """Wait for a chat during the block; yields the seconds that the messages ahead will take."""
        before = self._waiting[chat] * self._seconds
        self._waiting[chat] += 1
        try:
            yield before
        finally:
            self._waiting[chat] -= 1
            if not self._waiting[chat]:
                del self._waiting[chat]

    def note_sent(self, chat: Hashable, at: float) -> None:
        """Note when a message to a chat is sent."""
        sent = self._sent.get(chat)
        if sent is None:
            sent = self._sent[chat] = deque(maxlen=self._per_minute(chat) or 1)
        sent.append(at)
        self._sent.move_to_end(chat)
        while len(self._sent) > MOST_CHATS:
            self._sent.popitem(last=False)
