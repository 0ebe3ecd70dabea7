"""Facts serialised: the state that a revision keeps, and the rows of the tables around it.

Attributions are written before their fact, because a trigger refuses a fact without one. A foreign key alone
would let a tool without `foreign_keys=ON` store a fact that nobody states.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from storage.changing.references import References, source_ref
from storage.domain import dates
from storage.domain.entries import AttributionEntry, FactEntry, FactState
from storage.engines.database import Statements
from storage.engines.values import Values
from storage.reading.erased import State
from storage.search import full_text, vector_rows

_FACT = """
INSERT INTO fact (
    id, story_id, ref, statement, brief, occurred, occasion, date_note, earliest, latest, lasting,
    retracted, revision
)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET statement = excluded.statement, brief = excluded.brief,
    occurred = excluded.occurred, occasion = excluded.occasion, date_note = excluded.date_note,
    earliest = excluded.earliest, latest = excluded.latest, lasting = excluded.lasting, superseded_by = NULL,
    retracted = excluded.retracted, revision = excluded.revision
"""
_ATTRIBUTION = """
INSERT INTO attribution (
    fact_id, position, speaker_id, cue, stance, source_id, locator, quote, said, independent
)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (fact_id, position) DO UPDATE SET speaker_id = excluded.speaker_id, cue = excluded.cue,
    stance = excluded.stance, source_id = excluded.source_id, locator = excluded.locator,
    quote = excluded.quote, said = excluded.said, independent = excluded.independent
"""
_FIGURE = """
INSERT INTO figure (fact_id, position, story_id, amount, upper, words, qualifier, counts, measure)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_MENTION = "INSERT INTO mention (fact_id, part, position, entity_id) VALUES (?, ?, ?, ?)"
_REVISION = """
INSERT INTO revision (
    fact_id, number, at, kind, actor, reason, material, state, audit_id, reason_salt, state_salt
)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
# A corrected fact's attributions are replaced one by one: the database refuses a fact without any.
_REPLACED = (
    "DELETE FROM figure WHERE fact_id IN (SELECT value FROM ints(?))",
    "DELETE FROM mention WHERE fact_id IN (SELECT value FROM ints(?))",
    "DELETE FROM attribution WHERE position > 1 AND fact_id IN (SELECT value FROM ints(?))",
)


@dataclass(slots=True)
class FactRows:
    """Rows of some facts of a story, gathered first, then written table by table."""

    story_id: int
    found: References
    replaced: list[int] = field(default_factory=list)
    facts: list[tuple[Any, ...]] = field(default_factory=list)
    attributions: list[tuple[Any, ...]] = field(default_factory=list)
    figures: list[tuple[Any, ...]] = field(default_factory=list)
    mentions: list[tuple[Any, ...]] = field(default_factory=list)
    revisions: list[tuple[Any, ...]] = field(default_factory=list)
    texts: list[tuple[int, str, str]] = field(default_factory=list)

    def add(self, fact_id: int, number: int, entry: FactEntry) -> None:
        """Gather the rows of a fact at a revision, but for the revision's own."""
        self.facts.append(
            (
                fact_id, self.story_id, entry.ref, entry.statement, entry.brief, *_dated(entry),
                entry.retracted, number,
            )
        )  # fmt: skip
        for position, item in enumerate(entry.attributions, 1):
            speaker, source = self.found.speaker_id(item), self.found.sources[source_ref(item)].id
            told = (item.locator, item.quote, item.said, bool(item.independent))
            self.attributions.append((fact_id, position, speaker, item.cue, item.stance, source, *told))
        for position, figure in enumerate(entry.figures, 1):
            self.figures.append((fact_id, position, self.story_id, *figure.model_dump().values()))
        self.mentions.extend((fact_id, *mention) for mention in _mentions(entry, self.found))
        if entry.retracted is None and entry.superseded_by is None:
            self.texts.append((fact_id, entry.statement, context(entry, self.found)))

    def write(self, tx: Statements) -> None:
        """Write the rows but for the index's; those that a corrected fact no longer has are removed."""
        if self.replaced:
            ids = (Values(self.replaced),)
            for statement in _REPLACED:
                tx.run(statement, ids)
            full_text.remove(tx, self.replaced)
        tx.run_many(_ATTRIBUTION, self.attributions)
        tx.run_many(_FACT, self.facts)
        tx.run_many(_FIGURE, self.figures)
        tx.run_many(_MENTION, self.mentions)
        tx.run_many(_REVISION, self.revisions)
        found = {fact_id for fact_id, *_ in self.texts}
        vector_rows.renew(tx, self.story_id, {row[0]: row[0] in found for row in self.facts})


def state_of(entry: FactState, found: References) -> State:
    """Return the entry as its revision keeps it: names as refs, empty fields left out."""
    fields: State = {"statement": entry.statement}
    for key in ("brief", "occurred", "occasion", "date_note", "superseded_by", "retracted"):
        if (value := getattr(entry, key)) is not None:
            fields[key] = value
    for key, names in (("places", entry.places), ("about", entry.about)):
        if names:
            fields[key] = [found.entities[name].ref for name in names]
    fields["attributions"] = [_attribution_state(item, found) for item in entry.attributions]
    for key in ("figures", "contradicts", "supports"):
        if items := getattr(entry, key):
            fields[key] = [item.model_dump(exclude_none=True) for item in items]
    return fields


def _attribution_state(item: AttributionEntry, found: References) -> State:
    fields: State = {"source": found.sources[source_ref(item)].ref, "stance": str(item.stance)}
    if item.speaker:
        fields["speaker"] = found.entities[item.speaker].ref
    for key in ("cue", "locator", "quote", "said"):
        if (value := getattr(item, key)) is not None:
            fields[key] = value
    if item.independent:
        fields["independent"] = True
    return fields


def _dated(entry: FactEntry) -> tuple[Any, ...]:
    # What has no date of its own stands on the timeline where it was first spoken of.
    when = entry.occurred or entry.attributions[0].said
    earliest, latest = dates.bounds(when) if when else (None, None)
    lasting = dates.lasting(earliest, latest) if earliest and latest else None
    return entry.occurred, entry.occasion, entry.date_note, earliest, latest, lasting


def _mentions(entry: FactEntry, found: References) -> Iterator[tuple[str, int, int]]:
    """Yield (part, position, entity id) for all that a fact names."""
    speakers = dict.fromkeys(item.speaker for item in entry.attributions if item.speaker)
    for part, names in (("speaker", speakers), ("place", entry.places), ("about", entry.about)):
        for position, entity_id in enumerate(dict.fromkeys(found.entities[name].id for name in names), 1):
            yield part, position, entity_id


def context(entry: FactEntry, found: References) -> str:
    """Return what surrounds a statement, for search: names, quotes, figures, titles of sources."""
    words: list[str | None] = []
    for item in entry.attributions:
        speaker = found.entities[item.speaker].words if item.speaker else None
        words += [speaker, item.cue, item.quote, found.sources[source_ref(item)].title]
    words += [found.entities[name].words for name in (*entry.places, *entry.about)]
    words += [f"{figure.qualifier or ''} {figure.words or ''} {figure.counts}" for figure in entry.figures]
    return " ".join(filter(None, (*words, entry.occasion)))
