"""Facts: reading them as they are now or as they were at a moment.

A fact is read from its revision, which keeps the whole state as a fact-sheet entry (JSON). The tables around
it exist for constraints and search. So `/asof`, `/history`, export and today's reading are one code path, and
a past fact costs what today's fact costs. A test recomputes each state from the tables.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from storage.domain.entries import ON_RECORD, FactEntry
from storage.domain.models import Attribution, Entity, Fact, Figure, Relation, RelationKind, Revision, Source
from storage.engines import id_prefix
from storage.engines.kept import KeptByKey
from storage.engines.sqlite import Database, Read, Version
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
FROM relation r WHERE r.fact_id IN (SELECT value FROM json_each(:ids)) AND {_HELD_THEN}
UNION ALL
SELECT r.other_id, r.kind, r.fact_id, 0, r.about, r.part, r.source_id, r.locator FROM relation r
WHERE r.other_id IN (SELECT value FROM json_each(:ids)) AND {_HELD_THEN}
ORDER BY outgoing DESC, far
"""
_IN_FORCE_NOW = """
SELECT id FROM fact
WHERE id IN (SELECT value FROM json_each(:ids)) AND superseded_by IS NULL AND retracted IS NULL
"""
_IN_FORCE_THEN = """
SELECT r.fact_id FROM revision r WHERE r.fact_id IN (SELECT value FROM json_each(:ids))
AND r.number = (
    SELECT number FROM revision WHERE fact_id = r.fact_id AND at <= :moment
    ORDER BY at DESC, number DESC LIMIT 1
)
AND json_extract(r.state, '$.superseded_by') IS NULL AND json_extract(r.state, '$.retracted') IS NULL
AND r.state IS NOT NULL
"""
# Facts that are kept in memory until the record changes: most readers ask for the same few.
MOST_KEPT = 2_000
# Of the facts that stand against one, those of which it is known at once who says them.
MOST_VOICES = 8
# More than any list has.
ALL = 2**31
# Sorts after every moment that a clock can give.
NOW = "9999"
IN_FORCE = "f.superseded_by IS NULL AND f.retracted IS NULL"


class Kept(NamedTuple):
    """A fact as its revisions keep it; the last one's state is the fact's own."""

    id: int
    ref: str
    state: State
    history: list[State]


