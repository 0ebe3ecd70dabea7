"""Writing facts: their rows, revisions and relations, within the transaction of one change."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from storage.changing.fact_rows import FactRows, state_of
from storage.changing.references import References
from storage.changing.relations import Related, relate
from storage.changing.stories import settle
from storage.domain.entries import FactEntry
from storage.domain.models import RevisionKind
from storage.engines.database import Statements
from storage.engines.values import Values
from storage.reading.erased import State
from storage.search import full_text
from storage.trail import digests
from storage.trail.audit import AuditEntryWriter


@dataclass(slots=True)
class Written:
    """What a batch of entries did to the record."""

    added: int = 0
    unchanged: int = 0
    # The ids of facts that were on record and are other than before.
    revised: list[int] = field(default_factory=list)

    @property
    def updated(self) -> int:
        """How many facts are other than before."""
        return len(self.revised)

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


@dataclass(frozen=True, slots=True)
class KnownFact:
    """A fact on record: its id, last revision and state."""

    id: int
    revision: int
    state: State


def known_facts(tx: Statements, story_id: int, refs: Iterable[str]) -> dict[str, KnownFact]:
    """Return a story's facts of those refs, by ref."""
    rows = tx.fetch(
        "SELECT f.ref, f.id, f.revision, r.state FROM fact f"
        " JOIN revision r ON r.fact_id = f.id AND r.number = f.revision"
        " WHERE f.story_id = ? AND f.ref IN (SELECT value FROM texts(?))",
        (story_id, Values(refs)),
    )
    return {row["ref"]: KnownFact(row["id"], row["revision"], json.loads(row["state"])) for row in rows}


class Batch:
    """Writes many entries within one transaction; relations wait until all facts are there."""

    def __init__(
        self,
        tx: Statements,
        story_id: int,
        trace: AuditEntryWriter,
        found: References,
        info: RevisionInfo | None = None,
    ) -> None:
        self._tx = tx
        self._story_id = story_id
        self._trace = trace
        self._found = found
        self._info = info or RevisionInfo()
        self._next_id: int | None = None
        self._related: list[Related] = []
        self.written = Written()

    def write(self, entries: Sequence[FactEntry], known: dict[str, KnownFact]) -> None:
        """Write entries with their attributions, figures, mentions, revisions and search text.

        All that they name is found. `known` are those of them that are on record, by ref; it is brought up to
        date.
        """
        taken = self._taken(entries)
        rows = FactRows(self._story_id, self._found)
        for entry in entries:
            before = known.get(entry.ref)
            state = state_of(entry, self._found)
            if before is not None and before.state == state:
                self.written.unchanged += 1
                continue
            if before is None:
                after = KnownFact(self._new_id(entry, taken), max(len(entry.revisions), 1), state)
                self.written.added += 1
            else:
                after = KnownFact(before.id, before.revision + 1, state)
                rows.replaced.append(after.id)
                self.written.revised.append(after.id)
            known[entry.ref] = after
            rows.add(after.id, after.revision, entry)
            self._add_revisions(rows, after, entry, is_new=before is None)
            if before is not None or entry.contradicts or entry.supports or entry.superseded_by:
                since = self._since(entry, is_new=before is None)
                self._related.append(Related(after.id, entry, since))
        rows.write(self._tx)
        language = settle(self._tx, self._story_id) if rows.texts else None
        full_text.add(self._tx, self._story_id, rows.texts, language)

    def finish(self) -> None:
        """Write relations and supersessions, now that every fact has its id."""
        relate(self._tx, self._story_id, self._trace.at, self._related, self._found)
        self._related.clear()

    def _since(self, entry: FactEntry, *, is_new: bool) -> str:
        """Return since when an entry's relations hold: an imported history knows its own last moment."""
        return entry.revisions[-1].at if is_new and entry.revisions else self._trace.at

    def _taken(self, entries: Iterable[FactEntry]) -> set[int]:
        """Return which of the ids that entries ask for are in use already."""
        wanted = [int(entry.id[1:]) for entry in entries if entry.id]
        if not wanted:
            return set()
        rows = self._tx.fetch(
            "SELECT id FROM fact WHERE id IN (SELECT value FROM ints(?))", (Values(wanted),)
        )
        return {row[0] for row in rows}

    def _new_id(self, entry: FactEntry, taken: set[int]) -> int:
        """Return the id an exported fact had, where it is free, else the next one."""
        if self._next_id is None:
            self._next_id = int(self._tx.fetch("SELECT coalesce(max(id), 0) + 1 FROM fact")[0][0])
        wanted = int(entry.id[1:]) if entry.id else None
        fact_id = self._next_id if wanted is None or wanted in taken else wanted
        taken.add(fact_id)
        self._next_id = max(self._next_id, fact_id + 1)
        return fact_id

    def _add_revisions(self, rows: FactRows, fact: KnownFact, entry: FactEntry, *, is_new: bool) -> None:
        for revision in self._revisions(fact, entry, is_new=is_new):
            salts = (digests.new_salt(revision[5]), digests.new_salt(revision[7]))
            self._trace.cover((*revision, *salts, None, None))
            rows.revisions.append((*revision, self._trace.id, *salts))

    def _revisions(self, fact: KnownFact, entry: FactEntry, *, is_new: bool) -> Iterable[tuple[Any, ...]]:
        """Yield the rows of a fact's history: the imported one, or the one revision that this makes."""
        written = json.dumps(fact.state, ensure_ascii=False)
        if is_new and entry.revisions:
            for n, item in enumerate(entry.revisions, 1):
                past = item.state if n < fact.revision else None
                state = (
                    written if past is None else json.dumps(state_of(past, self._found), ensure_ascii=False)
                )
                yield fact.id, n, item.at, item.kind, item.actor, item.reason, item.material, state
        else:
            info = RevisionInfo(RevisionKind.PUBLISHED) if is_new else self._info
            by = (self._trace.by.address, info.reason, info.material)
            yield fact.id, fact.revision, self._trace.at, info.kind, *by, written
