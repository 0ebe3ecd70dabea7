"""Telling webhooks that words were taken down, in the transaction that does it."""

from __future__ import annotations

from storage.engines.database import Statements


def tell_taken_down(tx: Statements, notice_id: int, story_id: int, now: str) -> None:
    """Let the webhooks of a story hear that words were taken down, after all that waits for them."""
    bound = {"notice": notice_id, "story": story_id, "now": now}
    tx.run(
        "INSERT INTO delivery (notice_id, listener_id, state) SELECT :notice, listener_id, 'held'"
        " FROM webhook WHERE story_id = :story AND state <> 'stopped' ORDER BY listener_id",
        bound,
    )
    tx.run(
        "UPDATE listener SET open_at = :now WHERE open_at = '' AND id IN"
        " (SELECT listener_id FROM webhook WHERE story_id = :story AND state <> 'stopped')",
        bound,
    )


def hears(tx: Statements, story_id: int) -> bool:
    """Tell whether a story has a webhook."""
    asked = "SELECT 1 FROM webhook WHERE story_id = ? AND state <> 'stopped' LIMIT 1"
    return bool(tx.fetch(asked, (story_id,)))
