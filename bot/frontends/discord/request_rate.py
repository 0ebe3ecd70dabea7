"""The rate limit of all requests to Discord, including retries.

discord.py keeps the limits of each route by itself, but neither the global limit nor the limit on invalid
requests: https://discord.com/developers/docs/topics/rate-limits This is an
`aiohttp.TraceConfig`, which discord.py accepts as a public option, so it also sees requests that the library
retries or makes by itself. Replies count like any other message; only answers to interactions do not count,
and are sent at once. Sending stops at a tenth of the invalid requests that ban an address.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import SimpleNamespace

import aiohttp
import discord

from bot.frontends.shared.send_rate import Pace, Pacer, Turn
from bot.metrics import Metrics
from bot.retrying import Sleep

# Discord permits 50 requests a second in all. We send fewer: with network jitter the shortest travel time is
# known only roughly, and at 49.5 a second Discord sometimes saw 51.
PACE = Pace(rate=49.0)
# Discord bans an address for a while after 10,000 invalid requests in ten minutes: sending stops at a tenth.
MOST_INVALID, INVALID_SECONDS = 1_000, 600.0
# Sending resumes when only this number is left in the ten minutes.
FEW_INVALID = 500
# Seconds; no 429 asks for a longer wait than a ban.
LONGEST_PAUSE = 3_600.0
# Seconds; the limit of one route pauses the others only for a moment.
LONGEST_ROUTE_PAUSE = 1.0
_INVALID = frozenset({401, 403, 429})
# Answers to interactions, first and later: the global limit does not count them.
_ANSWERS = re.compile(r"/(interactions/\d+/[^/]+/callback|webhooks/\d+/[^/]+)(/|$)")

logger = logging.getLogger(__name__)
_background: ContextVar[bool] = ContextVar("background", default=False)


@contextmanager
def in_background() -> Iterator[None]:
    """Give the requests of the block lower priority than those for which a person waits."""
    token = _background.set(True)
    try:
        yield
    finally:
        _background.reset(token)


class SendingStopped(discord.DiscordException):
    """Too many requests were invalid: nothing is sent for `wait` seconds."""

    def __init__(self, wait: float) -> None:
        super().__init__(f"too many requests were invalid: nothing is sent for {wait:.0f} s")
        self.wait = wait


class NotOurs(discord.DiscordException):
    """Another process may have the gateway by now, for this one has stood still: it requests nothing."""


class InvalidRequests:
    """The invalid requests of the last ten minutes; `clock` returns seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._at: deque[float] = deque(maxlen=10 * MOST_INVALID)
        self._too_many = False

    def __len__(self) -> int:
        """Return their number."""
        while self._at and self._at[0] <= self._clock() - INVALID_SECONDS:
            self._at.popleft()
        return len(self._at)

    def add(self) -> bool:
        """Count one; tell whether it reaches the limit."""
        self._at.append(self._clock())
        before, self._too_many = self._too_many, self._too_many or len(self) >= MOST_INVALID
        return self._too_many and not before

    def wait(self) -> float:
        """Return the seconds until sending may resume, 0 if it is not stopped."""
        if self._too_many and len(self) <= FEW_INVALID:
            self._too_many = False
        if not self._too_many:
            return 0.0
        return self._at[-FEW_INVALID - 1] + INVALID_SECONDS - self._clock()


class RequestRate:
    """Pace requests to Discord's API at `base`; while stopped, only answers to interactions pass.

    Nothing passes once `may_send` tells that another process may have the gateway.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        base: str,
        *,
        metrics: Metrics | None = None,
        sleep: Sleep = asyncio.sleep,
        may_send: Callable[[], bool] = lambda: True,
    ) -> None:
        self._base = base.rstrip("/")
        self._may_send = may_send
        self._metrics = metrics
        self._invalid = InvalidRequests(clock)
        self.pacer = Pacer(clock, PACE, sleep=sleep)

    def trace(self) -> aiohttp.TraceConfig:
        """Return the trace that paces a session's requests: `discord.Client(http_trace=...)`."""
        trace = aiohttp.TraceConfig()
        trace.on_request_start.append(self._enter)
        trace.on_request_end.append(self._leave)
        trace.on_request_exception.append(self._break_off)
        return trace

    async def _enter(
        self, _session: object, request: SimpleNamespace, params: aiohttp.TraceRequestStartParams
    ) -> None:
        """Wait for a request's turn, in the task that makes it. Raises SendingStopped or NotOurs."""
        path = self._path(str(params.url))
        self._look_once_more()
        if path is None or _ANSWERS.match(path):
            return
        self._check()
        request.turn = await (self.pacer.broadcast() if _background.get() else self.pacer.reply())
        try:
            # Sending may have stopped meanwhile.
            self._check()
            self._look_once_more()
        except (SendingStopped, NotOurs):
            self._close(request, ok=False)
            raise

    async def _leave(
        self, _session: object, request: SimpleNamespace, params: aiohttp.TraceRequestEndParams
    ) -> None:
        """End a request's turn, and read the limits in its response."""
        self._close(request, ok=params.response.ok)
        if self._path(str(params.url)) is None or params.response.status not in _INVALID:
            return
        headers = params.response.headers
        scope = headers.get("X-RateLimit-Scope", "")
        if params.response.status == 429:
            self._pause(scope, _seconds(headers.get("Retry-After")))
            if scope == "shared":
                return
        self._count()

    async def _break_off(
        self, _session: object, request: SimpleNamespace, _params: aiohttp.TraceRequestExceptionParams
    ) -> None:
        self._close(request, ok=False)

    def _close(self, request: SimpleNamespace, *, ok: bool) -> None:
        turn: Turn | None = getattr(request, "turn", None)
        if turn is not None:
            self.pacer.on_response(turn, ok=ok)

    def _path(self, url: str) -> str | None:
        """Return a request's path below the API, without its query; None for other hosts."""
        url = url.partition("?")[0]
        path = url.removeprefix(self._base)
        return path if path != url and path.startswith("/") else None

    def _look_once_more(self) -> None:
        if not self._may_send():
            raise NotOurs("another process may have the gateway by now")

    def _check(self) -> None:
        wait = self._invalid.wait()
        if wait > 0:
            raise SendingStopped(wait)
        if self._metrics is not None:
            self._metrics.cleared("discord")

    def _pause(self, scope: str, wait: float) -> None:
        """Pause and slow down as a 429 says, unless all bots share its limit."""
        if scope == "user":
            self.pacer.on_retry_after(min(wait, LONGEST_ROUTE_PAUSE))
        elif scope != "shared":
            self.pacer.on_retry_after(wait)

    def _count(self) -> None:
        """Count an invalid request; tell the operator, once, when sending stops."""
        if not self._invalid.add():
            return
        logger.error(
            "sending to Discord stops for about %.0f s: it refused %d requests within ten minutes (401, 403"
            " or 429), and bans an address for a while at 10,000. Check the token, the bot's permissions in"
            " the channels it is to send to (onrecord outbox), and whether the token is in use elsewhere",
            self._invalid.wait(),
            len(self._invalid),
        )
        if self._metrics is not None:
            self._metrics.troubled("discord", "sending has stopped, too many requests were refused")


def _seconds(value: str | None) -> float:
    """Return the seconds in a header, 1 if it has no usable value."""
    try:
        seconds = float(value or "")
    except ValueError:
        return 1.0
    return seconds if 0 <= seconds <= LONGEST_PAUSE else 1.0
