"""Keep which facts need a vector: a fact that changes loses its own in the same transaction.

A vector tells the words that it was made of. So a row stays, without a vector, and its number grows: that is
how every process learns that what it holds in memory is no longer so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from storage.engines.database import Statements
from storage.engines.values import Values

_IDS = "(SELECT value FROM ints(?))"
# The next number of a row's story.
NEXT = "1 + (SELECT max(o.number) FROM fact_vector o WHERE o.story_id = fact_vector.story_id)"
_EMPTY = f"UPDATE fact_vector SET model = NULL, vector = NULL, number = {NEXT}"
_AGAIN = f"UPDATE fact_vector SET waiting = 1, number = {NEXT} WHERE vector IS NOT NULL"


def renew(tx: Statements, story_id: int, facts: Mapping[int, bool]) -> None:
    """Let facts of a story wait for a new vector, those that are in force; none keeps the one that it has."""
    if facts:
        rows = Values((fact_id, int(in_force)) for fact_id, in_force in facts.items())
        given = "SELECT one, two FROM int_pairs(:facts)"
        tx.run(renewing(given), {"story": story_id, "facts": rows})


def renewing(facts: str) -> str:
    """Return the statement of `renew` for facts of :story that a query gives as id and whether in force."""
    return f"""
    WITH given (id, in_force) AS ({facts})
    INSERT INTO fact_vector (fact_id, story_id, number, waiting)
    SELECT id, :story,
        (SELECT 1 + coalesce(max(number), 0) FROM fact_vector WHERE story_id = :story), in_force
    FROM given WHERE 1 = 1
    ON CONFLICT (fact_id) DO UPDATE SET number = excluded.number, waiting = excluded.waiting,
        model = NULL, vector = NULL
    """


def remove(tx: Statements, fact_ids: Sequence[int]) -> None:
    """Remove the vectors of facts that are no longer in force."""
    tx.run(f"{_EMPTY}, waiting = 0 WHERE fact_id IN {_IDS}", (Values(fact_ids),))


def remake(tx: Statements, fact_ids: Sequence[int]) -> None:
    """Remove the vectors of facts that stay in force, to be made of what is left of their words."""
    tx.run(f"{_EMPTY}, waiting = 1 WHERE vector IS NOT NULL AND fact_id IN {_IDS}", (Values(fact_ids),))


def speaker_renamed(tx: Statements, entity_id: int) -> None:
    """Let what a speaker says wait for a new vector; until then it is found by the one it has."""
    tx.run(
        f"{_AGAIN} AND fact_id IN (SELECT fact_id FROM mention WHERE entity_id = ? AND part = 'speaker')",
        (entity_id,),
    )


def source_retitled(tx: Statements, source_id: int) -> None:
    """Let what a source says wait for a new vector; until then it is found by the one it has."""
    tx.run(f"{_AGAIN} AND fact_id IN (SELECT fact_id FROM attribution WHERE source_id = ?)", (source_id,))
