"""The commands behind a chat's buttons.

A button is a command (`/who >12` for the next page), so it needs no state, and the terminal can offer the
same. Only a command that is too long for a platform is kept here, under the digest of its text.
"""

from __future__ import annotations

import hashlib
from functools import partial

from storage.engines.database import Database, Statements


class Buttons:
    """Remember the commands too long for a button; no answer waits until they are written."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # What is kept but may not be written yet.
        self._fresh: dict[str, str] = {}

    async def button(self, command: str, *, until: str | None = None) -> str:
        """Keep a command and return its digest (16 hex digits), the same each time.

        One that holds somebody's own words is kept `until` a moment, or some time after it.
        """
        digest = hashlib.blake2b(command.encode(), digest_size=8).hexdigest()
        if until is not None or await self.pressed(digest) is None:
            if self._database.behind.idle:
                self._fresh.clear()
            self._fresh[digest] = command
            self._database.behind.later(partial(_keep, digest, command, until))
        return digest

    async def forget(self, now: str) -> None:
        """Forget the commands whose moment has come."""
        if await self._database.read("SELECT 1 FROM button WHERE until < ? LIMIT 1", (now,)):
            async with self._database.transaction() as tx:
                await tx.run("DELETE FROM button WHERE until < ?", (now,))

    async def pressed(self, digest: str) -> str | None:
        """Return the command behind a button, None if it is unknown."""
        # Looked at first: what is written while the read waits for its turn is missed by both otherwise.
        fresh = None if self._database.behind.idle else self._fresh.get(digest)
        rows = await self._database.read("SELECT command FROM button WHERE digest = ?", (digest,))
        return str(rows[0][0]) if rows else fresh

    async def take(self, digest: str) -> bool:
        """Forget a button that works once; tell whether it was known until now: only once it was."""
        async with self._database.transaction() as tx:
            rows = await tx.fetch("DELETE FROM button WHERE digest = ? RETURNING 1", (digest,))
        self._fresh.pop(digest, None)
        return bool(rows)


def _keep(digest: str, command: str, until: str | None, tx: Statements) -> None:
    tx.run(
        "INSERT INTO button (digest, command, until) VALUES (?, ?, ?)"
        " ON CONFLICT (digest) DO UPDATE SET until = excluded.until",
        (digest, command, until),
    )
