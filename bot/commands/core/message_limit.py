"""The message limit: one token bucket per person, and one warning when it is empty."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

# The number of people remembered; the one silent for longest is forgotten first.
MOST_PEOPLE = 10_000


class Verdict(Enum):
    """Whether a message is answered, warned of or ignored."""

    ANSWER = "answer"
    WARN = "warn"
    IGNORE = "ignore"


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float
    warned: bool = False


class Limiter:
    """Let each person ask `per_minute` times a minute, and `burst` times at once."""

    def __init__(self, per_minute: int, burst: int, clock: Callable[[], float]) -> None:
        self._rate = per_minute / 60
        self._burst = burst
        self._clock = clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def judge(self, user: str) -> Verdict:
        """Count one message of a person; warn of the first over the limit, ignore the others."""
        now = self._clock()
        bucket = self._buckets.setdefault(user, _Bucket(float(self._burst), now))
        self._buckets.move_to_end(user)
        if len(self._buckets) > MOST_PEOPLE:
            self._buckets.popitem(last=False)
        bucket.tokens = min(self._burst, bucket.tokens + max(0.0, now - bucket.at) * self._rate)
        bucket.at = now
        if bucket.tokens >= 1:
            bucket.tokens -= 1
            # A new warning needs a bucket half full, so a person who keeps writing is warned once.
            bucket.warned = bucket.warned and bucket.tokens < self._burst / 2
            return Verdict.ANSWER
        if bucket.warned:
            return Verdict.IGNORE
        bucket.warned = True
        return Verdict.WARN