class Facts:
    """Find and list facts, whole: attributions, sources, entities, relations and standing."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: KeptByKey[int, Fact] = KeptByKey(MOST_KEPT)

    async def find(self, fact_id: int) -> Fact | None:
        """Return one fact, retracted or not."""
        found = await self.load([fact_id])
        return found[0] if found else None

    async def load(self, ids: Iterable[int], *, moment: str | None = None) -> list[Fact]:
        """Return facts in the order of their ids as given, as of `moment` (UTC text) or now."""
        wanted = list(dict.fromkeys(ids))
        if not wanted:
            return []
        bound = {"wanted": json.dumps(wanted)}
        return await self.listed("SELECT value FROM json_each(:wanted)", bound, moment=moment)

    async def listed(
        self, ids_sql: str, parameters: Mapping[str, Any], *, moment: str | None = None
    ) -> list[Fact]:
        """Return the facts whose ids a query yields, in the query's order."""
        lists = await self.lists(ids_sql, {"": parameters}, moment=moment)
        return lists[""]

    async def lists(
        self, ids_sql: str, parameters: Mapping[str, Mapping[str, Any]], *, moment: str | None = None
    ) -> dict[str, list[Fact]]:
        """Return several lists by name, one for each set of parameters of the same query, read in one go."""
        return await self._database.reading_version(
            lambda read, version: self.lists_in(read, version, ids_sql, parameters, moment=moment)
        )

    def lists_in(
        self,
        read: Read,
        version: Version,
        ids_sql: str,
        parameters: Mapping[str, Mapping[str, Any]],
        *,
        moment: str | None = None,
    ) -> dict[str, list[Fact]]:
        """Return what `lists` returns, within a reading."""
        orders = {name: [row[0] for row in read(ids_sql, bound)] for name, bound in parameters.items()}
        found = self._known.of(version) if moment is None else {}
        wanted = dict.fromkeys(i for order in orders.values() for i in order if i not in found)
        if wanted:
            bound = {"wanted": json.dumps(list(wanted)), "moment": moment or NOW}
            sql = (_NOW if moment is None else _THEN).format(ids="SELECT value FROM json_each(:wanted)")
            found |= {fact.id: fact for fact in _whole(read, read(sql, bound), bound["moment"])}
        return {name: [found[i] for i in order if i in found] for name, order in orders.items()}

    async def select(
        self, ids_sql: str, parameters: Mapping[str, Any], *, moment: str | None = None
    ) -> list[Fact]:
        """Return the facts whose ids a query yields, in order of id."""
        sql = (_NOW if moment is None else _THEN).format(ids=ids_sql) + "ORDER BY f.id"
        bound = {**parameters, "moment": moment or NOW}
        return await self._database.reading(lambda read: _whole(read, read(sql, bound), bound["moment"]))

    async def entry(self, fact_id: int) -> FactEntry:
        """Return a fact as a sheet's entry, from which a changed one is made. Raises LookupError."""
        rows = await self._database.read("SELECT ref FROM fact WHERE id = ?", (fact_id,))
        if not rows:
            raise LookupError(f"there is no fact {fact_id}")
        kept = await self._database.reading(lambda read: erased.state(read, fact_id))
        return FactEntry.model_validate({**kept, "ref": rows[0][0]}, context=ON_RECORD)

    async def ids(self, story_id: int, refs: Iterable[str]) -> dict[str, int]:
        """Return the ids of a story's facts of those refs, by ref."""
        rows = await self._database.read(
            "SELECT ref, id FROM fact WHERE story_id = ? AND ref IN (SELECT value FROM json_each(?))",
            (story_id, json.dumps(list(refs))),
        )
        return {row[0]: row[1] for row in rows}

    async def with_id_prefix(self, story_id: int, digits: str, limit: int) -> list[int]:
        """Return the ids of a story's facts, in force or not, that begin with the digits."""
        rows = "fact WHERE story_id = :story"
        return await self._database.reading(
            lambda read: id_prefix.ids_with_prefix(read, rows, story_id, digits, limit)
        )

    async def at_revision(self, fact_id: int, number: int) -> Fact | None:
        """Return a fact as it stood at one of its revisions."""
        rows = await self._database.read(
            "SELECT at FROM revision WHERE fact_id = ? AND number = ?", (fact_id, number)
        )
        found = await self.load([fact_id], moment=rows[0][0]) if rows else []
        return found[0] if found else None

    async def revisions(self, fact_id: int, *, after: int = 0, limit: int = ALL) -> list[Revision]:
        """Return a fact's history, oldest first; of a long one those after a number."""
        rows = await self._database.read(
            "SELECT fact_id, number, at, kind, actor, reason, material, state FROM revision"
            " WHERE fact_id = ? AND number > ? ORDER BY number LIMIT ?",
            (fact_id, after, limit),
        )
        return [Revision(**dict(row)) for row in rows]

    async def number_at(self, fact_id: int, moment: str) -> int | None:
        """Return the number of the revision that was made at a moment; None if none was."""
        rows = await self._database.read(
            "SELECT number FROM revision WHERE fact_id = ? AND at = ? ORDER BY number LIMIT 1",
            (fact_id, moment),
        )
        return int(rows[0][0]) if rows else None

    async def made_by(self, audit_id: int, limit: int) -> list[int]:
        """Return the ids of facts that an entry of the audit trail wrote, the last written first."""
        # In the order of writing, so that it ends with the last of the newest entries: no index is needed.
        rows = await self._database.read(
            "SELECT fact_id FROM revision WHERE audit_id = ? ORDER BY rowid DESC LIMIT ?", (audit_id, limit)
        )
        return [row[0] for row in rows]

    async def states(self, story_id: int, *, after: int, limit: int) -> list[Kept]:
        """Return every fact of a story as kept, retracted ones too, in order of id after `after`.

        What was taken down, facts and single revisions, is left out.
        """
        rows = await self._database.read(
            "SELECT f.id, f.ref,"
            " (SELECT json_group_array(json_object('at', r.at, 'kind', r.kind, 'actor', r.actor,"
            " 'material', r.material, 'reason', r.reason, 'state', json(r.state))) FROM"
            " (SELECT * FROM revision WHERE fact_id = f.id AND state IS NOT NULL ORDER BY number) r)"
            " AS history FROM fact f JOIN revision l ON l.fact_id = f.id AND l.number = f.revision"
            " WHERE json_extract(l.state, '$.taken_down') IS NULL AND f.story_id = ? AND f.id > ?"
            " ORDER BY f.id LIMIT ?",
            (story_id, after, limit),
        )
        return [_kept(row) for row in rows]


