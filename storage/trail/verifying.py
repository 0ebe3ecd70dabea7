"""Verifying the trail: its chain, the revisions that its entries made, and what takedowns have removed.

A text that was taken down has left its digest. That is right only where a takedown's entry names it; and a
text that a takedown names must not stand there again, not even the right one.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from storage.domain.enums import Action
from storage.engines.database import Read, Row
from storage.trail import digests

# What stands before the first entry.
GENESIS = "0" * 64
PAGE = 2_000
_CHAIN = (
    "SELECT id, at, actor, chat, action, story_id, subject, before, after, reason, revisions, previous, hash,"
    " CAST(before_salt AS BLOB), CAST(after_salt AS BLOB), CAST(reason_salt AS BLOB),"
    " CAST(before_digest AS BLOB), CAST(after_digest AS BLOB), CAST(reason_digest AS BLOB)"
    f" FROM audit WHERE id > ? ORDER BY id LIMIT {PAGE}"
)
_MADE = f"""
SELECT fact_id, number, at, kind, actor, reason, material, state, CAST(reason_salt AS BLOB),
    CAST(state_salt AS BLOB), CAST(reason_digest AS BLOB), CAST(state_digest AS BLOB), audit_id FROM revision
WHERE (fact_id, number) > (?, ?) ORDER BY fact_id, number LIMIT {PAGE}
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
_TAKEDOWNS = "SELECT id, at, story_id, subject, after FROM audit WHERE action = :action ORDER BY id"
_TOMBSTONES = "SELECT subject, story_id, ref, ground, at, audit_id FROM tombstone ORDER BY id"
# Fields of an entry before its texts and after them.
_HEAD, _TAIL = slice(0, 7), slice(10, 12)
_AGAIN = "holds a text again that entry {} took down"
_UNNAMED = "has lost a text that no takedown names"


class Verified(NamedTuple):
    """What verifying the trail found: how long it is, its last hash, and what is wrong first, if anything.

    `earlier` is the entry that states the last hash of the chain before texts had salts, and that hash, if
    there is one.
    """

    entries: int
    head: str
    problem: str | None
    earlier: tuple[int, str] | None = None


class _Takedowns:
    """What takedowns have removed, by the entry that says so."""

    def __init__(self, read: Read) -> None:
        self.said: dict[int, dict[str, Any]] = {}
        self.entries: dict[int, int] = {}
        self.revisions: dict[tuple[int, int], int] = {}
        for row in read(_TAKEDOWNS, {"action": Action.TAKEN_DOWN}):
            after = _loaded(row["after"])
            self.said[row["id"]] = {**after, **{key: row[key] for key in ("at", "story_id", "subject")}}
            erased = after.get("erased", {})
            self.entries |= dict.fromkeys(erased.get("entries", ()), row["id"])
            self.revisions |= dict.fromkeys(map(tuple, erased.get("revisions", ())), row["id"])

    def of_entry(self, row: Row) -> str | None:
        """Return what is wrong with the texts that an entry has or has lost."""
        texts, left = row[7:10], row[16:19]
        return _wrong(texts, left, self.entries.get(row["id"]))

    def of_revision(self, row: Row) -> str | None:
        """Return what is wrong with the texts that a revision has or has lost."""
        found = _wrong((row[5], row[7]), row[10:12], self.revisions.get((row[0], row[1])))
        return found and f"F{row[0]} revision {row[1]} {found}"

    def of_tombstones(self, read: Read) -> str | None:
        """Return what is wrong with a tombstone: its entry must say the same, and each has one."""
        left = dict(self.said)
        for row in read(_TOMBSTONES):
            said = left.pop(row["audit_id"], None)
            if said is None:
                return f"the tombstone of {row['subject']} has no entry {row['audit_id']}"
            if any(row[key] != said.get(key) for key in ("subject", "story_id", "ref", "ground", "at")):
                return f"the tombstone of {row['subject']} does not say what entry {row['audit_id']} says"
        if left:
            first = min(left)
            return f"the tombstone of {left[first]['subject']} is missing: entry {first} made it"
        return None


def verify(read: Read) -> Verified:
    """Recompute the whole chain and name the first entry that does not hold, if any."""
    takedowns = _Takedowns(read)
    made, wrong = _revisions(read, takedowns)
    count, head, at = 0, GENESIS, ""
    erased: str | None = None
    earlier = None
    while rows := read(_CHAIN, (count,)):
        for row in rows:
            problem = _problem(row, count + 1, head, at, made.pop(row["id"], 0))
            texts = takedowns.of_entry(row)
            if problem:
                # What was put back in place of what had been taken down is told as that.
                told = (problem == _CHANGED and row["id"] in takedowns.entries and texts) or problem
                if problem == _MADE_OTHERS and row["id"] in wrong:
                    return Verified(count, head, wrong[row["id"]])
                return Verified(count, head, f"entry {count + 1} {told}")
            erased = erased or (texts and f"entry {row['id']} {texts}")
            count, head, at = row["id"], row["hash"], row["at"]
            if row["action"] == Action.RECHAINED:
                earlier = (row["id"], str(_loaded(row["after"]).get("head", "")))
    if made:
        return Verified(count, head, f"entry {min(made)} is missing: a revision names it")
    if strays := read(_STRAYS):
        return Verified(count, head, f"F{strays[0][0]} has revisions that no entry made")
    problem = takedowns.of_tombstones(read) or erased or next(iter(wrong.values()), None)
    return Verified(count, head, problem, earlier)


_CHANGED = "was changed after it was written"
_MADE_OTHERS = "does not agree with the revisions that it made"


def _problem(row: Row, expected: int, head: str, at: str, made: int) -> str | None:
    """Return what is wrong with an entry, None if it follows from the one before and covers its revisions."""
    if row["id"] != expected:
        return "is missing"
    if row["previous"] != head:
        return "does not follow from the entry before it"
    kept = map(digests.covered, row[7:10], row[13:16], row[16:19])
    if digests.hash_of((*row[_HEAD], *kept, *row[_TAIL])) != row["hash"]:
        return _CHANGED
    if row["at"] <= at:
        return "is not later than the entry before it"
    if f"{made:064x}" != row["revisions"]:
        return _MADE_OTHERS
    return None


def _revisions(read: Read, takedowns: _Takedowns) -> tuple[dict[int, int], dict[int, str]]:
    """Return the digests of the revisions that entries made, and what is wrong with their texts, by entry."""
    made: dict[int, int] = {}
    wrong: dict[int, str] = {}
    after = (0, 0)
    while rows := read(_MADE, after):
        for row in rows:
            audit_id = row["audit_id"]
            if audit_id is not None:
                made[audit_id] = (made.get(audit_id, 0) + digests.revision_number(tuple(row))) % 2**256
            if problem := takedowns.of_revision(row):
                wrong.setdefault(audit_id or 0, problem)
        after = (rows[-1]["fact_id"], rows[-1]["number"])
    return made, wrong


def _wrong(texts: tuple[Any, ...], left: tuple[Any, ...], takedown: int | None) -> str | None:
    """Return what is wrong with texts and the digests left of some, given the takedown that names them."""
    if takedown is None:
        return _UNNAMED if any(each is not None for each in left) else None
    return _AGAIN.format(takedown) if any(text is not None for text in texts) else None


def _loaded(text: str | None) -> dict[str, Any]:
    """Return what an entry tells, {} where somebody has made it unreadable: its hash betrays that."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
