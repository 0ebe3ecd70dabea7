"""Facts from their rows: each as its revision keeps it, with its sources, names and relations.

What stands in the record at a moment is read by one way, whether that moment is now or past.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from storage.domain.models import Attribution, Entity, Fact, Figure, Relation, RelationKind, Source
from storage.engines.database import Read, Row
from storage.engines.values import Values
from storage.reading import entities, erased, sources
from storage.reading.erased import State
from storage.reading.openings import openings

_NOW = """
SELECT f.id, f.story_id, f.ref, f.revision, f.superseded_by, r.state,
    (SELECT language FROM story WHERE id = f.story_id) AS language
FROM fact f JOIN revision r ON r.fact_id = f.id AND r.number = f.revision
WHERE f.id IN ({ids})
"""
_THEN = """
SELECT f.id, f.story_id, f.ref, r.number AS revision, r.state,
    (SELECT s.id FROM fact s
        WHERE s.story_id = f.story_id AND s.ref = json_extract(r.state, '$.superseded_by'))
    AS superseded_by, (SELECT language FROM story WHERE id = f.story_id) AS language
FROM fact f JOIN revision r ON r.fact_id = f.id AND r.number = (
    SELECT number FROM revision WHERE fact_id = f.id AND at <= :moment ORDER BY at DESC, number DESC LIMIT 1
)
WHERE f.id IN ({ids})
"""
_HELD_THEN = "r.added_at <= :moment AND (r.ended_at IS NULL OR r.ended_at > :moment)"
_RELATIONS = f"""
SELECT r.fact_id AS near, r.kind, r.other_id AS far, 1 AS outgoing, r.about, r.part, r.source_id, r.locator
FROM relation r WHERE r.fact_id IN (SELECT value FROM ints(:ids)) AND {_HELD_THEN}
UNION ALL
SELECT r.other_id, r.kind, r.fact_id, 0, r.about, r.part, r.source_id, r.locator FROM relation r
WHERE r.other_id IN (SELECT value FROM ints(:ids)) AND {_HELD_THEN}
ORDER BY outgoing DESC, far, kind
"""
_IN_FORCE_NOW = """
SELECT id FROM fact
WHERE id IN (SELECT value FROM ints(:ids)) AND superseded_by IS NULL AND retracted IS NULL
"""
_IN_FORCE_THEN = """
SELECT r.fact_id FROM revision r WHERE r.fact_id IN (SELECT value FROM ints(:ids))
AND r.number = (
    SELECT number FROM revision WHERE fact_id = r.fact_id AND at <= :moment
    ORDER BY at DESC, number DESC LIMIT 1
)
AND json_extract(r.state, '$.superseded_by') IS NULL AND json_extract(r.state, '$.retracted') IS NULL
AND r.state IS NOT NULL
"""
# Of the facts that stand against one, those of which it is known at once who says them.
MOST_VOICES = 8
# Sorts after every moment that a clock can give.
NOW = "9999"


def load(read: Read, ids: Iterable[int], moment: str = NOW) -> list[Fact]:
    """Return facts as they stood at a moment in what is being read, in order of id."""
    return selected(read, "SELECT value FROM ints(:wanted)", {"wanted": Values(ids)}, moment)


def selected(read: Read, ids_sql: str, parameters: Mapping[str, object], moment: str = NOW) -> list[Fact]:
    """Return the facts whose ids a query yields, as of a moment, in order of id."""
    sql = (_NOW if moment == NOW else _THEN).format(ids=ids_sql) + "ORDER BY f.id"
    return _whole(read, read(sql, {**parameters, "moment": moment}), moment)


def _whole(read: Read, rows: list[Row], moment: str) -> list[Fact]:
    """Return facts from their rows, with all that belongs to them; refs are a story's own."""
    if not rows:
        return []
    stories = dict.fromkeys(row["story_id"] for row in rows)
    made = _of_story if moment == NOW else _legible
    parts = [
        made(read, story, [row for row in rows if row["story_id"] == story], moment) for story in stories
    ]
    return (
        parts[0]
        if len(parts) == 1
        else sorted((fact for part in parts for fact in part), key=lambda fact: fact.id)
    )


def _legible(read: Read, story_id: int, rows: list[Row], moment: str) -> list[Fact]:
    """Return the facts of a moment without those that nobody can read.

    Past states came in unchecked with the sheets that earlier versions imported.
    """
    try:
        return _of_story(read, story_id, rows, moment)
    except (AttributeError, KeyError, TypeError, ValueError):
        if len(rows) == 1:
            return []
    return [fact for row in rows for fact in _legible(read, story_id, [row], moment)]


