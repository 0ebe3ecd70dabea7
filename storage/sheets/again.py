"""Sheets that are imported again: only what a sheet has changed itself is changed on record.

What a fact said when it was last imported is found in its revisions: those that imports made, or for an
exported fact the last that its own history and the record have in common. Sources and names have no
revisions: there it is what stands on record but for the changes that the trail has of moderators.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from storage.changing.catalogue import add_missing, entity_fields, source_fields
from storage.changing.entity_rows import restore_names
from storage.changing.fact_rows import state_of
from storage.changing.references import Resolver
from storage.changing.writing import KnownFact
from storage.domain.entries import ON_RECORD, EntityEntry, FactEntry, SourceEntry
from storage.domain.folding import fold
from storage.domain.models import Action
from storage.domain.names import with_article
from storage.engines.database import Statements
from storage.engines.values import Values
from storage.reading import entities, sources
from storage.sheets import briefs
from storage.sheets.three_way import State, Step, last_said, merge

MOST_KEPT = 20
# The facts that somebody else than an import has changed, or put on record.
_MODERATED = """
SELECT DISTINCT r.fact_id FROM revision r JOIN audit a ON a.id = r.audit_id
WHERE r.fact_id IN (SELECT value FROM ints(?)) AND a.action <> ?
"""
_REVISIONS = """
SELECT r.fact_id, r.number, r.at, r.state, coalesce(r.audit_id, 0) AS entry, a.action FROM revision r
LEFT JOIN audit a ON a.id = r.audit_id
WHERE r.fact_id IN (SELECT value FROM ints(?)) ORDER BY r.fact_id, r.number
"""
_EDITS = """
SELECT id, subject, before, after FROM audit
WHERE subject IN (SELECT value FROM texts(?)) AND action IN (SELECT value FROM texts(?)) ORDER BY id
"""
_ACTIONS = Values(
    [
        str(action)
        for action in (
            Action.SOURCE_ADDED, Action.SOURCE_EDITED, Action.ENTITY_ADDED, Action.ENTITY_EDITED,
            Action.ENTITY_REMOVED, Action.STORY_SET, Action.UNDONE,
        )
    ]
)  # fmt: skip
# Imports are entries of a story: one that is about several is an entry of the last of them.
_IMPORTS = """
SELECT id, after FROM audit WHERE subject >= 'story ' AND subject < 'story!' AND action = ? ORDER BY id
"""
_IDS = "SELECT ref, id FROM {} WHERE story_id = ? AND ref IN (SELECT value FROM texts(?))"


class Kept(NamedTuple):
    """What an import left as moderators have it, though the sheet changed it too: its id, ref and fields."""

    subject: str
    ref: str
    fields: tuple[str, ...]


def kept_lines(kept: Sequence[Kept]) -> Iterator[str]:
    """Yield what an import left as moderators have it, and what to do instead."""
    if not kept:
        return
    yield "Changed by moderators and in the sheet too; the record stays as moderators have it:"
    for subject, ref, names in kept[:MOST_KEPT]:
        shown = "the name" if subject.startswith("E") else subject
        yield f"  {shown} ({ref}): {', '.join(names)}"
    if len(kept) > MOST_KEPT:
        yield f"  ... and {len(kept) - MOST_KEPT} more"
    yield (
        "To keep what moderators wrote, write it into the sheet as well (onrecord export shows it). To have"
        " what the sheet says, change it in a chat: /correct F7, /restore F7, /source S3, /entity NAME,"
        " /editstory"
    )


class _Changes(NamedTuple):
    """An entry on record, and what others than imports have changed in it."""

    subject: str
    steps: Sequence[Step]


@dataclass(slots=True)
class Again:
    """Holds the entries of a sheet against the record, and notes what came of it."""

    kept: list[Kept] = field(default_factory=list)
    # By subject, the fields that a sheet has taken over from moderators: from now on it is what it said.
    agreed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _noted: dict[str, dict[str, int]] | None = None

    def sources(self, tx: Statements, story_id: int, listed: Sequence[SourceEntry]) -> list[SourceEntry]:
        """Return sources as they are to be written."""
        changes = _edited(tx, "source", story_id, [source.ref for source in listed])
        ids = [int(each.subject[1:]) for each in changes.values()]
        now = {source.ref: source_fields(source) or {} for source in sources.by_id(tx.fetch, ids).values()}
        return [
            SourceEntry.model_validate(
                self._merged(tx, changes[source.ref], source.ref, _fields(source), now[source.ref])
                | {"id": source.id},
                context=ON_RECORD,
            )
            if source.ref in changes
            else source
            for source in listed
        ]

    def entities(self, tx: Statements, story_id: int, listed: Sequence[EntityEntry]) -> list[EntityEntry]:
        """Return names as they are to be written."""
        changes = _edited(tx, "entity", story_id, [entity.ref for entity in listed])
        return [self._entity(tx, story_id, each, changes.get(each.ref)) for each in listed]

    def _entity(
        self, tx: Statements, story_id: int, entity: EntityEntry, change: _Changes | None
    ) -> EntityEntry:
        if change is None:
            return entity
        there = entities.by_itself(tx.fetch, story_id, entity.ref)
        removed = there is not None and there.merged_into == there.ref
        now = _sorted(entity_fields(there) or {})
        state = self._merged(tx, change, entity.ref, _sorted(_fields(entity)), now)
        into = entity.ref if removed else entity.merged_into
        return EntityEntry.model_validate(state | {"merged_into": into})

    def opened(self, tx: Statements, story_id: int) -> bool:
        """Tell whether somebody has opened to all a story that its sheet kept to itself."""
        steps = _steps(tx, [f"story {story_id}"]).get(f"story {story_id}", ())
        return bool(last_said({"private": False}, steps, {}).get("private"))

    def story(self, tx: Statements, story_id: int, says: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
        """Tell whether moderators have set what a sheet `says` of a story: then that stays as it is `now`."""
        subject = f"story {story_id}"
        steps = _steps(tx, [subject]).get(subject, [])
        if not any(field in step.after for step in steps for field in says):
            return False
        said = last_said(dict(now), steps, {})
        if both := tuple(field for field in says if says[field] not in (said.get(field), now.get(field))):
            self.kept.append(Kept(subject, "about it", both))
        return True

    def facts(
        self, tx: Statements, resolver: Resolver, listed: Sequence[FactEntry], known: Mapping[str, KnownFact]
    ) -> list[FactEntry]:
        """Return facts as they are to be written. All that they name is found, also in what is returned."""
        ids = {known[fact.ref].id: fact for fact in listed if fact.ref in known}
        if not ids:
            return list(listed)
        rows = tx.fetch(_MODERATED, (Values(ids), str(Action.IMPORTED)))
        moderated = {ids[row["fact_id"]].ref: row["fact_id"] for row in rows}
        steps = _revisions(tx, {fact_id: ids[fact_id] for fact_id in moderated.values()})
        merged: dict[str, FactEntry] = {}
        for ref, fact_id in moderated.items():
            fact, change = ids[fact_id], _Changes(f"F{fact_id}", steps[fact_id])
            says = state_of(fact, resolver.found)
            if (state := self._merged(tx, change, ref, says, known[ref].state)) != says:
                merged[ref] = _with_state(fact, state)
        add_missing(tx, resolver, list(merged.values()))
        unfit = briefs.refused(tx, resolver.story_id, list(merged.values()), known, resolver.found)
        for ref in unfit:
            # A brief and a statement that do not go together came from the two sides: the record stays.
            self.kept.append(Kept(f"F{known[ref].id}", ref, ("brief",)))
            merged[ref] = _with_state(merged[ref], known[ref].state)
        add_missing(tx, resolver, [merged[ref] for ref in unfit])
        return [merged.get(fact.ref, fact) for fact in listed]

    def _merged(self, tx: Statements, change: _Changes, ref: str, says: State, now: State) -> State:
        said = last_said(now, change.steps, self._agreed_before(tx).get(change.subject, {}))
        merged = merge(said, says, now)
        if merged.kept:
            self.kept.append(Kept(change.subject, ref, merged.kept))
        if merged.agreed:
            self.agreed[change.subject] = merged.agreed
        return merged.state

    def _agreed_before(self, tx: Statements) -> dict[str, dict[str, int]]:
        """Return by subject and field the last import that noted that both were alike."""
        if self._noted is None:
            self._noted = {}
            for row in tx.fetch(_IMPORTS, (str(Action.IMPORTED),)):
                for subject, names in (json.loads(row["after"] or "{}").get("agreed") or {}).items():
                    self._noted.setdefault(subject, {}).update(dict.fromkeys(names, row["id"]))
        return self._noted


def _edited(tx: Statements, table: str, story_id: int, refs: Sequence[str]) -> dict[str, _Changes]:
    """Return by ref the sources or entities that moderators have changed, or put on record."""
    if not refs:
        return {}
    letter = table[0].upper()
    subjects = {
        f"{letter}{row['id']}": row["ref"] for row in tx.fetch(_IDS.format(table), (story_id, Values(refs)))
    }
    found = _steps(tx, list(subjects)) if subjects else {}
    return {subjects[subject]: _Changes(subject, steps) for subject, steps in found.items()}


def _steps(tx: Statements, subjects: Sequence[str]) -> dict[str, list[Step]]:
    found: dict[str, list[Step]] = {}
    for row in tx.fetch(_EDITS, (Values(subjects), _ACTIONS)):
        before, after = (_sorted(json.loads(row[name] or "{}")) for name in ("before", "after"))
        found.setdefault(row["subject"], []).append(Step(row["id"], before, after))
    return found


def _revisions(tx: Statements, facts: Mapping[int, FactEntry]) -> dict[int, list[Step]]:
    """Return by fact the changes from each revision to the next, after the last that an export knew."""
    found: dict[int, list[Step]] = {fact_id: [] for fact_id in facts}
    before: State = {}
    for row in tx.fetch(_REVISIONS, (Values(facts),)) if facts else ():
        steps, past = found[row["fact_id"]], facts[row["fact_id"]].revisions
        before = before if row["number"] > 1 else {}
        after = json.loads(row["state"] or "{}")
        steps.append(Step(row["entry"], before, after, row["action"] in (None, Action.IMPORTED)))
        if row["number"] <= len(past) and past[row["number"] - 1].at == row["at"]:
            steps.clear()
        before = after
    return found


def find_names(resolver: Resolver, said: Sequence[EntityEntry], written: Sequence[EntityEntry]) -> None:
    """Let the names in a sheet mean whom it declares under them, whatever these are called by now."""
    for entity, stands in zip(said, written, strict=True):
        if fold(stands.name) == fold(entity.name) and stands.merged_into != stands.ref:
            continue
        names = [name for name in (entity.name, entity.short, *entity.aliases) if name]
        resolver.find_entities([entity.ref, *names])
        for name in names:
            resolver.found.entities.setdefault(name, resolver.found.entities[entity.ref])


def restore_named(
    tx: Statements, resolver: Resolver, facts: Sequence[FactEntry], known: Mapping[str, KnownFact]
) -> None:
    """Bring removed names back that a fact which a sheet adds or changes names."""
    if any(each.removed for each in resolver.found.entities.values()):
        states = {ref: each.state for ref, each in known.items()}
        changed = [fact for fact in facts if state_of(fact, resolver.found) != states.get(fact.ref)]
        restore_names(tx, resolver, changed)


def _with_state(fact: FactEntry, state: State) -> FactEntry:
    own = {"ref": fact.ref, "id": fact.id, "revisions": fact.revisions}
    return FactEntry.model_validate(state | own, context=ON_RECORD)


def _fields(entry: SourceEntry | EntityEntry) -> State:
    fields = entry.model_dump(mode="json", exclude={"id", "merged_into"}, exclude_none=True)
    return {key: value for key, value in fields.items() if value != []}


def _sorted(fields: State) -> State:
    """Return the fields of an entity with its further names once each, in an order that does not matter."""
    if not (aliases := fields.get("aliases")):
        return fields
    names = (fields.get("name", ""), fields.get("short") or "")
    own = {fold(name) for name in (*names, with_article(fields.get("article"), names[0]))}
    others = {fold(alias): alias for alias in reversed(aliases) if fold(alias) not in own}
    return {**fields, "aliases": [others[key] for key in sorted(others)]}
