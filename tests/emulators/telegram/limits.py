"""Flood control: how many messages a bot may send, in all and to one chat.

Source: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
"""

import math
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from .errors import too_many_requests


@dataclass(frozen=True)
class Limits:
    """Name the allowances. Seconds and minutes are of the emulator's clock.

    `per_second` messages in any sliding second in all; one more blocks the bot for `burst_penalty`
    seconds. To one chat a token bucket of `per_chat_burst` that refills at `per_chat_per_second`; to a
    group, besides, `group_per_minute` in any sliding minute. `counted` are the methods that consume them.
    """

    per_second: int = 30
    burst_penalty: float = 3.0
    per_chat_per_second: float = 1
    per_chat_burst: int = 10
    group_per_minute: int = 20
    counted: frozenset[str] = frozenset(
        """sendMessage sendPhoto sendDocument editMessageText editMessageMedia editMessageCaption
        editMessageReplyMarkup""".split()
    )


@dataclass
class _Bucket:
    """Remember the burst that a chat has left."""

    level: float
    at: float


@dataclass
class Limiter:
    """Count messages against the limits."""

    limits: Limits
    clock: Callable[[], float]
    _recent: deque[float] = field(default_factory=deque)
    _blocked_until: float = -math.inf
    _buckets: dict[int, _Bucket] = field(default_factory=dict)
    _minutes: defaultdict[int, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def spend(self, method: str, chat_id: int, *, group: bool) -> None:
        """Count one call of `method` to a chat; raise the 429 instead when that is too many.

        A refused call consumes nothing, so that it neither prolongs a block nor takes another's place.
        """
        if method not in self.limits.counted:
            return
        now = self.clock()
        self._check_total(now)
        bucket = self._filled_bucket(chat_id, now)
        if bucket.level < 1:
            self._refuse((1 - bucket.level) / self.limits.per_chat_per_second)
        if group:
            self._check_group(chat_id, now)
            self._minutes[chat_id].append(now)
        bucket.level -= 1
        self._recent.append(now)

    def _check_total(self, now: float) -> None:
        if now < self._blocked_until:
            self._refuse(self._blocked_until - now)
        while self._recent and self._recent[0] <= now - 1:
            self._recent.popleft()
        if len(self._recent) >= self.limits.per_second:
            self._blocked_until = now + self.limits.burst_penalty
            self._refuse(self.limits.burst_penalty)

    def _filled_bucket(self, chat_id: int, now: float) -> _Bucket:
        burst = self.limits.per_chat_burst
        bucket = self._buckets.setdefault(chat_id, _Bucket(burst, now))
        bucket.level = min(burst, bucket.level + (now - bucket.at) * self.limits.per_chat_per_second)
        bucket.at = now
        return bucket

    def _check_group(self, chat_id: int, now: float) -> None:
        minute = self._minutes[chat_id]
        while minute and minute[0] <= now - 60:
            minute.popleft()
        if len(minute) >= self.limits.group_per_minute:
            self._refuse(minute[0] + 60 - now)

    @staticmethod
    def _refuse(wait: float) -> None:
        raise too_many_requests(max(1, math.ceil(wait)))
