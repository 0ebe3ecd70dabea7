"""Copies of sources, in which what is taken down stands too."""

from __future__ import annotations

from collections.abc import Iterable

from storage.engines.database import Statements
from storage.reading import sources
from storage.reading.erased import State
from storage.snapshots import striking
from storage.snapshots.locators import paragraph_of
from storage.takedown.needles import Needles

Cited = dict[int, set[int | None]]
_STOPS = (". ", "! ", "? ", "” ", '" ')


def strike(tx: Statements, needles: Needles, cited: Cited | None = None, source_id: int | None = None) -> int:
    """Strike the words out of all copies, and remove those of a source that is taken down itself."""

    def near(paragraph: str) -> bool:
        return needles.held(paragraph) or any(map(needles.near, _sentences(paragraph)))

    removed = striking.remove(tx, source_id) if source_id is not None else 0
    return removed + striking.strike(tx, needles.held, near, cited or {})


def cited_by(tx: Statements, story_id: int, states: Iterable[State]) -> Cited:
    """Return where a fact was ever said: paragraphs by source, and by the sources that relay it."""
    said = [
        (item["source"], paragraph_of(item.get("locator")))
        for state in states
        for item in state.get("attributions", ())
    ]
    known = sources.by_ref(tx.fetch, story_id, {ref for ref, _number in said})
    cited: Cited = {}
    for ref, number in said:
        for link in known[ref].chain() if ref in known else ():
            cited.setdefault(link.id, set()).add(number)
    return cited


def _sentences(paragraph: str) -> list[str]:
    for stop in _STOPS:
        paragraph = paragraph.replace(stop, f"{stop}\n")
    return paragraph.split("\n")
