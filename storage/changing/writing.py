"""Writing facts: their rows, revisions and relations, within the transaction of one change.

Attributions are written before their fact, because a trigger refuses a fact without one. A foreign key alone
would let a tool without `foreign_keys=ON` store a fact that nobody states.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from storage.changing.references import Resolver
from storage.domain import dates
from storage.domain.entries import FactEntry
from storage.domain.errors import Refused, UnknownRefs
from storage.domain.models import RevisionKind
from storage.engines.sqlite import Transaction
from storage.search import full_text
from storage.trail.audit import AuditEntryWriter

State = dict[str, Any]

_FACT = """
INSERT INTO fact (
    id, story_id, ref, statement, occurred, occasion, date_note, earliest, latest, lasting,
    retracted, revision
)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET statement = excluded.statement, occurred = excluded.occurred,
    occasion = excluded.occasion, date_note = excluded.date_note, earliest = excluded.earliest,
    latest = excluded.latest, lasting = excluded.lasting, superseded_by = NULL,
    retracted = excluded.retracted, revision = excluded.revision
"""
_ATTRIBUTION = """
INSERT INTO attribution VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (fact_id, position) DO UPDATE SET speaker_id = excluded.speaker_id, cue = excluded.cue,
    stance = excluded.stance, source_id = excluded.source_id, locator = excluded.locator,
    quote = excluded.quote, said = excluded.said
"""
_REVISION = """
INSERT INTO revision (fact_id, number, at, kind, actor, reason, material, state, audit_id)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
# Whatever a fact was superseded by, and what that was superseded by: a ring would leave no fact in force.
_RINGS = """
WITH RECURSIVE walk (start, id, steps) AS (
    SELECT id, superseded_by, 1 FROM fact
    WHERE superseded_by IS NOT NULL AND id IN (SELECT value FROM json_each(?))
    UNION ALL
    SELECT w.start, f.superseded_by, w.steps + 1 FROM walk w JOIN fact f ON f.id = w.id
    WHERE w.id <> w.start AND w.steps < 1000 AND f.superseded_by IS NOT NULL
)
SELECT f.id FROM walk w JOIN fact f ON f.id = w.start WHERE w.id = w.start OR w.steps >= 1000 LIMIT 1
"""


