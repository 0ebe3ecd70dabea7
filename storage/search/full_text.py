"""Keep the full-text index: one row for each fact that may be found, its words as those of queries.

They are folded; of a story in another language than English they are stems, too. English ones the index
stems.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from storage.domain.words import indexed
from storage.engines.database import Statements

# A character for private use: to the index part of a word, to a query never.
_MARK = "\ue000"


def story_mark(story_id: int) -> str:
    """Return the word that stands in the index with every fact of a story."""
    return f"{_MARK}{story_id}"


def story_marked(mark: str) -> int:
    """Return the id of the story that a mark stands for."""
    return int(mark.removeprefix(_MARK))


def add(
    tx: Statements, story_id: int, texts: Iterable[tuple[int, str, str]], language: str | None = None
) -> None:
    """Add facts of one story, which is in that language, as (id, statement, context)."""
    tx.run_many(
        "INSERT INTO fact_text (rowid, statement, context, story)"
        f" VALUES (?, ?, ?, '{story_mark(story_id)}')",
        [
            (fact_id, indexed(statement, language), indexed(context, language))
            for fact_id, statement, context in texts
        ],
    )


def cut(tx: Statements, fact_ids: Sequence[int], text: str, language: str | None) -> None:
    """Remove a text, such as a source's title, from what surrounds facts of a story in that language."""
    tx.run(
        "UPDATE fact_text SET context = replace(context, ?, '')"
        " WHERE rowid IN (SELECT value FROM json_each(?))",
        (indexed(text, language), json.dumps(fact_ids)),
    )


def remove(tx: Statements, fact_ids: Sequence[int]) -> None:
    """Remove facts, so that search no longer finds them."""
    if fact_ids:
        tx.run(
            "DELETE FROM fact_text WHERE rowid IN (SELECT value FROM json_each(?))", (json.dumps(fact_ids),)
        )
