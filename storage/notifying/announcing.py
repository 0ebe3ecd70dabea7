"""Announcing: the notices of changes, written in the changes' own transactions."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from storage.domain.clock import moment_text, read_moment
from storage.domain.models import Fact, NoticeKind
from storage.engines.database import Statements
from storage.engines.values import Values
from storage.trail.audit import AuditEntryWriter

# The moment until which changes of a person wait; of a desk that closed by itself there is none.
UNTIL = "(SELECT until FROM desk WHERE person = :person AND until > :now)"
# What is retracted and stays so is in no message: there is nothing to tell of it.
_IMPORTED = """
INSERT INTO notice (audit_id, kind, story_id, fact_id, revision, material, made_at, due_at, urgent)
SELECT :entry,
    CASE WHEN f.retracted IS NOT NULL THEN 'retracted'
        WHEN json_extract(b.state, '$.retracted') IS NOT NULL THEN 'restored'
        WHEN f.superseded_by IS NOT NULL AND json_extract(b.state, '$.superseded_by') IS NULL
            THEN 'superseded'
        WHEN f.superseded_by IS NULL AND json_extract(b.state, '$.superseded_by') IS NOT NULL
            THEN 'restored'
        ELSE 'corrected' END,
    f.story_id, f.id, f.revision, 1, :now, :now, 0
FROM fact f JOIN revision b ON b.fact_id = f.id AND b.number = f.revision - 1
WHERE f.id IN (SELECT value FROM ints(:facts))
    AND (f.retracted IS NULL OR json_extract(b.state, '$.retracted') IS NULL)
ORDER BY f.id
"""


def announce(
    tx: Statements,
    trace: AuditEntryWriter,
    kind: NoticeKind,
    fact: Fact,
    *,
    material: bool,
    hold: float = 0,
    urgent: bool = False,
) -> None:
    """Write the notice of a change, in the change's own transaction; it is due `hold` minutes later.

    While whoever makes it has a desk open, it waits for that, unless it is urgent or retracts.
    Its moments are the clock's: the trail's may be ahead, and nothing is sent before its moment.
    """
    due = moment_text(read_moment(trace.now) + timedelta(minutes=hold))
    waits = not urgent and kind is not NoticeKind.RETRACTED
    tx.run(
        "INSERT INTO notice (audit_id, kind, story_id, fact_id, revision, material, made_at, due_at, urgent)"
        " VALUES (:entry, :kind, :story, :fact, :revision, :material, :now,"
        f" CASE WHEN {UNTIL} > :due THEN {UNTIL} ELSE :due END, :urgent)",
        {
            "entry": trace.id, "kind": kind, "story": fact.story_id, "fact": fact.id,
            "revision": fact.revision, "material": int(material), "now": trace.now, "due": due,
            "urgent": int(urgent), "person": trace.by.address if waits else "",
        },
    )  # fmt: skip


def is_let_go(tx: Statements, fact_id: int, entry: int) -> bool:
    """Tell whether what an entry of the trail did to a fact has been let go, to be told."""
    asked = "SELECT 1 FROM notice WHERE fact_id = ? AND audit_id = ? AND released_at IS NOT NULL LIMIT 1"
    return bool(tx.fetch(asked, (fact_id, entry)))


def announce_imported(tx: Statements, trace: AuditEntryWriter, facts: Collection[int]) -> None:
    """Write the notices of an import to some facts that were on record before it; all are told together.

    What an import puts on record anew is not announced: the first import of a story is no news of it.
    """
    tx.run(_IMPORTED, {"entry": trace.id, "now": trace.now, "facts": Values(facts)})
