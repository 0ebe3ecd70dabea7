"""Changes to facts: publishing a new one, and bringing one from an expected revision to another state."""

from __future__ import annotations

import json
from typing import NamedTuple

from storage.changing import brief_check, catalogue, drafts, successions
from storage.changing.entity_rows import restore_names
from storage.changing.references import Resolver
from storage.changing.writing import Batch, KnownFact, RevisionInfo, known_facts
from storage.domain.changes import Publish, Revise, TakeDown
from storage.domain.entries import ON_RECORD, FactEntry
from storage.domain.errors import AlreadyDone, Overtaken, Refused
from storage.domain.models import Action, DraftState, Fact, NoticeKind, RevisionKind
from storage.engines.database import Statements
from storage.notifying.announcing import announce, is_let_go
from storage.reading import fact_rows
from storage.reading.erased import State
from storage.reading.facts import IN_FORCE
from storage.trail.audit import AuditEntryWriter


class Changed(NamedTuple):
    """What a change to a fact made: its entry of the trail, the fact, and the others that changed with it."""

    trace: AuditEntryWriter
    fact: Fact
    others: tuple[Fact, ...] = ()


def publish(tx: Statements, trace: AuditEntryWriter, change: Publish) -> Changed:
    """Put a new fact on record, in the place of another if it supersedes one."""
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
    replaced = successions.replace(tx, trace, fact, change.supersedes) if change.supersedes else ()
    drafts.decide(tx, trace, change, DraftState.APPROVED, fact)
    trace.close(
        tx, Action.PUBLISHED, f"F{fact.id}",
        story_id=change.story_id, after=known[ref].state, reason=_origin(change.draft, change.supersedes),
    )  # fmt: skip
    announce(tx, trace, NoticeKind.PUBLISHED, fact, material=True, hold=change.hold, urgent=change.urgent)
    for other in replaced:
        announce(
            tx, trace, NoticeKind.SUPERSEDED, other, material=True, hold=change.hold, urgent=change.urgent
        )
    return Changed(trace, fact, replaced)


def revise(tx: Statements, trace: AuditEntryWriter, change: Revise) -> Changed:
    """Bring a fact to another state; what it took the place of follows where it goes or comes back."""
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
    change = change.model_copy(update={"fact": _becoming(tx, change, ref)})
    trace = _write(tx, trace, change, known, RevisionInfo(change.kind, change.reason, change.material))
    if known[ref].revision == change.expected:
        raise Refused(f"F{change.fact_id} already reads so: nothing would change")
    others = successions.following(tx, trace, before, known[ref].state)
    fact = _read(tx, known[ref])
    drafts.decide(tx, trace, change, DraftState.MERGED, fact)
    action = Action(change.kind.value) if change.undoes is None else Action.UNDONE
    trace.close(
        tx, action, f"F{fact.id}",
        story_id=change.story_id, before=before.state, after=known[ref].state,
        reason=change.reason or _origin(change.draft),
    )  # fmt: skip
    # What takes back a change that people were told of is as urgent as a retraction.
    told = change.undoes is not None and is_let_go(tx, fact.id, change.undoes)
    announce(tx, trace, NoticeKind(change.kind.value), fact, material=_is_news(change), urgent=told)
    for other in others:
        announce(tx, trace, successions.kind_of(other), other, material=True)
    return Changed(trace, fact, others)


def bring_back(tx: Statements, trace: AuditEntryWriter, change: TakeDown) -> tuple[Fact, ...]:
    """Restore what a fact that was taken down stood in the place of, each under an entry that follows."""
    if not change.subject.startswith("F"):
        return ()
    back = []
    for ref in successions.left_behind(tx, int(change.subject[1:])):
        trace = trace.following()
        before = known_facts(tx, change.story_id, [ref])[ref].state
        info = RevisionInfo(RevisionKind.RESTORED, f"{change.subject} was taken down")
        fact = successions.put_behind(tx, trace, change.story_id, ref, None, info)
        after = known_facts(tx, change.story_id, [ref])[ref].state
        trace.close(
            tx, Action.RESTORED, f"F{fact.id}",
            story_id=change.story_id, before=before, after=after, reason=info.reason,
        )  # fmt: skip
        announce(tx, trace, NoticeKind.RESTORED, fact, material=True)
        back.append(fact)
    return tuple(back)


def _becoming(tx: Statements, change: Revise, ref: str) -> FactEntry:
    """Return what a fact becomes; one that comes back is not superseded by what is gone itself."""
    fact = change.fact.model_copy(update={"ref": ref})
    if change.kind is not RevisionKind.RESTORED or fact.superseded_by is None or fact.retracted is not None:
        return fact
    holds = successions.ends_in_force(tx, change.story_id, fact.superseded_by)
    return fact if holds else fact.model_copy(update={"superseded_by": None})


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
    restore_names(tx, resolver, [change.fact])
    if isinstance(change, Publish) or (info.kind is RevisionKind.CORRECTED and change.undoes is None):
        before = known.get(change.fact.ref)
        was = None if before is None else _entry(before, change.fact.ref)
        brief_check.refuse(tx, change.fact, resolver, was)
    batch = Batch(tx, change.story_id, trace, resolver.found, info)
    batch.write([change.fact], known)
    batch.finish()
    return trace


def _entry(known: KnownFact, ref: str) -> FactEntry:
    return FactEntry.model_validate(known.state | {"ref": ref}, context=ON_RECORD)


def _read(tx: Statements, known: KnownFact) -> Fact:
    (fact,) = fact_rows.load(tx.fetch, [known.id])
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
            f"SELECT 1 FROM fact f WHERE f.story_id = ? AND f.ref = ? AND {IN_FORCE}",
            (change.story_id, change.fact.superseded_by),
        )
        if not rows:
            raise Refused(f"{fact} can be superseded only by a fact that is in force itself")


def _origin(draft: int | None, supersedes: int | None = None) -> str | None:
    """Return where a change comes from, and which fact it puts out of force, as the trail says it."""
    told = [f"draft D{draft}"] if draft is not None else []
    told += [f"in place of F{supersedes}"] if supersedes is not None else []
    return ", ".join(told) or None
