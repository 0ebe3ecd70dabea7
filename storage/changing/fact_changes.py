"""Changes to facts: publishing a new one, and bringing one from an expected revision to another state."""

from __future__ import annotations

import json

from storage.changing import catalogue, drafts
from storage.changing.references import Resolver
from storage.changing.writing import Batch, KnownFact, RevisionInfo, known_facts
from storage.domain.changes import Publish, Revise
from storage.domain.errors import AlreadyDone, Overtaken, Refused
from storage.domain.models import Action, DraftState, Fact, NoticeKind, RevisionKind
from storage.engines.sqlite import Statements
from storage.notifying.notices import announce
from storage.reading import facts
from storage.reading.erased import State
from storage.trail.audit import AuditEntryWriter


def publish(tx: Statements, trace: AuditEntryWriter, change: Publish) -> tuple[AuditEntryWriter, Fact]:
    """Put a new fact on record; return its entry of the trail, and the fact."""
    ref = change.fact.ref
    known = known_facts(tx, change.story_id, [ref])
    if ref in known and known[ref].state.get("taken_down"):
        raise AlreadyDone(f"F{known[ref].id} says just that and was taken down: it does not come back")
    if ref in known and known[ref].state.get("retracted"):
        raise AlreadyDone(f"F{known[ref].id} says just that and was retracted: restore it instead")
    if ref in known:
        raise AlreadyDone(f"That is on record already: F{known[ref].id}")
    trace = _write(tx, trace, change, known, RevisionInfo())
    fact = _read(tx, known[ref])
    drafts.decide(tx, trace, change, DraftState.APPROVED, fact)
    trace.close(
        tx, Action.PUBLISHED, f"F{fact.id}",
        story_id=change.story_id, after=known[ref].state, reason=_origin(change.draft),
    )  # fmt: skip
    announce(tx, trace, NoticeKind.PUBLISHED, fact, material=True, hold=change.hold)
    return trace, fact


def revise(tx: Statements, trace: AuditEntryWriter, change: Revise) -> tuple[AuditEntryWriter, Fact]:
    """Bring a fact to another state; return its entry of the trail, and the fact."""
    rows = tx.fetch(
        "SELECT f.ref, f.revision, f.story_id, r.state FROM fact f"
        " JOIN revision r ON r.fact_id = f.id AND r.number = f.revision WHERE f.id = ?",
        (change.fact_id,),
    )
    if not rows or rows[0]["story_id"] != change.story_id:
        raise Refused(f"F{change.fact_id} is not on record in this story")
    ref, revision = rows[0]["ref"], rows[0]["revision"]
    if revision != change.expected:
        raise Overtaken(f"F{change.fact_id} has changed since: look at it again")
    before = KnownFact(change.fact_id, revision, json.loads(rows[0]["state"]))
    _refuse_impossible(tx, change, before.state)
    known = {ref: before}
    change = change.model_copy(update={"fact": change.fact.model_copy(update={"ref": ref})})
    trace = _write(tx, trace, change, known, RevisionInfo(change.kind, change.reason, change.material))
    if known[ref].revision == change.expected:
        raise Refused(f"F{change.fact_id} already reads so: nothing would change")
    fact = _read(tx, known[ref])
    drafts.decide(tx, trace, change, DraftState.MERGED, fact)
    action = Action(change.kind.value) if change.undoes is None else Action.UNDONE
    trace.close(
        tx, action, f"F{fact.id}",
        story_id=change.story_id, before=before.state, after=known[ref].state,
        reason=change.reason or _origin(change.draft),
    )  # fmt: skip
    announce(tx, trace, NoticeKind(change.kind.value), fact, material=_is_news(change), hold=0)
    return trace, fact


def _write(
    tx: Statements,
    trace: AuditEntryWriter,
    change: Publish | Revise,
    known: dict[str, KnownFact],
    info: RevisionInfo,
) -> AuditEntryWriter:
    """Write a change's fact and all that it brings along; return the fact's entry of the trail."""
    resolver = Resolver(tx, change.story_id)
    trace = catalogue.introduce(tx, trace, resolver, change)
    catalogue.add_missing(tx, resolver, [change.fact])
    batch = Batch(tx, change.story_id, trace, resolver.found, info)
    batch.write([change.fact], known)
    batch.finish()
    return trace


def _read(tx: Statements, known: KnownFact) -> Fact:
    (fact,) = facts.load(tx.fetch, [known.id])
    return fact


def _is_news(change: Revise) -> bool:
    """Tell whether a change matters to those who want to hear of nothing else."""
    # Who else says so, and what stands beside it, leaves what was told as it was.
    return change.material and change.kind not in (RevisionKind.ATTRIBUTED, RevisionKind.RELATED)


def _refuse_impossible(tx: Statements, change: Revise, before: State) -> None:
    """Refuse what a fact that reads `before` cannot become."""
    fact, retracted = f"F{change.fact_id}", before.get("retracted")
    if down := before.get("taken_down"):
        raise AlreadyDone(
            f"{fact} was taken down on {down['at'][:10]} ({down['ground']}): it does not come back"
        )
    if change.kind is RevisionKind.RESTORED and not (retracted or before.get("superseded_by")):
        raise Refused(f"{fact} is in force: there is nothing to restore")
    if change.kind is RevisionKind.RETRACTED and retracted:
        raise AlreadyDone(f"{fact} is retracted already")
    if change.kind is not RevisionKind.RESTORED and retracted:
        raise Refused(f"{fact} is retracted: restore it before anything else")
    if change.kind is RevisionKind.SUPERSEDED and change.fact.superseded_by:
        rows = tx.fetch(
            f"SELECT 1 FROM fact f WHERE f.story_id = ? AND f.ref = ? AND {facts.IN_FORCE}",
            (change.story_id, change.fact.superseded_by),
        )
        if not rows:
            raise Refused(f"{fact} can be superseded only by a fact that is in force itself")


def _origin(draft: int | None) -> str | None:
    return None if draft is None else f"draft D{draft}"
