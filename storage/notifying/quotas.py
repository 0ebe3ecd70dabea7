"""Quotas: what may be done only so often, counted over all processes and restarts."""

from __future__ import annotations

from datetime import timedelta

from storage.domain.clock import Clock, moment_text
from storage.engines.database import Database, Statements


class Quotas:
    """Count what is done under a name: `most` times within some time, or `most` times ever."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def take(self, name: str, most: int, within: timedelta | None = None) -> bool:
        """Count one more use of a name, and tell whether it was still allowed; nothing is counted if not."""

        def work(tx: Statements) -> bool:
            now = self._clock()  # here, where no other process counts
            if within is not None:
                # What is later than now was counted by a clock that has been put back since.
                tx.run(
                    "DELETE FROM quota_use WHERE name = ? AND (at <= ? OR at > ?)",
                    (name, moment_text(now - within), moment_text(now)),
                )
            if tx.fetch("SELECT count(*) FROM quota_use WHERE name = ?", (name,))[0][0] >= most:
                return False
            tx.run("INSERT INTO quota_use (name, at) VALUES (?, ?)", (name, moment_text(now)))
            return True

        async with self._database.transaction() as tx:
            return await tx.work(work)
