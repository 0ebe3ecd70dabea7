"""The only way the record changes: each change writes its rows, revisions and trace in one transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

from storage.changing import drafts, undo
from storage.changing.catalogue import merge_entity, open_story, put_entity, put_source
from storage.changing.references import Resolver
from storage.changing.writing import Batch, RevisionInfo, Written
from storage.domain.changes import (
    Appoint,
    Change,
    Dismiss,
    MergeEntity,
    OpenStory,
    Publish,
    PutEntity,
    PutSource,
    Reject,
    Revise,
)
from storage.domain.clock import Clock, moment_text
from storage.domain.entries import FactEntry, SourceEntry
from storage.domain.errors import AlreadyDone, Overtaken, Refused
from storage.domain.models import Action, DraftState, Fact, NoticeKind, RevisionKind
from storage.engines.sqlite import Database, Transaction
from storage.notifying.notices import announce
from storage.people import members
from storage.reading import facts
from storage.trail.audit import Actor, AuditEntryWriter

Also = Callable[[Transaction], Awaitable[None]]


class ChangeResult(NamedTuple):
    """What a change made: its entry of the trail, what that is about (`F7`, `S3`), and the fact if any."""

    audit_id: int
    subject: str
    fact: Fact | None = None


class _Rehearsed(Exception):
    """Carries what a rehearsal made out of the transaction that it is undone with."""

    def __init__(self, made: ChangeResult) -> None:
        self.made = made


class Ledger:
    """Make changes; `clock` gives the present moment (aware, UTC)."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self.clock = clock

    def now(self) -> str:
        """Return the present moment as the record writes it."""
        return moment_text(self.clock())

    async def make(self, change: Change, *, by: Actor, also: Also | None = None) -> ChangeResult:
        """Make a change, and what `also` does, in one transaction.

        Raises Overtaken where what it changes has changed meanwhile, AlreadyDone where it was made before,
        Refused or UnknownRefs where it goes against the record.
        """
        async with self._database.transaction() as tx:
            if also is not None:
                await also(tx)
            return await self._make(tx, change, by)

    async def rehearse(self, change: Change, *, by: Actor) -> ChangeResult:
        """Return what a change would make, exactly as it would stand, and leave everything as it is.

        It is made and rolled back: what is shown before a change is confirmed comes by no other way than
        what stands after it. Raises as `make` does.
        """
        try:
            async with self._database.transaction() as tx:
                raise _Rehearsed(await self._make(tx, change, by))  # noqa: TRY301  # reason: it rolls back
        except _Rehearsed as rehearsed:
            return rehearsed.made

    async def publish(self, story_id: int, entries: Sequence[FactEntry], *, actor: str) -> Written:
        """Put many facts on record, or correct those whose ref is known, in one transaction.

        Raises RecordError where an entry names a fact, source or entity that does not exist.
        """
        async with self._database.transaction() as tx:
            trace = await AuditEntryWriter.open(tx, Actor(actor), self.clock)
            batch = Batch(tx, story_id, trace, await Resolver.open(tx, story_id))
            await batch.write(entries)
            await batch.finish()
            await close_import(tx, trace, story_id, batch.written)
        return batch.written

    async def undo(
        self, *, by: Actor, within_minutes: float, story_id: int | None = None, also: Also | None = None
    ) -> ChangeResult:
        """Take back a person's last change (to a story), as a new change, if it is no older than that.

        Raises Refused, saying why, where there is nothing to take back or somebody has built on it.
        """
        async with self._database.transaction() as tx:
            if also is not None:
                await also(tx)
            change = await undo.find(tx, by.address, story_id, self.clock(), within_minutes)
            return await self._make(tx, change, by)

    async def _make(self, tx: Transaction, change: Change, by: Actor) -> ChangeResult:
        if isinstance(change, Publish | Revise):
            await self._introduce(tx, change, by)
        trace = await AuditEntryWriter.open(tx, by, self.clock)
        if isinstance(change, Publish | Revise):
            write = _publish(tx, trace, change) if isinstance(change, Publish) else _revise(tx, trace, change)
            fact = await write
            return ChangeResult(trace.id, f"F{fact.id}", fact)
        return ChangeResult(trace.id, await _OTHERS[type(change)](tx, trace, change))

    async def _introduce(self, tx: Transaction, change: Publish | Revise, by: Actor) -> None:
        """Add the names and sources that a fact brings along, each with an entry of its own in the trail."""
        resolver = await Resolver.open(tx, change.story_id)
        for entity in await resolver.unknown_among(change.entities):
            trace = await AuditEntryWriter.open(tx, by, self.clock)
            await put_entity(tx, trace, PutEntity(story_id=change.story_id, entity=entity))
        for item in change.fact.attributions:
            if isinstance(item.source, SourceEntry) and not await resolver.knows_source(item.source.ref):
                trace = await AuditEntryWriter.open(tx, by, self.clock)
                await put_source(tx, trace, PutSource(story_id=change.story_id, source=item.source))


async def close_import(tx: Transaction, trace: AuditEntryWriter, story_id: int, written: Written) -> None:
    """Write the trace of an import, unless it changed nothing."""
    if written.changes:
        after = {"added": written.added, "updated": written.updated}
        await trace.close(tx, Action.IMPORTED, f"story {story_id}", story_id=story_id, after=after)


