"""Receipts: which message in which chat cited which fact at which revision, with its text."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from storage.engines.sqlite import Database, Transaction

_CITED = (
    "INSERT INTO receipt VALUES (?, ?, ?, ?)"
    " ON CONFLICT (fact_id, chat, message) DO UPDATE SET revision = excluded.revision"
)


class SentMessage(NamedTuple):
    """A sent reply: its messages, the facts it cited by revision, and the reply itself (JSON).

    The reply is kept only if one message holds all of it: only then can the message be corrected in place.
    """

    chat: str
    topic: int
    messages: tuple[int, ...]
    facts: dict[int, int]
    language: str
    at: str
    reply: str


class Amendment(NamedTuple):
    """A message to correct, because of these notices; `reply` (JSON) is its content, if kept.

    `earlier` are the notices because of which it was corrected before.
    """

    chat: str
    topic: int
    message: int
    language: str
    reply: str | None
    notices: tuple[int, ...]
    attempts: int
    earlier: tuple[int, ...] = ()


class Receipts:
    """Remember which message cited which facts, as long as corrections may need it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, said: Sequence[SentMessage]) -> None:
        """Store receipts of some replies."""
        async with self._database.transaction() as tx:
            await write(tx, said)

    async def forget_before(self, moment: str, limit: int = 2_000) -> int:
        """Forget messages sent before a moment, the oldest first; return their number."""
        rows = await self._database.read(
            "SELECT chat, message FROM said WHERE at < ? ORDER BY at LIMIT ?", (moment, limit)
        )
        keys = [(row[0], row[1]) for row in rows]
        if not keys:
            return 0
        async with self._database.transaction() as tx:
            await tx.run_many("DELETE FROM receipt WHERE chat = ? AND message = ?", keys)
            await tx.run_many("DELETE FROM said WHERE chat = ? AND message = ?", keys)
            await tx.run_many(
                "DELETE FROM amendment WHERE chat = ? AND message = ? AND state IN ('sent', 'given up')", keys
            )
        return len(keys)

    async def take(self, platform: str, now: str, limit: int) -> list[Amendment]:
        """Return messages to correct, marked as in progress."""
        # The index holds only messages still to correct, not all that were ever corrected.
        rows = await self._database.read(
            "SELECT DISTINCT a.chat, a.message FROM amendment a"
            " WHERE a.state IN ('due', 'sending', 'failed') AND a.state <> 'sending' AND a.changed_at <= :now"
            " AND a.notice_id >= 0 AND a.chat || '' >= :low AND a.chat || '' < :high"
            # Not two corrections of one message at once: the second must build on the first.
            " AND NOT EXISTS (SELECT 1 FROM amendment b WHERE b.chat = a.chat AND b.message = a.message"
            " AND b.state = 'sending') LIMIT :limit",
            {"now": now, "low": f"{platform}:", "high": f"{platform};", "limit": limit},
        )
        if not rows:
            return []
        async with self._database.transaction() as tx:
            return [await _take(tx, row[0], row[1], now) for row in rows]

    async def done(self, amendment: Amendment, revisions: Mapping[int, int]) -> None:
        """Record that a message was corrected: it now cites these facts at these revisions."""
        async with self._database.transaction() as tx:
            await _mark(tx, amendment, "sent", None)
            await tx.run_many(
                _CITED,
                [(fact, amendment.chat, amendment.message, number) for fact, number in revisions.items()],
            )

    async def failed(self, amendment: Amendment, error: str, again_at: str | None) -> None:
        """Schedule a message to be retried at a moment, or give it up."""
        async with self._database.transaction() as tx:
            await _mark(tx, amendment, "failed" if again_at else "given up", again_at, error=error)

    async def put_off(self, amendment: Amendment, until: str) -> None:
        """Postpone a message without counting an attempt to correct it."""
        async with self._database.transaction() as tx:
            await tx.run(
                "UPDATE amendment SET state = 'due', attempts = attempts - 1, changed_at = ?"
                " WHERE chat = ? AND message = ? AND state = 'sending'",
                (until, amendment.chat, amendment.message),
            )


async def write(tx: Transaction, said: Iterable[SentMessage]) -> None:
    """Remember some replies, within a transaction."""
    messages: list[Sequence[object]] = []
    receipts: list[Sequence[object]] = []
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
    # A message whose page was turned cites only the facts on the page it now shows.
    await tx.run_many(
        "DELETE FROM receipt WHERE chat = ? AND message = ?", [(row[0], row[1]) for row in messages]
    )
    await tx.run_many(_CITED, receipts)


async def _take(tx: Transaction, chat: str, message: int, now: str) -> Amendment:
    rows = await tx.fetch(
        "UPDATE amendment SET state = 'sending', attempts = attempts + 1, changed_at = :now"
        " WHERE chat = :chat AND message = :message AND state IN ('due', 'failed')"
        " RETURNING notice_id, attempts",
        {"chat": chat, "message": message, "now": now},
    )
    said = await tx.fetch("SELECT * FROM said WHERE chat = ? AND message = ?", (chat, message))
    kept = said[0] if said else None
    earlier = await tx.fetch(
        "SELECT notice_id FROM amendment WHERE chat = ? AND message = ? AND state = 'sent'"
        " AND changed_at >= ?",
        (chat, message, kept["at"] if kept else ""),
    )
    return Amendment(
        chat=chat,
        topic=kept["topic"] if kept else 0,
        message=message,
        language=kept["language"] if kept else "en",
        reply=zlib.decompress(kept["reply"]).decode() if kept and kept["reply"] else None,
        notices=tuple(sorted(row[0] for row in rows)),
        attempts=max((row[1] for row in rows), default=1) - 1,
        earlier=tuple(sorted(row[0] for row in earlier)),
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
