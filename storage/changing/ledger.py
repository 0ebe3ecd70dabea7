"""The only way the record changes: each change writes its rows, revisions and trace in one transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from storage.changing import catalogue, drafts, fact_changes, stories, undo
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
    RemoveEntity,
    Revise,
    SeparateEntity,
    SetStory,
    TakeDown,
)
from storage.domain.clock import Clock, moment_text
from storage.domain.models import Fact
from storage.engines.database import Database, Statements, Transaction
from storage.people import members
from storage.people.repeats import once
from storage.takedown.change import TakenAway, take_down
from storage.trail.audit import Actor, AuditEntryWriter
from storage.trail.scrubbing import scrub

Also = Callable[[Transaction], Awaitable[None]]


class ChangeResult(NamedTuple):
    """What a change made: its entry of the trail, what that is about (`F7`, `S3`), and the fact if any.

    `others` are facts that changed with it: whose place it took, or that came back. `taken` is what a
    takedown removed.
    """

    audit_id: int
    subject: str
    fact: Fact | None = None
    taken: TakenAway | None = None
    others: tuple[Fact, ...] = ()


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
            await once(tx)
            if also is not None:
                await also(tx)
            made = await tx.work(lambda rows: self._make(rows, change, by))
        if made.taken is not None:
            await scrub(self._database)
        return made

    async def rehearse(self, change: Change, *, by: Actor) -> ChangeResult:
        """Return what a change would make, exactly as it would stand, and leave everything as it is.

        It is made and rolled back: what is shown before a change is confirmed comes by no other way than
        what stands after it. Raises as `make` does.
        """
        try:
            async with self._database.transaction() as tx:
                made = await tx.work(lambda rows: self._make(rows, change, by))
                raise _Rehearsed(made)  # noqa: TRY301  # reason: it rolls back
        except _Rehearsed as rehearsed:
            return rehearsed.made

    async def undo(
        self,
        *,
        by: Actor,
        within_minutes: float,
        story_id: int | None = None,
        what: int | str | None = None,
        also: Also | None = None,
    ) -> ChangeResult:
        """Take back a person's own change (to a story), as a new change, if it is no older than that.

        `what` is the change's entry of the trail, or what it was to (`F7`); without it, it is the last one.
        Raises Refused, saying why, where there is nothing to take back or something was built on it.
        """

        def work(tx: Statements) -> ChangeResult:
            change = undo.find(tx, by.address, story_id, self.clock(), within_minutes, what)
            return self._make(tx, change, by)

        async with self._database.transaction() as tx:
            await once(tx)
            if also is not None:
                await also(tx)
            return await tx.work(work)

    def _make(self, tx: Statements, change: Change, by: Actor) -> ChangeResult:
        """Make a change, in the database's thread: all of its statements one after the other."""
        trace = AuditEntryWriter.open(tx, by, self.clock)
        if isinstance(change, Publish | Revise):
            if isinstance(change, Publish):
                trace, fact, others = fact_changes.publish(tx, trace, change)
            else:
                trace, fact, others = fact_changes.revise(tx, trace, change)
            return ChangeResult(trace.id, f"F{fact.id}", fact, others=others)
        if isinstance(change, TakeDown):
            taken = take_down(tx, trace, change)
            back = fact_changes.bring_back(tx, trace, change)
            return ChangeResult(trace.id, change.subject, taken=taken, others=back)
        return ChangeResult(trace.id, _OTHERS[type(change)](tx, trace, change))


_OTHERS: dict[type[Any], Callable[[Statements, AuditEntryWriter, Any], str]] = {
    PutSource: catalogue.put_source,
    PutEntity: catalogue.put_entity,
    MergeEntity: catalogue.merge_entity,
    RemoveEntity: catalogue.remove_entity,
    SeparateEntity: catalogue.separate_entity,
    OpenStory: stories.open_story,
    SetStory: stories.set_story,
    Reject: drafts.reject,
    Appoint: members.appoint,
    Dismiss: members.dismiss,
}
