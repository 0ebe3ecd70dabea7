"""The outbox: deliveries by listener, claimed in parcels, and the status of each. A fan-out only appends.

A notice is done though a delivery of it still waits for a chat that takes no messages: that one is held, and
found by its listener alone.

Rare states (held, failed, being sent) have partial indexes; for others `Outbox` continues where it stopped.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from storage.domain.leases import is_over
from storage.domain.models import Listener
from storage.engines.database import Database, Row, Statements, Transaction
from storage.engines.group_commit import GroupCommit
from storage.engines.values import Values
from storage.notifying import listeners, receipts
from storage.notifying.claims import ENDED, LIVE, OF_PLATFORM, Claims
from storage.notifying.clock_back import look_anew
from storage.notifying.deliveries import END
from storage.notifying.notices import OPEN
from storage.notifying.outbox_depth import OutboxDepth

# With pauses that double up to an hour: about a day, so that no platform's outage loses anything.
MOST_ATTEMPTS = 34
# Avoid the index of addresses: nearly all listeners are on this platform, and the query wants few of them.
_OF_PLATFORM = "l.chat || '' >= :low AND l.chat || '' < :high"

_UNDER_WAY = f"SELECT 1 FROM delivery WHERE listener_id = :listener AND {LIVE}"
# One parcel at a time to each listener, so that later notices arrive later.
_CLAIM = (
    "UPDATE delivery SET attempts = attempts + CASE WHEN state = 'sending' THEN 0 ELSE 1 END,"
    " state = 'sending', changed_at = :now, sender = :sender, lease_until = :until"
    f" WHERE listener_id = :listener AND (state IN ('due', 'held', 'failed') OR {ENDED})"
    f" AND notice_id IN (SELECT id FROM notice WHERE {OPEN}"
    " UNION SELECT notice_id FROM delivery WHERE listener_id = :listener AND state = 'held'"
    " UNION SELECT notice_id FROM delivery WHERE listener_id = :listener AND state = 'sending')"
    f" AND NOT EXISTS ({_UNDER_WAY}) RETURNING notice_id, attempts,"
    " (SELECT state FROM notice WHERE id = delivery.notice_id)"
)
_CLOSED = frozenset({"done", "dropped"})
_NOT_OPEN = "UPDATE listener SET open_at = '' WHERE id IN (SELECT value FROM ints(?)) RETURNING *"
_OPEN_AT = "UPDATE listener SET open_at = ? WHERE id = ?"


class Parcel(NamedTuple):
    """All notices to send to one listener now: their ids, oldest first.

    `waited` tells that some of them are done, but for this listener: it took no messages, or hears alone.
    """

    listener: Listener
    notices: tuple[int, ...]
    attempts: int
    waited: bool = False


class Outbox(OutboxDepth):
    """Claim parcels of one platform, and mark what became of them.

    Each notice's position in its deliveries is kept in memory, and is only a hint: at each full minute all
    are looked through from their beginning.
    """

    def __init__(self, database: Database, claims: Claims) -> None:
        super().__init__(database)
        self._claims = claims
        self._together = GroupCommit(database)
        self._reached: dict[tuple[str, int], int] = {}
        self._minute = ""

    async def recover(self, platform: str) -> None:
        """Make due again what this process itself has claimed and not finished, as where it begins anew.

        What another is sending stays its own until its lease is over, or it is known to be dead.
        """
        low, high = _range(platform)
        mine = "state = 'sending' AND sender = ?"
        async with self._database.transaction() as tx:
            freed = await tx.fetch(
                "UPDATE delivery SET sender = NULL, lease_until = NULL, state = CASE WHEN notice_id IN"
                " (SELECT id FROM notice WHERE state IN ('done', 'dropped')) THEN 'held' ELSE 'due' END"
                f" WHERE {mine} AND {OF_PLATFORM} RETURNING listener_id, state",
                (self._claims.sender, low, high),
            )
            for listener_id in {row[0] for row in freed if row[1] == "held"}:
                await _open_at(tx, listener_id, "0")
            wrong = await tx.fetch(
                f"UPDATE amendment SET state = 'due', sender = NULL, lease_until = NULL WHERE {mine}"
                " AND chat >= ? AND chat < ? RETURNING chat, message",
                (self._claims.sender, low, high),
            )
        for key in (*(row[0] for row in freed), *((row[0], row[1]) for row in wrong)):
            self._claims.let_go(key)
        self._reached = {}

    async def take(self, platform: str, now: str, limit: int) -> list[Parcel]:
        """Claim due parcels and return them: at most `limit`, one per listener."""
        if self._minute != now[:16]:
            self._minute = now[:16]
            self._reached.clear()
        wanted = dict.fromkeys(await self._retried(platform, now, limit))
        wanted |= dict.fromkeys(await self._left_behind(platform, now))
        wanted |= dict.fromkeys(await self._opened(platform, now, limit))
        if len(wanted) < limit:
            wanted |= dict.fromkeys(await self._next(platform, limit - len(wanted)))
        try:
            return await self._pack(list(wanted)[:limit], now) if wanted else []
        except BaseException:
            # They were not taken, and must be found again.
            self._reached.clear()
            raise

    async def look_anew(self, now: str) -> None:
        """Let nothing wait for a moment that the clock, put back since, has not come to."""
        async with self._database.transaction() as tx:
            await tx.work(lambda rows: look_anew(rows, now))

    async def sent(
        self, parcel: Parcel, messages: Sequence[int], said: receipts.SentMessage | None, at: str
    ) -> None:
        """Mark a parcel as sent, and remember which facts its messages cited.

        They are remembered also where the claim was lost meanwhile: the messages are there, to be corrected.
        """
        marked = self._marking(parcel, "sent", at, message=messages[0] if messages else None)

        def work(rows: Statements) -> None:
            rows.run(*marked)
            if said is not None:
                receipts.write(rows, [said])

        if parcel.listener.paused is None:
            # During a broadcast many are sent at about the same time.
            await self._together.run(work)
            self._claims.settle(parcel.listener.id, parcel.notices)
            return
        async with self._settling(parcel) as tx:
            await tx.work(work)
            await listeners.resume(tx, parcel.listener.chat)

    async def hold(self, parcel: Parcel, until: str) -> None:
        """Hold a parcel until its listener may receive messages again; that counts as no attempt."""
        async with self._settling(parcel) as tx:
            # Another notice may have been held for it meanwhile, and be due earlier.
            await tx.run(
                "UPDATE listener SET open_at = CASE WHEN open_at = '' OR open_at > :until THEN :until"
                " ELSE open_at END WHERE id = :id",
                {"until": until, "id": parcel.listener.id},
            )
            await self._mark(tx, parcel, "held", None, attempts=-1)

    async def wait_for(self, parcel: Parcel, reason: str, now: str, again_at: str) -> None:
        """Let a parcel wait, with all else for its chat, until `again_at`: the chat takes no messages."""
        async with self._settling(parcel) as tx:
            await self._mark(tx, parcel, "held", None, error=reason, attempts=-1)
            await listeners.pause(tx, parcel.listener.chat, reason, now, again_at)

    async def failed(self, parcel: Parcel, error: str, again_at: str) -> bool:
        """Schedule a parcel to be retried at a moment; tell whether it was given up instead."""
        given_up = parcel.attempts + 1 >= MOST_ATTEMPTS
        async with self._settling(parcel) as tx:
            if parcel.waited and not given_up:
                await self._mark(tx, parcel, "held", None, error=error)
                await _open_at(tx, parcel.listener.id, again_at)
            else:
                await self._mark(tx, parcel, "given up" if given_up else "failed", again_at, error=error)
        return given_up

    async def give_up(self, parcel: Parcel, error: str, at: str) -> None:
        """Mark a parcel as given up."""
        async with self._settling(parcel) as tx:
            await self._mark(tx, parcel, "given up", at, error=error)

    async def moved(self, parcel: Parcel, chat: str, again_at: str) -> None:
        """Move a chat's data to its new address, and send the parcel there."""
        async with self._settling(parcel) as tx:
            await self._mark(tx, parcel, "held", None, error="moved")
            await _open_at(tx, parcel.listener.id, again_at)
            await listeners.move(tx, parcel.listener.chat, chat)

    async def finish(self) -> None:
        """Close the notices whose deliveries are all finished, or wait for chats that take no messages."""
        told = (
            f"{OPEN} AND state = 'fanned out' AND NOT EXISTS (SELECT 1 FROM delivery d"
            " WHERE d.notice_id = notice.id AND d.state IN ('due', 'held', 'sending', 'failed')"
            " AND NOT (d.state = 'held' AND EXISTS (SELECT 1 FROM listener l WHERE l.id = d.listener_id"
            " AND l.paused IS NOT NULL)))"
        )
        # Read first: this runs often, seldom finds any, and must not block writers.
        rows = await self._database.read(f"SELECT id FROM notice WHERE {told}")
        if not rows:
            return
        async with self._database.transaction() as tx:
            ids = Values(row[0] for row in rows)
            await tx.run(
                f"UPDATE notice SET state = 'done' WHERE id IN (SELECT value FROM ints(?)) AND {told}",
                (ids,),
            )
        done = {row[0] for row in rows}
        self._reached = {key: at for key, at in self._reached.items() if key[1] not in done}

    async def _retried(self, platform: str, now: str, limit: int) -> list[int]:
        low, high = _range(platform)
        rows = await self._database.read(
            "SELECT d.listener_id FROM delivery d JOIN listener l ON l.id = d.listener_id"
            f" WHERE d.state = 'failed' AND d.changed_at <= :now AND {_OF_PLATFORM}"
            # The plus forces the index of failures: the scan would read all deliveries of the open notices.
            f" AND d.notice_id + 0 IN (SELECT id FROM notice WHERE {OPEN})"
            " ORDER BY d.changed_at, d.notice_id, d.listener_id LIMIT :limit",
            {"now": now, "low": low, "high": high, "limit": limit},
        )
        return list(dict.fromkeys(row[0] for row in rows))

    async def _left_behind(self, platform: str, now: str) -> list[int]:
        """Return listeners to whom something was being sent when its lease ended, with nobody at it here."""
        low, high = _range(platform)
        rows = await self._database.read(
            "SELECT d.listener_id, max(d.lease_until) FROM delivery d"
            # The ids are compared for the index of claims: there are few of them, and many deliveries.
            f" WHERE d.state = 'sending' AND d.listener_id > 0"
            f" AND EXISTS (SELECT 1 FROM listener l WHERE l.id = d.listener_id AND {_OF_PLATFORM})"
            " GROUP BY d.listener_id ORDER BY d.listener_id",
            {"low": low, "high": high},
        )
        return [row[0] for row in rows if row[0] not in self._claims and is_over(row[1], now)]

    async def _opened(self, platform: str, now: str, limit: int) -> list[int]:
        """Return listeners whose held deliveries are now due."""
        low, high = _range(platform)
        rows = await self._database.read(
            f"SELECT l.id FROM listener l WHERE l.open_at <> '' AND l.open_at <= :now AND {_OF_PLATFORM}"
            " ORDER BY l.open_at, l.id LIMIT :limit",
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
        """Claim all due deliveries to some listeners, and return them as parcels."""
        terms = self._claims.terms(now)
        # In one go: what was sent meanwhile waits to be recorded.
        async with self._database.transaction() as tx:
            parcels = await tx.work(lambda rows: self._claim(rows, listener_ids, terms))
        for parcel in parcels:
            self._claims.begin(parcel.listener.id, parcel.notices)
        return parcels

    def _claim(self, tx: Statements, listener_ids: list[int], terms: dict[str, str]) -> list[Parcel]:
        claimed: dict[int, list[Row]] = {}
        for listener_id in self._claims.left_by_others(tx, listener_ids, terms):
            asked = {**terms, "listener": listener_id}
            here = listener_id in self._claims
            rows = [] if here else tx.fetch(_CLAIM, asked)
            if not rows and (here or tx.fetch(_UNDER_WAY, asked)):
                _queue(tx, listener_id, terms["now"])
            else:
                claimed[listener_id] = rows
        self._claims.note_claimed(sum(map(bool, claimed.values())), len(listener_ids))
        told = {row["id"]: Listener(**dict(row)) for row in tx.fetch(_NOT_OPEN, (Values(claimed),))}
        return [_parcel(told[each], rows) for each, rows in claimed.items() if rows]

    @asynccontextmanager
    async def _settling(self, parcel: Parcel) -> AsyncIterator[Transaction]:
        """Begin a transaction in which it is marked what became of a parcel; it is then under way no more."""
        async with self._database.transaction() as tx:
            yield tx
        self._claims.settle(parcel.listener.id, parcel.notices)

    async def _mark(self, tx: Transaction, parcel: Parcel, state: str, at: str | None, **more: Any) -> None:
        await tx.run(*self._marking(parcel, state, at, **more))

    def _marking(
        self,
        parcel: Parcel,
        state: str,
        at: str | None,
        *,
        error: str | None = None,
        message: int | None = None,
        attempts: int = 0,
    ) -> tuple[str, tuple[Any, ...]]:
        """Return what marks what this process still holds of a parcel; what it lost, another marks."""
        marking = (
            "UPDATE delivery SET state = ?, changed_at = coalesce(?, changed_at), error = ?, message = ?,"
            " attempts = attempts + ?, sender = NULL, lease_until = NULL"
            " WHERE listener_id = ? AND state = 'sending' AND sender = ?"
            " AND notice_id IN (SELECT value FROM ints(?))"
        )
        ids = (parcel.listener.id, self._claims.sender, Values(parcel.notices))
        return marking, (state, at, error, message, attempts, *ids)


def _parcel(listener: Listener, rows: list[Row]) -> Parcel:
    """Return what was claimed for a listener."""
    ids = tuple(sorted(row[0] for row in rows))
    return Parcel(listener, ids, max(row[1] for row in rows) - 1, any(row[2] in _CLOSED for row in rows))


def _queue(tx: Statements, listener_id: int, now: str) -> None:
    """Hold a listener's due deliveries until the parcel being sent there is finished."""
    tx.run(
        "UPDATE delivery SET state = 'held' WHERE listener_id = ? AND state = 'due'"
        f" AND notice_id IN (SELECT id FROM notice WHERE {OPEN})",
        (listener_id,),
    )
    tx.run(_OPEN_AT, (now, listener_id))


async def _open_at(tx: Transaction, listener_id: int, moment: str) -> None:
    """Let a listener's held deliveries be looked at from a moment on."""
    await tx.run(_OPEN_AT, (moment, listener_id))


def _range(platform: str) -> tuple[str, str]:
    """Return the bounds of a platform's addresses, which begin with its name and a colon."""
    return f"{platform}:", f"{platform};"
