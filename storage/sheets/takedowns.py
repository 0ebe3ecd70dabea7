"""What was taken down, in sheets: it is neither exported nor imported, and what referred to it stays whole.

An export leaves out facts that were taken down, and the relations of others to them: elsewhere there
would be nothing at their far end. Imported into the record itself, those relations are there still.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from storage.changing.writing import KnownFact
from storage.domain.entries import FactEntry, RelationEntry
from storage.engines.database import Database, Statements
from storage.reading.erased import State

_DOWN = "SELECT ref, subject, at, ground FROM tombstone WHERE story_id = ? AND ref IS NOT NULL"
_RELATIONS = ("contradicts", "supports")
# The facts to write, and why others are refused, by ref.
Taken = tuple[list[FactEntry], dict[str, str]]


async def refs_of(database: Database, story_id: int) -> frozenset[str]:
    """Return the refs of a story's facts that were taken down."""
    rows = await database.read(_DOWN, (story_id,))
    return frozenset(row["ref"] for row in rows if row["subject"].startswith("F"))


def left_out(state: State, down: Collection[str]) -> State:
    """Return a fact as it is exported: without its relations to what was taken down.

    What that superseded is not in force elsewhere either: it is exported as retracted.
    """
    if not down:
        return state
    kept = {
        key: [item for item in state[key] if item["fact"] not in down] for key in _RELATIONS if key in state
    }
    left = {key: value for key, value in (state | kept).items() if value != []}
    if left.get("superseded_by") in down:
        del left["superseded_by"]
        left.setdefault("retracted", "superseded by a statement that was taken down")
    return left


def taken_in(tx: Statements, story_id: int, facts: list[FactEntry], known: Mapping[str, KnownFact]) -> Taken:
    """Return what an import makes of facts where some were taken down: see `Taken`."""
    rows = {row["ref"]: row for row in tx.fetch(_DOWN, (story_id,))}
    if not rows:
        return facts, {}
    refused = {
        fact.ref: "{subject} was taken down on {day} ({ground}): it does not come back; leave it out".format(
            subject=f"F{known[fact.ref].id}", day=down["at"][:10], ground=down["ground"]
        )
        for fact in facts
        if fact.ref in known and (down := known[fact.ref].state.get("taken_down"))
    }
    whole = [
        _with_relations(fact, known[fact.ref].state if fact.ref in known else {}, rows) for fact in facts
    ]
    return whole, refused


def _with_relations(fact: FactEntry, before: State, down: Collection[str]) -> FactEntry:
    """Return a fact with the relations that it has to what was taken down: an export cannot tell them."""
    changed: dict[str, Any] = {}
    for key in _RELATIONS:
        here = getattr(fact, key)
        named = {item.fact for item in here}
        more = [item for item in before.get(key, ()) if item["fact"] in down and item["fact"] not in named]
        if more:
            changed[key] = (*here, *(RelationEntry(**item) for item in more))
    if before.get("superseded_by") in down and fact.superseded_by is None:
        changed |= {"superseded_by": before["superseded_by"], "retracted": before.get("retracted")}
    elif not before and fact.superseded_by in down:
        # What is new here is in force: the other is not.
        changed["superseded_by"] = None
    return fact.model_copy(update=changed) if changed else fact
