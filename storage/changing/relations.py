"""Relations between facts, and which fact superseded which: written when every fact has its id."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from storage.changing.references import References
from storage.domain.chains import ring_in
from storage.domain.entries import FactEntry
from storage.domain.errors import Refused, UnknownRefs
from storage.engines.database import Statements
from storage.engines.values import Values

# Some facts and all that superseded them, one after the other: a ring would leave no fact in force.
_CHAINS = """
WITH RECURSIVE chain (id) AS (
    SELECT value FROM ints(?)
    UNION
    SELECT f.superseded_by FROM fact f JOIN chain c ON f.id = c.id WHERE f.superseded_by IS NOT NULL
)
SELECT f.id, f.ref, f.superseded_by FROM fact f JOIN chain c ON c.id = f.id WHERE f.superseded_by IS NOT NULL
ORDER BY f.id
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
        "SELECT kind, other_id, about, part, source_id, locator FROM relation"
        " WHERE fact_id = ? AND ended_at IS NULL",
        (fact_id,),
    )
    present = {tuple(row) for row in rows}
    wanted = {
        (kind, ids[item.fact], item.about, item.part, found.source_id(item.source), item.locator)
        for kind, items in (("contradicts", entry.contradicts), ("supports", entry.supports))
        for item in items
    }
    _refuse_own(fact_id, entry, ids)
    for kind, other, *_ in present - wanted:
        tx.run(
            "UPDATE relation SET ended_at = ?"
            " WHERE fact_id = ? AND kind = ? AND other_id = ? AND ended_at IS NULL",
            (at, fact_id, kind, other),
        )
    tx.run_many(
        "INSERT INTO relation (fact_id, kind, other_id, about, part, source_id, locator, added_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [(fact_id, *item, since) for item in sorted(wanted - present, key=str)],
    )
    if entry.superseded_by:
        tx.run("UPDATE fact SET superseded_by = ? WHERE id = ?", (ids[entry.superseded_by], fact_id))


def _refuse_own(fact_id: int, entry: FactEntry, ids: dict[str, int]) -> None:
    """Refuse relations of a fact to itself, and two that relate it to one fact in different words."""
    for field, items in (("contradicts", entry.contradicts), ("supports", entry.supports)):
        others = [ids[item.fact] for item in dict.fromkeys(items)]
        if fact_id in others:
            text = f"{entry.ref!r} is related to itself: name another fact"
            raise Refused(text, ("fact", entry.ref, field))
        if len(set(others)) < len(others):
            twice = next(item.fact for item in items if others.count(ids[item.fact]) > 1)
            text = f"{entry.ref!r} {field} {twice!r} twice, in different words: name it once"
            raise Refused(text, ("fact", entry.ref, field))
    if ids.get(entry.superseded_by or "") == fact_id:
        text = f"{entry.ref!r} is superseded by itself: name another fact"
        raise Refused(text, ("fact", entry.ref, "superseded_by"))


def _refs(entry: FactEntry) -> Iterable[str]:
    """Yield the refs of the facts that an entry names."""
    yield from (item.fact for item in (*entry.contradicts, *entry.supports))
    if entry.superseded_by:
        yield entry.superseded_by


def _ids(tx: Statements, story_id: int, refs: set[str]) -> dict[str, int]:
    if not refs:
        return {}
    rows = tx.fetch(
        "SELECT ref, id FROM fact WHERE story_id = ? AND ref IN (SELECT value FROM texts(?))",
        (story_id, Values(sorted(refs))),
    )
    return {row["ref"]: row["id"] for row in rows}


def _refuse_rings(tx: Statements, fact_ids: list[int]) -> None:
    if not fact_ids:
        return
    rows = tx.fetch(_CHAINS, (Values(fact_ids),))
    edges = {row["id"]: row["superseded_by"] for row in rows}
    # Of a ring that one is told which was to be written.
    ring = ring_in({each: edges[each] for each in fact_ids if each in edges} | edges)
    if ring is not None:
        ref = next(row["ref"] for row in rows if row["id"] == ring)
        text = f"F{ring} would in the end be superseded by itself: name another fact"
        raise Refused(text, ("fact", ref, "superseded_by"))
