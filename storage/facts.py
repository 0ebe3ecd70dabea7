"""Facts: reading them as they stand now or as they stood then.

A fact is read from the state that its revision kept; the tables around it are what the database
checks and searches by. So a fact as of any moment costs what the fact of today costs.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from storage.database import Database
from storage.entities import Entities
from storage.models import Attribution, Entity, Fact, Figure, Relation, Revision, Source
from storage.sources import Sources

State = dict[str, Any]

_NOW = """
SELECT f.id, f.story_id, f.ref, f.revision, f.superseded_by, r.state
FROM fact f JOIN revision r ON r.fact_id = f.id AND r.number = f.revision
WHERE f.id IN ({ids})
"""
_THEN = """
SELECT f.id, f.story_id, f.ref, r.number AS revision, r.state,
    (SELECT s.id FROM fact s WHERE s.story_id = f.story_id AND s.ref = json_extract(r.state, '$.superseded_by'))
    AS superseded_by
FROM fact f JOIN revision r ON r.fact_id = f.id AND r.number = (
    SELECT max(number) FROM revision WHERE fact_id = f.id AND at <= :moment
)
WHERE f.id IN ({ids})
"""
_RELATIONS = """
SELECT fact_id AS near, kind, other_id AS far, 1 AS outgoing, about, source_id, locator FROM relation
WHERE fact_id IN (SELECT value FROM json_each(:ids)) AND added_at <= :moment AND (ended_at IS NULL OR ended_at > :moment)
UNION ALL
SELECT other_id, kind, fact_id, 0, about, source_id, locator FROM relation
WHERE other_id IN (SELECT value FROM json_each(:ids)) AND added_at <= :moment AND (ended_at IS NULL OR ended_at > :moment)
ORDER BY outgoing DESC, far
"""
_IN_FORCE_NOW = """
SELECT id FROM fact WHERE id IN (SELECT value FROM json_each(:ids)) AND superseded_by IS NULL AND retracted IS NULL
"""
_IN_FORCE_THEN = """
SELECT r.fact_id FROM revision r WHERE r.fact_id IN (SELECT value FROM json_each(:ids))
AND r.number = (SELECT max(number) FROM revision WHERE fact_id = r.fact_id AND at <= :moment)
AND json_extract(r.state, '$.superseded_by') IS NULL AND json_extract(r.state, '$.retracted') IS NULL
"""
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

    def __init__(self, database: Database, sources: Sources, entities: Entities) -> None:
        self._database = database
        self._sources = sources
        self._entities = entities

    async def find(self, fact_id: int) -> Fact | None:
        """Return one fact, retracted or not."""
        found = await self.load([fact_id])
        return found[0] if found else None

    async def load(self, ids: Iterable[int], *, moment: str | None = None) -> list[Fact]:
        """Return facts in the order of their ids as given, as of `moment` (UTC text) or now."""
        order = list(dict.fromkeys(ids))
        found = await self.select(
            "SELECT value FROM json_each(:wanted)", {"wanted": json.dumps(order)}, moment=moment
        )
        by_id = {fact.id: fact for fact in found}
        return [by_id[fact_id] for fact_id in order if fact_id in by_id]

    async def select(self, ids_sql: str, parameters: Mapping[str, Any], *, moment: str | None = None) -> list[Fact]:
        """Return the facts whose ids a query yields, in order of id."""
        sql = (_NOW if moment is None else _THEN).format(ids=ids_sql) + "ORDER BY f.id"
        rows = await self._database.read(sql, {**parameters, "moment": moment or NOW})
        return await self._whole(rows, moment or NOW) if rows else []

    async def revisions(self, fact_id: int) -> list[Revision]:
        """Return a fact's history, oldest first."""
        rows = await self._database.read("SELECT * FROM revision WHERE fact_id = ? ORDER BY number", (fact_id,))
        return [Revision(**dict(row)) for row in rows]

    async def states(self, story_id: int, *, after: int, limit: int) -> list[Kept]:
        """Return every fact of a story as kept, retracted ones too, in order of id after `after`."""
        rows = await self._database.read(
            "SELECT f.id, f.ref, (SELECT json_group_array(json_object('at', r.at, 'kind', r.kind, 'actor', r.actor,"
            " 'material', r.material, 'reason', r.reason, 'state', json(r.state))) FROM"
            " (SELECT * FROM revision WHERE fact_id = f.id ORDER BY number) r) AS history"
            " FROM fact f WHERE f.story_id = ? AND f.id > ? ORDER BY f.id LIMIT ?",
            (story_id, after, limit),
        )
        return [_kept(row) for row in rows]

    async def _whole(self, rows: list[sqlite3.Row], moment: str) -> list[Fact]:
        states: dict[int, State] = {row["id"]: json.loads(row["state"]) for row in rows}
        relations = await self._database.read(_RELATIONS, {"ids": json.dumps(list(states)), "moment": moment})
        story_id = rows[0]["story_id"]
        if any(row["story_id"] != story_id for row in rows):
            return await self._of_many_stories(rows, moment)
        sources, entities, cited, in_force = await asyncio.gather(
            self._sources.by_ref(story_id, _source_refs(states.values())),
            self._entities.by_ref(story_id, _entity_refs(states.values())),
            self._sources.by_id(row["source_id"] for row in relations if row["source_id"]),
            self._in_force({row["far"] for row in relations}, moment),
        )
        by_fact: dict[int, list[Relation]] = {}
        for row in relations:
            by_fact.setdefault(row["near"], []).append(_relation(row, cited, in_force))
        return [_fact(row, states[row["id"]], sources, entities, by_fact.get(row["id"], [])) for row in rows]

    async def _of_many_stories(self, rows: list[sqlite3.Row], moment: str) -> list[Fact]:
        """Read facts story by story: refs are a story's own."""
        stories = {row["story_id"] for row in rows}
        parts = [await self._whole([row for row in rows if row["story_id"] == story], moment) for story in stories]
        return sorted((fact for part in parts for fact in part), key=lambda fact: fact.id)

    async def _in_force(self, ids: set[int], moment: str) -> set[int]:
        if not ids:
            return set()
        sql = _IN_FORCE_NOW if moment == NOW else _IN_FORCE_THEN
        rows = await self._database.read(sql, {"ids": json.dumps(sorted(ids)), "moment": moment})
        return {row[0] for row in rows}


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


