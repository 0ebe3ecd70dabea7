"""Whether a source is on record already, under a reference that was made of an address written otherwise.

One address is one source, however it is written and whatever the title, unless two authors are named. Without
an address, all that is told must be the same. References that a sheet gives its sources itself stand for
themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from storage.domain.entries import SourceEntry, is_digest
from storage.domain.folding import fold
from storage.engines.database import Statements
from storage.reading.addresses import comparable

_OF_STORY = (
    "SELECT ref, name, title, publisher, author, url, published FROM source WHERE story_id = ? ORDER BY id"
)
_TOLD = ("name", "title", "publisher", "published", "author")
# What identifies a source: its address, or all else that is told of it.
Key = tuple[str, ...]


class KnownSources:
    """The sources of a story by what identifies them, read when first asked for."""

    def __init__(self, tx: Statements, story_id: int) -> None:
        self._tx, self._story_id = tx, story_id
        self._known: dict[Key, list[tuple[str, str]]] | None = None

    def new_among(self, sources: Iterable[SourceEntry]) -> tuple[list[SourceEntry], dict[str, str]]:
        """Return which of some sources are new, and the refs on record of the others, by their own.

        Those that are new are known from then on.
        """
        new: list[SourceEntry] = []
        same: dict[str, str] = {}
        for source in sources:
            if (ref := self.same_as(source)) is not None:
                same[source.ref] = ref
            else:
                new.append(source)
                self._note(source.ref, source.model_dump())
        return new, same

    def same_as(self, source: SourceEntry) -> str | None:
        """Return the ref under which a source is on record already, None if it is not."""
        if not is_digest(source.ref):
            return None
        told = source.model_dump()
        for ref, author in self._all().get(_key(told), ()):
            if not source.url or not source.author or not author or fold(source.author) == author:
                return ref
        return None

    def _all(self) -> dict[Key, list[tuple[str, str]]]:
        if self._known is None:
            self._known = {}
            for row in self._tx.fetch(_OF_STORY, (self._story_id,)):
                self._note(row["ref"], {name: row[name] for name in (*_TOLD, "url")})
        return self._known

    def _note(self, ref: str, told: Mapping[str, Any]) -> None:
        self._all().setdefault(_key(told), []).append((ref, fold(told["author"] or "")))


def _key(told: Mapping[str, Any]) -> Key:
    if told["url"]:
        return (comparable(told["url"]) or told["url"],)
    return tuple(fold(told[name] or "") for name in _TOLD)
