"""Leases: how long what one process has taken stays with it while it gives no sign of life. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from storage.domain.clock import moment_text, read_moment

# No lease is longer, in seconds: one that ends later still was taken before the clock was put back.
LONGEST = 300.0


class Leases(NamedTuple):
    """The lengths of leases in seconds: of a role, and of a delivery or correction that is under way."""

    role: float = 15.0
    delivery: float = 30.0


DEFAULT = Leases()


def later(moment: str, seconds: float) -> str:
    """Return the moment so many seconds after another."""
    return moment_text(read_moment(moment) + timedelta(seconds=seconds))


def is_over(until: str, now: str) -> bool:
    """Tell whether a lease is over, also because the clock that it was taken by has been put back."""
    return until <= now or until > later(now, LONGEST)
