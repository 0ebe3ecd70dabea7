"""Claims: the deliveries and corrections that this process is sending, each for the length of a lease.

A claim names its sender, a random id of the process, and only its sender marks what became of it. The sender
renews the leases of what is under way; when one is over, because its sender has died or stands still, others
may claim the delivery. What is under way here is never claimed anew here, also if its lease is over.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Hashable

from storage.domain.leases import LONGEST, Leases, later
from storage.engines.database import Database, Statements
from storage.engines.values import Values
from storage.notifying.notices import OPEN

# A claim that holds: `:latest` is beyond the end of every lease that the present clock has given.
LIVE = "state = 'sending' AND lease_until > :now AND lease_until <= :latest"
# A claim that others may take: its lease is over, or was given by a clock that has been put back since.
ENDED = "state = 'sending' AND (lease_until <= :now OR lease_until > :latest)"

# Asked of each claim, for there are few: many listeners are of a platform.
OF_PLATFORM = (
    "listener_id > 0 AND EXISTS (SELECT 1 FROM listener l WHERE l.id = delivery.listener_id"
    " AND l.chat || '' >= ? AND l.chat || '' < ?)"
)


# Of some listeners those for whom there is something to claim, or whose waiting is over.
_LEFT = f"""
SELECT l.id FROM listener l WHERE l.id IN (SELECT value FROM ints(:listeners)) AND (
    l.open_at <> ''
    OR EXISTS (
        SELECT 1 FROM delivery d WHERE d.listener_id = l.id AND d.state IN ('due', 'held', 'failed')
        AND d.notice_id IN (SELECT id FROM notice WHERE {OPEN})
    )
    OR EXISTS (SELECT 1 FROM delivery d WHERE d.listener_id = l.id AND {ENDED})
) ORDER BY l.id
"""


class Claims:
    """Know what is under way in this process: listeners by id, messages to correct by chat and number."""

    def __init__(self, database: Database, leases: Leases) -> None:
        self._database = database
        self._seconds = leases.delivery
        self.sender = secrets.token_hex(8)
        self._under_way: dict[Hashable, set[int]] = {}
        self._contended = False

    def terms(self, now: str) -> dict[str, str]:
        """Return the parameters of a claim made now."""
        until, latest = later(now, self._seconds), later(now, LONGEST)
        return {"now": now, "sender": self.sender, "until": until, "latest": latest}

    def left_by_others(self, tx: Statements, listeners: list[int], terms: dict[str, str]) -> list[int]:
        """Return those of some listeners for whom there is something to claim still.

        They are looked at all together, once others were found to claim the same at the same time.
        """
        if not self._contended:
            return listeners
        asked = {"listeners": Values(listeners), "now": terms["now"], "latest": terms["latest"]}
        left = {row[0] for row in tx.fetch(_LEFT, asked)}
        self._contended = len(left) < len(listeners)
        return [listener for listener in listeners if listener in left]

    def note_claimed(self, count: int, of: int) -> None:
        """Note for how many of some listeners something was claimed."""
        self._contended = self._contended or 2 * count < of

    def __contains__(self, key: Hashable) -> bool:
        return key in self._under_way

    def begin(self, key: Hashable, notices: Collection[int]) -> None:
        """Note that some notices are under way to a listener, or a message is being corrected for them."""
        self._under_way[key] = set(notices)

    def settle(self, key: Hashable, notices: Collection[int]) -> None:
        """Note that some notices are under way no more; what is not marked is free when its lease is over."""
        left = self._under_way.get(key, set()) - set(notices)
        if left:
            self._under_way[key] = left
        else:
            self._under_way.pop(key, None)

    def let_go(self, key: Hashable) -> None:
        """Note that nothing is under way to a listener, or to a message, any more."""
        self._under_way.pop(key, None)

    async def renew(self, now: str) -> None:
        """Extend the leases of all that is under way."""
        if not self._under_way:
            return
        until = later(now, self._seconds)
        listeners = [(until, self.sender, key) for key in self._under_way if not isinstance(key, tuple)]
        messages = [(until, self.sender, *key) for key in self._under_way if isinstance(key, tuple)]
        # A lease that a power cut undoes is none that anybody relies on.
        async with self._database.transaction(durable=False) as tx:
            await tx.run_many(
                "UPDATE delivery SET lease_until = ? WHERE state = 'sending' AND sender = ?"
                " AND listener_id = ?",
                listeners,
            )
            await tx.run_many(
                "UPDATE amendment SET lease_until = ? WHERE state = 'sending' AND sender = ?"
                " AND chat = ? AND message = ?",
                messages,
            )

    async def release(self, platform: str, now: str) -> None:
        """End this process's claims on a platform: what it has not finished is free at once."""
        low, high = f"{platform}:", f"{platform};"
        async with self._database.transaction() as tx:
            left = await tx.fetch(
                "UPDATE delivery SET lease_until = ? WHERE state = 'sending' AND sender = ?"
                f" AND {OF_PLATFORM} RETURNING listener_id",
                (now, self.sender, low, high),
            )
            wrong = await tx.fetch(
                "UPDATE amendment SET lease_until = ? WHERE state = 'sending' AND sender = ?"
                " AND chat >= ? AND chat < ? RETURNING chat, message",
                (now, self.sender, low, high),
            )
        for key in (*(row[0] for row in left), *((row[0], row[1]) for row in wrong)):
            self.let_go(key)


def end_claims(tx: Statements, sender: str, now: str) -> None:
    """End the claims of a process that is known to be dead."""
    for table in ("delivery", "amendment"):
        tx.run(f"UPDATE {table} SET lease_until = ? WHERE state = 'sending' AND sender = ?", (now, sender))
