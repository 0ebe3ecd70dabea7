"""Briefs of a sheet that do not agree with their facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from storage.changing.brief_check import disagreeing
from storage.changing.references import References
from storage.changing.writing import KnownFact
from storage.domain.entries import FactEntry
from storage.engines.database import Statements


def refused(
    tx: Statements,
    story_id: int,
    facts: Sequence[FactEntry],
    known: Mapping[str, KnownFact],
    found: References,
) -> Mapping[str, str]:
    """Return by ref why briefs do not agree; those that read as on record agreed when they came there."""
    return disagreeing(tx, story_id, [fact for fact in facts if _is_new(fact, known.get(fact.ref))], found)


def _is_new(fact: FactEntry, before: KnownFact | None) -> bool:
    state = before.state if before is not None else {}
    return (fact.brief, fact.statement) != (state.get("brief"), state.get("statement"))
