"""Erasing texts from the trail, within the transaction of a takedown: text and salt go, the digest stays.

The takedown's own entry lists what was erased, so that the chain covers that this was done, and why.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from storage.domain.enums import Action, Ground
from storage.engines.database import Statements
from storage.engines.values import Values
from storage.trail import digests
from storage.trail.audit import TEXTS, AuditEntryWriter

Erased = dict[str, list[Any]]
# The entries that tell what was erased, and what stood before: no takedown may reach them.
_KEPT = (Action.TAKEN_DOWN, Action.RECHAINED)
_ENTRIES = "SELECT * FROM audit WHERE id IN (SELECT value FROM ints(?)) ORDER BY id"
_REVISIONS = (
    "SELECT * FROM revision WHERE (fact_id, number) IN (SELECT one, two FROM int_pairs(?))"
    " ORDER BY fact_id, number"
)


def erase(tx: Statements, *, entries: Iterable[int], revisions: Iterable[tuple[int, int]]) -> Erased:
    """Erase all texts of entries of the trail (by id) and of revisions (fact's id, number).

    Return what was asked for, as the takedown's entry tells it: `{"entries": [3], "revisions": [[7, 1]]}`.
    What an earlier takedown has erased is told again. Raises ValueError for an entry or revision that is not
    there, and for the entries of takedowns, which stay.
    """
    asked, pairs = sorted(set(entries)), sorted(set(revisions))
    rows = tx.fetch(_ENTRIES, (Values(asked),))
    kept = [row["id"] for row in rows if row["action"] in _KEPT]
    if kept or [row["id"] for row in rows] != asked:
        raise ValueError(f"cannot be erased: entries {kept or asked}")
    for row in rows:
        _erase(tx, "audit", TEXTS, row, {"id": row["id"]})
    rows = tx.fetch(_REVISIONS, (Values(pairs),))
    if [(row["fact_id"], row["number"]) for row in rows] != pairs:
        raise ValueError(f"there are no such revisions: {pairs}")
    for row in rows:
        key = {"fact_id": row["fact_id"], "number": row["number"]}
        _erase(tx, "revision", ("reason", "state"), row, key)
    return {"entries": asked, "revisions": [list(pair) for pair in pairs]}


def entomb(
    tx: Statements,
    trace: AuditEntryWriter,
    subject: str,
    *,
    ground: Ground,
    erased: Erased,
    story_id: int | None = None,
    ref: str | None = None,
) -> None:
    """Close a takedown's entry of the trail, and set up the tombstone that says the same.

    `subject` is what was taken down ('F7', 'S3', 'E2', 'D5'), `ref` the sheet's reference that must never
    come back.
    """
    after = {"ref": ref, "ground": str(ground), "erased": erased}
    trace.close(tx, Action.TAKEN_DOWN, subject, story_id=story_id, after=after)
    tx.run(
        "INSERT INTO tombstone (subject, story_id, ref, ground, at, audit_id) VALUES (?, ?, ?, ?, ?, ?)",
        (subject, story_id, ref, str(ground), trace.at, trace.id),
    )


def _erase(tx: Statements, table: str, texts: Iterable[str], row: Any, key: dict[str, int]) -> None:
    """Let the digests of a row's texts take the place of the texts."""
    there = [text for text in texts if row[text] is not None]
    if not there:
        return
    sets = ", ".join(f"{text} = NULL, {text}_salt = NULL, {text}_digest = :{text}" for text in there)
    left = {text: digests.digest(row[text], row[f"{text}_salt"] or b"") for text in there}
    where = " AND ".join(f"{name} = :{name}" for name in key)
    tx.run(f"UPDATE {table} SET {sets} WHERE {where}", left | key)
