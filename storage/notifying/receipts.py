"""Receipts: which message in which chat cited which fact at which revision, with its text."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from types import MappingProxyType
from typing import NamedTuple

from storage.domain.leases import is_over
from storage.engines.database import Database, Statements, Transaction
from storage.engines.values import Values
from storage.notifying.claims import ENDED, LIVE, Claims

# What is on its way while a fact that it cites is taken down is kept without its text: its words would come
# into the file after they were scrubbed from it.
_SAID = (
    "INSERT INTO said SELECT ?, ?, ?, ?, ?, CASE WHEN EXISTS (SELECT 1 FROM tombstone"
    " WHERE subject IN (SELECT 'F' || value FROM ints(?))) THEN NULL ELSE nullif(?, ?) END WHERE 1 = 1"
    " ON CONFLICT (chat, message)"
    " DO UPDATE SET at = excluded.at, reply = excluded.reply, language = excluded.language"
)
# Bytes that stand for no bytes: of what may be NULL no engine could tell the type.
_NONE = b""
_CITED = (
    "INSERT INTO receipt (fact_id, chat, message, revision, fixed) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (fact_id, chat, message) DO UPDATE SET revision = excluded.revision"
)
# Of several messages in a chat or topic that a notice makes wrong, the first to ask for it tells of it there.
_TELLS = """
UPDATE amendment SET tells = 1
WHERE chat = :chat AND message = :message AND notice_id IN (SELECT value FROM ints(:notices))
    AND NOT EXISTS (
        SELECT 1 FROM amendment b LEFT JOIN said s ON s.chat = b.chat AND s.message = b.message
        WHERE b.chat = :chat AND b.message <> :message AND b.notice_id = amendment.notice_id AND b.tells = 1
            AND coalesce(s.topic, 0) = :topic
    )
