"""The processes that serve a record now: their names, how Telegram's updates come to each, their clocks.

Each shows for the length of a lease that it lives, again and again. All take Telegram's updates in one way:
what is handed out to who polls does not come by webhook, and the reverse.
"""

from __future__ import annotations

import os
import platform
from typing import NamedTuple

from storage.domain.clock import Clock, SharedClock
from storage.domain.leases import is_over, later
from storage.engines.database import Database, Statements
from storage.notifying.roles import Roles
from storage.notifying.shared_moments import now_of_all

_ALL = "SELECT id, name, telegram, ahead, until, byte FROM process ORDER BY name, id"
_SHOW = (
    "INSERT INTO process (id, name, telegram, ahead, until, byte) VALUES (?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (id) DO UPDATE SET telegram = excluded.telegram, ahead = excluded.ahead,"
    " until = excluded.until, byte = excluded.byte"
)
LONGEST_NAME = 80


class Process(NamedTuple):
    """A process: its id and name, how it takes Telegram's updates ('': not at all), its clock, until when.

    `ahead` is by how many seconds its machine's clock is before the server's, `byte` what it keeps locked.
    """

    id: str
    name: str
    telegram: str
    ahead: float
    until: str
    byte: int | None


class Processes:
    """Show that this process lives, and know which others do."""

    def __init__(self, database: Database, roles: Roles, clock: Clock) -> None:
        self._database = database
        self._roles = roles
        self._clock = clock
        self.name = f"{platform.node()[:LONGEST_NAME] or 'somewhere'}:{os.getpid()}"

    async def show(self, telegram: str) -> Process | None:
        """Show that this process lives for one more lease.

        Returns a living process that takes Telegram's updates in another way: then nothing is shown.
        """
        now, me, byte = await self._now(), self._roles.me, self._roles.presence.show()
        ahead = self._clock.ahead if isinstance(self._clock, SharedClock) else 0.0
        row = (me, self.name, telegram, ahead, later(now, self._roles.seconds), byte)

        def work(tx: Statements) -> Process | None:
            others = [Process(*row) for row in tx.fetch(_ALL) if row["id"] != me]
            gone = [other.id for other in others if not self._lives(other, now)]
            for other in others:
                if other.id not in gone and telegram and other.telegram not in ("", telegram):
                    return other
            tx.run_many("DELETE FROM process WHERE id = ?", [(each,) for each in gone])
            tx.run(_SHOW, row)
            return None

        # What a power cut undoes is shown again.
        async with self._database.transaction(durable=False) as tx:
            return await tx.work(work)

    async def leave(self) -> None:
        """Show no longer that this process lives."""
        async with self._database.transaction(durable=False) as tx:
            await tx.run("DELETE FROM process WHERE id = ?", (self._roles.me,))

    async def living(self) -> list[Process]:
        """Return the processes that live, by name."""
        now = await self._now()
        return [
            process
            for process in (Process(*row) for row in await self._database.read(_ALL))
            if self._lives(process, now)
        ]

    def _lives(self, process: Process, now: str) -> bool:
        return not (is_over(process.until, now) or self._roles.presence.is_gone(process.byte))

    async def _now(self) -> str:
        return await now_of_all(self._database, self._clock)