async def _publish(tx: Transaction, trace: AuditEntryWriter, change: Publish) -> Fact:
    rows = await tx.fetch(
        "SELECT id, retracted FROM fact WHERE story_id = ? AND ref = ?", (change.story_id, change.fact.ref)
    )
    if rows and rows[0]["retracted"]:
        raise AlreadyDone(f"F{rows[0]['id']} says just that and was retracted: restore it instead")
    if rows:
        raise AlreadyDone(f"That is on record already: F{rows[0]['id']}")
    fact = await _write(tx, trace, change, RevisionInfo())
    await drafts.decide(tx, trace, change, DraftState.APPROVED, fact)
    await trace.close(
        tx, Action.PUBLISHED, f"F{fact.id}",
        story_id=change.story_id, after=await _state(tx, fact.id), reason=_origin(change.draft),
    )  # fmt: skip
    await announce(tx, trace, NoticeKind.PUBLISHED, fact, material=True, hold=change.hold)
    return fact


async def _revise(tx: Transaction, trace: AuditEntryWriter, change: Revise) -> Fact:
    rows = await tx.fetch("SELECT ref, revision, story_id FROM fact WHERE id = ?", (change.fact_id,))
    if not rows or rows[0]["story_id"] != change.story_id:
        raise Refused(f"F{change.fact_id} is not on record in this story")
    if rows[0]["revision"] != change.expected:
        raise Overtaken(f"F{change.fact_id} has changed since: look at it again")
    before = await _state(tx, change.fact_id)
    await _refuse_impossible(tx, change, before)
    fact = await _write(
        tx,
        trace,
        change.model_copy(update={"fact": change.fact.model_copy(update={"ref": rows[0]["ref"]})}),
        RevisionInfo(change.kind, change.reason, change.material),
    )
    if fact.revision == change.expected:
        raise Refused(f"F{change.fact_id} already reads so: nothing would change")
    await drafts.decide(tx, trace, change, DraftState.MERGED, fact)
    action = Action(change.kind.value) if change.undoes is None else Action.UNDONE
    await trace.close(
        tx, action, f"F{fact.id}",
        story_id=change.story_id, before=before, after=await _state(tx, fact.id),
        reason=change.reason or _origin(change.draft),
    )  # fmt: skip
    await announce(tx, trace, NoticeKind(change.kind.value), fact, material=_tells(change), hold=0)
    return fact


def _tells(change: Revise) -> bool:
    """Tell whether a change matters to those who want to hear of nothing else."""
    # Who else says so, and what stands beside it, leaves what was told as it was.
    return change.material and change.kind not in (RevisionKind.ATTRIBUTED, RevisionKind.RELATED)


async def _refuse_impossible(tx: Transaction, change: Revise, before: facts.State) -> None:
    """Refuse what a fact that reads `before` cannot become."""
    fact, retracted = f"F{change.fact_id}", before.get("retracted")
    if change.kind is RevisionKind.RESTORED and not (retracted or before.get("superseded_by")):
        raise Refused(f"{fact} is in force: there is nothing to restore")
    if change.kind is RevisionKind.RETRACTED and retracted:
        raise AlreadyDone(f"{fact} is retracted already")
    if change.kind is not RevisionKind.RESTORED and retracted:
        raise Refused(f"{fact} is retracted: restore it before anything else")
    if change.kind is RevisionKind.SUPERSEDED and change.fact.superseded_by:
        rows = await tx.fetch(
            f"SELECT 1 FROM fact f WHERE f.story_id = ? AND f.ref = ? AND {facts.IN_FORCE}",
            (change.story_id, change.fact.superseded_by),
        )
        if not rows:
            raise Refused(f"{fact} can be superseded only by a fact that is in force itself")


async def _write(
    tx: Transaction, trace: AuditEntryWriter, change: Publish | Revise, deed: RevisionInfo
) -> Fact:
    """Write one fact with those that it names anew, and return it as it then stands."""
    resolver = await Resolver.open(tx, change.story_id)
    batch = Batch(tx, change.story_id, trace, resolver, deed)
    await batch.write([change.fact])
    await batch.finish()
    rows = await tx.fetch(
        "SELECT id FROM fact WHERE story_id = ? AND ref = ?", (change.story_id, change.fact.ref)
    )
    (fact,) = await tx.reading(lambda read: facts.load(read, [rows[0][0]]))
    return fact


async def _state(tx: Transaction, fact_id: int) -> facts.State:
    """Return a fact's present state, as its revision keeps it, with the number of that revision."""
    return await tx.reading(lambda read: facts.state(read, fact_id))


_OTHERS: dict[type[Any], Callable[[Transaction, AuditEntryWriter, Any], Awaitable[str]]] = {
    PutSource: put_source,
    PutEntity: put_entity,
    MergeEntity: merge_entity,
    OpenStory: open_story,
    Reject: drafts.reject,
    Appoint: members.appoint,
    Dismiss: members.dismiss,
}


def _origin(draft: int | None) -> str | None:
    return None if draft is None else f"draft D{draft}"
