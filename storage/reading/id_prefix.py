"""Ids that begin with some digits, found by the key alone however many there are."""

from __future__ import annotations

from storage.engines.database import Read

# As many digits as an id has at most.
LONGEST_ID = 15


def ids_with_prefix(read: Read, rows: str, story_id: int, digits: str, limit: int) -> list[int]:
    """Return ids that begin with the digits, the shortest first.

    `rows` are a table and its condition on a story (:story), such as can be read in order of id.
    """
    if not digits or digits.startswith("0") or len(digits) > LONGEST_ID:
        return []
    first = int(digits)
    spans = [(first * 10**more, (first + 1) * 10**more - 1) for more in range(LONGEST_ID + 1 - len(digits))]
    arms = " UNION ALL ".join(
        "SELECT id FROM"
        f" (SELECT id FROM {rows} AND id BETWEEN {low} AND {high} ORDER BY id LIMIT :limit) AS arm"
        for low, high in spans
    )
    return [row[0] for row in read(f"{arms} ORDER BY id LIMIT :limit", {"story": story_id, "limit": limit})]
