"""Watches: which chat is offered what a feed names, for which story; and what they have brought."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from storage.domain.clock import Clock, moment_text
from storage.domain.errors import Refused
from storage.engines.database import Database, Row, Statements, Transaction
from storage.engines.values import Values
from storage.notifying import listeners
from storage.notifying.notices import post
from storage.snapshots.feeds import Sent, keep_keys, place_of

# Watches that one chat may have.
MOST_WATCHES = 50
_WATCH = """
SELECT w.id, w.feed_id, w.story_id, w.words, w.person, w.language, w.stopped_at, l.chat, l.topic, f.address,
    f.title, f.failing_since, f.problem, f.paused_at, s.title AS story, s.name AS story_name
FROM watch w JOIN listener l ON l.id = w.listener_id JOIN feed f ON f.id = w.feed_id
JOIN story s ON s.id = w.story_id
"""
_OFFER = "SELECT id, watch_id, address, title, at FROM offer"
_IDS = "(SELECT value FROM ints(?))"


class Watch(NamedTuple):
    """A watch with its feed, its story and the chat or topic that is offered what it brings.

    `paused_at` tells that its feed is polled no more, for it failed too long; `stopped_at` that the watch has
    ended, for its feed named too much.
    """

    id: int
    feed_id: int
    story_id: int
    words: str | None
    person: str
    language: str
    stopped_at: str | None
    chat: str
    topic: int
    address: str
    title: str | None
    failing_since: str | None
    problem: str | None
    paused_at: str | None
    story: str
    story_name: str


class Wanted(NamedTuple):
    """What is to be watched: a feed by its address, for a story, all of it or what has some words (folded).

    It is offered in a chat or topic; `person` is who wants it.
    """

    address: str
    story: int
    words: str | None
    chat: str
    topic: int
    person: str
    language: str


class Offer(NamedTuple):
    """An article that a watch has brought."""

    id: int
    watch_id: int
    address: str
    title: str | None
    at: str


class Watches:
    """What chats watch, and what that has brought them."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def begin(self, wanted: Wanted, sent: Sent, next_at: str) -> tuple[int, bool]:
        """Begin to watch a feed; return the watch's id, and whether it is new. Raises Refused for too many.

        Of a feed that nobody watched, all that was `sent` is known from now on. One that is watched already
        is polled soon, also if it was paused: so nothing is kept from those who watch it.
        """
        now = moment_text(self._clock())
        async with self._database.transaction() as tx:
            listener_id = await listeners.ensure(tx, wanted.chat, wanted.topic, wanted.language)
            asked = {
                **wanted._asdict(),
                "feed": await self._feed(tx, wanted.address, sent, next_at, now),
                "listener": listener_id,
                "now": now,
            }
            known = await tx.fetch(
                "SELECT id FROM watch WHERE feed_id = :feed AND story_id = :story"
                " AND listener_id = :listener AND coalesce(words, '') = coalesce(:words, '')"
                " ORDER BY id LIMIT 1",
                asked,
            )
            if known:
                await tx.run("UPDATE watch SET stopped_at = NULL WHERE id = ?", (known[0][0],))
                return int(known[0][0]), False
            rows = await tx.fetch("SELECT count(*) FROM watch WHERE listener_id = ?", (listener_id,))
            if rows[0][0] >= MOST_WATCHES:
                raise Refused(
                    f"This chat watches {MOST_WATCHES} feeds, and more are not kept: stop one first"
                )
            made = await tx.fetch(
                "INSERT INTO watch (feed_id, story_id, listener_id, words, person, language, made_at)"
                " VALUES (:feed, :story, :listener, :words, :person, :language, :now) RETURNING id",
                asked,
            )
        return int(made[0][0]), True

    async def of_chats(self, chats: Collection[tuple[str, int]]) -> list[Watch]:
        """Return the watches of some chats and topics, in the order in which they began."""
        held = Values(f"{topic} {chat}" for chat, topic in chats)
        rows = await self._database.read(
            f"{_WATCH} WHERE l.topic || ' ' || l.chat IN (SELECT value FROM texts(?)) ORDER BY w.id", (held,)
        )
        return [_watch(row) for row in rows]

    async def of_feed(self, feed_id: int) -> list[Watch]:
        """Return the watches of a feed that have not ended."""
        rows = await self._database.read(
            f"{_WATCH} WHERE w.feed_id = ? AND w.stopped_at IS NULL ORDER BY w.id", (feed_id,)
        )
        return [_watch(row) for row in rows]

    async def stop(self, watch_id: int) -> None:
        """End a watch; what it has brought goes with it."""
        async with self._database.transaction() as tx:
            await tx.run("DELETE FROM offer WHERE watch_id = ?", (watch_id,))
            await tx.run("DELETE FROM watch WHERE id = ?", (watch_id,))

    async def move(self, watch_id: int, chat: str, topic: int, language: str) -> None:
        """Offer what a watch brings in another chat or topic from now on."""
        async with self._database.transaction() as tx:
            listener_id = await listeners.ensure(tx, chat, topic, language)
            await tx.run("UPDATE watch SET listener_id = ? WHERE id = ?", (listener_id, watch_id))

    async def offers(self, watch_id: int, *, before: int, limit: int) -> list[Offer]:
        """Return what a watch has brought, the newest first; `before` is an id, 0 for all."""
        rows = await self._database.read(
            f"{_OFFER} WHERE watch_id = :watch AND (:before = 0 OR id < :before)"
            " ORDER BY id DESC LIMIT :limit",
            {"watch": watch_id, "before": before, "limit": limit},
        )
        return [Offer(*row) for row in rows]

    async def offer(self, offer_id: int) -> Offer | None:
        """Return an article that a watch has brought."""
        rows = await self._database.read(f"{_OFFER} WHERE id = ?", (offer_id,))
        return Offer(*rows[0]) if rows else None

    async def offered_since(self, watch_id: int, moment: str) -> int:
        """Return how many articles a watch has brought since a moment."""
        rows = await self._database.read(
            "SELECT count(*) FROM offer WHERE watch_id = ? AND at > ?", (watch_id, moment)
        )
        return int(rows[0][0])

    async def untold(self, after: int) -> tuple[int, dict[Watch, list[Offer]]] | None:
        """Return what the next chat has not been offered yet, by the watch that brought it; None at the end.

        Chats come in the order of their listeners, those behind `after`; the first value is which it is.
        """
        rows = await self._database.read(
            "SELECT min(w.listener_id) FROM watch w WHERE w.listener_id > ?"
            " AND w.id IN (SELECT watch_id FROM offer WHERE told = 0)",
            (after,),
        )
        listener_id = rows[0][0]
        if listener_id is None:
            return None
        rows = await self._database.read(f"{_WATCH} WHERE w.listener_id = ? ORDER BY w.id", (listener_id,))
        found: dict[Watch, list[Offer]] = {}
        for watch in map(_watch, rows):
            offers = await self._database.read(
                f"{_OFFER} WHERE watch_id = ? AND told = 0 ORDER BY id", (watch.id,)
            )
            if offers:
                found[watch] = [Offer(*row) for row in offers]
        return int(listener_id), found

    async def tell(self, offers: Collection[Offer], watch: Watch, reply: str) -> bool:
        """Post what offers some articles to the chat of a watch; False if another process has done it."""
        now = moment_text(self._clock())
        async with self._database.transaction() as tx:
            told = await tx.fetch(
                f"UPDATE offer SET told = 1 WHERE told = 0 AND id IN {_IDS} RETURNING id",
                (Values(each.id for each in offers),),
            )
            if len(told) < len(offers):
                await tx.run(
                    f"UPDATE offer SET told = 0 WHERE id IN {_IDS}", (Values(row[0] for row in told),)
                )
                return False
            await post(tx, watch.chat, reply, now, watch.language, topic=watch.topic)
        return True

    async def _feed(self, tx: Transaction, address: str, sent: Sent, next_at: str, now: str) -> int:
        place = place_of(address)
        rows = await tx.fetch(
            "UPDATE feed SET"
            " next_at = CASE WHEN failures > 0 OR paused_at IS NOT NULL THEN :now ELSE next_at END,"
            " failures = 0, failing_since = NULL, problem = NULL, paused_at = NULL WHERE place = :place"
            " AND EXISTS (SELECT 1 FROM watch w WHERE w.feed_id = feed.id) RETURNING id",
            {"now": now, "place": place},
        )
        if not rows:
            # One that nobody watches any more, but that is still there, begins anew.
            rows = await tx.fetch(
                "INSERT INTO feed (place, address, title, etag, modified, next_at) VALUES (?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (place) DO UPDATE SET address = excluded.address, title = excluded.title,"
                " etag = excluded.etag, modified = excluded.modified, next_at = excluded.next_at,"
                " failures = 0, failing_since = NULL, problem = NULL, paused_at = NULL RETURNING id",
                (place, address, sent.title, sent.etag, sent.modified, next_at),
            )
            await keep_keys(tx, int(rows[0][0]), sent.keys, now)
        return int(rows[0][0])


def cut(tx: Statements, ids: Collection[int], offers: Collection[int]) -> None:
    """End watches, and remove the titles and addresses of offers: they hold what is taken down."""
    listed = Values(ids)
    tx.run(f"DELETE FROM offer WHERE watch_id IN {_IDS}", (listed,))
    tx.run(f"DELETE FROM watch WHERE id IN {_IDS}", (listed,))
    tx.run(f"DELETE FROM offer WHERE id IN {_IDS}", (Values(offers),))


def _watch(row: Row) -> Watch:
    return Watch(**{name: row[name] for name in Watch._fields})
