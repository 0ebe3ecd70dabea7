"""Leases: how long what one process has taken stays with it while it gives no sign of life. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from storage.domain.clock import moment_text, read_moment

# No lease is longer, in seconds: one that ends later still was taken before the clock was put back.
LONGEST = 300.0


class Leases(NamedTuple):
    """The lengths of leases in seconds: of a role, and of a delivery or correction that is under way.

    Where nothing is said of a role, it is `ROLE` for the record's engine.
    """

    role: float | None = None
    delivery: float = 30.0


DEFAULT = Leases()
# Seconds until another process has a role: over a network a sign of life may be late.
ROLE = {"sqlite": 15.0, "postgres": 30.0}


def later(moment: str, seconds: float) -> str:
    """Return the moment so many seconds after another."""
    return moment_text(read_moment(moment) + timedelta(seconds=seconds))


def is_over(until: str, now: str) -> bool:
    """Tell whether a lease is over, also because the clock that it was taken by has been put back."""
    return until <= now or until > later(now, LONGEST)
