"""What becomes of a message, and what delivering asks of a front end."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple, Protocol

from bot.replies import Reply
from storage.domain.models import Listener


class DeliveryStatus(Enum):
    """What became of a message."""

    SENT = "sent"
    UNREACHABLE = "unreachable"
    MOVED = "moved"
    REFUSED = "refused"
    FAILED = "failed"
    LATER = "later"


class Outcome(NamedTuple):
    """What became of a message: its ids on the platform, or the reason, the new address, how long to wait.

    `closed` tells that the topic takes no messages and the chat was told instead, and that it was told so.
    """

    status: DeliveryStatus
    messages: tuple[int, ...] = ()
    error: str = ""
    moved_to: str = ""
    wait: float = 0.0
    closed: bool = False


class Transmitter(Protocol):
    """What delivering needs of a front end; none of it raises."""

    platform: str

    async def transmit(
        self, listener: Listener, reply: Reply, *, key: str, answering: int | None = None
    ) -> Outcome:
        """Send a reply to a chat or topic, in the lane of broadcasts.

        `key` is the same where the same is sent again: a platform may use it to send it only once.
        """

    async def rewrite(self, chat: str, message: int, reply: Reply) -> Outcome:
        """Put a reply in the place of a message; REFUSED where that cannot be done."""
