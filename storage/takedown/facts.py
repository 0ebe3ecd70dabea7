"""The fact itself: its words replaced by a tombstone in the tables, in search and at all its revisions."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from storage.domain.errors import AlreadyDone, Refused
from storage.domain.models import Ground, RevisionKind
from storage.engines.database import Statements
from storage.reading.erased import EMPTY, State
from storage.search import full_text, vector_rows
from storage.takedown.needles import Needles, of_states
from storage.trail import digests
from storage.trail.audit import AuditEntryWriter


class Standing(NamedTuple):
    """A fact that is to be taken down: its ref, its last revision and the states of all."""

    ref: str
    revision: int
    states: list[State]
    reasons: list[str]

    @property
    def needles(self) -> Needles:
        """Return the words that it holds, or held."""
        return of_states(self.states)


def standing(tx: Statements, story_id: int, fact_id: int) -> Standing:
    """Return a fact that holds words. Raises Refused, or AlreadyDone."""
    rows = tx.fetch("SELECT ref, revision, story_id FROM fact WHERE id = ?", (fact_id,))
    if not rows or rows[0]["story_id"] != story_id:
        raise Refused(f"F{fact_id} is not on record in this story")
    kept = tx.fetch("SELECT state, reason FROM revision WHERE fact_id = ? ORDER BY number", (fact_id,))
    # The words of an earlier state may have gone with a name.
    states = [json.loads(row["state"]) for row in kept if row["state"]]
    if down := states[-1].get("taken_down"):
        raise AlreadyDone(f"F{fact_id} was taken down already, on {down['at'][:10]} ({down['ground']})")
    reasons = [row["reason"] for row in kept if row["reason"]]
    return Standing(rows[0]["ref"], rows[0]["revision"], states, reasons)


def alone(tx: Statements, fact_id: int) -> tuple[str, ...]:
    """Return the names (`E5`) and sources (`S3`) that stand with this fact alone: they stay without it."""
    rows = tx.fetch(
        "SELECT 'E' || m.entity_id FROM mention m WHERE m.fact_id = :fact AND NOT EXISTS"
        " (SELECT 1 FROM mention o WHERE o.entity_id = m.entity_id AND o.fact_id <> :fact)"
        " UNION SELECT 'S' || a.source_id FROM attribution a WHERE a.fact_id = :fact AND NOT EXISTS"
        " (SELECT 1 FROM attribution o WHERE o.source_id = a.source_id AND o.fact_id <> :fact) ORDER BY 1",
        {"fact": fact_id},
    )
    return tuple(row[0] for row in rows)


def bury(tx: Statements, trace: AuditEntryWriter, fact_id: int, ground: Ground, known: Standing) -> None:
    """Replace a fact's words by a tombstone, as a revision of its own; its texts are erased already."""
    state = _tombstone(tx, trace.at, fact_id, ground, known)
    dated = (
        "brief = NULL, occurred = NULL, occasion = NULL, date_note = NULL, earliest = NULL, latest = NULL,"
        " lasting = NULL"
    )
    tx.run(
        f"UPDATE fact SET statement = ?, retracted = ?, revision = ?, {dated} WHERE id = ?",
        (EMPTY, state["retracted"], known.revision + 1, fact_id),
    )
    tx.run("DELETE FROM attribution WHERE fact_id = ? AND position > 1", (fact_id,))
    tx.run(
        "UPDATE attribution SET speaker_id = NULL, cue = NULL, stance = 'asserts', locator = NULL,"
        " quote = NULL, said = NULL, independent = 0 WHERE fact_id = ?",
        (fact_id,),
    )
    for table in ("figure", "mention", "lead"):
        tx.run(f"DELETE FROM {table} WHERE fact_id = ?", (fact_id,))
    # What others say of it stays; what it said of others ends, without its words.
    tx.run(
        "UPDATE relation SET about = NULL, part = NULL, locator = NULL, ended_at = coalesce(ended_at, ?)"
        " WHERE fact_id = ?",
        (trace.at, fact_id),
    )
    full_text.remove(tx, [fact_id])
    vector_rows.remove(tx, [fact_id])
    row = (
        fact_id, known.revision + 1, trace.at, RevisionKind.TAKEN_DOWN, trace.by.address, str(ground), True,
        json.dumps(state, ensure_ascii=False),
    )  # fmt: skip
    salts = (digests.new_salt(row[5]), digests.new_salt(row[7]))
    trace.cover((*row, *salts, None, None))
    tx.run(
        "INSERT INTO revision (fact_id, number, at, kind, actor, reason, material, state, audit_id,"
        " reason_salt, state_salt) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*row, trace.id, *salts),
    )


def _tombstone(tx: Statements, at: str, fact_id: int, ground: Ground, known: Standing) -> State:
    """Return the state of a fact without words: it still needs a source, and stays superseded if it was."""
    rows = tx.fetch(
        "SELECT s.ref FROM attribution a JOIN source s ON s.id = a.source_id"
        " WHERE a.fact_id = ? AND a.position = 1",
        (fact_id,),
    )
    state: dict[str, Any] = {
        "statement": EMPTY,
        "retracted": f"taken down on {at[:10]} ({ground})",
        "attributions": [{"source": rows[0]["ref"], "stance": "asserts"}],
        "taken_down": {"at": at, "ground": str(ground)},
    }
    if instead := known.states[-1].get("superseded_by"):
        state["superseded_by"] = instead
    return state