def _relation(row: sqlite3.Row, sources: dict[int, Source], in_force: set[int]) -> Relation:
    return Relation(
        kind=row["kind"],
        other_id=row["far"],
        outgoing=bool(row["outgoing"]),
        other_in_force=row["far"] in in_force,
        about=row["about"],
        source=sources.get(row["source_id"]),
        locator=row["locator"],
    )


def _fact(
    row: sqlite3.Row, state: State, sources: dict[str, Source], entities: dict[str, Entity], relations: list[Relation]
) -> Fact:
    return Fact(
        id=row["id"],
        story_id=row["story_id"],
        ref=row["ref"],
        revision=row["revision"],
        superseded_by=row["superseded_by"],
        retracted=state.get("retracted"),
        statement=state["statement"],
        occurred=state.get("occurred"),
        occasion=state.get("occasion"),
        date_note=state.get("date_note"),
        attributions=tuple(_attribution(item, sources, entities) for item in state["attributions"]),
        figures=tuple(Figure(**item) for item in state.get("figures", ())),
        places=tuple(entities[ref] for ref in state.get("places", ())),
        about=tuple(entities[ref] for ref in state.get("about", ())),
        relations=tuple(relations),
    )


def _attribution(item: State, sources: dict[str, Source], entities: dict[str, Entity]) -> Attribution:
    speaker = item.get("speaker")
    fields = {key: value for key, value in item.items() if key not in ("source", "speaker")}
    return Attribution(source=sources[item["source"]], speaker=entities[speaker] if speaker else None, **fields)
