"""Which fact has taken the place of which, kept whole: whatever goes or comes back, one of a chain stands.

Where the last of a chain is retracted or taken down, the one before it comes back; where that is restored, it
takes its place again. All of it is in the transaction, and under the entry of the trail, of the one change.
"""

from __future__ import annotations

from collections.abc import Iterator

from storage.changing import catalogue
from storage.changing.references import Resolver
from storage.changing.writing import Batch, KnownFact, RevisionInfo, known_facts
from storage.domain.entries import ON_RECORD, FactEntry
from storage.domain.errors import Refused
from storage.domain.models import Fact, NoticeKind, RevisionKind
from storage.engines.database import Statements
from storage.reading import fact_rows
from storage.reading.erased import State
from storage.trail.audit import AuditEntryWriter

# What a fact has taken the place of, and what its own place was taken by.
_BEFORE = "SELECT id, ref, retracted FROM fact WHERE superseded_by = ? ORDER BY id"
_LAST = """
WITH RECURSIVE chain (id) AS (
    SELECT id FROM fact WHERE story_id = :story AND ref = :ref
    UNION
    SELECT f.superseded_by FROM fact f JOIN chain c ON f.id = c.id WHERE f.superseded_by IS NOT NULL
)
SELECT f.retracted FROM fact f JOIN chain c ON c.id = f.id WHERE f.superseded_by IS NULL
"""
# The facts in force that came back when one went, the last time that it did.
_BROUGHT_BACK = """
SELECT f.id, f.ref FROM fact f JOIN revision r ON r.fact_id = f.id
JOIN revision b ON b.fact_id = f.id AND b.number = r.number - 1
WHERE f.story_id = :story AND f.superseded_by IS NULL AND f.retracted IS NULL AND r.kind = 'restored'
    AND r.at >= (SELECT max(at) FROM revision WHERE fact_id = :id AND kind = 'retracted')
    AND (r.reason = :reason OR json_extract(b.state, '$.superseded_by') = :ref) AND f.id <> :id
GROUP BY f.id, f.ref ORDER BY f.id
"""


def replace(tx: Statements, trace: AuditEntryWriter, fact: Fact, other: int) -> tuple[Fact, ...]:
    """Let a new fact take the place of another. Raises Refused where that one does not stand in its story."""
    rows = tx.fetch("SELECT ref, story_id, retracted, superseded_by FROM fact WHERE id = ?", (other,))
    if not rows or rows[0]["story_id"] != fact.story_id:
        raise Refused(f"F{other} is not on record in this story: nothing can take its place")
    if rows[0]["retracted"] is not None:
        raise Refused(f"F{other} is retracted: nothing can take its place")
    if rows[0]["superseded_by"] is not None:
        raise Refused(f"F{other} is superseded by F{rows[0]['superseded_by']}: name that one")
    info = RevisionInfo(RevisionKind.SUPERSEDED)
    return (put_behind(tx, trace, fact.story_id, rows[0]["ref"], fact.ref, info),)


def following(tx: Statements, trace: AuditEntryWriter, before: KnownFact, after: State) -> tuple[Fact, ...]:
    """Bring back what a fact stood in the place of once it is retracted; once it is restored, undo that."""
    was, now = (state.get("retracted") is not None for state in (before.state, after))
    if was == now:
        return ()
    story_id, ref = tx.fetch("SELECT story_id, ref FROM fact WHERE id = ?", (before.id,))[0]
    if not now:
        return _take_again(tx, trace, story_id, before.id, ref)
    info = RevisionInfo(RevisionKind.RESTORED, f"F{before.id} was retracted")
    return tuple(put_behind(tx, trace, story_id, each, None, info) for each in left_behind(tx, before.id))


def left_behind(tx: Statements, fact_id: int) -> list[str]:
    """Return the refs of what a fact that is gone stood in the place of, unless another fact stands there."""
    story_id, ref = tx.fetch("SELECT story_id, ref FROM fact WHERE id = ?", (fact_id,))[0]
    return [] if ends_in_force(tx, story_id, ref) else list(_standing_before(tx, fact_id))


def ends_in_force(tx: Statements, story_id: int, ref: str) -> bool:
    """Tell whether the last of the chain that a fact is in stands on record."""
    rows = tx.fetch(_LAST, {"story": story_id, "ref": ref})
    return any(row["retracted"] is None for row in rows)


def kind_of(fact: Fact) -> NoticeKind:
    """Return what became of a fact that changed with another."""
    return NoticeKind.RESTORED if fact.superseded_by is None else NoticeKind.SUPERSEDED


def _take_again(
    tx: Statements, trace: AuditEntryWriter, story_id: int, fact_id: int, ref: str
) -> tuple[Fact, ...]:
    if not ends_in_force(tx, story_id, ref):
        return ()
    bound = {"story": story_id, "id": fact_id, "ref": ref, "reason": f"F{fact_id} was retracted"}
    info = RevisionInfo(RevisionKind.SUPERSEDED, f"F{fact_id} was restored")
    return tuple(
        put_behind(tx, trace, story_id, row["ref"], ref, info) for row in tx.fetch(_BROUGHT_BACK, bound)
    )


def _standing_before(tx: Statements, fact_id: int) -> Iterator[str]:
    """Yield the refs of the nearest facts before one in its chain that are not retracted themselves."""
    for row in tx.fetch(_BEFORE, (fact_id,)):
        if row["retracted"] is None:
            yield row["ref"]
        else:
            yield from _standing_before(tx, row["id"])


def put_behind(
    tx: Statements, trace: AuditEntryWriter, story_id: int, ref: str, by: str | None, info: RevisionInfo
) -> Fact:
    """Give a fact the revision by which another takes its place, or (`by` None) no longer does."""
    known = known_facts(tx, story_id, [ref])
    state = {**known[ref].state, "superseded_by": by, "ref": ref}
    entry = FactEntry.model_validate(state, context=ON_RECORD)
    resolver = Resolver(tx, story_id)
    catalogue.add_missing(tx, resolver, [entry])
    batch = Batch(tx, story_id, trace, resolver.found, info)
    batch.write([entry], known)
    batch.finish()
    (fact,) = fact_rows.load(tx.fetch, [known[ref].id])
    return fact
