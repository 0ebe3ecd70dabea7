"""Drafts: proposed facts waiting for review, and the decisions on them.

The trail keeps a suggestion only once a moderator acts on it: an entry cannot be removed, and would hold a
reader's id for ever. The same goes for questions.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from storage.domain.changes import Publish, Reject, Revise, dumped
from storage.domain.errors import AlreadyDone, Refused
from storage.domain.models import Action, Draft, DraftKind, DraftState, Fact
from storage.engines.database import Database, Statements, Transaction
from storage.engines.values import Values
from storage.people.repeats import once
from storage.reading.draft_rows import draft_of
from storage.trail.audit import AuditEntryWriter

# Drafts of one person that may wait at once.
MOST_WAITING = 20
# Drafts that moderators are told of in one message.
MOST_ANNOUNCED = 1_000


class Unannounced(NamedTuple):
    """A draft that waits, and that no moderator was told of."""

    id: int
    story_id: int
    proposer: str | None
    proposed_at: str


class Drafts:
    """Keep proposals until they are decided."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # For how long they are gathered before moderators are told of them; None: nobody is.
        self.gathered: timedelta | None = None
        # Who is told where a story has no moderators.
        self.owners: tuple[str, ...] = ()

    async def find(self, draft_id: int) -> Draft | None:
        """Return one draft, decided or not."""
        rows = await self._database.read("SELECT * FROM draft WHERE id = ?", (draft_id,))
        return draft_of(rows[0]) if rows else None

    async def waiting(self, story_id: int, *, after: int = 0, limit: int) -> list[Draft]:
        """Return the drafts of people that wait in a story, the longest first, in order of id after `after`.

        Those that were found in articles wait with their articles.
        """
        rows = await self._database.read(
            "SELECT * FROM draft WHERE story_id = ? AND state = 'waiting' AND kind <> 'found' AND id > ?"
            " ORDER BY id LIMIT ?",
            (story_id, after, limit),
        )
        return [draft_of(row) for row in rows]

    async def untold(self, limit: int) -> list[Draft]:
        """Return decided drafts whose proposers do not know yet, the first proposed first."""
        rows = await self._database.read(
            "SELECT * FROM draft WHERE state <> 'waiting' AND told = 0 ORDER BY id LIMIT ?", (limit,)
        )
        return [draft_of(row) for row in rows]

    async def unannounced(self) -> list[Unannounced]:
        """Return the drafts of people that wait and that no moderator was told of, the oldest first."""
        rows = await self._database.read(
            "SELECT id, story_id, proposer, proposed_at FROM draft"
            " WHERE state = 'waiting' AND announced = 0 AND kind <> 'found' ORDER BY id LIMIT ?",
            (MOST_ANNOUNCED,),
        )
        return [Unannounced(*row) for row in rows]

    async def count_waiting(self, story_id: int) -> int:
        """Return how many drafts of people wait in a story."""
        rows = await self._database.read(
            "SELECT count(*) FROM draft WHERE story_id = ? AND state = 'waiting' AND kind <> 'found'",
            (story_id,),
        )
        return int(rows[0][0])


async def announce(tx: Transaction, ids: Sequence[int]) -> bool:
    """Remember that moderators were told of drafts; False if that was done before."""
    rows = await tx.fetch(
        "UPDATE draft SET announced = 1 WHERE announced = 0 AND id IN (SELECT value FROM ints(?))"
        " RETURNING id",
        (Values(ids),),
    )
    return len(rows) == len(ids)


async def tell(tx: Transaction, draft_id: int) -> bool:
    """Remember that a proposer was told what became of a draft; False if that was done before."""
    return bool(
        await tx.fetch("UPDATE draft SET told = 1 WHERE id = ? AND told = 0 RETURNING id", (draft_id,))
    )


async def propose(
    tx: Transaction,
    change: Publish,
    *,
    kind: DraftKind,
    proposer: str,
    chat: str,
    language: str,
    at: str,
    replacing: int | None = None,
) -> int:
    """Put a fact before the moderators and return the draft's id; it may take the place of another draft.

    Raises Refused for a person who has too many waiting, AlreadyDone where the other is decided already.
    """
    await once(tx)
    written = json.dumps(dumped(change), ensure_ascii=False)
    row = (change.story_id, kind, written, proposer, chat, language, at)
    rows = await tx.fetch("SELECT count(*) FROM draft WHERE proposer = ? AND state = 'waiting'", (proposer,))
    # A moderator may well have more before a second pair of eyes: an article has dozens of statements.
    if kind is DraftKind.SUGGESTION and rows[0][0] >= MOST_WAITING:
        raise Refused(
            f"{MOST_WAITING} of your suggestions are waiting already: let moderators look at those first"
        )
    made = await tx.fetch(
        "INSERT INTO draft (story_id, kind, change, proposer, chat, language, proposed_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id",
        row,
    )
    if replacing is not None:
        by = (at, proposer)
        await tx.work(lambda rows: _close(rows, change.story_id, replacing, DraftState.EDITED, by))
    return int(made[0][0])


def decide(
    tx: Statements, trace: AuditEntryWriter, change: Publish | Revise, state: DraftState, fact: Fact
) -> None:
    """Write that the draft of a change, if it is of one, came on record with a fact.

    Raises AlreadyDone for one that is decided.
    """
    if change.draft is not None:
        _close(tx, change.story_id, change.draft, state, (trace.at, trace.by.address), fact_id=fact.id)


def reject(tx: Statements, trace: AuditEntryWriter, change: Reject) -> str:
    """Reject a draft; return its id as people write it."""
    by = (trace.at, trace.by.address)
    _close(tx, change.story_id, change.draft, DraftState.REJECTED, by, reason=change.reason)
    subject = f"D{change.draft}"
    trace.close(tx, Action.REJECTED, subject, story_id=change.story_id, reason=change.reason)
    return subject


def _close(
    tx: Statements,
    story_id: int,
    draft_id: int,
    state: DraftState,
    by: tuple[str, str],
    *,
    fact_id: int | None = None,
    reason: str | None = None,
) -> None:
    """Close a draft of a story; `by` is when and by whom."""
    rows = tx.fetch(
        "UPDATE draft SET state = ?, decided_at = ?, decided_by = ?, fact_id = ?, reason = ?"
        " WHERE id = ? AND story_id = ? AND state = 'waiting' RETURNING id",
        (state, *by, fact_id, reason, draft_id, story_id),
    )
    if not rows:
        raise AlreadyDone(f"D{draft_id} has been decided already, or is of another story")
