"""Webhooks: the ends that hear of the changes of a public story, each a listener of the outbox.

What is sent there, in which order and how often it is tried, is the outbox's as for chats. An end that does
not take it is a listener that is paused; one that an owner has to let go on again is `paused` here, too.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from storage.domain.clock import Clock, moment_text
from storage.domain.errors import AlreadyDone, Refused
from storage.domain.leases import later
from storage.domain.models import Action
from storage.engines.database import Database, Row, Statements
from storage.notifying import listeners
from storage.notifying.notices import OPEN, post
from storage.trail.audit import Actor, AuditEntryWriter
from storage.webhooks.keys import Keys, MissingKey, shown
from storage.webhooks.models import Down, State, Told, Webhook

PLATFORM = "webhook"
# Of one record: a change goes to each of those of its story.
MOST = 50
# Seconds for which a former secret signs beside a new one.
BOTH = 86_400.0
# When a paused end is tried again: never by itself.
NEVER = "9999-12-31T23:59:59.999999Z"
_OF = (
    "SELECT w.*, l.paused AS failure, l.paused_at AS failing_since FROM webhook w"
    " JOIN listener l ON l.id = w.listener_id"
)
# Two statements: each has an index of its own.
_STILL_TO_SEND = (
    "state = 'held'",
    f"state IN ('due', 'failed') AND notice_id IN (SELECT id FROM notice WHERE {OPEN})",
)
_STANDING = f"{_OF} WHERE w.state <> 'stopped'"
_WAITING = f"""
SELECT count(*) FROM delivery WHERE listener_id = :listener AND state = 'held'
UNION ALL SELECT count(*) FROM notice n JOIN delivery d ON d.notice_id = n.id AND d.listener_id = :listener
WHERE n.{OPEN} AND d.state IN ('due', 'sending', 'failed')
"""


class Webhooks:
    """Add, change and find webhooks; each change is on the trail, with the host alone."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self.keys = Keys(database.path)

    async def add(self, story_id: int, url: str, *, by: Actor, language: str) -> tuple[int, str]:
        """Add a webhook; return its id and its secret, which nothing tells a second time.

        Raises Refused, AlreadyDone or MissingKey.
        """
        salt, check = self.keys.new_salt()

        def work(tx: Statements) -> int:
            trace = AuditEntryWriter.open(tx, by, self._clock)
            story = tx.fetch("SELECT name, public FROM story WHERE id = ?", (story_id,))[0]
            if not story["public"]:
                raise Refused(f"The story {story['name']} is not public: /public on makes it so")
            standing = tx.fetch("SELECT id, story_id, url FROM webhook WHERE state <> 'stopped' ORDER BY id")
            for row in standing:
                if (row["story_id"], row["url"]) == (story_id, url):
                    raise AlreadyDone(f"That is webhook {row['id']} already")
            if len(standing) >= MOST:
                raise Refused(f"There are {MOST} webhooks already: /webhook stop ends one of them")
            number = int(tx.fetch("SELECT coalesce(max(id), 0) + 1 FROM webhook")[0][0])
            listener = tx.fetch(
                "INSERT INTO listener (chat, language) VALUES (?, ?) RETURNING id",
                (f"{PLATFORM}:{number}", language),
            )[0][0]
            tx.run(
                "INSERT INTO subscription (listener_id, story_id, made_at) VALUES (?, ?, ?)",
                (listener, story_id, trace.now),
            )
            tx.run(
                "INSERT INTO webhook (id, story_id, listener_id, url, made_at, salt, key_check)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (number, story_id, listener, url, trace.now, salt, check),
            )
            _close(tx, trace, number, None, {"state": State.ON})
            return number

        async with self._database.transaction() as tx:
            number = await tx.work(work)
        return number, shown(self.keys.secret(salt, check))

    async def renew(self, webhook_id: int, *, by: Actor) -> str | None:
        """Give a webhook a new secret and return it, None if it has ended; the former signs too for a day."""
        salt, check = self.keys.new_salt()
        until = later(moment_text(self._clock()), BOTH)

        def work(tx: Statements) -> bool:
            rows = tx.fetch(
                "UPDATE webhook SET former_salt = salt, former_check = key_check, former_until = ?, salt = ?,"
                " key_check = ? WHERE id = ? AND state <> 'stopped' RETURNING 1",
                (until, salt, check, webhook_id),
            )
            if rows:
                trace = AuditEntryWriter.open(tx, by, self._clock)
                _close(tx, trace, webhook_id, None, {"secret": "new"})
            return bool(rows)

        async with self._database.transaction() as tx:
            return shown(self.keys.secret(salt, check)) if await tx.work(work) else None

    def secrets(self, webhook: Webhook) -> list[bytes]:
        """Return the secrets that sign what is sent to a webhook. Raises MissingKey."""
        found = [self.keys.secret(webhook.salt, webhook.key_check)]
        if webhook.former_until and webhook.former_until > moment_text(self._clock()):
            # Where its key is gone, a new secret is what mends that.
            with contextlib.suppress(MissingKey):
                found.append(self.keys.secret(webhook.former_salt or "", webhook.former_check or ""))
        return found

    async def standing(self) -> list[Webhook]:
        """Return the webhooks that are on or paused, by id."""
        return [_webhook(row) for row in await self._database.read(f"{_STANDING} ORDER BY w.id")]

    async def find(self, webhook_id: int) -> Webhook | None:
        """Return a webhook, also one that was stopped."""
        rows = await self._database.read(f"{_OF} WHERE w.id = ?", (webhook_id,))
        return _webhook(rows[0]) if rows else None

    async def waiting(self, webhook: Webhook) -> int:
        """Return how many changes wait to be sent to a webhook."""
        return sum(row[0] for row in await self._database.read(_WAITING, {"listener": webhook.listener_id}))

    async def sending(self, listener_id: int, notice_id: int, sender: str) -> tuple[int, Webhook | None]:
        """Return the webhook of a listener while a process still holds the delivery of a notice to it.

        Before it the last entry of the trail, as of the same reading.
        """
        version, rows = await self._database.reading_at(
            lambda read: read(
                f"{_OF} JOIN delivery d ON d.listener_id = w.listener_id AND d.state = 'sending'"
                " WHERE w.listener_id = ? AND d.notice_id = ? AND d.sender = ?",
                (listener_id, notice_id, sender),
            )
        )
        return version.changes, _webhook(rows[0]) if rows else None

    async def taken_down(self, audit_id: int | None) -> Down | None:
        """Return what an entry of the trail has taken down."""
        rows = await self._database.read(
            "SELECT subject, at, ground FROM tombstone WHERE audit_id = ? ORDER BY id LIMIT 1", (audit_id,)
        )
        return Down(*rows[0]) if rows else None

    async def withdrawn(self) -> list[Webhook]:
        """Return the webhooks whose story is public no more."""
        rows = await self._database.read(
            f"{_OF} JOIN story s ON s.id = w.story_id WHERE w.state <> 'stopped' AND s.public = 0"
            " ORDER BY w.id"
        )
        return [_webhook(row) for row in rows]

    async def states(self) -> Mapping[str, int]:
        """Return how many webhooks are on, failing and paused."""
        rows = await self._database.read(
            "SELECT CASE WHEN w.state = 'on' AND l.paused IS NOT NULL THEN 'failing' ELSE w.state END AS how,"
            " count(*) FROM webhook w JOIN listener l ON l.id = w.listener_id WHERE w.state <> 'stopped'"
            " GROUP BY how ORDER BY how"
        )
        return {row[0]: row[1] for row in rows}

    async def pause(self, webhook: Webhook, reason: str, *, by: Actor, told: Told) -> bool:
        """Send nothing to a webhook until it is to go on; tell whether it was on."""

        def work(tx: Statements) -> bool:
            if not _set(tx, webhook.id, State.ON, State.PAUSED, reason):
                return False
            listener = (webhook.listener_id,)
            tx.run("UPDATE listener SET open_at = ? WHERE id = ?", (NEVER, *listener))
            tx.run(
                "UPDATE delivery SET state = 'held' WHERE listener_id = ? AND state IN ('due', 'failed')"
                f" AND notice_id IN (SELECT id FROM notice WHERE {OPEN})",
                listener,
            )
            self._trace(tx, webhook, by, State.PAUSED, reason)
            return True

        return await self._tell_if(work, told)

    async def go_on(self, webhook: Webhook, *, by: Actor) -> bool:
        """Send to a webhook again, first what has waited; tell whether there was anything to do."""
        async with self._database.transaction() as tx:

            def work(rows: Statements) -> bool:
                paused = _set(rows, webhook.id, State.PAUSED, State.ON, None)
                if paused:
                    self._trace(rows, webhook, by, State.ON, None)
                return paused

            changed = await tx.work(work)
            if changed:
                # Its failures are counted from now on; what was paused by hand has had none.
                await tx.run(
                    "UPDATE listener SET paused = NULL, paused_at = NULL, open_at = '0' WHERE id = ?",
                    (webhook.listener_id,),
                )
            elif webhook.failure:
                await listeners.resume(tx, f"{PLATFORM}:{webhook.id}")
        return changed or webhook.failure is not None

    async def stop(
        self, webhook: Webhook, reason: str, *, by: Actor, told: Told = MappingProxyType({})
    ) -> bool:
        """End a webhook for good, with its secret and all that waits for it; tell whether it stood."""

        def work(tx: Statements) -> bool:
            stopped = tx.fetch(
                "UPDATE webhook SET state = 'stopped', reason = ?, salt = '', key_check = '',"
                " former_salt = NULL, former_check = NULL, former_until = NULL"
                " WHERE id = ? AND state <> 'stopped' RETURNING 1",
                (reason, webhook.id),
            )
            if not stopped:
                return False
            bound = {"listener": webhook.listener_id, "error": reason, "now": moment_text(self._clock())}
            tx.run("DELETE FROM subscription WHERE listener_id = :listener", bound)
            for which in _STILL_TO_SEND:
                tx.run(
                    "UPDATE delivery SET state = 'given up', error = :error, changed_at = :now"
                    f" WHERE listener_id = :listener AND {which}",
                    bound,
                )
            tx.run(
                "UPDATE listener SET paused = NULL, paused_at = NULL, open_at = '' WHERE id = :listener",
                bound,
            )
            self._trace(tx, webhook, by, State.STOPPED, reason)
            return True

        return await self._tell_if(work, told)

    async def tell(self, told: Told) -> None:
        """Tell chats something of a webhook."""
        await self._tell_if(lambda _tx: True, told)

    async def _tell_if(self, work: Callable[[Statements], bool], told: Told) -> bool:
        """Change something, and tell chats of it in the same transaction if it has changed."""
        async with self._database.transaction() as tx:
            changed = await tx.work(work)
            for chat, reply in told.items() if changed else ():
                await post(tx, chat, reply, moment_text(self._clock()))
        return changed

    async def test(self, webhook: Webhook, chat: str) -> None:
        """Put a test into the outbox, before all that waits there; what becomes of it is told to a chat."""
        now = moment_text(self._clock())
        async with self._database.transaction() as tx:
            rows = await tx.fetch(
                "INSERT INTO notice (kind, made_at, due_at, reply, state)"
                " VALUES ('reply', ?, ?, ?, 'fanned out') RETURNING id",
                (now, now, json.dumps({"blocks": [], "test": chat})),
            )
            await tx.run(
                "INSERT INTO delivery (notice_id, listener_id, state) VALUES (?, ?, 'held')",
                (rows[0][0], webhook.listener_id),
            )
            await tx.run("UPDATE listener SET open_at = '0' WHERE id = ?", (webhook.listener_id,))

    def _trace(self, tx: Statements, webhook: Webhook, by: Actor, state: State, reason: str | None) -> None:
        trace = AuditEntryWriter.open(tx, by, self._clock)
        _close(tx, trace, webhook.id, {"state": webhook.state}, {"state": state}, reason)


def _set(tx: Statements, webhook_id: int, was: State, state: State, reason: str | None) -> bool:
    return bool(
        tx.fetch(
            "UPDATE webhook SET state = ?, reason = ? WHERE id = ? AND state = ? RETURNING 1",
            (state, reason, webhook_id, was),
        )
    )


def _close(
    tx: Statements,
    trace: AuditEntryWriter,
    webhook_id: int,
    before: dict[str, Any] | None,
    after: dict[str, Any],
    reason: str | None = None,
) -> None:
    story_id, url = tx.fetch("SELECT story_id, url FROM webhook WHERE id = ?", (webhook_id,))[0]
    told = {"host": urlsplit(url).hostname or ""}
    trace.close(
        tx, Action.WEBHOOK_SET, f"webhook {webhook_id}",
        story_id=story_id, before=before and told | before, after=told | after, reason=reason,
    )  # fmt: skip


def _webhook(row: Row) -> Webhook:
    return Webhook(**dict(row))
