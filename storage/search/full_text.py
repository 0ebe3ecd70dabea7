"""Keep and ask the full-text index: one row for each fact that may be found, its words as those of queries.

They are folded; of a story in another language than English they are stems, too. Each engine has an index of
its own kind, in which the same words are the same: English stems as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from storage.domain.words import indexed
from storage.engines.database import Dialect, Statements
from storage.engines.values import Values
from storage.search.indexes.fts5 import Fts5
from storage.search.indexes.tsvector import TsVector

# A character for private use: to the index part of a word, to a query never.
_MARK = "\ue000"


class Index(Protocol):
    """An engine's kind of full-text index.

    `key` is the column with the fact's id, `order` what rows are ordered by, and `matches` the condition that
    a row matches an expression, in which {} stands for its parameter. `confines` tells that to confine an
    expression to a story makes it quicker, also to a big one.
    """

    key: str
    order: str
    matches: str
    confines: bool

    def add(self, tx: Statements, mark: str, rows: Iterable[tuple[int, str, str]]) -> None:
        """Add rows of (fact, statement, context), whose story has a mark."""

    def cut(self, tx: Statements, fact_ids: Sequence[int], text: str) -> None:
        """Remove a text from what surrounds facts."""

    def word(self, written: str) -> str:
        """Return the expression of a word as it is written in the index."""

    def begun(self, beginning: str) -> str:
        """Return the expression of words that begin so."""

    def every(self, expressions: Iterable[str]) -> str:
        """Return the expression that all of some match."""

    def any(self, expressions: Iterable[str]) -> str:
        """Return the expression that one of some matches."""

    def told(self, expression: str) -> str:
        """Return an expression confined to what is told in facts: the story's mark is not."""

    def within(self, expression: str, mark: str | None) -> str:
        """Return an expression confined to the story with a mark, if one is given."""

    def gathering(
        self, arms: Sequence[tuple[str, int]], mark: str | None, limit: int
    ) -> tuple[str, tuple[Any, ...]]:
        """Return the query of the facts that match the weightiest expressions, and what it binds.

        Each expression has its weight. Of each fact the query gives id, statement, context and story, the
        weightiest first.
        """


_INDEXES: dict[Dialect, Index] = {"sqlite": Fts5(), "postgres": TsVector()}


def index_of(dialect: Dialect) -> Index:
    """Return the kind of index that an engine has."""
    return _INDEXES[dialect]


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
    rows = (
        (fact_id, indexed(statement, language), indexed(context, language))
        for fact_id, statement, context in texts
    )
    index_of(tx.dialect).add(tx, story_mark(story_id), rows)


def cut(tx: Statements, fact_ids: Sequence[int], text: str, language: str | None) -> None:
    """Remove a text, such as a source's title, from what surrounds facts of a story in that language."""
    index_of(tx.dialect).cut(tx, fact_ids, indexed(text, language))


def remove(tx: Statements, fact_ids: Sequence[int]) -> None:
    """Remove facts, so that search no longer finds them."""
    if fact_ids:
        key = index_of(tx.dialect).key
        tx.run(f"DELETE FROM fact_text WHERE {key} IN (SELECT value FROM ints(?))", (Values(fact_ids),))


def ids(dialect: Dialect) -> str:
    """Return the query of the ids of all facts in the index."""
    return f"SELECT {index_of(dialect).key} FROM fact_text"
