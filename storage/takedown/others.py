"""What is no fact and can be taken down: a draft, a source, a name. Each leaves a row without words."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from storage.domain.entries import SourceEntry, digest
from storage.domain.errors import AlreadyDone, Refused
from storage.domain.folding import fold
from storage.domain.models import Ground
from storage.engines.database import Statements
from storage.engines.values import Values
from storage.search import full_text, name_index, vector_rows
from storage.takedown.needles import Needles, texts_in

MOST_NAMED = 20
_IDS = "(SELECT value FROM ints(?))"


class Subject(NamedTuple):
    """What is taken down: its words, and the reference under which it must not come back."""

    needles: Needles
    ref: str | None = None
    # By which facts in the trail refer to it.
    called: tuple[str, ...] = ()
    # Facts that hold it, or held it once; and their revisions that still do, though the facts no longer do.
    facts: tuple[int, ...] = ()
    revisions: tuple[tuple[int, int], ...] = ()


def refuse_again(tx: Statements, subject: str) -> None:
    """Raise AlreadyDone for what was taken down before."""
    rows = tx.fetch("SELECT at, ground FROM tombstone WHERE subject = ?", (subject,))
    if rows:
        at, ground = rows[0]
        raise AlreadyDone(f"{subject} was taken down already, on {at[:10]} ({ground})")


def draft(tx: Statements, story_id: int, draft_id: int) -> Subject:
    """Return a draft that is no fact. Raises Refused."""
    row = _row(tx, "draft", story_id, f"D{draft_id}")
    if row["fact_id"] is not None:
        raise Refused(f"D{draft_id} is on record as F{row['fact_id']}: take that down")
    fact = json.loads(row["change"]).get("fact", {})
    quotes = [item.get("quote") for item in fact.get("attributions", ())]
    return Subject(Needles(filter(None, (fact.get("statement"), fact.get("brief"), *quotes))))


def source(tx: Statements, story_id: int, source_id: int) -> Subject:
    """Return a source, with the facts that cite it."""
    row = _row(tx, "source", story_id, f"S{source_id}")
    texts = (row["title"], row["name"], row["author"], row["url"], row["note"])
    cited = tx.fetch(
        "SELECT DISTINCT fact_id FROM attribution WHERE source_id = ? ORDER BY fact_id", (source_id,)
    )
    facts = tuple(each[0] for each in cited)
    return Subject(Needles(filter(None, texts), verbatim=True), row["ref"], facts=facts)


def bury_source(tx: Statements, source_id: int, known: Subject, at: str, ground: Ground) -> None:
    """Leave of a source that it was taken down: the facts that cite it stand."""
    title, named, language = tx.fetch(
        "SELECT s.title, s.name, t.language FROM source s JOIN story t ON t.id = s.story_id WHERE s.id = ?",
        (source_id,),
    )[0]
    for text in filter(None, (title, named)):
        full_text.cut(tx, known.facts, text, language)
    vector_rows.remake(tx, known.facts)
    tx.run(
        "UPDATE source SET name = ?, title = NULL, publisher = NULL, author = NULL, url = NULL,"
        " published = NULL, note = NULL WHERE id = ?",
        (f"source taken down on {at[:10]} ({ground})", source_id),
    )


def name(tx: Statements, story_id: int, entity_id: int) -> Subject:
    """Return a name that no fact holds any more. Raises Refused, naming the facts that do."""
    row = _row(tx, "entity", story_id, f"E{entity_id}")
    if row["merged_into"] not in (None, entity_id):
        raise Refused(f"E{entity_id} is E{row['merged_into']}: take that down")
    rows = tx.fetch("SELECT * FROM entity WHERE id = :id OR merged_into = :id", {"id": entity_id})
    spelled = tx.fetch(
        f"SELECT spelling FROM entity_name WHERE rank < 2 AND entity_id IN {_IDS}",
        (Values(each["id"] for each in rows),),
    )
    removed = tx.fetch(
        "SELECT before FROM audit WHERE subject = ? AND action = 'entity removed'", (f"E{entity_id}",)
    )
    # One that was removed has no further names any more, but in the trail.
    former = [name for each in removed for name in json.loads(each[0] or "{}").get("aliases", ())]
    names = (*(each["name"] for each in rows), *(each[0] for each in spelled), *former)
    needles = Needles(names, shortest=1, verbatim=True)
    refs = [each["ref"] for each in rows]
    if holding := _facts_holding(tx, needles, refs):
        ids = ", ".join(f"F{number}" for number in holding)
        raise Refused(f"{ids} hold that name: correct them, or take them down, first")
    past = tuple((each["fact_id"], each["number"]) for each in _states(tx, needles, refs, last=False))
    facts = tuple(dict.fromkeys(fact_id for fact_id, _number in past))
    return Subject(needles, digest("name", [fold(row["name"])]), tuple(refs), facts, past)


def bury_name(tx: Statements, entity_id: int) -> None:
    """Leave of a name, and of those merged into it, a row that no list shows and nobody finds."""
    rows = tx.fetch("SELECT id, story_id FROM entity WHERE id = :id OR merged_into = :id", {"id": entity_id})
    ids = Values(row["id"] for row in rows)
    forms = [row[0] for row in tx.fetch(f"SELECT folded FROM entity_name WHERE entity_id IN {_IDS}", (ids,))]
    tx.run(f"DELETE FROM entity_name WHERE entity_id IN {_IDS}", (ids,))
    name_index.remove(tx, rows[0]["story_id"], forms)
    tx.run(
        "UPDATE entity SET ref = 'taken-down-' || id, name = 'taken down', kind = NULL, article = NULL,"
        " short = NULL, role = NULL, role_source_id = NULL, role_locator = NULL, merged_into = ?"
        f" WHERE id IN {_IDS}",
        (entity_id, ids),
    )
    tx.run(f"DELETE FROM subscription WHERE entity_id IN {_IDS}", (ids,))


def refuse_sources(tx: Statements, story_id: int, sources: Mapping[str, SourceEntry]) -> None:
    """Refuse to give sources, by ref, the words back that were taken down."""
    for row in tx.fetch(
        "SELECT s.ref, s.name FROM tombstone t JOIN source s ON s.story_id = t.story_id AND s.ref = t.ref"
        " WHERE t.story_id = ? AND t.subject = 'S' || s.id"
        " AND s.ref IN (SELECT value FROM texts(?)) ORDER BY s.id",
        (story_id, Values(sources)),
    ):
        entry = sources[row["ref"]]
        if entry.name != row["name"] or any(
            (entry.title, entry.publisher, entry.author, entry.url, entry.note)
        ):
            text = f"The source {row['ref']!r} was taken down: it does not come back; leave it out"
            raise Refused(text, ("source", row["ref"], "ref"))


def refuse_name(tx: Statements, story_id: int, names: Mapping[str, Iterable[str]]) -> None:
    """Refuse names, by their entry's ref, that were taken down."""
    down = {
        row[0]
        for row in tx.fetch(
            "SELECT ref FROM tombstone WHERE story_id = ? AND subject >= 'E' AND subject < 'F'", (story_id,)
        )
    }
    for ref, spelled in names.items():
        if down and any(digest("name", [fold(each)]) in down for each in spelled):
            raise Refused("That name was taken down: it does not come back", ("entity", ref, "name"))


