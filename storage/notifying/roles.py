"""Roles: what one process at a time does, such as polling or sending, and which process has it until when.

A role is held by a lease, which its holder renews. Another process gets it when the holder has left it, when
the lease is over, or when the holder is known to be dead; what a dead process was sending is then free. On
several machines leases run by the clock of the database's server, whatever the machines' own clocks tell.
"""

from __future__ import annotations

from typing import NamedTuple

from storage.domain.clock import Clock
from storage.domain.leases import LONGEST, ROLE, Leases, is_over, later
from storage.engines.database import Database, Statements
from storage.engines.presence import Presence
from storage.notifying.claims import Claims, end_claims
from storage.notifying.clock_back import look_anew
from storage.notifying.shared_moments import now_of_all

_TAKE = (
    "INSERT INTO role_lease (role, holder, until, byte) VALUES (:role, :me, :until, :byte)"
    " ON CONFLICT (role) DO UPDATE SET holder = excluded.holder, until = excluded.until, byte = excluded.byte"
    " WHERE role_lease.holder IN ('', excluded.holder, :dead)"
    " OR role_lease.until <= :now OR role_lease.until > :latest RETURNING 1"
)


class Holder(NamedTuple):
    """A role, the process that holds it ('': nobody), until when, and the byte that it keeps locked."""

    role: str
    holder: str
    until: str
    byte: int | None

    def holds(self, now: str) -> bool:
        """Tell whether the role is held now."""
        return self.holder != "" and not is_over(self.until, now)


class Roles:
    """Take, keep and leave roles; `seconds` is how long a lease is.

    On `one_machine` nobody else can take a role that this process cannot write.
    """

    def __init__(self, database: Database, claims: Claims, leases: Leases, clock: Clock) -> None:
        self._database = database
        self.one_machine = database.dialect == "sqlite"
        self.presence = Presence(database.path if self.one_machine else None)
        self._claims = claims
        self._clock = clock
        self.seconds = ROLE[database.dialect] if leases.role is None else leases.role

    @property
    def me(self) -> str:
        """Return the id of this process."""
        return self._claims.sender

    async def holders(self) -> list[Holder]:
        """Return all roles that were ever held, by name."""
        rows = await self._database.read("SELECT role, holder, until, byte FROM role_lease ORDER BY role")
        return [Holder(*row) for row in rows]

    async def all_held(self) -> list[Holder]:
        """Return the roles that are held now, by name."""
        now = await self._now()
        return [each for each in await self.holders() if each.holds(now)]

    async def held(self) -> list[str]:
        """Return the roles that this process holds now, by name."""
        return [each.role for each in await self.all_held() if each.holder == self.me]

    async def take(self, role: str) -> str | None:
        """Take a role and return until when it is held; None where another process holds it."""
        now, me, byte = await self._now(), self._claims.sender, self.presence.show()
        rows = await self._database.read(
            "SELECT role, holder, until, byte FROM role_lease WHERE role = ?", (role,)
        )
        last = Holder(*rows[0]) if rows else Holder(role, "", "", None)
        gone = last.holder not in ("", me) and self.presence.is_gone(last.byte)
        if last.holds(now) and last.holder != me and not gone:
            return None
        latest, until = later(now, LONGEST), later(now, self.seconds)
        asked = {
            "role": role, "me": me, "until": until, "byte": byte, "now": now, "latest": latest,
            "dead": last.holder if gone else me,
        }  # fmt: skip

        def work(tx: Statements) -> bool:
            if not tx.fetch(_TAKE, asked):
                return False
            if gone:
                end_claims(tx, last.holder, now)
            if last.until > latest:
                look_anew(tx, now)
            return True

        # A lease that a power cut undoes is none that anybody relies on.
        async with self._database.transaction(durable=False) as tx:
            return until if await tx.work(work) else None

    async def renew(self, role: str) -> str | None:
        """Keep a role, and what is under way; return until when, None where another process has taken it."""
        now = await self._now()
        until = later(now, self.seconds)
        async with self._database.transaction(durable=False) as tx:
            kept = await tx.fetch(
                "UPDATE role_lease SET until = ? WHERE role = ? AND holder = ? RETURNING 1",
                (until, role, self._claims.sender),
            )
        if kept:
            await self._claims.renew(now)
        return until if kept else None

    async def leave(self, role: str) -> None:
        """Leave a role to whoever wants it next; the moment stays, to show whether the clock is put back."""
        now = await self._now()
        async with self._database.transaction(durable=False) as tx:
            await tx.run(
                "UPDATE role_lease SET holder = '', until = ? WHERE role = ? AND holder = ?",
                (now, role, self._claims.sender),
            )

    def close(self) -> None:
        """Show no longer that this process lives."""
        self.presence.close()

    async def _now(self) -> str:
        return await now_of_all(self._database, self._clock)