RETURNING notice_id
"""


class SentMessage(NamedTuple):
    """A sent reply: its messages, the facts it cited by revision, and the reply itself (JSON).

    The reply is kept only if one message holds all of it: only then can the message be corrected in place.
    `shown` are the facts that each of several messages states; without it, each states all. What is `past`
    shows how facts read once (a history) or might read (a preview): it stays as it is when they change.
    """

    chat: str
    topic: int
    messages: tuple[int, ...]
    facts: dict[int, int]
    language: str
    at: str
    reply: str
    shown: tuple[frozenset[int], ...] = ()
    past: bool = False

    def receipts(self) -> Iterator[tuple[int, str, int, int, int]]:
        """Yield a row for each message and fact.

        A message that does not state a fact of its reply may still hold its source: that can be taken down.
        """
        for position, message in enumerate(self.messages):
            stated = self.shown[position] if position < len(self.shown) else self.facts
            for fact, revision in self.facts.items():
                yield fact, self.chat, message, revision, int(self.past or fact not in stated)


class Amendment(NamedTuple):
    """A message to correct, because of these notices; `reply` (JSON) is its content, if kept.

    `earlier` are the notices because of which it was corrected before, `shown` the facts that it states, each
    with the revision at which it does by now.
    """

    chat: str
    topic: int
    message: int
    language: str
    reply: str | None
    notices: tuple[int, ...]
    attempts: int
    earlier: tuple[int, ...] = ()
    shown: Mapping[int, int] = MappingProxyType({})

    @property
    def key(self) -> tuple[str, int]:
        """Return what names the message."""
        return self.chat, self.message


class Receipts:
    """Remember which message cited which facts, as long as corrections may need it."""

    def __init__(self, database: Database, claims: Claims) -> None:
        self._database = database
        self._claims = claims

    async def keep(self, said: Sequence[SentMessage]) -> None:
        """Store receipts of some replies."""
        async with self._database.transaction() as tx:
            await tx.work(lambda rows: write(rows, said))

    async def forget_before(self, moment: str, limit: int = 2_000) -> int:
        """Forget messages sent before a moment, the oldest first; return their number."""
        rows = await self._database.read(
            "SELECT chat, message FROM said WHERE at < ? ORDER BY at, chat, message LIMIT ?", (moment, limit)
        )
        await self.forget([(row[0], row[1]) for row in rows])
        return len(rows)

    async def forget(self, messages: Sequence[tuple[str, int]]) -> None:
        """Forget messages by chat and id, as where they were deleted."""
        if not messages:
            return
        async with self._database.transaction() as tx:
            await tx.run_many("DELETE FROM receipt WHERE chat = ? AND message = ?", messages)
            await tx.run_many("DELETE FROM said WHERE chat = ? AND message = ?", messages)
            await tx.run_many(
                "DELETE FROM amendment WHERE chat = ? AND message = ? AND state <> 'sending'", messages
            )

    async def cited(self, chat: str, message: int) -> tuple[str | None, list[int]]:
        """Return a message's reply (JSON), where it is kept, and the ids of the facts that it cites."""
        rows = await self._database.read(
            "SELECT s.reply, r.fact_id FROM said s"
            " LEFT JOIN receipt r ON r.chat = s.chat AND r.message = s.message"
            " WHERE s.chat = ? AND s.message = ? ORDER BY r.fact_id",
            (chat, message),
        )
        reply = zlib.decompress(rows[0]["reply"]).decode() if rows and rows[0]["reply"] else None
        return reply, [row["fact_id"] for row in rows if row["fact_id"] is not None]

    async def take(self, platform: str, now: str, limit: int) -> list[Amendment]:
        """Claim messages to correct and return them."""
        bounds = {"low": f"{platform}:", "high": f"{platform};"}
        # The index holds only messages still to correct, not all that were ever corrected.
        rows = await self._database.read(
            "SELECT DISTINCT a.chat, a.message FROM amendment a"
            " WHERE a.state IN ('due', 'sending', 'failed') AND a.state <> 'sending' AND a.changed_at <= :now"
            " AND a.notice_id >= 0 AND a.chat || '' >= :low AND a.chat || '' < :high"
            # Not two corrections of one message at once: the second must build on the first.
            " AND NOT EXISTS (SELECT 1 FROM amendment b WHERE b.chat = a.chat AND b.message = a.message"
            " AND b.state = 'sending') LIMIT :limit",
            {"now": now, "limit": limit, **bounds},
        )
        wanted = [*await self._left_behind(bounds, now), *((row[0], row[1]) for row in rows)]
        if not wanted:
            return []
        terms = self._claims.terms(now)
        async with self._database.transaction() as tx:
            taken = [await _take(tx, *key, terms) for key in wanted[:limit]]
        claimed = [amendment for amendment in taken if amendment.notices]
        for amendment in claimed:
            self._claims.begin(amendment.key, amendment.notices)
        return claimed

    async def _left_behind(self, bounds: Mapping[str, str], now: str) -> list[tuple[str, int]]:
        """Return messages that were being corrected when the lease ended, with nobody at it here."""
        rows = await self._database.read(
            "SELECT chat, message, max(lease_until) FROM amendment WHERE state = 'sending'"
            " AND chat >= :low AND chat < :high GROUP BY chat, message ORDER BY chat, message",
            bounds,
        )
        return [
            (row[0], row[1]) for row in rows if (row[0], row[1]) not in self._claims and is_over(row[2], now)
        ]

    async def rewrite(self, amendment: Amendment, reply: str) -> None:
        """Keep another text (JSON) of a message from now on, if it is another."""
        if reply != amendment.reply:
            async with self._database.transaction() as tx:
                await tx.run(
                    "UPDATE said SET reply = ? WHERE chat = ? AND message = ?",
                    (zlib.compress(reply.encode()), amendment.chat, amendment.message),
                )

    async def done(self, amendment: Amendment, revisions: Mapping[int, int]) -> None:
        """Record that a message was corrected: it now cites these facts at these revisions."""
        async with self._settling(amendment) as tx:
            if await self._mark(tx, amendment, "sent", None):
                await tx.run_many(
                    _CITED,
                    [
                        (fact, amendment.chat, amendment.message, number, 0)
                        for fact, number in revisions.items()
                    ],
                )

    async def may_tell(self, amendment: Amendment, notices: Collection[int]) -> list[int]:
        """Return those of some notices that this message tells its chat of: of several messages one does.

        It stays with that message, also where it has to wait or the process is killed meanwhile.
        """
        asked = {
            "chat": amendment.chat, "message": amendment.message, "topic": amendment.topic,
            "notices": Values(notices),
        }  # fmt: skip
        async with self._database.transaction() as tx:
            return sorted(row[0] for row in await tx.fetch(_TELLS, asked))

    async def failed(self, amendment: Amendment, error: str, again_at: str | None) -> None:
        """Schedule a message to be retried at a moment, or give it up."""
        async with self._settling(amendment) as tx:
            await self._mark(tx, amendment, "failed" if again_at else "given up", again_at, error=error)

    async def put_off(self, amendment: Amendment, until: str, *, paused: str | None = None) -> None:
        """Postpone a message without counting an attempt to correct it.

        Not where it waits for a chat, `paused`, that has been resumed while this was under way.
        """
        async with self._settling(amendment) as tx:
            if paused is not None and not await tx.fetch(
                "SELECT 1 FROM listener WHERE chat = ? AND paused IS NOT NULL", (paused,)
            ):
                until = "0"
            await self._mark(tx, amendment, "due", until, attempts=-1)

    @asynccontextmanager
    async def _settling(self, amendment: Amendment) -> AsyncIterator[Transaction]:
        """Begin a transaction in which it is marked what became of a correction; then it is over."""
        async with self._database.transaction() as tx:
            yield tx
        self._claims.settle(amendment.key, amendment.notices)

    async def _mark(
        self,
        tx: Transaction,
        amendment: Amendment,
        state: str,
        at: str | None,
        *,
        error: str | None = None,
        attempts: int = 0,
    ) -> bool:
        """Mark a correction, and tell whether this process still holds it: else another marks it."""
        rows = await tx.fetch(
            "UPDATE amendment SET state = ?, error = ?, changed_at = coalesce(?, changed_at),"
            " attempts = attempts + ?, sender = NULL, lease_until = NULL"
            " WHERE chat = ? AND message = ? AND state = 'sending' AND sender = ?"
            " AND notice_id IN (SELECT value FROM ints(?)) RETURNING 1",
            (
                state, error, at, attempts, amendment.chat, amendment.message, self._claims.sender,
                Values(amendment.notices),
            ),
        )  # fmt: skip
        return bool(rows)