def _of_story(read: Read, story_id: int, rows: list[Row], moment: str) -> list[Fact]:
    states = erased.states(read, rows)
    relations = read(_RELATIONS, {"ids": Values(states), "moment": moment})
    in_force = _in_force(read, {row["far"] for row in relations}, moment)
    far = _first_voices(read, states, relations, in_force, moment)
    told = [*states.values(), *({"attributions": [item]} for item in far.values())]
    found = sources.by_ref(read, story_id, _source_refs(told))
    named = entities.by_ref(read, story_id, _entity_refs(told))
    cited = sources.by_id(read, {row["source_id"] for row in relations if row["source_id"]})
    voices = {
        fact_id: _attribution(item, found, named)
        for fact_id, item in far.items()
        if item["source"] in found and item.get("speaker", "") in ("", None, *named)
    }
    by_fact: dict[int, list[Relation]] = {}
    for row in relations:
        by_fact.setdefault(row["near"], []).append(_relation(row, cited, in_force, voices))
    begun = openings(read, story_id, states.values())
    return [_fact(row, states[row["id"]], found, named, by_fact.get(row["id"], []), begun) for row in rows]


def _first_voices(
    read: Read, states: Mapping[int, State], relations: list[Row], in_force: set[int], moment: str
) -> dict[int, State]:
    """Return the first attribution of facts that stand against others, by id: of each the first few."""
    counted: Counter[int] = Counter()
    wanted: set[int] = set()
    for row in relations:
        if row["kind"] == RelationKind.CONTRADICTS and row["far"] in in_force:
            counted[row["near"]] += 1
            if counted[row["near"]] <= MOST_VOICES:
                wanted.add(row["far"])
    known = {fact_id: states[fact_id] for fact_id in wanted if fact_id in states}
    if others := sorted(wanted - known.keys()):
        sql = (_NOW if moment == NOW else _THEN).format(ids="SELECT value FROM ints(:wanted)")
        rows = read(sql, {"wanted": Values(others), "moment": moment})
        known |= erased.states(read, rows)
    return {
        fact_id: state["attributions"][0] for fact_id, state in known.items() if state.get("attributions")
    }


def _in_force(read: Read, ids: set[int], moment: str) -> set[int]:
    if not ids:
        return set()
    sql = _IN_FORCE_NOW if moment == NOW else _IN_FORCE_THEN
    return {row[0] for row in read(sql, {"ids": Values(sorted(ids)), "moment": moment})}


def _source_refs(states: Iterable[State]) -> set[str]:
    return {item["source"] for state in states for item in state["attributions"]}


def _entity_refs(states: Iterable[State]) -> set[str]:
    refs: set[str] = set()
    for state in states:
        refs.update(state.get("places", ()), state.get("about", ()))
        refs.update(item["speaker"] for item in state["attributions"] if item.get("speaker"))
    return refs


def _relation(
    row: Row, cited: dict[int, Source], in_force: set[int], voices: Mapping[int, Attribution]
) -> Relation:
    return Relation(
        kind=row["kind"],
        other_id=row["far"],
        outgoing=bool(row["outgoing"]),
        other_in_force=row["far"] in in_force,
        about=row["about"],
        part=row["part"],
        source=cited.get(row["source_id"]),
        locator=row["locator"],
        voice=voices.get(row["far"]) if row["kind"] == RelationKind.CONTRADICTS else None,
    )


def _fact(
    row: Row,
    state: State,
    cited: dict[str, Source],
    named: dict[str, Entity],
    relations: list[Relation],
    begun: Mapping[str, tuple[str, ...]],
) -> Fact:
    brief = state.get("brief") or ""
    return Fact(
        id=row["id"],
        story_id=row["story_id"],
        ref=row["ref"],
        revision=row["revision"],
        superseded_by=row["superseded_by"],
        retracted=state.get("retracted"),
        taken_down=erased.taken_down(state),
        statement=state["statement"],
        brief=state.get("brief"),
        occurred=state.get("occurred"),
        occasion=state.get("occasion"),
        date_note=state.get("date_note"),
        attributions=tuple(_attribution(item, cited, named) for item in state["attributions"]),
        figures=tuple(Figure(**item) for item in state.get("figures", ())),
        places=_each(named, state.get("places", ())),
        about=_each(named, state.get("about", ())),
        relations=tuple(relations),
        opening=(*begun.get(state["statement"], ()), *begun.get(brief, ())),
        language=row["language"],
    )


def _each(named: dict[str, Entity], refs: Iterable[str]) -> tuple[Entity, ...]:
    """Return the entities of refs, each once: two may have been found to be one."""
    return tuple({named[ref].id: named[ref] for ref in refs}.values())


def _attribution(item: State, cited: dict[str, Source], named: dict[str, Entity]) -> Attribution:
    speaker = item.get("speaker")
    fields = {key: value for key, value in item.items() if key not in ("source", "speaker")}
    return Attribution(source=cited[item["source"]], speaker=named[speaker] if speaker else None, **fields)
