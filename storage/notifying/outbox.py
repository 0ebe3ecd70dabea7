"""The outbox: deliveries by listener, taken in parcels, and the status of each. A fan-out only appends.

Rare states (held, failed, being sent) have partial indexes; for others `Outbox` continues where it stopped.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from storage.domain.models import Listener
from storage.engines.sqlite import Database, Transaction
from storage.notifying import listeners, receipts
from storage.notifying.notices import END, OPEN

MOST_ATTEMPTS = 8
# Avoid the index of addresses: nearly all listeners are on this platform, and the query wants few of them.
_OF_PLATFORM = "l.chat || '' >= :low AND l.chat || '' < :high"

_UNDER_WAY = "SELECT 1 FROM delivery WHERE listener_id = :listener AND state = 'sending'"


class Parcel(NamedTuple):
    """All notices to send to one listener now: their ids, oldest first."""

    listener: Listener
    notices: tuple[int, ...]
    attempts: int


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


class Outbox:
    """Take parcels of one platform; each notice's position in its deliveries is kept in memory."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._reached: dict[tuple[str, int], int] = {}

    async def recover(self, platform: str) -> None:
        """Make deliveries due again that were being sent when the process died; they may have arrived."""
        low, high = _range(platform)
        async with self._database.transaction() as tx:
            await tx.run(
                "UPDATE delivery SET state = 'due' WHERE state = 'sending' AND listener_id IN"
                " (SELECT id FROM listener WHERE chat >= ? AND chat < ?)",
                (low, high),
            )
            await tx.run(
                "UPDATE amendment SET state = 'due' WHERE state = 'sending' AND chat >= ? AND chat < ?",
                (low, high),
            )
        self._reached = {}

    async def take(self, platform: str, now: str, limit: int) -> list[Parcel]:
        """Return due parcels, marked as being sent: at most `limit`, one per listener."""
        wanted = dict.fromkeys(await self._retried(platform, now, limit))
        wanted |= dict.fromkeys(await self._opened(platform, now, limit))
        if len(wanted) < limit:
            wanted |= dict.fromkeys(await self._next(platform, limit - len(wanted)))
        try:
            return await self._pack(list(wanted)[:limit], now) if wanted else []
        except BaseException:
            # They were not taken, and must be found again.
            self._reached.clear()
            raise

    async def sent(
        self, parcel: Parcel, messages: Sequence[int], said: receipts.SentMessage | None, at: str
    ) -> None:
        """Mark a parcel as sent, and remember which facts its messages cited."""
        async with self._database.transaction() as tx:
            await self._mark(tx, parcel, "sent", at, message=messages[0] if messages else None)
            if said is not None:
                await receipts.write(tx, [said])

    async def hold(self, parcel: Parcel, until: str) -> None:
        """Hold a parcel until its listener may receive messages again."""
        async with self._database.transaction() as tx:
            # Another notice may have been held for it meanwhile, and be due earlier.
            await tx.run(
                "UPDATE listener SET open_at = iif(open_at = '', :until, min(open_at, :until))"
                " WHERE id = :id",
                {"until": until, "id": parcel.listener.id},
            )
            await self._mark(tx, parcel, "held", None)
            await tx.run(
                "UPDATE delivery SET attempts = attempts - 1 WHERE listener_id = ?"
                " AND notice_id IN (SELECT value FROM json_each(?))",
                (parcel.listener.id, json.dumps(parcel.notices)),
            )

    async def failed(self, parcel: Parcel, error: str, again_at: str) -> bool:
        """Schedule a parcel to be retried at a moment; tell whether it was given up instead."""
        given_up = parcel.attempts + 1 >= MOST_ATTEMPTS
        async with self._database.transaction() as tx:
            await self._mark(tx, parcel, "given up" if given_up else "failed", again_at, error=error)
        return given_up

    async def give_up(self, parcel: Parcel, error: str, at: str, *, pause: bool = False) -> None:
        """Mark a parcel as given up; `pause` pauses its chat until somebody writes to the bot there."""
        async with self._database.transaction() as tx:
            await self._mark(tx, parcel, "given up", at, error=error)
            if pause:
                await listeners.pause(tx, parcel.listener.chat, error)

    async def moved(self, parcel: Parcel, chat: str, again_at: str) -> None:
        """Move a chat's data to its new address, and send the parcel there."""
        async with self._database.transaction() as tx:
            await self._mark(tx, parcel, "failed", again_at, error="moved")
            await listeners.move(tx, parcel.listener.chat, chat)

    async def finish(self) -> None:
        """Close the notices whose deliveries are all finished."""
        told = (
            f"{OPEN} AND state = 'fanned out' AND NOT EXISTS (SELECT 1 FROM delivery d"
            " WHERE d.notice_id = notice.id AND d.state IN ('due', 'held', 'sending', 'failed'))"
        )
        # Read first: this runs often, seldom finds any, and must not block writers.
        rows = await self._database.read(f"SELECT id FROM notice WHERE {told}")
        if not rows:
            return
        async with self._database.transaction() as tx:
            ids = json.dumps([row[0] for row in rows])
            await tx.run(
                f"UPDATE notice SET state = 'done' WHERE id IN (SELECT value FROM json_each(?)) AND {told}",
                (ids,),
            )
        done = {row[0] for row in rows}
        self._reached = {key: at for key, at in self._reached.items() if key[1] not in done}

    async def forget_before(self, moment: str, limit: int = 2_000) -> int:
        """Forget the recipients of the oldest notice, if it was made before a moment; return their number.

        An open notice is kept, and with it all later ones.
        """
        rows = await self._database.read(
            "SELECT id FROM notice WHERE id = (SELECT min(notice_id) FROM delivery) AND state = 'done'"
            " AND made_at < ?",
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
                " AND id IN (SELECT value FROM json_each(?))",
                (json.dumps(sorted({row[0] for row in rows})),),
            )
        return len(rows)

    async def drop(self, now: str) -> int:
        """Give up all waiting deliveries; return their number."""
        async with self._database.transaction() as tx:
            rows = await tx.fetch(
                "UPDATE delivery SET state = 'given up', error = 'dropped by an operator', changed_at = ?"
                " WHERE state IN ('due', 'held', 'failed') AND notice_id IN"
                f" (SELECT id FROM notice WHERE {OPEN}) RETURNING 1",
                (now,),
            )
            await tx.run(f"UPDATE notice SET state = 'done' WHERE {OPEN}")
        return len(rows)

    async def failures(self, limit: int) -> list[Failure]:
        """Return the chats with failed deliveries and the last error of each, most failures first."""
        rows = await self._database.read(
            "SELECT l.chat, d.state, count(*) AS times, max(d.error) AS error FROM delivery d"
            " JOIN listener l ON l.id = d.listener_id WHERE d.state IN ('failed', 'given up')"
            " GROUP BY l.chat, d.state ORDER BY times DESC LIMIT ?",
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

    async def _retried(self, platform: str, now: str, limit: int) -> list[int]:
        low, high = _range(platform)
        rows = await self._database.read(
            "SELECT DISTINCT d.listener_id FROM delivery d JOIN listener l ON l.id = d.listener_id"
            f" WHERE d.state = 'failed' AND d.changed_at <= :now AND {_OF_PLATFORM}"
            # The plus forces the index of failures: the scan would read all deliveries of the open notices.
            f" AND +d.notice_id IN (SELECT id FROM notice WHERE {OPEN})"
            " ORDER BY d.changed_at LIMIT :limit",
            {"now": now, "low": low, "high": high, "limit": limit},
        )
        return [row[0] for row in rows]

    async def _opened(self, platform: str, now: str, limit: int) -> list[int]:
        """Return listeners whose held deliveries are now due."""
        low, high = _range(platform)
        rows = await self._database.read(
            f"SELECT l.id FROM listener l WHERE l.open_at <> '' AND l.open_at <= :now AND {_OF_PLATFORM}"
            " ORDER BY l.open_at LIMIT :limit",
            {"now": now, "low": low, "high": high, "limit": limit},
        )
        return [row[0] for row in rows]

    async def _next(self, platform: str, limit: int) -> list[int]:
        """Return the listeners of the next deliveries, notice by notice, in the order of their keys."""
        low, high = _range(platform)
        rows = await self._database.read(
            f"SELECT id FROM notice WHERE {OPEN} AND state = 'fanned out' ORDER BY due_at, id"
        )
        found: list[int] = []
        for (notice_id,) in rows:
            reached = self._reached.get((platform, notice_id), 0)
            if reached == END:
                continue
            due = await self._database.read(
                "SELECT d.listener_id FROM delivery d JOIN listener l ON l.id = d.listener_id"
                " WHERE d.notice_id = :notice AND d.listener_id > :reached AND d.state = 'due'"
                f" AND {_OF_PLATFORM} ORDER BY d.listener_id LIMIT :limit",
                {
                    "notice": notice_id,
                    "reached": reached,
                    "low": low,
                    "high": high,
                    "limit": limit - len(found),
                },
            )
            # After the last was taken no other becomes due here: other methods retry and release deliveries.
            more = len(due) == limit - len(found)
            self._reached[platform, notice_id] = due[-1][0] if more else END
            found += [row[0] for row in due]
            if len(found) >= limit:
                break
        return found

    async def _pack(self, listener_ids: list[int], now: str) -> list[Parcel]:
        """Mark all due deliveries to some listeners as being sent, and return them as parcels."""
        parcels: list[Parcel] = []
        async with self._database.transaction() as tx:
            for listener_id in listener_ids:
                rows = await tx.fetch(
                    "UPDATE delivery SET state = 'sending', attempts = attempts + 1, changed_at = :now"
                    " WHERE listener_id = :listener AND state IN ('due', 'held', 'failed')"
                    f" AND notice_id IN (SELECT id FROM notice WHERE {OPEN})"
                    # One parcel at a time to each listener, so that later notices arrive later.
                    f" AND NOT EXISTS ({_UNDER_WAY}) RETURNING notice_id, attempts",
                    {"listener": listener_id, "now": now},
                )
                if not rows and await tx.fetch(_UNDER_WAY, {"listener": listener_id}):
                    await _queue(tx, listener_id, now)
                    continue
                found = await tx.fetch(
                    "UPDATE listener SET open_at = '' WHERE id = ? RETURNING *", (listener_id,)
                )
                if not rows:
                    continue
                ids = tuple(sorted(row[0] for row in rows))
                parcel = Parcel(Listener(**dict(found[0])), ids, max(row[1] for row in rows) - 1)
                if parcel.listener.paused is None:
                    parcels.append(parcel)
                else:
                    await self._mark(tx, parcel, "given up", now, error=parcel.listener.paused)
        return parcels

    async def _mark(
        self,
        tx: Transaction,
        parcel: Parcel,
        state: str,
        at: str | None,
        *,
        error: str | None = None,
        message: int | None = None,
    ) -> None:
        await tx.run(
            "UPDATE delivery SET state = ?, changed_at = coalesce(?, changed_at), error = ?, message = ?"
            " WHERE listener_id = ? AND state = 'sending' AND notice_id IN (SELECT value FROM json_each(?))",
            (state, at, error, message, parcel.listener.id, json.dumps(parcel.notices)),
        )


async def _queue(tx: Transaction, listener_id: int, now: str) -> None:
    """Hold a listener's due deliveries until the parcel being sent there is finished."""
    await tx.run(
        "UPDATE delivery SET state = 'held' WHERE listener_id = ? AND state = 'due'"
        f" AND notice_id IN (SELECT id FROM notice WHERE {OPEN})",
        (listener_id,),
    )
    await tx.run("UPDATE listener SET open_at = ? WHERE id = ?", (now, listener_id))


def _range(platform: str) -> tuple[str, str]:
    """Return the bounds of a platform's addresses, which begin with its name and a colon."""
    return f"{platform}:", f"{platform};"
