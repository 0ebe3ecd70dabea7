"""Desks: whoever enters many changes lets what is to be told of them wait, and go as one.

While a desk is open, a change of its moderator's is due when the desk would close by itself. Closed before
then, all of them are due at once. What is urgent, and a retraction, never waits.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from storage.domain.clock import Clock, moment_text, read_moment
from storage.domain.models import NoticeKind
from storage.engines.database import Database, Row, Transaction
from storage.people.repeats import once

LASTS = timedelta(minutes=30)
_HELD = (
    "FROM notice WHERE state = 'new' AND due_at = :until"
    " AND audit_id IN (SELECT id FROM audit WHERE actor = :person AND id > :opened)"
)


class Desks:
    """Open and close the desks of moderators."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def until(self, person: str) -> str | None:
        """Return the moment until which a person's desk is open, None where it is not."""
        rows = await self._database.read(
            "SELECT until FROM desk WHERE person = ? AND until > ?", (person, moment_text(self._clock()))
        )
        return str(rows[0][0]) if rows else None

    async def waiting(self, person: str) -> int:
        """Return how many changes wait on a person's desk."""
        rows = await self._database.read("SELECT until, opened FROM desk WHERE person = ?", (person,))
        if not rows:
            return 0
        asked = {"person": person, "until": rows[0][0], "opened": rows[0][1]}
        return int((await self._database.read(f"SELECT count(*) {_HELD}", asked))[0][0])

    async def open(self, person: str) -> str:
        """Open a person's desk and return until when it is; an open one stays as it is."""
        now = self._clock()
        async with self._database.transaction() as tx:
            await once(tx)
            await tx.run(
                "INSERT INTO desk (person, until, opened)"
                " VALUES (:person, :until, (SELECT coalesce(max(id), 0) FROM audit))"
                " ON CONFLICT (person) DO UPDATE SET until = excluded.until, opened = excluded.opened"
                " WHERE desk.until <= :now",
                {"person": person, "until": moment_text(now + LASTS), "now": moment_text(now)},
            )
            rows = await tx.fetch("SELECT until FROM desk WHERE person = ?", (person,))
        return str(rows[0][0])

    async def close(self, person: str, hold: float) -> int:
        """Close a person's desk and return how many changes are let go.

        New facts still wait until `hold` minutes after they came on record.
        """
        async with self._database.transaction() as tx:
            await once(tx)
            rows = await tx.fetch("DELETE FROM desk WHERE person = ? RETURNING until, opened", (person,))
            if not rows:
                return 0
            asked = {"person": person, "until": rows[0][0], "opened": rows[0][1]}
            held = await tx.fetch(f"SELECT id, kind, made_at {_HELD} ORDER BY id", asked)
            await _let_go(tx, held, moment_text(self._clock()), timedelta(minutes=hold))
        return len(held)


async def _let_go(tx: Transaction, held: Sequence[Row], now: str, hold: timedelta) -> None:
    due = {
        row["id"]: max(now, moment_text(read_moment(row["made_at"]) + hold))
        if row["kind"] == NoticeKind.PUBLISHED
        else now
        for row in held
    }
    await tx.run_many(
        "UPDATE notice SET due_at = ? WHERE id = ?", [(at, number) for number, at in due.items()]
    )
