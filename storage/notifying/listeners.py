"""Listeners: the chats and topics that hear of changes, how they want to, and what they listen to.

A chat that takes no messages is paused: what is for it waits until `open_at`, and is tried then.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from functools import partial
from typing import Any

from storage.domain.errors import RecordError
from storage.domain.models import Listener, Subscription
from storage.engines.database import Database, Read, Row, Statements, Transaction
from storage.engines.kept import Kept

# Subscriptions of one chat or topic at most.
MOST_SUBSCRIPTIONS = 100
_WHOLE = "SELECT * FROM listener WHERE chat = ? AND topic = 0"
_SETTINGS = frozenset(
    "cadence time weekday zone quiet_from quiet_until material_only silent words muted_until language"
    " open_at seen".split()
)

# What a chat has at its new address already stays as it is.
_MOVED = (
    """
    UPDATE listener SET chat = :new WHERE chat = :old
    AND topic NOT IN (SELECT n.topic FROM listener n WHERE n.chat = :new)
    """,
    """
    UPDATE chat SET address = :new WHERE address = :old
    AND NOT EXISTS (SELECT 1 FROM chat n WHERE n.address = :new)
    """,
    # Of two that are open in both, the one there stays open.
    """
    UPDATE dialogue SET aside = 1 WHERE chat = :old
    AND person IN (SELECT d.person FROM dialogue d WHERE d.chat = :new AND d.aside = 0)
    """,
    "UPDATE dialogue SET chat = :new WHERE chat = :old",
    """
    UPDATE asker SET chat = :new WHERE chat = :old AND NOT EXISTS (
        SELECT 1 FROM asker n
        WHERE n.question_id = asker.question_id AND n.chat = :new AND n.person = asker.person
    )
    """,
    "UPDATE draft SET chat = :new WHERE chat = :old",
)
_JOINED = (
    """
    UPDATE subscription SET listener_id = :kept WHERE listener_id = :gone AND NOT EXISTS (
        SELECT 1 FROM subscription k WHERE k.listener_id = :kept AND k.story_id = subscription.story_id
        AND coalesce(k.entity_id, 0) = coalesce(subscription.entity_id, 0)
        AND coalesce(k.words, '') = coalesce(subscription.words, '')
    )
    """,
    "DELETE FROM subscription WHERE listener_id = :gone",
    "UPDATE watch SET listener_id = :kept WHERE listener_id = :gone",
)
_STILL_TO_SEND = (
    "WHERE listener_id = :gone AND (state = 'held' OR (state IN ('due', 'failed')"
    " AND notice_id IN (SELECT id FROM notice WHERE state IN ('new', 'fanned out'))))"
)

# What a private chat takes over from another of the same person's.
_TAKEN_OVER = (
    "cadence", "time", "weekday", "zone", "quiet_from", "quiet_until", "material_only", "silent", "words",
)  # fmt: skip


class Listeners:
    """Keep how chats want to hear of changes, and what they listen to."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._paused = Kept(database, _paused)
        # How far chats have looked that may not be written yet.
        self._looked: dict[tuple[str, int], int] = {}

    async def find(self, chat: str, topic: int = 0) -> Listener | None:
        """Return the listener of a chat or topic, None for one that never asked for anything."""
        rows = await self._database.read("SELECT * FROM listener WHERE chat = ? AND topic = ?", (chat, topic))
        return _listener(rows[0]) if rows else None

    async def by_id(self, listener_id: int) -> Listener | None:
        """Return a listener."""
        rows = await self._database.read("SELECT * FROM listener WHERE id = ?", (listener_id,))
        return _listener(rows[0]) if rows else None

    async def change(self, chat: str, topic: int, settings: Mapping[str, Any]) -> Listener:
        """Change some settings of a chat or topic and return them all; it becomes a listener if need be."""
        if unknown := settings.keys() - _SETTINGS:
            raise LookupError(f"no such settings: {sorted(unknown)}")
        async with self._database.transaction() as tx:
            listener_id = await ensure(tx, chat, topic)
            assigned = ", ".join(f"{name} = :{name}" for name in settings) or "id = id"
            rows = await tx.fetch(
                f"UPDATE listener SET {assigned} WHERE id = :id RETURNING *", {**settings, "id": listener_id}
            )
        return _listener(rows[0])

    async def subscribe(
        self,
        chat: str,
        topic: int,
        story_id: int,
        *,
        entity_id: int | None = None,
        words: str | None = None,
        person: str,
        language: str,
        at: str,
    ) -> bool | None:
        """Add a subscription; return None if it exists already, False if the chat has too many.

        A paused chat is resumed: a person who subscribes speaks to the bot.
        """
        async with self._database.transaction() as tx:
            listener_id = await ensure(tx, chat, topic)
            rows = await tx.fetch("SELECT count(*) FROM subscription WHERE listener_id = ?", (listener_id,))
            if rows[0][0] >= MOST_SUBSCRIPTIONS:
                return False
            known = await tx.fetch(
                "UPDATE listener SET language = ? WHERE id = ? RETURNING paused", (language, listener_id)
            )
            if known[0]["paused"] is not None:
                await resume(tx, chat)
            made = await tx.fetch(
                "INSERT INTO subscription (listener_id, story_id, entity_id, words, person, made_at)"
                " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id",
                (listener_id, story_id, entity_id, words, person, at),
            )
        return True if made else None

    async def unsubscribe(self, chat: str, topic: int, subscription_id: int | None = None) -> int:
        """End one subscription of a chat or topic, or all of them; return how many."""
        async with self._database.transaction() as tx:
            rows = await tx.fetch(
                "DELETE FROM subscription WHERE listener_id = (SELECT id FROM listener WHERE chat = :chat"
                " AND topic = :topic) AND (CAST(:id AS BIGINT) IS NULL OR id = :id) RETURNING id",
                {"chat": chat, "topic": topic, "id": subscription_id},
            )
        return len(rows)

    async def subscriptions(self, chat: str, topic: int = 0) -> list[Subscription]:
        """Return what a chat or topic listens to, in the order in which it was asked for."""
        rows = await self._database.read(
            "SELECT s.id, s.story_id, s.entity_id, s.words, t.title AS story, t.name AS story_name,"
            " e.name AS entity FROM subscription s JOIN listener l ON l.id = s.listener_id"
            " JOIN story t ON t.id = s.story_id LEFT JOIN entity e ON e.id = s.entity_id"
            " WHERE l.chat = ? AND l.topic = ? ORDER BY s.id",
            (chat, topic),
        )
        return [Subscription(**dict(row)) for row in rows]

    async def is_paused(self, chat: str) -> bool:
        """Tell whether a chat takes no messages.

        Every message asks this, so the paused chats are kept in memory until the file has changed.
        """
        return chat in await self._paused.get()

    async def resume(self, chat: str) -> None:
        """Let a chat that was paused hear again, and of what has waited: it takes messages.

        Whoever spoke there is answered, also while the record cannot be read, or another process keeps it
        from being written.
        """
        with contextlib.suppress(RecordError):
            if not await self.is_paused(chat):
                return
            self._database.behind.later(partial(_resume, chat))
            await self._database.behind.soon()

    async def pause(self, chat: str, reason: str, now: str, again_at: str) -> None:
        """Let what is for a chat wait until `again_at`: it takes no messages."""
        async with self._database.transaction() as tx:
            await pause(tx, chat, reason, now, again_at)

    async def long_paused(self, before: str, limit: int) -> list[Listener]:
        """Return a listener of each chat that was paused before a moment, which nobody has been told yet."""
        rows = await self._database.read(
            "SELECT * FROM listener WHERE id IN (SELECT min(id) FROM listener WHERE refusal_told = 0"
            " AND paused_at IS NOT NULL AND paused_at <= ? GROUP BY chat) ORDER BY id LIMIT ?",
            (before, limit),
        )
        return [_listener(row) for row in rows]

    async def refusal_told(self, tx: Transaction, chat: str, limit: int) -> list[str]:
        """Note that it is told that a chat is paused; return whom to tell: the people who subscribed it."""
        noted = await tx.fetch(
            "UPDATE listener SET refusal_told = 1 WHERE chat = ? AND refusal_told = 0 RETURNING id", (chat,)
        )
        if not noted:
            return []
        rows = await tx.fetch(
            "SELECT DISTINCT s.person FROM subscription s JOIN listener l ON l.id = s.listener_id"
            " WHERE l.chat = :chat AND s.person <> :chat ORDER BY s.person LIMIT :limit",
            {"chat": chat, "limit": limit},
        )
        return [row[0] for row in rows]

    async def move(self, old: str, new: str) -> None:
        """Let a chat keep everything under its new address: a group has become a supergroup."""
        async with self._database.transaction() as tx:
            await move(tx, old, new)

    async def seen(self, chat: str, topic: int) -> int:
        """Return the last entry of the trail that a chat or topic has looked at."""
        looked = 0 if self._database.behind.idle else self._looked.get((chat, topic), 0)
        listener = await self.find(chat, topic)
        return max(looked, listener.seen if listener else 0)

    def look(self, chat: str, topic: int, entry: int) -> None:
        """Remember up to which entry of the trail a chat or topic has looked; it is written soon after."""
        if self._database.behind.idle:
            self._looked.clear()
        self._looked[chat, topic] = entry
        self._database.behind.later(partial(_look, chat, topic, entry))

    async def fall_back(self, chat: str, topic: int) -> None:
        """Let the chat as a whole hear from now on what one of its topics was to hear."""
        async with self._database.transaction() as tx:
            rows = await tx.fetch(
                "SELECT id, language FROM listener WHERE chat = ? AND topic = ?", (chat, topic)
            )
            if topic and rows:
                await _join(tx, rows[0]["id"], await ensure(tx, chat, language=rows[0]["language"]))


