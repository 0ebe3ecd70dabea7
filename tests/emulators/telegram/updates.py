"""Updates on their way to the bot: the queue, and long polling of it.

https://core.telegram.org/bots/api#getupdates
"""

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

from .errors import ApiError, conflict

Json = dict[str, Any]
Sleep = Callable[[float], Awaitable[Any]]

MAX_BATCH = 100
MAX_POLL_SECONDS = 50
# Sent only to a bot that names them: https://core.telegram.org/bots/api#getupdates
UNASKED = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
OTHER_POLL = "terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_ACTIVE = (
    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)


@dataclass(slots=True, eq=False)
class Pending:
    """Hold an update until it is confirmed. Without a readable id it is handed out once only."""

    id: int | None
    body: bytes
    source: int = 0


class UpdateQueue:
    """Keep updates in order, and hand them out by polling."""

    def __init__(self, sleep: Sleep) -> None:
        """Start empty; numbers begin at a round one, so that they are told from other ids at a glance."""
        self.pending: deque[Pending] = deque()
        self.allowed: frozenset[str] | None = None
        self.webhook_active = False
        self.on_arrival: Callable[[], None] | None = None
        self._sleep = sleep
        self._closed = False
        self._last_id = 500_000_000
        self._waiter: asyncio.Future[ApiError | None] | None = None

    @property
    def polled(self) -> bool:
        """Tell whether a long poll is waiting."""
        return self._waiter is not None and not self._waiter.done()

    def wants(self, kind: str) -> bool:
        """Tell whether the bot asked for this kind of update."""
        return kind in self.allowed if self.allowed else kind not in UNASKED

    def allow(self, kinds: Iterable[str] | None) -> None:
        """Remember which kinds the bot asks for: all usual ones when empty, as before when None."""
        if kinds is not None:
            self.allowed = frozenset(kinds) or None

    def next_id(self) -> int:
        """Return the number of the next update."""
        self._last_id += 1
        return self._last_id

    def add(self, update_id: int | None, body: bytes, source: int = 0) -> None:
        """Queue an update and wake whoever waits for one. `source` keeps a chat's updates in order."""
        self.pending.append(Pending(update_id, body, source))
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)
        if self.on_arrival:
            self.on_arrival()

    def add_raw(self, item: Json | str) -> None:
        """Queue something that need not be an update; an object without `update_id` is given one."""
        if isinstance(item, str):
            self.add(None, item.encode())
            return
        item = item if "update_id" in item else {"update_id": self.next_id(), **item}
        update_id = item["update_id"]
        readable = isinstance(update_id, int) and not isinstance(update_id, bool)
        self.add(update_id if readable else None, json.dumps(item).encode())

    async def poll(self, offset: int | None, limit: int, timeout: float) -> bytes:
        """Answer one getUpdates: wait for updates if there are none, and return the whole body.

        A second poll ends the first with a 409, as two running instances of a bot do to each other.
        """
        if self._closed:
            raise ApiError(500, "Internal Server Error: restart")
        if self.webhook_active:
            raise conflict(WEBHOOK_ACTIVE)
        self.interrupt(conflict(OTHER_POLL))
        self._confirm(offset)
        if not self.pending and timeout > 0:
            await self._wait(min(timeout, MAX_POLL_SECONDS))
        return self._take(limit)

    def interrupt(self, reason: ApiError | None) -> None:
        """End the poll that is waiting, with an error or with an empty answer."""
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(reason)
        self._waiter = None

    def close(self) -> None:
        """End the poll that is waiting, and refuse any other."""
        self._closed = True
        self.interrupt(None)

    async def _wait(self, timeout: float) -> None:
        waiter: asyncio.Future[ApiError | None] = asyncio.get_running_loop().create_future()
        self._waiter = waiter
        alarm = asyncio.ensure_future(self._sleep(timeout))
        try:
            await asyncio.wait((waiter, alarm), return_when=asyncio.FIRST_COMPLETED)
        finally:
            alarm.cancel()
            if self._waiter is waiter:
                self._waiter = None
        if waiter.done() and (reason := waiter.result()):
            raise reason

    def _confirm(self, offset: int | None) -> None:
        """Forget what lies before the offset; a negative one counts from the end."""
        if offset is None:
            return
        if offset < 0:
            while len(self.pending) > -offset:
                self.pending.popleft()
            return
        while self.pending and (first := self.pending[0].id) is not None and first < offset:
            self.pending.popleft()

    def _take(self, limit: int) -> bytes:
        batch = [item for item, _ in zip(self.pending, range(limit), strict=False)]
        for item in batch:
            if item.id is None:
                self.pending.remove(item)
        return b'{"ok":true,"result":[' + b",".join(item.body for item in batch) + b"]}"
