"""Where a sheet uses refs and where its entries stand, so that what is wrong is told with line and field."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from storage.domain.entries import EntityEntry, Entry, FactEntry, FactState, RelationEntry, SourceEntry
from storage.domain.errors import Refused, UnknownRefs
from storage.sheets import formats


@dataclass(slots=True)
class Uses:
    """Where a sheet first uses each ref, and where the entries stand that may be at fault together."""

    lines: dict[tuple[str, str], str] = field(default_factory=dict)
    entries: dict[tuple[str, str], formats.Located] = field(default_factory=dict)

    def note(self, located: formats.Located, entry: Entry) -> None:
        """Note the refs that an entry uses, and the entry itself if it stands in a chain or a relation."""
        match entry:
            case SourceEntry(ref=ref, via=str() as via):
                self._use(located, "source", via, "via")
                self.entries.setdefault(("source", ref), located)
            case EntityEntry():
                for what, used, name in (
                    ("source", entry.source, "source"), ("entity", entry.merged_into, "merged_into"),
                ):  # fmt: skip
                    if used:
                        self._use(located, what, used, name)
            case FactEntry():
                self._note_fact(located, entry)

    def _note_fact(self, located: formats.Located, entry: FactEntry) -> None:
        self._note_sources(located, entry)
        if entry.brief is not None:
            self._use(located, "brief", entry.ref, "brief")
        for number, revision in enumerate(entry.revisions):
            if revision.state is not None:
                self._note_sources(located, revision.state, "revisions", number, "state")
        for name, position, relation in _relations(entry):
            self._use(located, "fact", relation.fact, name, position, "fact")
        if entry.superseded_by:
            self._use(located, "fact", entry.superseded_by, "superseded_by")
        if entry.superseded_by or entry.contradicts or entry.supports:
            self.entries.setdefault(("fact", entry.ref), located)

    def _note_sources(self, located: formats.Located, state: FactState, *place: str | int) -> None:
        for position, item in enumerate(state.attributions):
            if isinstance(item.source, str):
                self._use(located, "source", item.source, *place, "attributions", position, "source")
            elif item.source.via:
                self._use(
                    located, "source", item.source.via, *place, "attributions", position, "source", "via"
                )
                self.entries.setdefault(("source", item.source.ref), located)
        for name, position, relation in _relations(state):
            if relation.source:
                self._use(located, "source", relation.source, *place, name, position, "source")

    def _use(self, located: formats.Located, what: str, ref: str, *place: str | int) -> None:
        if (what, ref) not in self.lines:
            self.lines[what, ref] = f"line {located.at(*place)}, {formats.dotted(place)}"

    def problems(self, error: Refused) -> list[str]:
        """Return what is wrong, each with its line and field where they are known."""
        if isinstance(error, UnknownRefs):
            return [
                f"{self.lines.get((error.what, ref), 'sheet')}: no {error.what} has the ref {ref!r}"
                for ref in error.refs
            ]
        if error.at is not None:
            what, ref, name = error.at
            if (located := self.entries.get((what, ref))) is not None:
                return [f"line {located.at(name)}, {name}: {error}"]
        return [str(error)]


def named_in(state: FactState) -> Iterator[tuple[formats.Place, str]]:
    """Yield the place and the name of all whom a fact names."""
    for number, item in enumerate(state.attributions):
        if item.speaker:
            yield ("attributions", number, "speaker"), item.speaker
    for part, names in (("places", state.places), ("about", state.about)):
        for name in names:
            yield (part,), name


def _relations(state: FactState) -> Iterator[tuple[str, int, RelationEntry]]:
    for name, items in (("contradicts", state.contradicts), ("supports", state.supports)):
        for position, relation in enumerate(items):
            yield name, position, relation