async def ensure(tx: Transaction, chat: str, topic: int = 0, language: str | None = None) -> int:
    """Return the id of a chat's or topic's listener, made if there was none."""
    # A topic keeps the time of its chat, unless it chooses another.
    rows = await tx.fetch(
        "INSERT INTO listener (chat, topic, language, zone, seen) VALUES (:chat, :topic,"
        " coalesce(:language, 'en'),"
        " coalesce((SELECT zone FROM listener WHERE chat = :chat AND topic = 0), 'UTC'),"
        " (SELECT coalesce(max(id), 0) FROM audit))"
        " ON CONFLICT (chat, topic) DO UPDATE SET topic = excluded.topic RETURNING id",
        {"chat": chat, "topic": topic, "language": language},
    )
    return int(rows[0][0])


def _look(chat: str, topic: int, entry: int, tx: Statements) -> None:
    tx.run(
        "INSERT INTO listener (chat, topic, seen) VALUES (?, ?, ?)"
        " ON CONFLICT (chat, topic) DO UPDATE SET seen = excluded.seen",
        (chat, topic, entry),
    )


async def pause(tx: Transaction, chat: str, reason: str, now: str, again_at: str) -> None:
    """Let what is for a chat wait until `again_at`: it takes no messages.

    Of a refusal that goes on, its beginning stays, and so does the moment of the next try if that is to come.
    """
    # Also one that has subscribed to nothing: what it was told may have to be put right.
    await ensure(tx, chat)
    await tx.run(
        "UPDATE listener SET paused = :reason, paused_at = coalesce(paused_at, :now), open_at ="
        " CASE WHEN paused IS NOT NULL AND open_at > :now THEN open_at ELSE :again END WHERE chat = :chat",
        {"chat": chat, "reason": reason, "now": now, "again": again_at},
    )
    await tx.run(
        "UPDATE delivery SET state = 'held' WHERE state IN ('due', 'failed')"
        " AND listener_id IN (SELECT id FROM listener WHERE chat = ?)"
        " AND notice_id IN (SELECT id FROM notice WHERE state IN ('new', 'fanned out'))",
        (chat,),
    )


