"""The outcome of a delivery, and the protocol by which a front end delivers."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple, Protocol

from bot.replies import Reply
from storage.domain.models import Listener


class DeliveryStatus(Enum):
    """How a delivery ended: UNREACHABLE if the chat takes no messages, REFUSED if it takes not this one."""

    SENT = "sent"
    UNREACHABLE = "unreachable"
    MOVED = "moved"
    REFUSED = "refused"
    FAILED = "failed"
    LATER = "later"


class Outcome(NamedTuple):
    """The outcome of a delivery: its messages' ids, or the reason, the new address, the seconds to wait.

    `topic_gone` tells that the topic was deleted: the chat was told instead, and that it will be from now on.
    `gone` tells that the message to edit or to answer is not there any more. `shown` are the facts that each
    of several messages states; without it, each states all.
    """

    status: DeliveryStatus
    messages: tuple[int, ...] = ()
    error: str = ""
    moved_to: str = ""
    wait: float = 0.0
    topic_gone: bool = False
    gone: bool = False
    shown: tuple[frozenset[int], ...] = ()


class Transmitter(Protocol):
    """Deliver on one platform; no method raises."""

    platform: str

    async def transmit(
        self, listener: Listener, reply: Reply, *, key: str, answering: int | None = None
    ) -> Outcome:
        """Send a reply to a chat or topic, paced as a broadcast; REFUSED and `gone` where it cannot answer.

        `key` is the same where the same is sent again: a platform may use it to send only once.
        """

    async def rewrite(self, chat: str, message: int, reply: Reply) -> Outcome:
        """Put a reply in the place of a message; REFUSED where that cannot be done."""


def key_of(where: str, notices: Iterable[int]) -> str:
    """Return the key of a message that tells of some notices in a chat."""
    return f"{where} {' '.join(map(str, notices))}"
