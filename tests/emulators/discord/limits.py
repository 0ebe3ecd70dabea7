"""Rate limits: how many calls a bot may make, of one route and in all, and what is counted of them.

Source: https://docs.discord.com/developers/topics/rate-limits
"""

import hashlib
import re
from bisect import bisect_right
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from simcord.backend.errors import BackendError

Headers = dict[str, str]

INVALID = (401, 403, 429)
INVALID_WITHIN = 600.0
# Of a path, only these ids make a bucket of their own; other numbers are alike.
_MAJOR = re.compile(r"^/(?:channels|guilds|webhooks|interactions)/[^/]+")
_NUMBER = re.compile(r"/(?:\d+|@original)(?=/|$)")
_TOKEN = re.compile(r"^(/(?:webhooks|interactions)/\d+)/[^/]+")


@dataclass(frozen=True)
class Limits:
    """Name the allowances. Seconds are of the emulator's clock.

    `per_second` calls with the bot's token in any second; messages to a channel: `messages` in
    `messages_within` seconds; every other route: `others` in `others_within`.
    """

    per_second: int = 50
    messages: int = 5
    messages_within: float = 5.0
    others: int = 60
    others_within: float = 5.0


class TooMany(BackendError):
    """Refuse a call for now; `scope` is "user" for one route, "global" for all, "shared" for one resource."""

    def __init__(self, retry_after: float, scope: str = "user", code: int = 0) -> None:
        """Keep when to come back, in seconds."""
        super().__init__(429, code, "You are being rate limited.")
        self.retry_after = round(retry_after + 0.0005, 3)
        self.scope = scope

    def to_json(self) -> dict[str, Any]:
        """Return the body that the platform would answer with."""
        told = {"message": self.message, "retry_after": self.retry_after, "global": self.scope == "global"}
        return told | ({"code": self.code} if self.code else {})

    @property
    def headers(self) -> Headers:
        """Return what the answer says beside its body."""
        headers = {
            "Via": "1.1 google",
            "Retry-After": str(int(self.retry_after) + 1),
            "X-RateLimit-Scope": self.scope,
        }
        return headers | {"X-RateLimit-Global": "true"} if self.scope == "global" else headers


class Hourly:
    """Count what may be done to one resource in an hour, as publishing messages of a channel.

    Source: https://support.discord.com/hc/en-us/articles/360032008192 and, for what a refusal looks like,
    https://github.com/discord/discord-api-docs/issues/6109
    """

    WITHIN, WRITE_LIMIT = 3_600.0, 20028

    def __init__(self, most: int, clock: Callable[[], float]) -> None:
        """Start with none."""
        self._most = most
        self._clock = clock
        self._done: dict[int, deque[float]] = {}

    def spend(self, resource: int) -> None:
        """Count one; raise TooMany instead when that is one too many."""
        now = self._clock()
        done = self._done.setdefault(resource, deque())
        while done and done[0] <= now - self.WITHIN:
            done.popleft()
        if len(done) >= self._most:
            raise TooMany(done[0] + self.WITHIN - now, "shared", self.WRITE_LIMIT)
        done.append(now)


@dataclass
class _Bucket:
    """Remember one window of a route."""

    limit: int
    ends: float
    left: int


@dataclass
class Limiter:
    """Count calls against the limits."""

    limits: Limits
    clock: Callable[[], float]
    _recent: deque[float] = field(default_factory=deque)
    _buckets: dict[str, _Bucket] = field(default_factory=dict)

    def spend(self, method: str, path: str, *, by_bot: bool) -> Headers:
        """Count one call and return its headers; raise TooMany instead when that is too many.

        A refused call consumes nothing, so that it neither prolongs a limit nor takes another's place. Calls
        with an interaction's token (not `by_bot`) do not count toward the global limit.
        """
        now = self.clock()
        if by_bot:
            self._check_total(now)
        route, major = _route(method, path)
        bucket = self._bucket(route, major, now)
        if not bucket.left:
            raise TooMany(bucket.ends - now)
        bucket.left -= 1
        if by_bot:
            self._recent.append(now)
        return self.headers(method, path)

    def headers(self, method: str, path: str) -> Headers:
        """Return what the headers say of a route now."""
        now = self.clock()
        route, major = _route(method, path)
        bucket = self._bucket(route, major, now)
        return {
            "X-RateLimit-Limit": str(bucket.limit),
            "X-RateLimit-Remaining": str(bucket.left),
            "X-RateLimit-Reset": f"{bucket.ends:.3f}",
            "X-RateLimit-Reset-After": f"{bucket.ends - now:.3f}",
            "X-RateLimit-Bucket": hashlib.sha256(route.encode()).hexdigest()[:32],
        }

    def _check_total(self, now: float) -> None:
        while self._recent and self._recent[0] <= now - 1:
            self._recent.popleft()
        if len(self._recent) >= self.limits.per_second:
            raise TooMany(self._recent[0] + 1 - now, "global")

    def _bucket(self, route: str, major: str, now: float) -> _Bucket:
        limits = self.limits
        of_messages = route == "POST /channels/*/messages"
        limit, within = (
            (limits.messages, limits.messages_within)
            if of_messages
            else (limits.others, limits.others_within)
        )
        bucket = self._buckets.get(route + major)
        if bucket is None or bucket.ends <= now:
            bucket = self._buckets[route + major] = _Bucket(limit, now + within, limit)
        return bucket


@dataclass
class Meter:
    """Count what a bot is judged by, refused calls included, whether limits are on or not."""

    clock: Callable[[], float]
    max_in_a_second: int = 0
    too_many: int = 0
    _last_second: deque[float] = field(default_factory=deque)
    _invalid: list[float] = field(default_factory=list)

    def arrived(self) -> None:
        """Count a call with the bot's token."""
        now = self.clock()
        self._last_second.append(now)
        while self._last_second[0] <= now - 1:
            self._last_second.popleft()
        self.max_in_a_second = max(self.max_in_a_second, len(self._last_second))

    def answered(self, status: int) -> None:
        """Count an answer if it says that the call was invalid."""
        if status in INVALID:
            self._invalid.append(self.clock())
        if status == 429:
            self.too_many += 1

    @property
    def invalid(self) -> int:
        """Return the number of answers 401, 403 and 429 in the last ten minutes."""
        return len(self._invalid) - bisect_right(self._invalid, self.clock() - INVALID_WITHIN)


def _route(method: str, path: str) -> tuple[str, str]:
    """Return a call's route without any id, and its major id."""
    major = _MAJOR.match(path)
    bare = _NUMBER.sub("/*", _TOKEN.sub(r"\1/token", path))
    own = major[0] if major else ""
    if token := _TOKEN.match(path):
        own = token[0]
    return f"{method} {bare}", own
