"""What migration 17 finds out: the language of each story, whose texts it then stems in the index.

Stories in English, and those whose language does not show, stay as they are; of the others each row of the
index is written anew.
"""

from __future__ import annotations

import sqlite3

from storage.domain.language.stemming import stemmed_itself
from storage.domain.words import stems

# As in storage/changing/stories.py.
FIRST = 8
_FIRST = """
SELECT statement FROM fact WHERE story_id = ? AND retracted IS NULL AND superseded_by IS NULL
ORDER BY id LIMIT ?
"""
# By the ids of facts: the index itself is looked at only for these.
_TEXTS = """
SELECT t.rowid, t.statement, t.context FROM fact f JOIN fact_text t ON t.rowid = f.id
WHERE f.story_id = ? ORDER BY f.id
"""


def run(connection: sqlite3.Connection) -> None:
    """Set the languages, within the transaction of the migration."""
    for (story_id,) in connection.execute("SELECT id FROM story ORDER BY id").fetchall():
        statements = [row[0] for row in connection.execute(_FIRST, (story_id, FIRST))]
        language = _most(statements)
        if language is None:
            continue
        connection.execute("UPDATE story SET language = ? WHERE id = ?", (language, story_id))
        if not stemmed_itself(language):
            _stem(connection, story_id, language)


def _most(statements: list[str]) -> str | None:
    """Return the language of more than half of some statements."""
    from storage.domain.language.detection import detect  # most starts migrate nothing

    found = [detect(statement) for statement in statements]
    language = max(found, key=found.count, default=None)
    return language if found.count(language) * 2 > len(found) else None


def _stem(connection: sqlite3.Connection, story_id: int, language: str) -> None:
    connection.executemany(
        "UPDATE fact_text SET statement = ?, context = ? WHERE rowid = ?",
        [
            (stems(statement, language), stems(context, language), fact_id)
            for fact_id, statement, context in connection.execute(_TEXTS, (story_id,)).fetchall()
        ],
    )
