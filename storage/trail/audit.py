"""The audit trail: who did what, when, from which chat, before and after; each entry bound to the one before.

An entry's hash covers its own fields and the hash of its predecessor: a change to any entry, a missing one or
an inserted one breaks the chain. Of texts it covers salted digests (digests.py): they can be taken down. It
also covers a digest of the revisions that the entry made (a sum, so their order does not matter). Moments
strictly increase, whatever the clock does: a moment tells exactly which changes had been made. A chain cannot
tell that its last entries were cut off where no revision names them: `onrecord doctor` prints the last hash,
to be kept elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from storage.domain.clock import Clock, moment_text, read_moment
from storage.domain.leases import later
from storage.domain.models import AuditEntry
from storage.engines.database import Database, Row, Statements
from storage.trail import digests
from storage.trail.verifying import GENESIS, Verified, verify

# The texts of an entry; each has a salt, and a digest where it was taken down, in columns named after it.
TEXTS = ("before", "after", "reason")
_COLUMNS = (
    "id, at, actor, chat, action, story_id, subject, before, after, reason, revisions, previous,"
    " before_salt, after_salt, reason_salt, hash"
)
_INSERT = f"INSERT INTO audit ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
# Its own entries, those of facts set beside it, and those of the names and sources that it is told by.
_OF_FACT = """
SELECT id FROM audit WHERE subject = :subject
UNION SELECT audit_id FROM revision WHERE fact_id = :fact AND audit_id IS NOT NULL
UNION SELECT r.audit_id FROM relation x
    JOIN revision r ON r.fact_id = x.fact_id AND r.at IN (x.added_at, x.ended_at)
    WHERE x.other_id = :fact AND r.audit_id IS NOT NULL
UNION SELECT a.id FROM mention m JOIN audit a ON a.subject = 'E' || m.entity_id WHERE m.fact_id = :fact
UNION SELECT a.id FROM attribution t JOIN audit a ON a.subject = 'S' || t.source_id WHERE t.fact_id = :fact
"""


class Actor(NamedTuple):
    """Who changes the record, and in which chat; `chat` is None for an operator's commands."""

    address: str
    chat: str | None = None


class _Last(NamedTuple):
    """What an entry must follow: id, moment and hash of the one before it."""

    id: int
    at: str
    hash: str


class AuditEntryWriter:
    """The entry of a change that is being made: opened before its rows are written, closed after.

    `at` is the change's moment: the clock's, but later than that of any entry before, so that a moment tells
    exactly which changes had been made by then, whatever became of the clock. `now` is what the clock tells:
    what is sent or expires goes by it alone.
    """

    def __init__(self, by: Actor, clock: Clock, last: _Last) -> None:
        self.id = last.id + 1
        self.by = by
        self._clock = clock
        self._previous = last.hash
        self._hash = ""
        self._revisions = 0
        self.now = self.at = moment_text(clock())
        if self.at <= last.at:
            self.at = moment_text(read_moment(last.at) + timedelta(microseconds=1))

    @classmethod
    def open(cls, tx: Statements, by: Actor, clock: Clock) -> AuditEntryWriter:
        """Begin the entry that follows the last one of the trail."""
        rows = tx.fetch("SELECT id, at, hash FROM audit ORDER BY id DESC LIMIT 1")
        return cls(by, clock, _Last(*rows[0]) if rows else _Last(0, "", GENESIS))

    def following(self) -> AuditEntryWriter:
        """Begin the entry that follows this one, which is closed, in the same transaction."""
        return AuditEntryWriter(self.by, self._clock, _Last(self.id, self.at, self._hash))

    def cover(self, revision: Sequence[Any]) -> None:
        """Count a revision in: its fields in the order of `digests.REVISION`."""
        self._revisions = (self._revisions + digests.revision_number(revision)) % 2**256

    def close(
        self,
        tx: Statements,
        action: str,
        subject: str,
        *,
        story_id: int | None = None,
        before: Any = None,
        after: Any = None,
        reason: str | None = None,
    ) -> None:
        """Write the entry; `before` and `after` are anything that JSON can hold."""
        written = [None if value is None else digests.written(value) for value in (before, after)]
        texts = [*written, reason]
        salts = [digests.new_salt(text) for text in texts]
        row = (self.id, self.at, self.by.address, self.by.chat, action, story_id, subject)
        bound = (f"{self._revisions:064x}", self._previous)
        kept = [digests.covered(text, salt, None) for text, salt in zip(texts, salts, strict=True)]
        self._hash = digests.hash_of((*row, *kept, *bound))
        tx.run(_INSERT, (*row, *texts, *bound, *salts, self._hash))
        # Changes made at once are told apart in the trail by a microsecond each: that makes no difference.
        if self.at > later(self.now, 1.0):
            tx.run("INSERT INTO audit_clock VALUES (?, ?)", (self.id, self.now))


