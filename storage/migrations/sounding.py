"""What migration 14 adds to the index of names: how each word of them sounds."""

from __future__ import annotations

import sqlite3

# As in storage/search/name_index.py: longer words are found only as they are.
_WORDS = "SELECT DISTINCT story_id, word FROM name_word WHERE length(word) <= 40 ORDER BY story_id, word"
_ADD = """
INSERT INTO name_piece (story_id, piece, word) VALUES (?, ?, ?)
ON CONFLICT (story_id, piece, word) DO NOTHING
"""


def run(connection: sqlite3.Connection) -> None:
    """Add the entries, within the transaction of the migration."""
    from storage.domain.sounds import entries  # most starts migrate nothing

    connection.executemany(
        _ADD,
        (
            (story, entry, word)
            for story, word in connection.execute(_WORDS).fetchall()
            for entry in sorted(entries(word))
        ),
    )
