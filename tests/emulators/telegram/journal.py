"""The log of the bot's calls, and the complaints that are no refusals."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.emulators.feeds import Feed

Json = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """Log one call: what was asked and how it was answered; status 0 means cut off without an answer.

    `time` is of the emulator's clock, at the moment when the call was applied or refused.
    """

    method: str
    params: Json
    time: float
    status: int
    description: str = ""

    @property
    def ok(self) -> bool:
        """Tell whether the bot got a good answer."""
        return self.status == 200


class Journal:
    """Keep all calls, and hand them out one by one for each method."""

    def __init__(self) -> None:
        """Start empty."""
        self.calls: list[Call] = []
        self._feeds: dict[str, Feed[Call]] = {}

    def add(self, call: Call) -> None:
        """Log a call."""
        self.calls.append(call)
        self._feed(call.method).add(call)

    async def next(self, method: str, timeout: float, matching: Callable[[Call], bool] | None) -> Call:
        """Take the next call of a method."""
        return await self._feed(method).next(timeout, matching)

    def _feed(self, method: str) -> Feed[Call]:
        key = method.lower()
        if key not in self._feeds:
            self._feeds[key] = Feed(f"call of {method}")
        return self._feeds[key]
