"""The rows of migration 11: from hashes over texts to hashes over salted digests of texts.

Both rules stand here as they were then, whatever the program does later. Rows are read, verified and written
anew in one pass, a page at a time: a million entries take about a minute of computing.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import timedelta
from hashlib import sha256
from os import urandom
from typing import Any

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
# The trail writes JSON by one rule: no spaces, letters as they are. Built by hand it takes half the time.
_quoted = json.encoder.encode_basestring
_SUM = 2**256
Made = dict[int, int]


class BrokenTrail(Exception):
    """The old chain does not hold; its text says where."""


def run(connection: sqlite3.Connection) -> str | None:
    """Verify the old chain and make the new one; return the old one's last hash, None for an empty trail.

    Raises BrokenTrail. All of it belongs to the transaction that is open.
    """
    cursor = connection.cursor()
    cursor.row_factory = None  # plain tuples are the quickest
    salts = _salts()
    made_old, made_new = _salt_revisions(connection, cursor, salts)
    count, at, old, new = 0, "", _GENESIS, _GENESIS
    while rows := cursor.execute(_ENTRIES, (count,)).fetchall():
        written = []
        for row in rows:
            try:
                head = _head(row)
                _verify(row, head, count + 1, old, at, made_old.pop(row[0], 0))
            except (TypeError, AttributeError) as error:
                raise BrokenTrail(f"entry {count + 1} holds what no version has written") from error
            (
                count,
                at,
                _actor,
                _chat,
                _action,
                _story,
                _subject,
                before,
                after,
                reason,
                _made,
                _previous,
                old,
            ) = row
            before_salt, before = _salted(before, salts)
            after_salt, after = _salted(after, salts)
            reason_salt, reason = _salted(reason, salts)
            revisions = f"{made_new.pop(row[0], 0) % _SUM:064x}"
            previous, new = new, _hash(f'{head},{before},{after},{reason},"{revisions}","{new}"]')
            written.append((before_salt, after_salt, reason_salt, revisions, previous, new, count))
        connection.executemany(_SALT_ENTRY, written)
    if made_old:
        raise BrokenTrail(f"entry {min(made_old)} is missing: a revision names it")
    if strays := cursor.execute(_STRAYS).fetchone():
        raise BrokenTrail(f"F{strays[0]} has revisions that no entry made")
    if not count:
        return None
    _state_old_head(connection, salts, count, at, old, new)
    return str(old)


def _salt_revisions(
    connection: sqlite3.Connection, cursor: sqlite3.Cursor, salts: Iterator[bytes]
) -> tuple[Made, Made]:
    """Copy the revisions with their salts; return the digests of those that each entry made, old and new.

    Numbers alone in two tables: of a million pairs the garbage collector would look at each again and again.
    """
    made_old: Made = {}
    made_new: Made = {}

    def salted() -> Iterator[tuple[Any, ...]]:
        for row in cursor.execute(_REVISIONS):
            fact_id, number, at, kind, actor, reason, material, state, audit_id = row
            reason_salt, reason_kept = _salted(reason, salts)
            state_salt, state_kept = _salted(state, salts)
            if audit_id is not None:
                head = f"[{fact_id},{number},{_quoted(at)},{_quoted(kind)},{_quoted(actor)}"
                old = _number(f"{head},{_json(reason)},{material},{_json(state)}]")
                new = _number(f"{head},{reason_kept},{material},{state_kept}]")
                made_old[audit_id] = made_old.get(audit_id, 0) + old
                made_new[audit_id] = made_new.get(audit_id, 0) + new
            yield (*row, reason_salt, state_salt)

    connection.executemany(_SALT_REVISION, salted())
    return made_old, made_new


def _verify(row: tuple[Any, ...], head: str, expected: int, previous: str, at: str, made: int) -> None:
    """Raise BrokenTrail for an entry that does not hold by the old rules."""
    wrong = None
    if row[0] != expected:
        wrong = "is missing"
    elif row[11] != previous:
        wrong = "does not follow from the entry before it"
    elif _hash(f'{head},{_json(row[7])},{_json(row[8])},{_json(row[9])},"{row[10]}","{row[11]}"]') != row[12]:
        wrong = "was changed after it was written"
    elif row[1] <= at:
        wrong = "is not later than the entry before it"
    elif f"{made % _SUM:064x}" != row[10]:
        wrong = "does not agree with the revisions that it made"
    if wrong:
        raise BrokenTrail(f"entry {expected} {wrong}")


def _state_old_head(
    connection: sqlite3.Connection, salts: Iterator[bytes], count: int, at: str, old: str, new: str
) -> None:
    """Add the entry that states the old chain's last hash, to be compared with one kept elsewhere."""
    moment = max(moment_text(utc_now()), moment_text(read_moment(at) + timedelta(microseconds=1)))
    row = (count + 1, moment, "operator", None, "rechained", None, "trail")
    after = f'{{"entries":{count},"head":"{old}"}}'
    salt, kept = _salted(after, salts)
    revisions = f"{0:064x}"
    hashed = _hash(f'{_head(row)},null,{kept},null,"{revisions}","{new}"]')
    connection.execute(_ADD_ENTRY, (*row, None, after, None, revisions, new, None, salt, None, hashed))


def _salts() -> Iterator[bytes]:
    """Yield random salts without end; the system is asked for many at once."""
    while True:
        pool = urandom(16 * PAGE)
        for start in range(0, len(pool), 16):
            yield pool[start : start + 16]


def _salted(text: str | None, salts: Iterator[bytes]) -> tuple[bytes | None, str]:
    """Return a salt for a text, and its digest as the hashes cover it (JSON)."""
    if text is None:
        return None, "null"
    salt = next(salts)
    return salt, f'"{sha256(salt + text.encode()).hexdigest()}"'


def _head(row: Sequence[Any]) -> str:
    """Return the fields of an entry before its texts, as the beginning of a list in JSON."""
    return (
        f"[{row[0]},{_quoted(row[1])},{_quoted(row[2])},{_json(row[3])},{_quoted(row[4])},"
        f"{'null' if row[5] is None else row[5]},{_quoted(row[6])}"
    )


def _json(text: str | None) -> str:
    return "null" if text is None else _quoted(text)


def _number(written: str) -> int:
    return int.from_bytes(sha256(written.encode()).digest(), "big")


def _hash(written: str) -> str:
    return sha256(written.encode()).hexdigest()
