"""Nonces: what a bot sends again with the same one is sent once.

https://discord.com/developers/docs/resources/message#create-message (`enforce_nonce`)
"""

import re
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]

# "The past few minutes", by which Discord says how long it remembers.
REMEMBERED = 180.0
_SENDING = re.compile(r"/channels/\d+/messages")


class Nonces:
    """Remember the messages that were sent with a nonce; `clock` tells seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Start with none."""
        self._clock = clock
        self._sent: dict[str, tuple[float, Json]] = {}

    def earlier(self, method: str, path: str, body: Any) -> Json | None:
        """Return the message that was sent with the nonce of a call before, None if there was none."""
        nonce = _nonce(method, path, body)
        at, message = self._sent.get(nonce, (float("-inf"), None))
        return message if nonce and self._clock() - at < REMEMBERED else None

    def keep(self, method: str, path: str, body: Any, message: Any) -> None:
        """Remember the message that a call has sent."""
        if nonce := _nonce(method, path, body):
            self._sent[nonce] = (self._clock(), message)


def _nonce(method: str, path: str, body: Any) -> str:
    if method != "POST" or not _SENDING.fullmatch(path) or not isinstance(body, dict):
        return ""
    return str(body.get("nonce") or "") if body.get("enforce_nonce") else ""