async def resume(tx: Transaction, chat: str) -> None:
    """Let a chat hear at once of what has waited for it, and let its messages be put right."""
    await tx.work(partial(_resume, chat))


def _resume(chat: str, tx: Statements) -> None:
    tx.run(
        "UPDATE listener SET paused = NULL, paused_at = NULL, refusal_told = 0, open_at = '0'"
        " WHERE chat = ? AND paused IS NOT NULL",
        (chat,),
    )
    tx.run("UPDATE amendment SET changed_at = '0' WHERE chat = ? AND state IN ('due', 'failed')", (chat,))


async def move(tx: Transaction, old: str, new: str) -> None:
    """Give all that is kept of a chat a new address; what the new one has already is left as it is.

    Where both are listeners, the new one keeps its settings and hears what the old one was to hear.
    """
    both = await tx.fetch(
        "SELECT o.id, n.id FROM listener o JOIN listener n ON n.topic = o.topic"
        " WHERE o.chat = ? AND n.chat = ?",
        (old, new),
    )
    for gone, kept in both:
        await _join(tx, gone, kept)
    for statement in _MOVED:
        await tx.run(statement, {"new": new, "old": old})


async def take_over(tx: Transaction, old: str, new: str, at: str) -> bool:
    """Let a private chat hear as another of the same person does; return whether anything became different.

    What was set in the new one stays. Subscriptions are not taken over: each change would come twice.
    """
    both = {chat: [_listener(row) for row in await tx.fetch(_WHOLE, (chat,))] for chat in (old, new)}
    if not both[old] or not _is_set(both[old][0]) or any(_is_set(listener) for listener in both[new]):
        return False
    listener_id = await ensure(tx, new)
    given = {name: getattr(both[old][0], name) for name in (*_TAKEN_OVER, "language")}
    # What was waiting for the settings before is looked at anew.
    given |= {"id": listener_id, "open_at": at}
    assigned = ", ".join(f"{name} = :{name}" for name in given)
    await tx.run(f"UPDATE listener SET {assigned} WHERE id = :id", given)
    return True


