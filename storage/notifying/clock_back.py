"""What waits for a moment that a wrong clock has set: looked at anew when the clock is put back."""

from __future__ import annotations

from storage.engines.database import Statements

# Seconds by which a clock may be put back without anything being looked at anew.
SMALL = 60.0
_ANEW = (
    # What is being told has been due, and its digest is that of a moment which the clock has been at.
    "UPDATE notice SET due_at = :now WHERE state = 'fanned out' AND due_at > :now",
    # The schedule of each chat is worked out when its deliveries are looked at.
    "UPDATE listener SET open_at = :now WHERE open_at <> '' AND open_at > :now",
    "UPDATE delivery SET changed_at = :now WHERE state = 'failed' AND changed_at > :now",
    "UPDATE amendment SET changed_at = :now WHERE state IN ('due', 'failed') AND changed_at > :now",
)


def look_anew(tx: Statements, now: str) -> None:
    """Let nothing wait for a later moment than now: whoever sends finds out for how long it has to."""
    for statement in _ANEW:
        tx.run(statement, {"now": now})
