"""The audit trail: who did what, when, from which chat, before and after; each entry bound to the one before.

An entry's hash covers its own fields and the hash of its predecessor: a change to any entry, a missing one or
an inserted one breaks the chain. It also covers a digest of the revisions that the entry made (a sum, so
their order does not matter). Moments strictly increase, whatever the clock does: a moment tells exactly which
changes had been made. A chain cannot tell that its last entries were cut off where no revision names them:
`onrecord doctor` prints the last hash, to be kept elsewhere.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, NamedTuple

from storage.domain.clock import Clock, moment_text, read_moment
from storage.domain.leases import later
from storage.domain.models import AuditEntry
from storage.engines.sqlite import Database, Read, Statements

# What stands before the first entry.
GENESIS = "0" * 64
_PAGE = 2_000
_WRITTEN = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)
_COLUMNS = "id, at, actor, chat, action, story_id, subject, before, after, reason, revisions, previous"
_CHAIN = f"SELECT {_COLUMNS}, hash FROM audit WHERE id > ? ORDER BY id LIMIT {_PAGE}"
_MADE = f"""
SELECT fact_id, number, at, kind, actor, reason, material, state, audit_id FROM revision
WHERE (fact_id, number) > (?, ?) ORDER BY fact_id, number LIMIT {_PAGE}
"""
# Revisions from before there was a trail name no entry; later ones do, and a fact is at its last one.
_STRAYS = """
SELECT f.id FROM fact f WHERE f.revision <> (SELECT max(number) FROM revision WHERE fact_id = f.id)
OR EXISTS (
    SELECT 1 FROM revision r
    JOIN revision before ON before.fact_id = r.fact_id AND before.number = r.number - 1
    WHERE r.fact_id = f.id AND r.audit_id IS NULL AND before.audit_id IS NOT NULL
) LIMIT 1
"""
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


class Verified(NamedTuple):
    """What verifying the trail found: how long it is, its last hash, and what is wrong first, if anything."""

    entries: int
    head: str
    problem: str | None


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

    def cover(self, revision: Iterable[Any]) -> None:
        """Count a revision in: its row without the entry's own id, in the order of the table's columns."""
        self._revisions = (self._revisions + _number(list(revision))) % 2**256

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
        row = (
            self.id, self.at, self.by.address, self.by.chat, action, story_id, subject,
            _json(before), _json(after), reason, f"{self._revisions:064x}", self._previous,
        )  # fmt: skip
        self._hash = _hash(row)
        tx.run(
            f"INSERT INTO audit ({_COLUMNS}, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*row, self._hash),
        )
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
        return await self._database.reading(_verify)


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


def entry_of(row: sqlite3.Row) -> AuditEntry:
    """Return an entry from its row."""
    left_out = ("before", "after", "revisions", "previous", "clock_at")
    fields = {key: row[key] for key in row.keys() if key not in left_out}  # noqa: SIM118  # reason: iterating a Row gives its values
    loaded = {key: None if row[key] is None else json.loads(row[key]) for key in ("before", "after")}
    return AuditEntry(**fields, **loaded)


def _verify(read: Read) -> Verified:
    made = _digests(read)
    count, head, at = 0, GENESIS, ""
    while rows := read(_CHAIN, (count,)):
        for row in rows:
            problem = _problem(row, count + 1, head, at, made.pop(row["id"], 0))
            if problem:
                return Verified(count, head, f"entry {count + 1} {problem}")
            count, head, at = row["id"], row["hash"], row["at"]
    if made:
        return Verified(count, head, f"entry {min(made)} is missing: a revision names it")
    if strays := read(_STRAYS):
        return Verified(count, head, f"F{strays[0][0]} has revisions that no entry made")
    return Verified(count, head, None)


def _problem(row: sqlite3.Row, expected: int, head: str, at: str, made: int) -> str | None:
    """Return what is wrong with an entry, None if it follows from the one before and covers its revisions."""
    if row["id"] != expected:
        return "is missing"
    if row["previous"] != head:
        return "does not follow from the entry before it"
    if _hash(tuple(row)[:-1]) != row["hash"]:
        return "was changed after it was written"
    if row["at"] <= at:
        return "is not later than the entry before it"
    if f"{made:064x}" != row["revisions"]:
        return "does not agree with the revisions that it made"
    return None


def _digests(read: Read) -> dict[int, int]:
    """Return the digest of the revisions that each entry made, by its id."""
    made: dict[int, int] = {}
    after = (0, 0)
    while rows := read(_MADE, after):
        for row in rows:
            *revision, audit_id = row
            if audit_id is not None:
                made[audit_id] = (made.get(audit_id, 0) + _number(revision)) % 2**256
        after = (rows[-1]["fact_id"], rows[-1]["number"])
    return made


def _number(fields: list[Any]) -> int:
    """Return a revision as a number: their sum does not depend on the order in which rows are read."""
    # SQLite has no booleans: `material` is read back as 0 or 1.
    plain = [int(value) if isinstance(value, bool) else value for value in fields]
    return int.from_bytes(hashlib.sha256(_json(plain, always=True).encode()).digest(), "big")


def _hash(row: Iterable[Any]) -> str:
    return hashlib.sha256(_json(list(row), always=True).encode()).hexdigest()


def _json(value: Any, *, always: bool = False) -> Any:
    if value is None and not always:
        return None
    return _WRITTEN.encode(value)
