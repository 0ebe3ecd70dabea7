"""How far in the audit trail those have come who act on changes after they were made."""

from __future__ import annotations

from storage.engines.sqlite import Database


class Checkpoints:
    """Keep for each name the last entry that was dealt with."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, name: str) -> int:
        """Return the last entry that was dealt with, 0 at the beginning."""
        rows = await self._database.read("SELECT audit_id FROM progress WHERE name = ?", (name,))
        return int(rows[0][0]) if rows else 0

    async def reach(self, name: str, audit_id: int) -> None:
        """Remember that all up to an entry is dealt with; never goes back."""
        async with self._database.transaction() as tx:
            await tx.run(
                "INSERT INTO progress VALUES (?, ?) ON CONFLICT (name)"
                " DO UPDATE SET audit_id = max(progress.audit_id, excluded.audit_id)",
                (name, audit_id),
            )
