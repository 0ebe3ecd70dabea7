"""Relations between facts, and which fact superseded which: written when every fact has its id."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from storage.changing.references import References
from storage.domain.entries import FactEntry
from storage.domain.errors import Refused, UnknownRefs
from storage.engines.sqlite import Statements

# All that a fact was superseded by, one after the other: a ring would leave no fact in force.
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


class Related(NamedTuple):
    """A fact whose relations are to be written: those that its entry names hold from a moment on."""

    fact_id: int
    entry: FactEntry
    since: str


def relate(tx: Statements, story_id: int, at: str, facts: Sequence[Related], found: References) -> None:
    """Bring the outgoing relations of facts to what their entries say. Raises UnknownRefs or Refused."""
    wanted = {ref for each in facts for ref in _refs(each.entry)}
    ids = _ids(tx, story_id, wanted)
    if missing := sorted(wanted - ids.keys()):
        raise UnknownRefs("fact", missing)
    for each in facts:
        _relate(tx, at, each, ids, found)
    _refuse_rings(tx, [each.fact_id for each in facts if each.entry.superseded_by])


def _relate(tx: Statements, at: str, fact: Related, ids: dict[str, int], found: References) -> None:
    """Write a fact's outgoing relations; ended ones stay, with their end."""
    fact_id, entry, since = fact
    rows = tx.fetch(
        "SELECT kind, other_id, about, source_id, locator FROM relation"
        " WHERE fact_id = ? AND ended_at IS NULL",
        (fact_id,),
    )
    present = {tuple(row) for row in rows}
    wanted = {
        (kind, ids[item.fact], item.about, found.source_id(item.source), item.locator)
        for kind, items in (("contradicts", entry.contradicts), ("supports", entry.supports))
        for item in items
    }
    if any(other == fact_id for _, other, *_ in wanted) or ids.get(entry.superseded_by or "") == fact_id:
        raise Refused(f"{entry.ref!r} is related to itself: name another fact")
    for kind, other, *_ in present - wanted:
        tx.run(
            "UPDATE relation SET ended_at = ?"
            " WHERE fact_id = ? AND kind = ? AND other_id = ? AND ended_at IS NULL",
            (at, fact_id, kind, other),
        )
    tx.run_many(
        "INSERT INTO relation (fact_id, kind, other_id, about, source_id, locator, added_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(fact_id, *item, since) for item in sorted(wanted - present, key=str)],
    )
    if entry.superseded_by:
        tx.run("UPDATE fact SET superseded_by = ? WHERE id = ?", (ids[entry.superseded_by], fact_id))


def _refs(entry: FactEntry) -> Iterable[str]:
    """Yield the refs of the facts that an entry names."""
    yield from (item.fact for item in (*entry.contradicts, *entry.supports))
    if entry.superseded_by:
        yield entry.superseded_by


def _ids(tx: Statements, story_id: int, refs: set[str]) -> dict[str, int]:
    if not refs:
        return {}
    rows = tx.fetch(
        "SELECT ref, id FROM fact WHERE story_id = ? AND ref IN (SELECT value FROM json_each(?))",
        (story_id, json.dumps(sorted(refs))),
    )
    return {row["ref"]: row["id"] for row in rows}


def _refuse_rings(tx: Statements, fact_ids: list[int]) -> None:
    if fact_ids and (rings := tx.fetch(_RINGS, (json.dumps(fact_ids),))):
        raise Refused(f"F{rings[0][0]} would in the end be superseded by itself: name another fact")
