"""Moments: the clock that tells them, and how the record writes and compares them. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]
# Seconds by which a machine's clock may differ from the others' without being put right.
TOLERATED = 1.0


def utc_now() -> datetime:
    """Return the present moment, aware and in UTC."""
    return datetime.now(UTC)


def moment_text(moment: datetime) -> str:
    """Return an aware UTC datetime as the record writes moments: fixed width, so that text sorts by time."""
    return f"{moment.replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def read_moment(text: str) -> datetime:
    """Return the moment that a text of the record tells."""
    return datetime.fromisoformat(text)


class SharedClock:
    """The clock of processes on several machines: a machine's own, put right where it differs from theirs.

    `ahead` is by how many seconds it is before the one that all are compared with.
    """

    def __init__(self, own: Clock = utc_now) -> None:
        self._own = own
        self.ahead = 0.0

    def __call__(self) -> datetime:
        """Return the present moment."""
        # Small differences stay: what is measured of them comes from the network as much as from the clocks.
        return self._own() - timedelta(seconds=self.ahead if abs(self.ahead) > TOLERATED else 0.0)

    def own(self) -> datetime:
        """Return the present moment by this machine alone."""
        return self._own()

    def compare(self, there: datetime, before: datetime, after: datetime) -> None:
        """Note what the other clock told between two moments of this machine's."""
        if timedelta(0) <= after - before <= timedelta(seconds=TOLERATED):
            self.ahead = ((before - there) + (after - there)).total_seconds() / 2