def load(read: Read, ids: Iterable[int]) -> list[Fact]:
    """Return facts as they stand in what is being read, in order of id."""
    sql = _NOW.format(ids="SELECT value FROM json_each(:wanted)")
    return _whole(read, read(sql, {"wanted": json.dumps(list(ids))}), NOW)


def _whole(read: Read, rows: list[sqlite3.Row], moment: str) -> list[Fact]:
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


def _legible(read: Read, story_id: int, rows: list[sqlite3.Row], moment: str) -> list[Fact]:
    """Return the facts of a moment without those that nobody can read.

    Past states came in unchecked with the sheets that earlier versions imported.
    """
    try:
        return _of_story(read, story_id, rows, moment)
    except (AttributeError, KeyError, TypeError, ValueError):
        if len(rows) == 1:
            return []
    return [fact for row in rows for fact in _legible(read, story_id, [row], moment)]


def _of_story(read: Read, story_id: int, rows: list[sqlite3.Row], moment: str) -> list[Fact]:
    states = erased.states(read, rows)
    relations = read(_RELATIONS, {"ids": json.dumps(list(states)), "moment": moment})
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
    read: Read, states: Mapping[int, State], relations: list[sqlite3.Row], in_force: set[int], moment: str
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
        sql = (_NOW if moment == NOW else _THEN).format(ids="SELECT value FROM json_each(:wanted)")
        rows = read(sql, {"wanted": json.dumps(others), "moment": moment})
        known |= erased.states(read, rows)
    return {
        fact_id: state["attributions"][0] for fact_id, state in known.items() if state.get("attributions")
    }


def _in_force(read: Read, ids: set[int], moment: str) -> set[int]:
    if not ids:
        return set()
    sql = _IN_FORCE_NOW if moment == NOW else _IN_FORCE_THEN
    return {row[0] for row in read(sql, {"ids": json.dumps(sorted(ids)), "moment": moment})}


def _kept(row: sqlite3.Row) -> Kept:
    history = json.loads(row["history"])
    state = history[-1].pop("state")
    for item in history:
        item["material"] = bool(item["material"])
        if item["reason"] is None:
            del item["reason"]
    return Kept(row["id"], row["ref"], state, history)


def _source_refs(states: Iterable[State]) -> set[str]:
    return {item["source"] for state in states for item in state["attributions"]}


def _entity_refs(states: Iterable[State]) -> set[str]:
    refs: set[str] = set()
    for state in states:
        refs.update(state.get("places", ()), state.get("about", ()))
        refs.update(item["speaker"] for item in state["attributions"] if item.get("speaker"))
    return refs


def _relation(
    row: sqlite3.Row, cited: dict[int, Source], in_force: set[int], voices: Mapping[int, Attribution]
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
    row: sqlite3.Row,
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
