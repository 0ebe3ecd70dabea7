"""The log of the bot's calls."""

from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from tests.emulators.feeds import Feed


@dataclass(frozen=True)
class Call:
    """Log one call: what was asked and how it was answered; status 0 means cut off without an answer.

    `path` comes without the API's address and version; `code` is Discord's own of a refusal. `time` is of
    the emulator's clock, at the moment when the call was applied or refused.
    """

    method: str
    path: str
    body: Any
    time: float
    status: int
    code: int = 0
    reply: Any = field(default=None, repr=False)

    @property
    def ok(self) -> bool:
        """Tell whether the bot got a good answer."""
        return 200 <= self.status < 300

    def fits(self, method: str, pattern: str) -> bool:
        """Tell whether it is a call of a method ("*" for any) on a path (`*` for anything, as in a shell)."""
        return method in ("*", self.method) and fnmatchcase(self.path, pattern)


class Journal:
    """Keep all calls, and hand them out one by one."""

    def __init__(self) -> None:
        """Start empty."""
        self.calls: list[Call] = []
        self._feed: Feed[Call] = Feed("call like that")

    def add(self, call: Call) -> None:
        """Log a call."""
        self.calls.append(call)
        self._feed.add(call)

    def of(self, method: str, pattern: str = "*") -> list[Call]:
        """Return all such calls so far."""
        return [call for call in self.calls if call.fits(method, pattern)]

    async def next(
        self,
        method: str,
        pattern: str = "*",
        timeout: float = 10.0,
        matching: Callable[[Call], bool] | None = None,
    ) -> Call:
        """Take the next such call, each once, refused ones included."""
        return await self._feed.next(
            timeout, lambda call: call.fits(method, pattern) and (matching is None or matching(call))
        )
