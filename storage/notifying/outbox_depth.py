"""What operators see of the outbox and do about it: depth, failures, retrying, dropping, forgetting."""

from __future__ import annotations

from typing import NamedTuple

from storage.engines.database import Database
from storage.engines.values import Values
from storage.notifying.notices import OPEN


class Depth(NamedTuple):
    """The depth of the outbox: deliveries by state, and the moment when the oldest open notice became due."""

    states: dict[str, int]
    oldest: str | None
    amendments: int


class Failure(NamedTuple):
    """The number of failed deliveries to a chat, and the last error."""

    chat: str
    state: str
    times: int
    error: str | None


class OutboxDepth:
    """Tell of all deliveries, retry or drop them, and forget the old ones."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def forget_before(self, moment: str, limit: int = 2_000) -> int:
        """Forget the recipients of the oldest notice, if it was due before a moment; return their number.

        An open notice is kept, and with it all later ones.
        """
        rows = await self._database.read(
            "SELECT id FROM notice WHERE id = (SELECT min(notice_id) FROM delivery) AND state = 'done'"
            " AND due_at < ?",
            (moment,),
        )
        if not rows:
            return 0
        asked = {"notice": rows[0][0], "limit": limit}
        async with self._database.transaction() as tx:
            gone = await tx.fetch(
                "DELETE FROM delivery WHERE notice_id = :notice AND listener_id IN (SELECT listener_id"
                " FROM delivery WHERE notice_id = :notice ORDER BY listener_id LIMIT :limit) RETURNING 1",
                asked,
            )
            # A ready-made reply was for one person and is deleted; a change stays, because it is on record.
            await tx.run(
                "DELETE FROM notice WHERE id = :notice AND reply IS NOT NULL"
                " AND NOT EXISTS (SELECT 1 FROM delivery WHERE notice_id = :notice)",
                asked,
            )
        return len(gone)

    async def retry(self, now: str) -> int:
        """Retry the deliveries given up; return their number."""
        async with self._database.transaction() as tx:
            rows = await tx.fetch(
                "UPDATE delivery SET state = 'failed', attempts = 0, changed_at = ? WHERE state = 'given up'"
                " AND notice_id IN (SELECT id FROM notice WHERE state <> 'dropped') RETURNING notice_id",
                (now,),
            )
            await tx.run(
                "UPDATE notice SET state = 'fanned out' WHERE state = 'done'"
                " AND id IN (SELECT value FROM ints(?))",
                (Values(sorted({row[0] for row in rows})),),
            )
        return len(rows)

    async def drop(self, now: str) -> int:
        """Give up all waiting deliveries; return their number."""
        async with self._database.transaction() as tx:
            rows = await tx.fetch(
                "UPDATE delivery SET state = 'given up', error = 'dropped by an operator', changed_at = ?"
                " WHERE state = 'held' OR (state IN ('due', 'failed') AND notice_id IN"
                f" (SELECT id FROM notice WHERE {OPEN})) RETURNING 1",
                (now,),
            )
            await tx.run(f"UPDATE notice SET state = 'done' WHERE {OPEN}")
        return len(rows)

    async def failures(self, limit: int) -> list[Failure]:
        """Return the chats with failed deliveries, or that take none, and an error of each, most first."""
        rows = await self._database.read(
            "SELECT l.chat, d.state, count(*) AS times, max(d.error) AS error FROM delivery d"
            " JOIN listener l ON l.id = d.listener_id WHERE d.state IN ('failed', 'given up')"
            " GROUP BY l.chat, d.state UNION ALL"
            " SELECT l.chat, 'held', count(*), max(l.paused) FROM listener l"
            " JOIN delivery d ON d.listener_id = l.id AND d.state = 'held'"
            " WHERE l.paused IS NOT NULL GROUP BY l.chat ORDER BY 3 DESC, 1, 2 LIMIT ?",
            (limit,),
        )
        return [Failure(*row) for row in rows]

    async def sent_since(self, moment: str) -> int:
        """Return the number of deliveries of the last thousand notices sent since a moment."""
        rows = await self._database.read(
            "SELECT count(*) FROM delivery WHERE state = 'sent' AND changed_at >= ?"
            " AND notice_id > (SELECT coalesce(max(id), 0) - 1000 FROM notice)",
            (moment,),
        )
        return int(rows[0][0])

    async def depth(self) -> Depth:
        """Return the depth of the outbox."""
        rows = await self._database.read(
            "SELECT d.state, count(*) FROM notice n JOIN delivery d ON d.notice_id = n.id"
            f" WHERE n.{OPEN} GROUP BY d.state"
        )
        oldest = await self._database.read(
            f"SELECT min(due_at) FROM notice n WHERE n.{OPEN} AND (n.state = 'new' OR EXISTS"
            " (SELECT 1 FROM delivery d WHERE d.notice_id = n.id"
            " AND d.state IN ('due', 'sending', 'failed')))"
        )
        amendments = await self._database.read(
            "SELECT count(*) FROM amendment WHERE state IN ('due', 'sending', 'failed')"
        )
        return Depth({row[0]: row[1] for row in rows}, oldest[0][0], amendments[0][0])
