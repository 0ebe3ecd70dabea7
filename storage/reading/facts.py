"""Facts: reading them as they are now or as they were at a moment.

A fact is read from its revision, which keeps the whole state as a fact-sheet entry (JSON). The tables around
it exist for constraints and search. So `/asof`, `/history`, export and today's reading are one code path, and
a past fact costs what today's fact costs. A test recomputes each state from the tables.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from storage.domain.entries import ON_RECORD, FactEntry
from storage.domain.models import Fact, Revision
from storage.engines.database import Database, Read, Row, Version
from storage.engines.kept import KeptByKey
from storage.engines.values import Values
from storage.reading import erased, fact_rows, id_prefix
from storage.reading.erased import State
from storage.reading.fact_rows import NOW

# Facts that are kept in memory until the record changes: most readers ask for the same few.
MOST_KEPT = 2_000
# More than any list has.
ALL = 2**31
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
        return await self._database.reading_version(
            lambda read, version: self._ordered(read, version, {"": wanted}, moment)[""]
        )

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
        return self._ordered(read, version, orders, moment)

    def _ordered(
        self, read: Read, version: Version, orders: Mapping[str, list[int]], moment: str | None
    ) -> dict[str, list[Fact]]:
        found = self._known.of(version) if moment is None else {}
        wanted = dict.fromkeys(i for order in orders.values() for i in order if i not in found)
        if wanted:
            found |= {fact.id: fact for fact in fact_rows.load(read, wanted, moment or NOW)}
        return {name: [found[i] for i in order if i in found] for name, order in orders.items()}

    async def select(
        self, ids_sql: str, parameters: Mapping[str, Any], *, moment: str | None = None
    ) -> list[Fact]:
        """Return the facts whose ids a query yields, in order of id."""
        return await self._database.reading(
            lambda read: fact_rows.selected(read, ids_sql, parameters, moment or NOW)
        )

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
            "SELECT ref, id FROM fact WHERE story_id = ? AND ref IN (SELECT value FROM texts(?))",
            (story_id, Values(refs)),
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
        """Return the ids of facts that an entry of the audit trail wrote, the newest fact first."""
        rows = await self._database.read(
            "SELECT fact_id FROM revision WHERE audit_id = ? ORDER BY fact_id DESC, number DESC LIMIT ?",
            (audit_id, limit),
        )
        return [row[0] for row in rows]

    async def states(self, story_id: int, *, after: int, limit: int) -> list[Kept]:
        """Return every fact of a story as kept, retracted ones too, in order of id after `after`.

        What was taken down, facts and single revisions, is left out.
        """
        rows = await self._database.read(
            "SELECT f.id, f.ref,"
            " (SELECT list_of(row_of(r.at, r.kind, r.actor, r.material, r.reason, r.state)) FROM"
            " (SELECT * FROM revision WHERE fact_id = f.id AND state IS NOT NULL ORDER BY number) r)"
            " AS history FROM fact f JOIN revision l ON l.fact_id = f.id AND l.number = f.revision"
            # What IS NULL PostgreSQL takes to be rare, and would look through all states for it.
            " WHERE substr(coalesce(json_extract(l.state, '$.taken_down'), ''), 1, 1) <> '{'"
            " AND f.story_id = ? AND f.id > ?"
            " ORDER BY f.id LIMIT ?",
            (story_id, after, limit),
        )
        return [_kept(row) for row in rows]


def _kept(row: Row) -> Kept:
    history = [_past(*item) for item in json.loads(row["history"])]
    return Kept(row["id"], row["ref"], history[-1].pop("state"), history)


def _past(at: str, kind: str, actor: str, material: int, reason: str | None, state: str) -> State:
    past = {"at": at, "kind": kind, "actor": actor, "material": bool(material)}
    return past | ({"reason": reason} if reason is not None else {}) | {"state": json.loads(state)}
