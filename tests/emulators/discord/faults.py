"""Faults that a test plans: refusals, gateway errors, lost and slow answers."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from simcord.backend.errors import BackendError

from .limits import TooMany

PAGE = (
    "<!DOCTYPE html>\n<html><head><title>{status}: {reason}</title></head>\n"
    "<body><center><h1>{status}: {reason}</h1></center><hr><center>cloudflare</center></body></html>\n"
)
REASONS = {429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway", 503: "Unavailable"}


@dataclass(frozen=True)
class Fault:
    """Describe one way in which a call goes wrong. Build it with the class methods."""

    name: str
    error: BackendError | None = None
    status: int = 0
    page: str = ""
    cut_before: bool = False
    cut_after: bool = False
    stall: float = 0.0

    @classmethod
    def too_many(cls, retry_after: float = 1.0, *, everywhere: bool = False) -> "Fault":
        """Answer 429 with `retry_after` seconds, of this route alone or `everywhere` (global)."""
        return cls("too many", error=TooMany(retry_after, "global" if everywhere else "user"))

    @classmethod
    def banned(cls) -> "Fault":
        """Answer 429 with Cloudflare's page: what an address gets after too many invalid requests."""
        return cls("banned", status=429, page=PAGE.format(status=429, reason=REASONS[429]))

    @classmethod
    def refused(cls, status: int, code: int, message: str) -> "Fault":
        """Answer any other refusal with Discord's own code."""
        return cls("refused", error=BackendError(status, code, message))

    @classmethod
    def server_error(cls, status: int = 502) -> "Fault":
        """Answer with a gateway's HTML page; the call was not applied."""
        page = PAGE.format(status=status, reason=REASONS.get(status, "Error"))
        return cls("server error", status=status, page=page)

    @classmethod
    def dropped(cls) -> "Fault":
        """Close the connection without an answer; the call was not applied."""
        return cls("dropped", cut_before=True)

    @classmethod
    def dropped_after(cls) -> "Fault":
        """Apply the call, then close the connection without an answer."""
        return cls("dropped after", cut_after=True)

    @classmethod
    def stalled(cls, seconds: float) -> "Fault":
        """Apply the call, and answer only after so many seconds of the emulator's sleep."""
        return cls("stalled", stall=seconds)


Predicate = Callable[[Any], bool]


@dataclass
class _Planned:
    method: str
    pattern: str
    fault: Fault
    times: int
    when: Predicate | None


@dataclass
class FaultPlan:
    """Decide for each call whether, and how, it goes wrong."""

    _planned: list[_Planned] = field(default_factory=list)
    _rate: float = 0.0
    _faults: Sequence[Fault] = ()
    _pattern: str = "*"
    _random: random.Random = field(default_factory=random.Random)

    def add(self, method: str, pattern: str, fault: Fault, times: int, when: Predicate | None) -> None:
        """Plan a fault for the next `times` calls that fit; `when` looks at their bodies."""
        self._planned.append(_Planned(method, pattern, fault, times, when))

    def shake(self, rate: float, faults: Sequence[Fault], seed: int, pattern: str) -> None:
        """Let a share of all calls on paths that fit fail at random, the same way for the same seed."""
        self._rate, self._faults, self._random = rate, faults, random.Random(seed)
        self._pattern = pattern

    def clear(self) -> None:
        """Forget every planned and random fault."""
        self._planned.clear()
        self._rate = 0.0

    def pick(self, method: str, path: str, body: Any) -> Fault | None:
        """Return the fault for this call, and count it."""
        for planned in self._planned:
            if planned.method not in ("*", method) or not fnmatchcase(path, planned.pattern):
                continue
            if planned.when is None or planned.when(body):
                planned.times -= 1
                if planned.times <= 0:
                    self._planned.remove(planned)
                return planned.fault
        if self._rate and fnmatchcase(path, self._pattern) and self._random.random() < self._rate:
            return self._random.choice(self._faults)
        return None
