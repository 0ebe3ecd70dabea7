"""Moments: the clock that tells them, and how the record writes and compares them. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the present moment, aware and in UTC."""
    return datetime.now(UTC)


def moment_text(moment: datetime) -> str:
    """Return an aware UTC datetime as the record writes moments: fixed width, so that text sorts by time."""
    return f"{moment.replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def read_moment(text: str) -> datetime:
    """Return the moment that a text of the record tells."""
    return datetime.fromisoformat(text)
