"""Striking out of copies what is taken down.

The page goes whole, for no part of it can be cut. A paragraph that holds the words becomes empty, so that the
others keep their numbers and quotations from them can still be checked. The digest of the page stays.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from storage.engines.database import Statements
from storage.snapshots.rows import packed, unpacked
from storage.snapshots.sketches import sketch

_PAGE = 50
# Ask whether a text holds the words.
Holds = Callable[[str], bool]


def strike(tx: Statements, holds: Holds, near: Holds, cited: Mapping[int, Collection[int | None]]) -> int:
    """Strike out words wherever they stand in copies; return from how many.

    `cited` are the paragraphs by source where what is taken down was said, None for one that is not known:
    where no paragraph holds the words then, all of them go.
    """
    struck = 0
    for row in _rows(tx):
        paragraphs = unpacked(row["paragraphs"])
        named = cited.get(row["source_id"], ())
        # Much the same words are looked for where they come from: elsewhere that would take too long.
        found = near if named else holds
        gone = {at for at, each in enumerate(paragraphs) if each and found(each)}
        gone |= {number - 1 for number in named if number is not None and number <= len(paragraphs)}
        if None in named and not gone:
            gone = set(range(len(paragraphs)))
        if not gone and not named:
            continue
        left = ["" if at in gone else each for at, each in enumerate(paragraphs)]
        tx.run(
            "UPDATE snapshot SET warc = NULL, struck = 1, paragraphs = ?, sketch = ? WHERE id = ?",
            (packed(left), sketch(left), row["id"]),
        )
        struck += 1
    return struck


def remove(tx: Statements, source_id: int) -> int:
    """Delete the copies of a source, and where it was taken in from; return how many copies there were."""
    tx.run("UPDATE intake SET address = NULL, told = NULL WHERE source_id = ?", (source_id,))
    return len(tx.fetch("DELETE FROM snapshot WHERE source_id = ? RETURNING id", (source_id,)))


def _rows(tx: Statements) -> Iterator[Any]:
    after = 0
    while rows := tx.fetch(
        "SELECT id, source_id, paragraphs FROM snapshot WHERE id > ? ORDER BY id LIMIT ?", (after, _PAGE)
    ):
        yield from rows
        after = rows[-1]["id"]