def _row(tx: Statements, table: str, story_id: int, subject: str) -> Any:
    rows = tx.fetch(f"SELECT * FROM {table} WHERE id = ? AND story_id = ?", (int(subject[1:]), story_id))
    if not rows:
        raise Refused(f"{subject} is not on record in this story")
    refuse_again(tx, subject)
    return rows[0]


def _facts_holding(tx: Statements, needles: Needles, refs: Collection[str]) -> list[int]:
    found = [row["fact_id"] for row in _states(tx, needles, refs, last=True)]
    return sorted(set(found))[:MOST_NAMED]


def _states(tx: Statements, needles: Needles, refs: Collection[str], *, last: bool) -> list[Any]:
    """Return the last revisions of facts, or earlier ones, whose texts hold a name or that refer to it."""
    rows = tx.fetch(
        "SELECT r.fact_id, r.number, r.state FROM revision r JOIN fact f ON f.id = r.fact_id"
        f" WHERE r.state IS NOT NULL AND r.number {'=' if last else '<'} f.revision"
        " ORDER BY r.fact_id, r.number"
    )
    return [row for row in rows if _holds(row["state"], needles, refs)]


def _holds(state: str, needles: Needles, refs: Collection[str]) -> bool:
    if not (needles.held(state) or any(ref in state for ref in refs)):
        return False
    texts = list(texts_in(json.loads(state)))
    return any(text in refs or needles.held(text) for text in texts)
