"""The full-text index of PostgreSQL: the stems of each fact's words in a `tsvector`, under a GIN index.

PostgreSQL's own dictionaries are not asked: the stems are made here, as FTS5 makes them, and what is found is
ranked as it is there. So both engines find the same, in the same order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from storage.domain.words import stem
from storage.engines.database import Statements
from storage.engines.values import Values

# A word of a `tsvector` has at most 2,046 bytes, all together fewer than 2^20; a letter has at most four.
_LONGEST_WORD, _MOST_BYTES = 500, 1_000_000


class TsVector:
    """Ask an index by expressions of PostgreSQL's type `tsquery`."""

    key = "fact_id"
    # Adding nothing keeps PostgreSQL from looking through facts in their order for those that match.
    order = "fact_id + 0"
    matches = "words @@ CAST({} AS tsquery)"
    confines = True

    def add(self, tx: Statements, mark: str, rows: Iterable[tuple[int, str, str]]) -> None:
        """Add rows of (fact, statement, context), whose story has a mark."""
        tx.run_many(
            "INSERT INTO fact_text (fact_id, statement, context, story, words)"
            " VALUES (?, ?, ?, ?, array_to_tsvector(?))",
            [(*row, mark, _words(mark, row[1], row[2])) for row in rows],
        )

    def cut(self, tx: Statements, fact_ids: Sequence[int], text: str) -> None:
        """Remove a text from what surrounds facts."""
        found = tx.fetch(
            "SELECT fact_id, statement, context, story FROM fact_text"
            " WHERE fact_id IN (SELECT value FROM ints(?)) ORDER BY fact_id",
            (Values(fact_ids),),
        )
        left = [
            (fact, statement, context.replace(text, ""), mark) for fact, statement, context, mark in found
        ]
        tx.run_many(
            "UPDATE fact_text SET context = ?, words = array_to_tsvector(?) WHERE fact_id = ?",
            [(context, _words(mark, statement, context), fact) for fact, statement, context, mark in left],
        )

    def word(self, written: str) -> str:
        """Return the expression of a word: its stem."""
        return _quoted(_stem(written))

    def begun(self, beginning: str) -> str:
        """Return the expression of words that begin so; FTS5 stems what is begun, too."""
        return f"{_quoted(_stem(beginning))}:*"

    def every(self, expressions: Iterable[str]) -> str:
        """Return the expression that all of some match."""
        return " & ".join(expressions)

    def any(self, expressions: Iterable[str]) -> str:
        """Return the expression that one of some matches."""
        return " | ".join(f"({each})" for each in expressions)

    def told(self, expression: str) -> str:
        """Return an expression as it is: no word that is asked for is a story's mark."""
        return expression

    def within(self, expression: str, mark: str | None) -> str:
        """Return an expression confined to the story with a mark, if one is given."""
        return f"({expression}) & {_quoted(mark)}" if mark else expression

    def gathering(
        self,
        arms: Sequence[tuple[str, int]],
        mark: str | None,  # noqa: ARG002  # reason: the expressions are confined to the story already
        limit: int,
    ) -> tuple[str, tuple[Any, ...]]:
        """Return the query of the facts that match the weightiest expressions, and what it binds."""
        matching = " UNION ALL ".join(
            f"SELECT fact_id AS id, {weight} AS weight FROM fact_text WHERE words @@ CAST(? AS tsquery)"
            for _, weight in arms
        )
        sql = (
            f"SELECT g.id, t.statement, t.context, t.story FROM ("
            f"SELECT id, sum(weight) AS weight FROM ({matching}) arms GROUP BY id ORDER BY 2 DESC, id LIMIT ?"
            ") g JOIN fact_text t ON t.fact_id = g.id ORDER BY g.weight DESC, g.id"
        )
        return sql, (*(expression for expression, _ in arms), limit)


def _words(mark: str, statement: str, context: str) -> Values[str]:
    """Return what stands for a fact in the index: its story's mark, and the stems that there is room for."""
    stems = dict.fromkeys(_stem(word) for text in (statement, context) for word in text.split())
    return Values([mark, *_fitting(stems)])


def _fitting(stems: Iterable[str]) -> Iterator[str]:
    left = _MOST_BYTES
    for each in stems:
        left -= len(each.encode())
        if left < 0:
            return
        yield each


def _stem(word: str) -> str:
    # FTS5 leaves what has so few bytes, or so many, as it is.
    return stem(word) or word if 3 <= len(word.encode()) <= 64 else word[:_LONGEST_WORD]


def _quoted(word: str) -> str:
    """Return a word as a string of `tsquery`, in which no operator has a meaning."""
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"
