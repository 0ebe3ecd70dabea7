"""The moment by the clock by which several machines reckon what is whose: that of the database's server."""

from __future__ import annotations

from storage.domain.clock import Clock, SharedClock, moment_text
from storage.engines.database import Database


async def now_of_all(database: Database, clock: Clock) -> str:
    """Return the present moment; a shared clock is compared with the server's, and put right by it."""
    if not isinstance(clock, SharedClock):
        return moment_text(clock())
    before = clock.own()
    there = await database.clock()
    if there is None:
        return moment_text(clock())
    clock.compare(there, before, clock.own())
    return moment_text(there)