def write(tx: Statements, said: Iterable[SentMessage]) -> None:
    """Remember some replies, within a transaction."""
    messages: list[Sequence[object]] = []
    receipts: list[Sequence[object]] = []
    for item in said:
        whole = zlib.compress(item.reply.encode()) if len(item.messages) == 1 else _NONE
        cited = Values(item.facts)
        messages += [
            (item.chat, message, item.topic, item.at, item.language, cited, whole, _NONE)
            for message in item.messages
        ]
        receipts += item.receipts()
    tx.run_many(_SAID, messages)
    keys = [(row[0], row[1]) for row in messages]
    # A message whose page was turned cites only the facts on the page it now shows, not corrected so far.
    tx.run_many("DELETE FROM receipt WHERE chat = ? AND message = ?", keys)
    tx.run_many(
        "UPDATE amendment SET changed_at = NULL WHERE chat = ? AND message = ? AND state = 'sent'", keys
    )
    tx.run_many(_CITED, receipts)


async def _take(tx: Transaction, chat: str, message: int, terms: Mapping[str, str]) -> Amendment:
    """Claim the correction of a message; without notices where there is none, or another is at it."""
    rows = await tx.fetch(
        "UPDATE amendment SET attempts = attempts + CASE WHEN state = 'sending' THEN 0 ELSE 1 END,"
        " state = 'sending', changed_at = :now, sender = :sender, lease_until = :until"
        f" WHERE chat = :chat AND message = :message AND (state IN ('due', 'failed') OR {ENDED})"
        " AND NOT EXISTS (SELECT 1 FROM amendment"
        f" WHERE chat = :chat AND message = :message AND {LIVE}) RETURNING notice_id, attempts",
        {**terms, "chat": chat, "message": message},
    )
    said = await tx.fetch("SELECT * FROM said WHERE chat = ? AND message = ?", (chat, message))
    kept = said[0] if said else None
    shown = await tx.fetch(
        "SELECT fact_id, revision FROM receipt WHERE chat = ? AND message = ?", (chat, message)
    )
    earlier = await tx.fetch(
        "SELECT notice_id FROM amendment WHERE chat = ? AND message = ? AND state = 'sent'"
        " AND changed_at IS NOT NULL",
        (chat, message),
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
        shown={row[0]: row[1] for row in shown},
    )
