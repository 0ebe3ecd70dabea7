"""Feeds that are watched: when each is polled next, what its entries are known by, how its polls went.

Whoever polls a feed first moves the moment of its next poll on, and writes down what came of it only while
that moment stands. So of several processes one polls it, and one that stood still meanwhile writes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from storage.domain.clock import Clock, moment_text
from storage.domain.leases import later
from storage.engines.database import Database, Row, Transaction
from storage.engines.values import Values
from storage.notifying.notices import post
from storage.reading.addresses import comparable

# Seconds that a poll may take until another process may poll the same feed.
CLAIM = 200.0
# Digests that are kept of a feed, those last seen: three for each entry that it may have, and as many again.
MOST_KEYS = 10_000
_COLUMNS = (
    "id, address, title, etag, modified, next_at, allowed_until, failures, failing_since, problem, paused_at"
)
_DUE = f"""
SELECT {_COLUMNS} FROM feed WHERE paused_at IS NULL AND (next_at <= :now OR next_at > :latest)
    AND EXISTS (SELECT 1 FROM watch w WHERE w.feed_id = feed.id AND w.stopped_at IS NULL)
ORDER BY next_at, id LIMIT :limit
"""
# Nothing for a watch that has been ended meanwhile, nor what another one of its story has brought its chat.
_OFFER = """
INSERT INTO offer (watch_id, place, address, title, at)
SELECT :watch_id, :place, :address, :title, :now
WHERE EXISTS (SELECT 1 FROM watch WHERE id = :watch_id) AND NOT EXISTS (
    SELECT 1 FROM offer o JOIN watch w ON w.id = o.watch_id JOIN watch m ON m.id = :watch_id
    WHERE o.place = :place AND w.listener_id = m.listener_id AND w.story_id = m.story_id
)
"""
_TRIM = """
DELETE FROM feed_key WHERE feed_id = :feed AND key NOT IN (
    SELECT key FROM feed_key WHERE feed_id = :feed ORDER BY seen_at DESC, key LIMIT :most
)
"""


class WatchedFeed(NamedTuple):
    """A feed as it is on record; `etag` and `modified` are what its server told of what it sent last."""

    id: int
    address: str
    title: str | None
    etag: str | None
    modified: str | None
    next_at: str
    allowed_until: str
    failures: int
    failing_since: str | None
    problem: str | None
    paused_at: str | None


class Sent(NamedTuple):
    """What a server sent of a feed: its title, what to tell the server the next time, and all its digests."""

    title: str | None
    etag: str | None
    modified: str | None
    keys: Collection[str]


class Offered(NamedTuple):
    """An article that a watch has brought; `place` is its address as addresses are compared."""

    watch_id: int
    place: str
    address: str
    title: str


class Message(NamedTuple):
    """A message to a chat or topic, a reply as JSON."""

    chat: str
    topic: int
    language: str
    reply: str


class Feeds:
    """The feeds that are watched."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def at_address(self, address: str) -> WatchedFeed | None:
        """Return the feed at an address, however it is written."""
        rows = await self._database.read(f"SELECT {_COLUMNS} FROM feed WHERE place = ?", (place_of(address),))
        return _feed(rows[0]) if rows else None

    async def take(self, limit: int, longest: float) -> list[WatchedFeed]:
        """Return feeds to be polled now, which nobody else polls before CLAIM is over.

        No feed waits for more than `longest` seconds: one that does was put off by a clock that has been put
        back since.
        """
        now = moment_text(self._clock())
        asked = {"now": now, "latest": later(now, longest + CLAIM), "limit": limit}
        rows = await self._database.read(_DUE, asked)
        taken = []
        for row in rows:
            async with self._database.transaction(durable=False) as tx:
                taken += await tx.fetch(
                    "UPDATE feed SET next_at = ? WHERE id = ? AND next_at = ? AND paused_at IS NULL"
                    f" RETURNING {_COLUMNS}",
                    (later(now, CLAIM), row["id"], row["next_at"]),
                )
        return [_feed(row) for row in taken]

    async def known(self, feed_id: int, keys: Collection[str]) -> set[str]:
        """Return those of some digests by which entries of a feed are known already."""
        rows = await self._database.read(
            "SELECT key FROM feed_key WHERE feed_id = ? AND key IN (SELECT value FROM texts(?)) ORDER BY key",
            (feed_id, Values(keys)),
        )
        return {row[0] for row in rows}

    async def succeed(
        self,
        feed: WatchedFeed,
        next_at: str,
        allowed_until: str,
        *,
        sent: Sent | None = None,
        offered: Iterable[Offered] = (),
        stopped: Iterable[tuple[int, Message]] = (),
    ) -> bool:
        """Note that a poll went well, what was `sent` (None: nothing new), and what came of it.

        `stopped` are watches that end, each with what its chat is told. False if the poll is another's now.
        """
        now = moment_text(self._clock())
        async with self._database.transaction() as tx:
            if not await self._is_ours(tx, feed):
                return False
            await tx.run(
                "UPDATE feed SET next_at = ?, allowed_until = ?, failures = 0, failing_since = NULL,"
                " problem = NULL WHERE id = ?",
                (next_at, allowed_until, feed.id),
            )
            if sent is not None:
                await tx.run(
                    "UPDATE feed SET title = ?, etag = ?, modified = ? WHERE id = ?",
                    (sent.title, sent.etag, sent.modified, feed.id),
                )
                await keep_keys(tx, feed.id, sent.keys, now)
            await tx.run_many(_OFFER, [{**each._asdict(), "now": now} for each in offered])
            for watch_id, message in stopped:
                await tx.run("UPDATE watch SET stopped_at = ? WHERE id = ?", (now, watch_id))
                await _post(tx, message, now)
        return True

    async def fail(
        self, feed: WatchedFeed, problem: str, next_at: str, *, pauses: Collection[Message] | None = None
    ) -> bool:
        """Note that a poll failed, and why; with `pauses` it is polled no more, and these chats are told.

        False if the poll was another's by now.
        """
        now = moment_text(self._clock())
        async with self._database.transaction() as tx:
            if not await self._is_ours(tx, feed):
                return False
            await tx.run(
                "UPDATE feed SET next_at = ?, failures = failures + 1, problem = ?,"
                " failing_since = coalesce(failing_since, ?), paused_at = ? WHERE id = ?",
                (next_at, problem, now, now if pauses is not None else None, feed.id),
            )
            for message in pauses or ():
                await _post(tx, message, now)
        return True

    async def forget(self, offered_before: str) -> None:
        """Delete feeds that nobody watches, and what was offered before a moment."""
        async with self._database.transaction(durable=False) as tx:
            await tx.run("DELETE FROM offer WHERE told = 1 AND at < ?", (offered_before,))
            unwatched = "SELECT id FROM feed WHERE id NOT IN (SELECT feed_id FROM watch)"
            await tx.run(f"DELETE FROM feed_key WHERE feed_id IN ({unwatched})")
            await tx.run(f"DELETE FROM feed WHERE id IN ({unwatched})")

    async def states(self) -> dict[str, int]:
        """Return how many watched feeds are polled, fail, and are paused because they failed for long."""
        rows = await self._database.read(
            "SELECT CASE WHEN paused_at IS NOT NULL THEN 'paused' WHEN failures > 0 THEN 'failing'"
            " ELSE 'polled' END AS state, count(*) FROM feed WHERE id IN (SELECT feed_id FROM watch)"
            " GROUP BY state ORDER BY state"
        )
        return {row[0]: row[1] for row in rows}

    async def failing(self, limit: int) -> list[WatchedFeed]:
        """Return watched feeds that fail, those first that have failed for longest."""
        rows = await self._database.read(
            f"SELECT {_COLUMNS} FROM feed WHERE failures > 0 AND id IN (SELECT feed_id FROM watch)"
            " ORDER BY failing_since, id LIMIT ?",
            (limit,),
        )
        return [_feed(row) for row in rows]

    async def _is_ours(self, tx: Transaction, feed: WatchedFeed) -> bool:
        rows = await tx.fetch("SELECT 1 FROM feed WHERE id = ? AND next_at = ?", (feed.id, feed.next_at))
        return bool(rows)


def place_of(address: str) -> str:
    """Return the form in which addresses of feeds and articles are compared."""
    return comparable(address) or address


async def keep_keys(tx: Transaction, feed_id: int, keys: Collection[str], now: str) -> None:
    """Keep the digests by which the entries of a feed are known."""
    await tx.run_many(
        "INSERT INTO feed_key (feed_id, key, seen_at) VALUES (?, ?, ?)"
        " ON CONFLICT (feed_id, key) DO UPDATE SET seen_at = excluded.seen_at",
        [(feed_id, key, now) for key in keys],
    )
    await tx.run(_TRIM, {"feed": feed_id, "most": MOST_KEYS})


async def _post(tx: Transaction, message: Message, now: str) -> None:
    await post(tx, message.chat, message.reply, now, message.language, topic=message.topic)


def _feed(row: Row) -> WatchedFeed:
    return WatchedFeed(**{name: row[name] for name in WatchedFeed._fields})