def _is_set(listener: Listener) -> bool:
    """Tell whether anything about how a chat hears has been set otherwise than it is by itself."""
    unset = Listener(id=listener.id, chat=listener.chat)
    return any(getattr(listener, name) != getattr(unset, name) for name in _TAKEN_OVER)


async def _join(tx: Transaction, gone: int, kept: int) -> None:
    """Let one listener hear what another was to hear, and what already waits for that."""
    ids = {"gone": gone, "kept": kept}
    for statement in _JOINED:
        await tx.run(statement, ids)
    # Held, and open since ever: deliveries that become due are looked for only where none was before.
    await tx.run(
        f"UPDATE delivery SET listener_id = :kept, state = 'held' {_STILL_TO_SEND} AND NOT EXISTS (SELECT 1"
        " FROM delivery k WHERE k.notice_id = delivery.notice_id AND k.listener_id = :kept)",
        ids,
    )
    await tx.run(f"DELETE FROM delivery {_STILL_TO_SEND}", {"gone": gone})
    await tx.run("UPDATE listener SET open_at = '0' WHERE id = :kept", ids)


def _paused(read: Read) -> frozenset[str]:
    return frozenset(row[0] for row in read("SELECT chat FROM listener WHERE paused IS NOT NULL"))


def _listener(row: Row) -> Listener:
    return Listener(**dict(row))