class Audit:
    """Read and verify the trail."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self,
        *,
        fact_id: int | None = None,
        subject: str | None = None,
        actor: str | None = None,
        story_id: int | None = None,
        since: str | None = None,
        before: int | None = None,
        limit: int,
    ) -> list[AuditEntry]:
        """Return entries that fit all that is given, newest first; `before` is the id of the last one shown.

        `story_id` also lets through entries that belong to no story. `since` is a moment or a day.
        """
        where, asked = _where(fact_id=fact_id, subject=subject, actor=actor, story_id=story_id, since=since)
        rows = await self._database.read(
            f"SELECT * FROM audit WHERE id < :before {where} ORDER BY id DESC LIMIT :limit",
            {**asked, "before": before or 2**62, "limit": limit},
        )
        return [entry_of(row) for row in rows]

    async def listed(
        self,
        *,
        fact_id: int | None = None,
        subject: str | None = None,
        actor: str | None = None,
        since: str | None = None,
        after: int,
        limit: int,
    ) -> list[AuditEntry]:
        """Return entries that fit all that is given, oldest first, those that follow the entry `after`."""
        where, asked = _where(fact_id=fact_id, subject=subject, actor=actor, since=since)
        rows = await self._database.read(
            f"SELECT * FROM audit WHERE id > :after {where} ORDER BY id LIMIT :limit",
            {**asked, "after": after, "limit": limit},
        )
        return [entry_of(row) for row in rows]

    async def last(self) -> int:
        """Return the id of the newest entry, 0 if there is none."""
        rows = await self._database.read("SELECT coalesce(max(id), 0) FROM audit")
        return int(rows[0][0])

    async def last_moment(self) -> str:
        """Return the moment of the newest entry, which may lie in the future; '' if there is none."""
        rows = await self._database.read("SELECT at FROM audit ORDER BY id DESC LIMIT 1")
        return str(rows[0][0]) if rows else ""

    async def verify(self) -> Verified:
        """Recompute the whole chain and name the first entry that does not hold, if any."""
        return await self._database.reading(verify)


def _where(
    *,
    fact_id: int | None = None,
    subject: str | None = None,
    actor: str | None = None,
    story_id: int | None = None,
    since: str | None = None,
) -> tuple[str, dict[str, Any]]:
    """Return the conditions on an entry, and the parameters that they name."""
    asked = {"fact": fact_id, "subject": subject, "actor": actor, "story": story_id, "since": since}
    if fact_id is not None:
        asked["subject"] = f"F{fact_id}"
    conditions = {
        "fact": f"id IN ({_OF_FACT})",
        "subject": "subject = :subject" if fact_id is None else "",
        "actor": "actor = :actor",
        "story": "(story_id = :story OR story_id IS NULL)",
        "since": "at >= :since",
    }
    given = [sql for name, sql in conditions.items() if sql and asked[name] is not None]
    return "".join(f" AND {sql}" for sql in given), asked


def entry_of(row: Row) -> AuditEntry:
    """Return an entry from its row."""
    names = ("id", "at", "actor", "chat", "action", "story_id", "subject", "reason", "hash")
    loaded = {key: None if row[key] is None else json.loads(row[key]) for key in ("before", "after")}
    removed = any(row[f"{key}_digest"] is not None for key in TEXTS)
    return AuditEntry(**{name: row[name] for name in names}, **loaded, removed=removed)
