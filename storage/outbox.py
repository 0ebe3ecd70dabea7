"""The outbox: what is to be sent to a chat that did not just ask for it, and what became of it."""

from __future__ import annotations

from typing import NamedTuple

from storage.database import Database, Transaction

MOST_ATTEMPTS = 8


class Delivery(NamedTuple):
    """One reply (JSON) on its way to a chat."""

    id: int
    chat: str
    reply: str
    attempts: int


class Outbox:
    """Hand out deliveries and keep what became of each."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def due(self, platform: str, limit: int) -> list[Delivery]:
        """Return what is due to chats of a platform (`telegram`), the oldest first."""
        rows = await self._database.read(
            "SELECT id, chat, reply, attempts FROM delivery WHERE state = 'due'"
            " AND chat >= ? AND chat < ? ORDER BY id LIMIT ?",
            (f"{platform}:", f"{platform};", limit),
        )
        return [Delivery(*row) for row in rows]

    async def recover(self, platform: str) -> None:
        """Let what was being sent when the process died be due again: it may have arrived, or not."""
        async with self._database.transaction() as tx:
            await tx.run(
                "UPDATE delivery SET state = 'due' WHERE state = 'sending' AND chat >= ? AND chat < ?",
                (f"{platform}:", f"{platform};"),
            )

    async def begin(self, delivery: Delivery) -> bool:
        """Mark a delivery as being sent; False if somebody else has taken it."""
        return await self._move(delivery, "due", "sending", attempts=delivery.attempts + 1)

    async def sent(self, delivery: Delivery) -> None:
        """Mark a delivery as sent."""
        await self._move(delivery, "sending", "sent")

    async def failed(self, delivery: Delivery, error: str, *, for_good: bool = False) -> None:
        """Mark a delivery as due again after a failure, or as given up."""
        given_up = for_good or delivery.attempts + 1 >= MOST_ATTEMPTS
        await self._move(delivery, "sending", "given up" if given_up else "due", error=error)

    async def _move(
        self,
        delivery: Delivery,
        before: str,
        after: str,
        *,
        attempts: int | None = None,
        error: str | None = None,
    ) -> bool:
        async with self._database.transaction() as tx:
            rows = await tx.fetch(
                "UPDATE delivery SET state = ?, error = ?, attempts = coalesce(?, attempts)"
                " WHERE id = ? AND state = ? RETURNING id",
                (after, error, attempts, delivery.id, before),
            )
        return bool(rows)


async def post(tx: Transaction, chat: str, reply: str, at: str) -> None:
    """Put a reply (JSON) into the outbox, with the change that it tells of."""
    await tx.run("INSERT INTO delivery (chat, reply, made_at) VALUES (?, ?, ?)", (chat, reply, at))
