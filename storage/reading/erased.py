"""States of facts whose words were taken down: they read as tombstones."""

from __future__ import annotations

import json
from typing import Any

from storage.domain.models import TakenDown
from storage.engines.database import Read, Row

State = dict[str, Any]
# What stands in the place of a statement; a fact cannot be without one.
EMPTY = "taken down"


def states(read: Read, rows: list[Row]) -> dict[int, State]:
    """Return the states of facts by id; one that was taken down reads as its tombstone."""
    found: dict[int, State] = {row["id"]: json.loads(row["state"]) for row in rows if row["state"]}
    for row in rows:
        if row["id"] not in found:
            found[row["id"]] = _tombstone(state(read, row["id"]))
    return found


def taken_down(kept: State) -> TakenDown | None:
    """Return when and why a state's words were taken down, None where they were not."""
    found = kept.get("taken_down")
    return None if found is None else TakenDown(**found)


def state(read: Read, fact_id: int) -> State:
    """Return a fact's present state as its revision keeps it, {} for a fact that does not exist."""
    rows = read(
        "SELECT r.state FROM fact f JOIN revision r ON r.fact_id = f.id AND r.number = f.revision"
        " WHERE f.id = ?",
        (fact_id,),
    )
    return dict(json.loads(rows[0][0])) if rows else {}


def _tombstone(now: State) -> State:
    """Return how a state without words reads, of a fact that now reads `now`."""
    if "taken_down" in now:
        return now
    # The words of an earlier state went with a name: the fact stands.
    sources = [{"source": item["source"], "stance": "asserts"} for item in now["attributions"][:1]]
    return {"statement": EMPTY, "attributions": sources, "retracted": EMPTY, "taken_down": {}}
