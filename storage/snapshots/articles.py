"""Articles that are taken in: what became of each, and the drafts that were found in it.

Of who took an article in or named it nothing is kept here: what comes on record by it has a trail of its own.
Where a draft stands is kept as offsets in paragraphs of the copy, so that a takedown has its words to strike
in one place.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from storage.domain.changes import Publish, dumped
from storage.domain.clock import Clock, moment_text, read_moment
from storage.domain.errors import Refused
from storage.domain.models import Draft, DraftKind, DraftState
from storage.engines.database import Database, Row, Transaction
from storage.engines.presence import Presence
from storage.reading.draft_rows import draft_of

# Articles of a story that readers have named and nobody has opened yet.
MOST_SUGGESTED = 100
# Those who may be the speaker of a draft.
MOST_SPEAKERS = 4
# An article that is being read for longer was interrupted, whoever reads it.
LONGEST_READING = timedelta(minutes=4)
_FOUND = "SELECT d.*, f.tier, f.marks, f.intake_id FROM found_draft f JOIN draft d ON d.id = f.draft_id"
_OPEN = """
SELECT i.*, (
    SELECT count(*) FROM found_draft f JOIN draft d ON d.id = f.draft_id
    WHERE f.intake_id = i.id AND d.state = 'waiting'
) AS waiting
FROM intake i WHERE i.story_id = ? AND i.state <> 'closed' ORDER BY i.id DESC LIMIT ?
"""


class IntakeState(StrEnum):
    """How far an article is: named by a reader, being read, with drafts, not readable, or done with."""

    SUGGESTED = "suggested"
    READING = "reading"
    READY = "ready"
    FAILED = "failed"
    CLOSED = "closed"


class Intake(NamedTuple):
    """An article that is taken in; `told` is what its reading found, or why it failed (JSON).

    Of one that is being read `told` has the byte of the process that reads it (`Presence`).
    """

    id: int
    story_id: int
    state: IntakeState
    at: str
    address: str | None
    source_id: int | None
    snapshot_id: int | None
    told: dict[str, Any]
    waiting: int = 0


class FoundDraft(NamedTuple):
    """A draft that was found: its change, its tier, and where it stands in the copy (JSON)."""

    change: Publish
    tier: str
    marks: dict[str, Any]


class Waiting(NamedTuple):
    """A found draft as it was put before the moderators."""

    draft: Draft
    intake_id: int
    tier: str
    marks: dict[str, Any]


class Articles:
    """The articles that are taken in."""

    def __init__(self, database: Database, clock: Clock, presence: Presence) -> None:
        self._database = database
        self._clock = clock
        self._presence = presence

    async def begin(self, story_id: int, address: str | None, name: str | None = None) -> int:
        """Note that an article is being read; return its id. `name` is that of its file."""
        told = {"reader": self._presence.show(), "name": name}
        async with self._database.transaction() as tx:
            return await self._add(tx, story_id, IntakeState.READING, address, told)

    def is_interrupted(self, found: Intake) -> bool:
        """Tell whether an article was being read and nobody reads it any more."""
        if found.state is not IntakeState.READING:
            return False
        reader, me = found.told.get("reader"), self._presence.show()
        gone = reader != me and self._presence.is_gone(reader)
        return gone or self._clock() - read_moment(found.at) > LONGEST_READING

    async def suggest(self, story_id: int, address: str) -> int:
        """Note an article that a reader has named, once; return its id. Raises Refused where many wait."""
        async with self._database.transaction() as tx:
            rows = await tx.fetch(
                "SELECT id, address FROM intake WHERE story_id = ? AND state = 'suggested' ORDER BY id",
                (story_id,),
            )
            for row in rows:
                if row["address"] == address:
                    return int(row["id"])
            if len(rows) >= MOST_SUGGESTED:
                raise Refused("Many articles wait for the moderators already: try again another day")
            return await self._add(tx, story_id, IntakeState.SUGGESTED, address)

    async def restart(self, intake_id: int) -> None:
        """Note that an article is being read now, from the beginning."""
        told = json.dumps({"reader": self._presence.show()})
        async with self._database.transaction() as tx:
            await tx.run(
                "UPDATE intake SET state = 'reading', at = ?, told = ? WHERE id = ?",
                (self._now(), told, intake_id),
            )

    async def fail(self, intake_id: int, problem: str) -> None:
        """Note why an article could not be read."""
        async with self._database.transaction() as tx:
            rows = await tx.fetch("SELECT told FROM intake WHERE id = ?", (intake_id,))
            name = json.loads(rows[0]["told"] or "{}").get("name") if rows else None
            await tx.run(
                "UPDATE intake SET state = 'failed', told = ? WHERE id = ?",
                (json.dumps({"problem": problem, "name": name}), intake_id),
            )

    async def close(self, intake_id: int) -> None:
        """Note that nobody wants to see an article any more; drafts that wait are rejected with it."""
        async with self._database.transaction() as tx:
            await tx.run("UPDATE intake SET state = 'closed' WHERE id = ?", (intake_id,))
            await tx.run(
                "UPDATE draft SET state = 'rejected', decided_at = ? WHERE state = 'waiting'"
                " AND id IN (SELECT draft_id FROM found_draft WHERE intake_id = ?)",
                (self._now(), intake_id),
            )

    async def fill(
        self,
        intake_id: int,
        source_id: int,
        snapshot_id: int,
        told: Mapping[str, Any],
        drafts: Iterable[FoundDraft],
        language: str,
    ) -> None:
        """Put what was found in an article before the moderators, all at once."""
        now = self._now()
        async with self._database.transaction() as tx:
            await tx.run(
                "UPDATE intake SET state = 'ready', source_id = ?, snapshot_id = ?, told = ? WHERE id = ?",
                (source_id, snapshot_id, json.dumps(told, ensure_ascii=False), intake_id),
            )
            for each in drafts:
                change = json.dumps(dumped(each.change), ensure_ascii=False)
                # There is nobody to be told what becomes of it.
                made = await tx.fetch(
                    "INSERT INTO draft (story_id, kind, change, language, proposed_at, told)"
                    " VALUES (?, ?, ?, ?, ?, 1) RETURNING id",
                    (each.change.story_id, DraftKind.FOUND, change, language, now),
                )
                await tx.run(
                    "INSERT INTO found_draft (draft_id, intake_id, tier, marks) VALUES (?, ?, ?, ?)",
                    (made[0][0], intake_id, each.tier, json.dumps(each.marks, ensure_ascii=False)),
                )

    async def redate(self, intake_id: int, published: str | None, changes: Mapping[int, Publish]) -> None:
        """Put other changes in the place of drafts that wait: their dates were read against another day."""
        async with self._database.transaction() as tx:
            rows = await tx.fetch("SELECT told FROM intake WHERE id = ?", (intake_id,))
            told = json.loads(rows[0]["told"] or "{}") | {"published": published, "redated": len(changes)}
            await tx.run(
                "UPDATE intake SET told = ? WHERE id = ?", (json.dumps(told, ensure_ascii=False), intake_id)
            )
            await tx.run_many(
                "UPDATE draft SET change = ? WHERE id = ? AND state = 'waiting'",
                [(json.dumps(dumped(each), ensure_ascii=False), number) for number, each in changes.items()],
            )

    async def find(self, intake_id: int) -> Intake | None:
        """Return an article."""
        rows = await self._database.read("SELECT * FROM intake WHERE id = ?", (intake_id,))
        return _intake(rows[0]) if rows else None

    async def open(self, story_id: int, limit: int) -> list[Intake]:
        """Return a story's articles that are not done with, the newest first."""
        return [_intake(row) for row in await self._database.read(_OPEN, (story_id, limit))]

    async def of_source(self, source_id: int) -> list[Intake]:
        """Return the articles that were taken in as a source, the newest first."""
        rows = await self._database.read(
            "SELECT * FROM intake WHERE source_id = ? ORDER BY id DESC", (source_id,)
        )
        return [_intake(row) for row in rows]

    async def waiting(self, intake_id: int) -> list[Waiting]:
        """Return the drafts of an article that wait, the surest first, then as they stand in the text."""
        return [each for each in await self.drafts(intake_id) if each.draft.state is DraftState.WAITING]

    async def drafts(self, intake_id: int) -> list[Waiting]:
        """Return all drafts of an article, decided or not, in the same order."""
        rows = await self._database.read(f"{_FOUND} WHERE f.intake_id = ? ORDER BY f.draft_id", (intake_id,))
        return [_waiting(row) for row in rows]

    async def found(self, draft_id: int) -> Waiting | None:
        """Return a draft that was found in an article, decided or not; None for any other draft."""
        rows = await self._database.read(f"{_FOUND} WHERE f.draft_id = ?", (draft_id,))
        return _waiting(rows[0]) if rows else None

    async def _add(
        self,
        tx: Transaction,
        story_id: int,
        state: IntakeState,
        address: str | None,
        told: Mapping[str, Any] | None = None,
    ) -> int:
        rows = await tx.fetch(
            "INSERT INTO intake (story_id, state, at, address, told) VALUES (?, ?, ?, ?, ?) RETURNING id",
            (story_id, state, self._now(), address, json.dumps(told) if told else None),
        )
        return int(rows[0][0])

    def _now(self) -> str:
        return moment_text(self._clock())


def _intake(row: Row) -> Intake:
    return Intake(
        row["id"], row["story_id"], IntakeState(row["state"]), row["at"], row["address"], row["source_id"],
        row["snapshot_id"], json.loads(row["told"] or "{}"), row["waiting"] if "waiting" in row.keys() else 0,  # noqa: SIM118  # reason: iterating a Row gives its values
    )  # fmt: skip


def _waiting(row: Row) -> Waiting:
    return Waiting(draft_of(row), row["intake_id"], row["tier"], json.loads(row["marks"]))