@dataclass(slots=True)
class Written:
    """What a batch of entries did to the record."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0

    @property
    def changes(self) -> int:
        """How many facts are new or other than before."""
        return self.added + self.updated


@dataclass(frozen=True, slots=True)
class RevisionInfo:
    """What a revision did to a known fact, and why."""

    kind: RevisionKind = RevisionKind.CORRECTED
    reason: str | None = None
    material: bool = True


@dataclass(slots=True)
class _Known:
    """A fact already on record: its id, last revision and state."""

    id: int
    revision: int
    state: State


@dataclass(slots=True)
class _Rows:
    """Rows gathered for one batch, written table by table."""

    facts: list[tuple[Any, ...]] = field(default_factory=list)
    attributions: list[tuple[Any, ...]] = field(default_factory=list)
    figures: list[tuple[Any, ...]] = field(default_factory=list)
    mentions: list[tuple[Any, ...]] = field(default_factory=list)
    revisions: list[tuple[Any, ...]] = field(default_factory=list)
    texts: list[tuple[int, str, str]] = field(default_factory=list)


class Batch:
    """Writes many entries within one transaction; relations wait until all facts are there."""

    def __init__(
        self,
        tx: Transaction,
        story_id: int,
        trace: AuditEntryWriter,
        resolver: Resolver,
        deed: RevisionInfo | None = None,
    ) -> None:
        self._tx = tx
        self._story = story_id
        self._trace = trace
        self._at = trace.at
        self._resolver = resolver
        self._deed = deed or RevisionInfo()
        self._next_id: int | None = None
        self._related: list[tuple[int, FactEntry, str]] = []
        self.written = Written()

    async def write(self, entries: Sequence[FactEntry]) -> None:
        """Write entries with their attributions, figures, mentions, revisions and search text."""
        known = await self._known(entry.ref for entry in entries)
        taken = await self._taken(entries)
        await self._resolver.prepare(entries)
        rows = _Rows()
        surplus: list[int] = []
        for entry in entries:
            before = known.get(entry.ref)
            state = self._resolver.state(entry)
            if before is not None and before.state == state:
                self.written.unchanged += 1
                continue
            if before is None:
                fact_id, number = await self._new_id(entry, taken), max(len(entry.revisions), 1)
                self.written.added += 1
            else:
                fact_id, number = before.id, before.revision + 1
                surplus.append(fact_id)
                self.written.updated += 1
            known[entry.ref] = _Known(fact_id, number, state)
            self._gather(rows, fact_id, number, entry, state, is_new=before is None)
            if before is not None or entry.contradicts or entry.supports or entry.superseded_by:
                self._related.append((fact_id, entry, self._since(entry, is_new=before is None)))
        await self._clear(surplus)
        await self._insert(rows)

    async def finish(self) -> None:
        """Write relations and supersessions, now that every fact has its id."""
        wanted = {
            ref
            for _, entry, _ in self._related
            for ref in (*(r.fact for r in (*entry.contradicts, *entry.supports)), entry.superseded_by)
            if ref
        }
        ids = await self._ids(wanted)
        if missing := sorted(wanted - ids.keys()):
            raise UnknownRefs("fact", missing)
        for fact_id, entry, since in self._related:
            await self._relate(fact_id, entry, ids, since)
        await self._refuse_rings([fact_id for fact_id, entry, _ in self._related if entry.superseded_by])
        self._related.clear()

    async def _refuse_rings(self, fact_ids: list[int]) -> None:
        if fact_ids and (rings := await self._tx.fetch(_RINGS, (json.dumps(fact_ids),))):
            raise Refused(f"F{rings[0][0]} would in the end be superseded by itself: name another fact")

    async def _relate(self, fact_id: int, entry: FactEntry, ids: dict[str, int], since: str) -> None:
        """Bring a fact's outgoing relations to what its entry says; ended ones stay, with their end."""
        rows = await self._tx.fetch(
            "SELECT kind, other_id, about, source_id, locator FROM relation"
            " WHERE fact_id = ? AND ended_at IS NULL",
            (fact_id,),
        )
        present = {tuple(row) for row in rows}
        wanted = {
            (kind, ids[item.fact], item.about, self._resolver.source_id(item.source), item.locator)
            for kind, items in (("contradicts", entry.contradicts), ("supports", entry.supports))
            for item in items
        }
        if any(other == fact_id for _, other, *_ in wanted) or ids.get(entry.superseded_by or "") == fact_id:
            raise Refused(f"{entry.ref!r} is related to itself: name another fact")
        for kind, other, *_ in present - wanted:
            await self._tx.run(
                "UPDATE relation SET ended_at = ?"
                " WHERE fact_id = ? AND kind = ? AND other_id = ? AND ended_at IS NULL",
                (self._at, fact_id, kind, other),
            )
        await self._tx.run_many(
            "INSERT INTO relation (fact_id, kind, other_id, about, source_id, locator, added_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(fact_id, *item, since) for item in sorted(wanted - present, key=str)],
        )
        if entry.superseded_by:
            await self._tx.run(
                "UPDATE fact SET superseded_by = ? WHERE id = ?", (ids[entry.superseded_by], fact_id)
            )

    def _since(self, entry: FactEntry, *, is_new: bool) -> str:
        """Return since when an entry's relations hold: an imported history knows its own last moment."""
        return entry.revisions[-1].at if is_new and entry.revisions else self._at

    async def _known(self, refs: Iterable[str]) -> dict[str, _Known]:
        rows = await self._tx.fetch(
            "SELECT f.ref, f.id, f.revision, r.state FROM fact f"
            " JOIN revision r ON r.fact_id = f.id AND r.number = f.revision"
            " WHERE f.story_id = ? AND f.ref IN (SELECT value FROM json_each(?))",
            (self._story, json.dumps(list(refs))),
        )
        return {row["ref"]: _Known(row["id"], row["revision"], json.loads(row["state"])) for row in rows}

    async def _ids(self, refs: Iterable[str]) -> dict[str, int]:
        rows = await self._tx.fetch(
            "SELECT ref, id FROM fact WHERE story_id = ? AND ref IN (SELECT value FROM json_each(?))",
            (self._story, json.dumps(list(refs))),
        )
        return {row[0]: row[1] for row in rows}

    async def _taken(self, entries: Iterable[FactEntry]) -> set[int]:
        """Return which of the ids that entries ask for are in use already."""
        wanted = [int(entry.id[1:]) for entry in entries if entry.id]
        rows = await self._tx.fetch(
            "SELECT id FROM fact WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(wanted),)
        )
        return {row[0] for row in rows}

    async def _new_id(self, entry: FactEntry, taken: set[int]) -> int:
        """Return the id an exported fact had, where it is free, else the next one."""
        if self._next_id is None:
            rows = await self._tx.fetch("SELECT coalesce(max(id), 0) + 1 FROM fact")
            self._next_id = int(rows[0][0])
        wanted = int(entry.id[1:]) if entry.id else None
        fact_id = self._next_id if wanted is None or wanted in taken else wanted
        taken.add(fact_id)
        self._next_id = max(self._next_id, fact_id + 1)
        return fact_id

    def _gather(
        self, rows: _Rows, fact_id: int, number: int, entry: FactEntry, state: State, *, is_new: bool
    ) -> None:
        # What has no date of its own stands on the timeline where it was first spoken of.
        when = entry.occurred or entry.attributions[0].said
        earliest, latest = dates.bounds(when) if when else (None, None)
        lasting = dates.lasting(earliest, latest) if earliest and latest else None
        dated = (entry.occurred, entry.occasion, entry.date_note, earliest, latest, lasting)
        rows.facts.append((fact_id, self._story, entry.ref, entry.statement, *dated, entry.retracted, number))
        for position, item in enumerate(entry.attributions, 1):
            speaker, source = self._resolver.speaker_id(item), self._resolver.attributed_source(item)
            rows.attributions.append(
                (
                    fact_id,
                    position,
                    speaker,
                    item.cue,
                    item.stance,
                    source,
                    item.locator,
                    item.quote,
                    item.said,
                )
            )
        for position, figure in enumerate(entry.figures, 1):
            rows.figures.append((fact_id, position, self._story, *figure.model_dump().values()))
        rows.mentions.extend((fact_id, *mention) for mention in self._resolver.mentions(entry))
        if entry.retracted is None and entry.superseded_by is None:
            rows.texts.append((fact_id, entry.statement, self._resolver.context(entry)))
        for revision in self._revisions(fact_id, number, entry, state, is_new=is_new):
            self._trace.cover(revision)
            rows.revisions.append((*revision, self._trace.id))

    def _revisions(
        self, fact_id: int, number: int, entry: FactEntry, state: State, *, is_new: bool
    ) -> Iterable[tuple[Any, ...]]:
        """Yield the rows of a fact's history: the imported one, or the one revision that this makes."""
        written = json.dumps(state, ensure_ascii=False)
        if is_new and entry.revisions:
            for n, item in enumerate(entry.revisions, 1):
                past = json.dumps(item.state, ensure_ascii=False) if n < number and item.state else written
                yield fact_id, n, item.at, item.kind, item.actor, item.reason, item.material, past
        else:
            deed = RevisionInfo(RevisionKind.PUBLISHED) if is_new else self._deed
            told = (self._trace.by.address, deed.reason, deed.material)
            yield fact_id, number, self._at, deed.kind, *told, written

    async def _clear(self, fact_ids: list[int]) -> None:
        """Remove what a corrected fact no longer has; its attributions are replaced one by one."""
        wanted = (json.dumps(fact_ids),)
        for table in ("figure", "mention"):
            await self._tx.run(
                f"DELETE FROM {table} WHERE fact_id IN (SELECT value FROM json_each(?))", wanted
            )
        await self._tx.run(
            "DELETE FROM attribution WHERE position > 1 AND fact_id IN (SELECT value FROM json_each(?))",
            wanted,
        )
        await full_text.remove(self._tx, fact_ids)

    async def _insert(self, rows: _Rows) -> None:
        # Attributions first: the database refuses a fact that has none.
        await self._tx.run_many(_ATTRIBUTION, rows.attributions)
        await self._tx.run_many(_FACT, rows.facts)
        await self._tx.run_many(
            "INSERT INTO figure"
            " (fact_id, position, story_id, amount, upper, words, qualifier, counts, measure)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rows.figures,
        )
        await self._tx.run_many(
            "INSERT INTO mention (fact_id, part, position, entity_id) VALUES (?, ?, ?, ?)", rows.mentions
        )
        await self._tx.run_many(_REVISION, rows.revisions)
        await full_text.add(self._tx, self._story, rows.texts)
