"""Roles: what one process at a time does, such as polling or sending, and which process has it until when.

A role is held by a lease, which its holder renews. Another process gets it when the holder has left it, when
the lease is over, or when the holder is known to be dead; what a dead process was sending is then free.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from storage.domain.leases import LONGEST, Leases, is_over, later
from storage.engines.database import Database, Statements
from storage.engines.presence import Presence
from storage.notifying.claims import Claims, end_claims
from storage.notifying.clock_back import look_anew

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
    """Take, keep and leave roles; `now` gives the present moment."""

    def __init__(self, database: Database, claims: Claims, leases: Leases, now: Callable[[], str]) -> None:
        self._database = database
        self.presence = Presence(database.path)
        self._claims = claims
        self._now = now
        self.seconds = leases.role

    async def holders(self) -> list[Holder]:
        """Return all roles that were ever held, by name."""
        rows = await self._database.read("SELECT role, holder, until, byte FROM role_lease ORDER BY role")
        return [Holder(*row) for row in rows]

    async def take(self, role: str) -> str | None:
        """Take a role and return until when it is held; None where another process holds it."""
        now, me, byte = self._now(), self._claims.sender, self.presence.show()
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
        now = self._now()
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
        async with self._database.transaction(durable=False) as tx:
            await tx.run(
                "UPDATE role_lease SET holder = '', until = ? WHERE role = ? AND holder = ?",
                (self._now(), role, self._claims.sender),
            )

    def close(self) -> None:
        """Show no longer that this process lives."""
        self.presence.close()
