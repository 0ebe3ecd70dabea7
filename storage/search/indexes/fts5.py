"""The full-text index of SQLite (https://www.sqlite.org/fts5.html), which makes English stems by itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from storage.engines.database import Statements
from storage.engines.values import Values

# More rows than are gathered for a query: a bound that is never reached keeps SQLite from dropping the order
# of a subquery.
_UNREACHED = 24_000


class Fts5:
    """Ask an index by FTS5's expressions."""

    key = order = "rowid"
    matches = "fact_text MATCH {}"
    confines = False

    def add(self, tx: Statements, mark: str, rows: Iterable[tuple[int, str, str]]) -> None:
        """Add rows of (fact, statement, context), whose story has a mark."""
        tx.run_many(
            f"INSERT INTO fact_text (rowid, statement, context, story) VALUES (?, ?, ?, '{mark}')", rows
        )

    def cut(self, tx: Statements, fact_ids: Sequence[int], text: str) -> None:
        """Remove a text from what surrounds facts."""
        tx.run(
            "UPDATE fact_text SET context = replace(context, ?, '')"
            " WHERE rowid IN (SELECT value FROM ints(?))",
            (text, Values(fact_ids)),
        )

    def word(self, written: str) -> str:
        """Return the expression of a word: a string, in which nothing is an operator. It holds no quote."""
        return f'"{written}"'

    def begun(self, beginning: str) -> str:
        """Return the expression of words that begin so."""
        return f'"{beginning}"*'

    def every(self, expressions: Iterable[str]) -> str:
        """Return the expression that all of some match."""
        return " AND ".join(expressions)

    def any(self, expressions: Iterable[str]) -> str:
        """Return the expression that one of some matches."""
        return " OR ".join(f"({each})" for each in expressions)

    def told(self, expression: str) -> str:
        """Return an expression confined to what is told in facts: the story's mark is not."""
        return f"{{statement context}} : ({expression})"

    def within(self, expression: str, mark: str | None) -> str:
        """Return an expression confined to the story with a mark, if one is given."""
        return f'({expression}) AND "{mark}"' if mark else expression

    def gathering(
        self, arms: Sequence[tuple[str, int]], mark: str | None, limit: int
    ) -> tuple[str, tuple[Any, ...]]:
        """Return the query of the facts that match the weightiest expressions, and what it binds."""
        matching = " UNION ALL ".join(
            f"SELECT rowid AS id, {weight} AS weight FROM fact_text WHERE fact_text MATCH ?"
            for _, weight in arms
        )
        sql = (
            f"SELECT g.id, t.statement, t.context, t.story FROM ("
            f"SELECT id, sum(weight) AS weight FROM ({matching} LIMIT {_UNREACHED}) GROUP BY id"
            f" ORDER BY weight DESC, id LIMIT {_UNREACHED}) g"
            " CROSS JOIN fact_text t ON t.rowid = g.id WHERE (? IS NULL OR t.story = ?) LIMIT ?"
        )
        return sql, (*(expression for expression, _ in arms), mark, mark, limit)
