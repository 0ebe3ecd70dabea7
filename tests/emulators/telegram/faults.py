"""Faults that a test plans: refusals, gateway errors, lost and slow answers."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .errors import ApiError, forbidden, migrated, too_many_requests

GATEWAY_PAGE = (
    "<html>\r\n<head><title>{status} {reason}</title></head>\r\n<body>\r\n"
    "<center><h1>{status} {reason}</h1></center>\r\n<hr><center>nginx/1.18.0</center>\r\n"
    "</body>\r\n</html>\r\n"
)
REASONS = {500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable"}


@dataclass(frozen=True)
class Fault:
    """Describe one way in which a call goes wrong. Build it with the class methods."""

    name: str
    error: ApiError | None = None
    status: int = 0
    page: str = ""
    cut_before: bool = False
    cut_after: bool = False
    stall: float = 0.0

    @classmethod
    def too_many(cls, retry_after: int = 1) -> "Fault":
        """Answer 429 with `retry_after` seconds."""
        return cls("too many", error=too_many_requests(retry_after))

    @classmethod
    def blocked(cls) -> "Fault":
        """Answer 403: the user has blocked the bot."""
        return cls("blocked", error=forbidden("bot was blocked by the user"))

    @classmethod
    def kicked(cls) -> "Fault":
        """Answer 403: the bot was removed from the group."""
        return cls("kicked", error=forbidden("bot was kicked from the group chat"))

    @classmethod
    def migrated(cls, new_id: int) -> "Fault":
        """Answer 400 with `migrate_to_chat_id`."""
        return cls("migrated", error=migrated(new_id))

    @classmethod
    def refused(cls, status: int, description: str) -> "Fault":
        """Answer any other refusal, worded in full ("Bad Request: ...")."""
        return cls("refused", error=ApiError(status, description))

    @classmethod
    def server_error(cls, status: int = 502) -> "Fault":
        """Answer with a gateway's HTML page; the call was not applied."""
        page = GATEWAY_PAGE.format(status=status, reason=REASONS.get(status, "Error"))
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


Predicate = Callable[[Mapping[str, Any]], bool]


@dataclass
class _Planned:
    method: str
    fault: Fault
    times: int
    when: Predicate | None


@dataclass
class FaultPlan:
    """Decide for each call whether, and how, it goes wrong."""

    _planned: list[_Planned] = field(default_factory=list)
    _rate: float = 0.0
    _faults: Sequence[Fault] = ()
    _methods: frozenset[str] = frozenset()
    _random: random.Random = field(default_factory=random.Random)

    def add(self, method: str, fault: Fault, times: int, when: Predicate | None) -> None:
        """Plan a fault for the next `times` calls of a method ("*" for any) whose parameters fit `when`."""
        self._planned.append(_Planned(method.lower(), fault, times, when))

    def shake(self, rate: float, faults: Sequence[Fault], seed: int, methods: Sequence[str]) -> None:
        """Let a share of all calls fail at random, the same way for the same seed and order of calls."""
        self._rate, self._faults, self._random = rate, faults, random.Random(seed)
        self._methods = frozenset(name.lower() for name in methods)

    def clear(self) -> None:
        """Forget every planned and random fault."""
        self._planned.clear()
        self._rate = 0.0

    def pick(self, method: str, parameters: Mapping[str, Any]) -> Fault | None:
        """Return the fault for this call, and count it."""
        method = method.lower()
        for planned in self._planned:
            if planned.method not in ("*", method):
                continue
            if planned.when is None or planned.when(parameters):
                planned.times -= 1
                if planned.times <= 0:
                    self._planned.remove(planned)
                return planned.fault
        if self._rate and method in self._methods and self._random.random() < self._rate:
            return self._random.choice(self._faults)
        return None
