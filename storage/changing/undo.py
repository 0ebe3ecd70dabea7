"""Finding what takes a person's last change back: a change of its own, for nothing is ever deleted."""

from __future__ import annotations

from datetime import datetime, timedelta

from storage.domain.changes import Change, PutEntity, PutSource, Revise
from storage.domain.clock import moment_text
from storage.domain.entries import ON_RECORD, EntityEntry, FactEntry, SourceEntry
from storage.domain.errors import Refused
from storage.domain.models import Action, AuditEntry, RevisionKind
from storage.engines.sqlite import Statements
from storage.reading.facts import State
from storage.trail.audit import entry_of

_FACTS = frozenset(Action(kind.value) for kind in RevisionKind)
_EDITS = frozenset({Action.SOURCE_EDITED, Action.ENTITY_EDITED})
_FINAL = frozenset({Action.SOURCE_ADDED, Action.ENTITY_ADDED, Action.MERGED, Action.STORY_OPENED})


def find(tx: Statements, actor: str, story_id: int | None, now: datetime, within_minutes: float) -> Change:
    """Return the change that takes back the last one of an actor; raise Refused where there is none."""
    watched = sorted(str(action) for action in _FACTS | _EDITS | _FINAL | {Action.UNDONE})
    marks = ", ".join("?" * len(watched))
    rows = tx.fetch(
        "SELECT audit.*, (SELECT c.at FROM audit_clock c WHERE c.audit_id = audit.id) AS clock_at FROM audit"
        f" WHERE actor = ? AND (? IS NULL OR story_id = ?) AND action IN ({marks}) ORDER BY id DESC LIMIT 1",
        (actor, story_id, story_id, *watched),
    )
    if not rows:
        raise Refused("You have changed nothing yet that could be undone")
    entry = entry_of(rows[0])
    if entry.action is Action.UNDONE:
        raise Refused("Your last change was undone already: make a new change instead")
    # By the clock: the trail may be ahead of it.
    if (rows[0]["clock_at"] or entry.at) < moment_text(now - timedelta(minutes=within_minutes)):
        raise Refused(
            f"Your last change ({entry.subject}) was made more than {within_minutes:g} minutes ago:"
            " correct it instead"
        )
    if entry.action in _FINAL:
        raise Refused(f"Your last change ({entry.subject} {entry.action}) cannot be undone: edit it instead")
    return _fact(tx, entry) if entry.action in _FACTS else _edit(entry)


def _fact(tx: Statements, entry: AuditEntry) -> Revise:
    """Return the revision that brings a fact back to what it was before an entry."""
    fact_id = int(entry.subject[1:])
    rows = tx.fetch(
        "SELECT f.ref, f.revision, r.audit_id FROM fact f"
        " JOIN revision r ON r.fact_id = f.id AND r.number = f.revision WHERE f.id = ?",
        (fact_id,),
    )
    ref, revision, audit_id = rows[0]
    if audit_id != entry.id:
        raise Refused(f"F{fact_id} was changed by somebody else since: look at it and correct it instead")
    after: State = entry.after
    before: State = entry.before or {**after, "retracted": "taken back by the moderator who added it"}
    assert entry.story_id is not None
    return Revise(
        story_id=entry.story_id,
        fact_id=fact_id,
        expected=revision,
        kind=_kind(before, after),
        fact=FactEntry.model_validate({**before, "ref": ref}, context=ON_RECORD),
        reason=before.get("retracted") if entry.before is None else "undone by the moderator who made it",
        undoes=entry.id,
    )


def _kind(before: State, after: State) -> RevisionKind:
    """Return what going back to `before` does to a fact that reads `after`."""
    if after.get("retracted") and not before.get("retracted"):
        return RevisionKind.RESTORED
    if before.get("retracted") and not after.get("retracted"):
        return RevisionKind.RETRACTED
    if before.get("superseded_by") and not after.get("superseded_by"):
        return RevisionKind.SUPERSEDED
    return RevisionKind.CORRECTED


def _edit(entry: AuditEntry) -> PutSource | PutEntity:
    """Return the edit that takes an edit back."""
    assert entry.story_id is not None
    given = {"story_id": entry.story_id, "expected": entry.after, "undoes": entry.id}
    if entry.action is Action.SOURCE_EDITED:
        return PutSource(source=SourceEntry.model_validate(entry.before, context=ON_RECORD), **given)
    return PutEntity(entity=EntityEntry(**entry.before), **given)
