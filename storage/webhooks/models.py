"""What a webhook is, and how it stands."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import urlsplit

from storage.domain.models import Frozen

# Ready-made replies (JSON) by chat.
Told = Mapping[str, str]


class State(StrEnum):
    """How a webhook stands."""

    ON = "on"
    PAUSED = "paused"
    STOPPED = "stopped"


class Webhook(Frozen):
    """Where the changes of a story are sent to; `failure` is why its end does not take them, if so.

    `reason` is why it is paused or stopped. `salt` and `key_check` make its secret, `former` the one before.
    """

    id: int
    story_id: int
    listener_id: int
    url: str
    state: State
    made_at: str
    salt: str
    key_check: str
    reason: str | None = None
    former_salt: str | None = None
    former_check: str | None = None
    former_until: str | None = None
    failure: str | None = None
    failing_since: str | None = None

    @property
    def host(self) -> str:
        """Return the host: the rest of its address may be as secret as a password."""
        return urlsplit(self.url).hostname or ""


class Down(NamedTuple):
    """What was taken down (`S3`), when and on which ground."""

    subject: str
    at: str
    ground: str
