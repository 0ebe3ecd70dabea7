"""Receipts: which message in which chat cited which fact at which revision, and what it said."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from storage.database import Database, Transaction


class Said(NamedTuple):
    """A reply as it was sent: its messages, the facts it cited by revision, and the reply itself (JSON).

    The reply is kept only where one message holds all of it: only then can the message be put right in place.
    """

    chat: str
    topic: int
    messages: tuple[int, ...]
    facts: dict[int, int]
    language: str
    at: str
    reply: str


class Amendment(NamedTuple):
    """A message that must be put right, because of these notices; `reply` (JSON) is what it said, if kept."""

    chat: str
    topic: int
    message: int
    language: str
    reply: str | None
    notices: tuple[int, ...]
    attempts: int


class Receipts:
    """Remember what was said where, for as long as corrections are to find it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, said: Sequence[Said]) -> None:
        """Remember some replies."""
        async with self._database.transaction() as tx:
            await write(tx, said)

    async def forget_before(self, moment: str, limit: int = 2_000) -> int:
        """Forget what was said before a moment, the oldest first; return how many messages."""
        async with self._database.transaction() as tx:
            rows = await tx.fetch(
                "SELECT chat, message FROM said WHERE at < ? ORDER BY at LIMIT ?", (moment, limit)
            )
            keys = [(row[0], row[1]) for row in rows]
            await tx.run_many("DELETE FROM receipt WHERE chat = ? AND message = ?", keys)
            await tx.run_many("DELETE FROM said WHERE chat = ? AND message = ?", keys)
        return len(keys)

    async def take(self, platform: str, now: str, limit: int) -> list[Amendment]:
        """Return messages that must be put right, marked as being dealt with."""
        async with self._database.transaction() as tx:
            rows = await tx.fetch(
                "SELECT DISTINCT a.chat, a.message FROM amendment a"
                " WHERE a.state IN ('due', 'failed') AND a.changed_at <= :now"
                " AND a.chat >= :low AND a.chat < :high LIMIT :limit",
                {"now": now, "low": f"{platform}:", "high": f"{platform};", "limit": limit},
            )
            return [await _take(tx, row[0], row[1], now) for row in rows]

    async def done(self, amendment: Amendment, revisions: dict[int, int]) -> None:
        """Remember that a message was put right: it now cites its facts at other revisions."""
        async with self._database.transaction() as tx:
            await _mark(tx, amendment, "sent", None)
            await tx.run_many(
                "UPDATE receipt SET revision = ? WHERE fact_id = ? AND chat = ? AND message = ?",
                [(number, fact, amendment.chat, amendment.message) for fact, number in revisions.items()],
            )

    async def failed(self, amendment: Amendment, error: str, again_at: str | None) -> None:
        """Mark a message as to be tried again at a moment, or as given up."""
        async with self._database.transaction() as tx:
            await _mark(tx, amendment, "failed" if again_at else "given up", again_at, error=error)


async def write(tx: Transaction, said: Iterable[Said]) -> None:
    """Remember some replies, within a transaction."""
    messages, receipts = [], []
    for item in said:
        whole = zlib.compress(item.reply.encode()) if len(item.messages) == 1 else None
        messages += [
            (item.chat, message, item.topic, item.at, item.language, whole) for message in item.messages
        ]
        receipts += [
            (fact, item.chat, message, revision)
            for message in item.messages
            for fact, revision in item.facts.items()
        ]
    await tx.run_many(
        "INSERT INTO said VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (chat, message)"
        " DO UPDATE SET at = excluded.at, reply = excluded.reply, language = excluded.language",
        messages,
    )
    await tx.run_many(
        "INSERT INTO receipt VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET revision = excluded.revision",
        receipts,
    )


async def _take(tx: Transaction, chat: str, message: int, now: str) -> Amendment:
    rows = await tx.fetch(
        "UPDATE amendment SET state = 'sending', attempts = attempts + 1, changed_at = :now"
        " WHERE chat = :chat AND message = :message AND state IN ('due', 'failed')"
        " RETURNING notice_id, attempts",
        {"chat": chat, "message": message, "now": now},
    )
    said = await tx.fetch("SELECT * FROM said WHERE chat = ? AND message = ?", (chat, message))
    kept = said[0] if said else None
    return Amendment(
        chat=chat,
        topic=kept["topic"] if kept else 0,
        message=message,
        language=kept["language"] if kept else "en",
        reply=zlib.decompress(kept["reply"]).decode() if kept and kept["reply"] else None,
        notices=tuple(sorted(row[0] for row in rows)),
        attempts=max((row[1] for row in rows), default=1) - 1,
    )


async def _mark(
    tx: Transaction, amendment: Amendment, state: str, at: str | None, *, error: str | None = None
) -> None:
    await tx.run(
        "UPDATE amendment SET state = ?, error = ?, changed_at = coalesce(?, changed_at)"
        " WHERE chat = ? AND message = ? AND state = 'sending'"
        " AND notice_id IN (SELECT value FROM json_each(?))",
        (state, error, at, amendment.chat, amendment.message, json.dumps(amendment.notices)),
    )
