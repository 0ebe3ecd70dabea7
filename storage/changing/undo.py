"""Finding what takes a person's own change back: a change of its own, for nothing is ever deleted."""

from __future__ import annotations

from datetime import datetime, timedelta

from storage.domain.changes import Change, PutEntity, PutSource, Revise, SeparateEntity
from storage.domain.clock import moment_text
from storage.domain.entries import ON_RECORD, EntityEntry, FactEntry, SourceEntry
from storage.domain.errors import Refused
from storage.domain.models import Action, AuditEntry, RevisionKind
from storage.engines.database import Statements
from storage.reading.erased import State
from storage.trail.audit import entry_of

_FACTS = frozenset(Action(kind.value) for kind in RevisionKind if kind is not RevisionKind.TAKEN_DOWN)
_EDITS = frozenset({Action.SOURCE_EDITED, Action.ENTITY_EDITED, Action.ENTITY_REMOVED})
_FINAL = frozenset({Action.SOURCE_ADDED, Action.ENTITY_ADDED, Action.STORY_OPENED})
_OTHERS = (Action.MERGED, Action.UNDONE, Action.TAKEN_DOWN)
_ALL = sorted(f"'{action}'" for action in (*_FACTS, *_EDITS, *_FINAL, *_OTHERS))
_WATCHED = f"action IN ({', '.join(_ALL)})"
_CLOCKED = (
    "SELECT audit.*, (SELECT c.at FROM audit_clock c WHERE c.audit_id = audit.id) AS clock_at FROM audit"
)
# The facts that say how they stand to one, or whose place it took later than when it came on record.
_LEANING = (
    "SELECT fact_id FROM relation WHERE other_id = :id AND ended_at IS NULL"
    " UNION SELECT f.id FROM fact f WHERE f.superseded_by = :id AND NOT EXISTS (SELECT 1 FROM revision r"
    " WHERE r.fact_id = f.id AND r.number = f.revision AND r.audit_id = :entry) ORDER BY 1 LIMIT 1"
)


def find(
    tx: Statements,
    actor: str,
    story_id: int | None,
    now: datetime,
    within_minutes: float,
    what: int | str | None = None,
) -> Change:
    """Return the change that takes back an actor's own; raise Refused, saying why, where there is none.

    `what` is its entry of the trail, or what it was to (`F7`); without it, it is the actor's last change.
    """
    entry, made_at = _entry(tx, actor, story_id, what)
    if _is_taken_down(tx, entry.subject):
        raise Refused(f"{entry.subject} was taken down: nothing brings it back")
    if entry.removed:
        raise Refused(
            f"Your change to {entry.subject} held words that were taken down: it cannot be undone,"
            " make a new change instead"
        )
    change = f"{'That change' if isinstance(what, int) else 'Your last change'} ({_subject(entry)})"
    following = _following(tx, entry)
    if Action.UNDONE in (entry.action, following and following.action):
        raise Refused(f"{change} was undone already: make a new change instead")
    if made_at < moment_text(now - timedelta(minutes=within_minutes)):
        raise Refused(f"{change} was made more than {within_minutes:g} minutes ago: correct it instead")
    ids = (entry.before or {}).get("ids") if entry.action is Action.MERGED else None
    if entry.action in _FINAL or (entry.action is Action.MERGED and not ids):
        raise Refused(f"{change} cannot be undone, for it was “{entry.action}”: edit it instead")
    if following:
        who = "you" if following.actor == actor else "somebody else"
        raise Refused(f"{_subject(entry)} was changed by {who} since: look at it and correct it instead")
    if ids:
        assert entry.story_id is not None
        return SeparateEntity(story_id=entry.story_id, entities=ids, from_id=int(entry.subject[1:]))
    return _fact(tx, entry) if entry.action in _FACTS else _edit(entry)


def _entry(
    tx: Statements, actor: str, story_id: int | None, what: int | str | None
) -> tuple[AuditEntry, str]:
    """Return the entry of the change that is meant, and when that was by the clock: the trail may be ahead.

    Raises Refused where the change is not the actor's.
    """
    if isinstance(what, int):
        rows = tx.fetch(f"{_CLOCKED} WHERE id = ? AND {_WATCHED}", (what,))
        if not rows or story_id not in (None, rows[0]["story_id"]):
            raise Refused(f"#{what} is no change to this story that could be undone")
        if rows[0]["actor"] != actor:
            raise Refused("That change was made by somebody else: only they can undo it")
        return entry_of(rows[0]), rows[0]["clock_at"] or rows[0]["at"]
    rows = tx.fetch(
        f"{_CLOCKED} WHERE actor = ? AND (CAST(? AS BIGINT) IS NULL OR story_id = ?)"
        " AND (CAST(? AS TEXT) IS NULL OR subject = ?)"
        f" AND {_WATCHED} ORDER BY id DESC LIMIT 1",
        (actor, story_id, story_id, what, what),
    )
    if not rows and what is not None:
        raise Refused(f"You have not changed {what}, so there is nothing of yours to undo")
    if not rows:
        raise Refused("You have changed nothing yet that could be undone")
    return entry_of(rows[0]), rows[0]["clock_at"] or rows[0]["at"]


def _subject(entry: AuditEntry) -> str:
    """Return what an entry is about, as people know it."""
    return f"“{entry.after['name']}”" if entry.subject.startswith("E") else entry.subject


def _is_taken_down(tx: Statements, subject: str) -> bool:
    return bool(tx.fetch("SELECT 1 FROM tombstone WHERE subject = ?", (subject,)))


def _following(tx: Statements, entry: AuditEntry) -> AuditEntry | None:
    """Return the next change to what an entry changed."""
    rows = tx.fetch(
        f"SELECT * FROM audit WHERE subject = ? AND id > ? AND {_WATCHED} ORDER BY id LIMIT 1",
        (entry.subject, entry.id),
    )
    return entry_of(rows[0]) if rows else None


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
    if entry.before is None and (leaning := tx.fetch(_LEANING, {"id": fact_id, "entry": entry.id})):
        raise Refused(f"F{leaning[0][0]} refers to F{fact_id} since: retract F{fact_id} instead, and say why")
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
