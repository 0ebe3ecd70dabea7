"""The rows of migration 11: from hashes over texts to hashes over salted digests of texts.

Both rules stand here as they were then, whatever the program does later. Rows are read, verified and written
anew in one pass, a page at a time: a million entries take well under a minute.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import timedelta
from os import urandom
from typing import Any, NamedTuple

from storage.domain.clock import moment_text, read_moment, utc_now

PAGE = 2_000
_GENESIS = "0" * 64
_AUDIT = "id, at, actor, chat, action, story_id, subject, before, after, reason, revisions, previous"
_ENTRIES = f"SELECT {_AUDIT}, hash FROM audit WHERE id > ? ORDER BY id LIMIT {PAGE}"
_SALT_ENTRY = (
    "UPDATE audit SET before_salt = ?, after_salt = ?, reason_salt = ?, revisions = ?, previous = ?, hash = ?"
    " WHERE id = ?"
)
_ADD_ENTRY = (
    f"INSERT INTO audit ({_AUDIT}, before_salt, after_salt, reason_salt, hash)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_REVISION = "fact_id, number, at, kind, actor, reason, material, state, audit_id"
# In the order in which they were written: the last ones of an entry are looked for from the end.
_REVISIONS = f"SELECT {_REVISION} FROM revision ORDER BY rowid"
_SALT_REVISION = (
    f"INSERT INTO revision_salted ({_REVISION}, reason_salt, state_salt)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_STRAYS = """
SELECT f.id FROM fact f WHERE f.revision <> (SELECT max(number) FROM revision WHERE fact_id = f.id)
OR EXISTS (
    SELECT 1 FROM revision r
    JOIN revision before ON before.fact_id = r.fact_id AND before.number = r.number - 1
    WHERE r.fact_id = f.id AND r.audit_id IS NULL AND before.audit_id IS NOT NULL
) ORDER BY f.id LIMIT 1
"""
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class BrokenTrail(Exception):
    """The old chain does not hold; its text says where."""


class _Made(NamedTuple):
    """The digest of the revisions that an entry made, by the old rules and by the new ones."""

    old: int
    new: int


def run(connection: sqlite3.Connection) -> str | None:
    """Verify the old chain and make the new one; return the old one's last hash, None for an empty trail.

    Raises BrokenTrail. All of it belongs to the transaction that is open.
    """
    cursor = connection.cursor()
    cursor.row_factory = None  # plain tuples are the quickest
    made = _salt_revisions(connection, cursor)
    count, at, old, new = 0, "", _GENESIS, _GENESIS
    while rows := cursor.execute(_ENTRIES, (count,)).fetchall():
        written = []
        for row in rows:
            digests = made.pop(row[0], _Made(0, 0))
            _verify(row, count + 1, old, at, digests.old)
            salts, kept = zip(*map(_salted, row[7:10]), strict=True)
            bound = (f"{digests.new:064x}", new)
            new = _hash([*row[:7], *kept, *bound])
            written.append((*salts, *bound, new, row[0]))
            count, at, old = row[0], row[1], row[12]
        connection.executemany(_SALT_ENTRY, written)
    if made:
        raise BrokenTrail(f"entry {min(made)} is missing: a revision names it")
    if strays := cursor.execute(_STRAYS).fetchone():
        raise BrokenTrail(f"F{strays[0]} has revisions that no entry made")
    if not count:
        return None
    _state_old_head(connection, count, at, old, new)
    return str(old)


def _salt_revisions(connection: sqlite3.Connection, cursor: sqlite3.Cursor) -> dict[int, _Made]:
    """Copy the revisions with their salts; return the digests of those that each entry made."""
    made: dict[int, _Made] = {}

    def salted() -> Iterator[tuple[Any, ...]]:
        for row in cursor.execute(_REVISIONS):
            (reason_salt, reason), (state_salt, state) = _salted(row[5]), _salted(row[7])
            if (audit_id := row[8]) is not None:
                old, new = made.get(audit_id, (0, 0))
                old += _number(row[:8])
                new += _number((*row[:5], reason, row[6], state))
                made[audit_id] = _Made(old % 2**256, new % 2**256)
            yield (*row, reason_salt, state_salt)

    connection.executemany(_SALT_REVISION, salted())
    return made


def _verify(row: tuple[Any, ...], expected: int, head: str, at: str, made: int) -> None:
    """Raise BrokenTrail for an entry that does not hold by the old rules."""
    wrong = None
    if row[0] != expected:
        wrong = "is missing"
    elif row[11] != head:
        wrong = "does not follow from the entry before it"
    elif _hash(row[:12]) != row[12]:
        wrong = "was changed after it was written"
    elif row[1] <= at:
        wrong = "is not later than the entry before it"
    elif f"{made:064x}" != row[10]:
        wrong = "does not agree with the revisions that it made"
    if wrong:
        raise BrokenTrail(f"entry {expected} {wrong}")


def _state_old_head(connection: sqlite3.Connection, count: int, at: str, old: str, new: str) -> None:
    """Add the entry that states the old chain's last hash, to be compared with one kept elsewhere."""
    moment = max(moment_text(utc_now()), moment_text(read_moment(at) + timedelta(microseconds=1)))
    row = (count + 1, moment, "operator", None, "rechained", None, "trail")
    after = _encode({"entries": count, "head": old})
    salt, kept = _salted(after)
    bound = (f"{0:064x}", new)
    hashed = _hash([*row, None, kept, None, *bound])
    connection.execute(_ADD_ENTRY, (*row, None, after, None, *bound, None, salt, None, hashed))


def _salted(text: str | None) -> tuple[bytes | None, str | None]:
    """Return a salt for a text, and its digest as the hashes cover it."""
    if text is None:
        return None, None
    salt = urandom(16)
    return salt, hashlib.sha256(salt + text.encode()).hexdigest()


def _number(fields: Sequence[Any]) -> int:
    return int.from_bytes(hashlib.sha256(_encode(fields).encode()).digest(), "big")


def _hash(fields: Sequence[Any]) -> str:
    return hashlib.sha256(_encode(fields).encode()).hexdigest()
