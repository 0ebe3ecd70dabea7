"""Checkpoints: the last entry of the audit trail that each follower of the trail has dealt with."""

from __future__ import annotations

from storage.engines.database import Database


class Checkpoints:
    """Keep the last entry that each follower has dealt with, by the follower's name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, name: str) -> int:
        """Return the last entry that a follower has dealt with, 0 at the beginning."""
        rows = await self._database.read("SELECT audit_id FROM progress WHERE name = ?", (name,))
        return int(rows[0][0]) if rows else 0

    async def reach(self, name: str, audit_id: int) -> None:
        """Move a follower's checkpoint to an entry; it never moves back."""
        async with self._database.transaction() as tx:
            await tx.run(
                "INSERT INTO progress VALUES (?, ?) ON CONFLICT (name)"
                " DO UPDATE SET audit_id = excluded.audit_id WHERE progress.audit_id < excluded.audit_id",
                (name, audit_id),
            )
