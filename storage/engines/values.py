"""Lists as parameters of SQL, and the words by which one text of SQL reads and makes lists on each engine.

- `ints(x)` and `texts(x)` are the list's elements in order, in a column `value`.
- `int_pairs(x)` and `text_pairs(x)` are those of a list of pairs, in columns `one` and `two`.
- `list_of(value)` gathers values of rows, and `row_of(value, ...)` puts some in a row: as JSON.
"""

from __future__ import annotations

import json
import re
import sqlite3
from functools import lru_cache
from typing import TypeVar

T = TypeVar("T", int, str, tuple[int, int], tuple[str | None, str | None])
# What stands in quotes is left alone.
_WORD = re.compile(
    r"""'(?:[^']|'')*'|"[^"]*"|\b(?:int|text)_pairs\((?P<pairs>\?|:\w+)\)|\b(?P<word>ints|texts|list_of|row_of)\("""
)
_SQLITE = {
    "ints": "json_each(",
    "texts": "json_each(",
    "list_of": "json_group_array(",
    "row_of": "json_array(",
}
_PAIRS = "(SELECT json_extract(value, '$[0]') AS one, json_extract(value, '$[1]') AS two FROM json_each({}))"
# Made once: each call of `json.dumps` with such a wish would make it anew.
_written = json.JSONEncoder(ensure_ascii=False).encode


class Values(list[T]):
    """A list of numbers, of texts, or of pairs of either, that stands for one parameter of a statement."""

    def __conform__(self, protocol: object) -> str | None:
        """Return the list as JSON when SQLite asks for it."""
        return self.as_json() if protocol is sqlite3.PrepareProtocol else None

    def as_json(self) -> str:
        """Return the list as JSON."""
        return _written(self)


# Looked up for each statement: what is put together from numbers must not gather without end.
@lru_cache(4096)
def for_sqlite(sql: str) -> str:
    """Return SQL with SQLite's own words for lists."""

    def own(found: re.Match[str]) -> str:
        if found["pairs"]:
            return _PAIRS.format(found["pairs"])
        return _SQLITE[found["word"]] if found["word"] else found[0]

    return _WORD.sub(own, sql)
