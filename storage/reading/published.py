"""Which facts had been published by a day: by the dates of the sources that they are in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from storage.domain import dates
from storage.domain.models import Fact
from storage.engines.database import Database, Read, Version
from storage.engines.values import Values
from storage.reading.facts import Facts

# What is known only through a source was there before that source: its own date may not be known.
_CHAIN = """{name} (id) AS (
    SELECT id FROM source WHERE story_id = :story AND published IN (SELECT value FROM texts(:{name}))
    UNION
    SELECT s.id FROM source s JOIN {name} k ON s.via_id = k.id
)"""
_WITH = f"WITH RECURSIVE {_CHAIN.format(name='known')}, {_CHAIN.format(name='sure')}"
_IN = (
    "EXISTS (SELECT 1 FROM attribution a WHERE a.fact_id = {fact} AND a.source_id IN (SELECT id FROM {name}))"
)
_FACTS = f"""
{_WITH}
SELECT f.id FROM fact f WHERE f.story_id = :story AND f.retracted IS NULL AND f.id > :after
AND {_IN.format(fact="f.id", name="known")} AND NOT {_IN.format(fact="f.id", name="sure")}
AND (f.superseded_by IS NULL OR NOT {_IN.format(fact="f.superseded_by", name="known")})
ORDER BY f.id LIMIT :limit
"""
_SOURCES = f"{_WITH} SELECT id FROM known ORDER BY id"
_OTHERS = f"""
{_WITH}
SELECT f.id FROM fact f WHERE f.id IN (SELECT value FROM ints(:others))
AND {_IN.format(fact="f.id", name="known")} ORDER BY f.id
"""


class Published:
    """List what had been published by a day, with the voices and relations of then."""

    def __init__(self, database: Database, facts: Facts) -> None:
        self._database = database
        self._facts = facts

    async def by(
        self, story_id: int, day: str, *, perhaps: bool = False, after: int = 0, limit: int
    ) -> list[Fact]:
        """Return the facts in sources that are dated until a day (ISO), in order of id after `after`.

        With `perhaps` those that are only in sources whose date may be that day or a later one. A fact is as
        it stands on record now, but only with the attributions and relations that had been published by then.
        """

        def work(read: Read, version: Version) -> list[Fact]:
            given = read(
                "SELECT DISTINCT published FROM source WHERE story_id = ? AND published IS NOT NULL",
                (story_id,),
            )
            sure = [row[0] for row in given if _is_by(row[0], day, perhaps=False)]
            known = [row[0] for row in given if _is_by(row[0], day, perhaps=True)] if perhaps else sure
            bound = {"story": story_id, "after": after, "limit": limit, "known": Values(known)}
            bound["sure"] = Values(sure if perhaps else [])
            facts = self._facts.lists_in(read, version, _FACTS, {"": bound})[""]
            return _as_of_then(read, bound, facts) if facts else []

        return await self._database.reading_version(work)


def _is_by(published: str, day: str, *, perhaps: bool) -> bool:
    earliest, latest = dates.bounds(published)
    if earliest is None or latest is None:
        return False
    return (earliest if perhaps else latest) <= day


def _as_of_then(read: Read, bound: Mapping[str, Any], facts: list[Fact]) -> list[Fact]:
    sources = {row[0] for row in read(_SOURCES, bound)}
    others = {item.other_id for fact in facts for item in fact.relations}
    known = {row[0] for row in read(_OTHERS, {**bound, "others": Values(sorted(others))})}
    return [_limited(fact, sources, known) for fact in facts]


def _limited(fact: Fact, sources: set[int], facts: set[int]) -> Fact:
    """Return a fact with what was known of it from some sources, of relations to some facts."""
    fields = {name: getattr(fact, name) for name in type(fact).model_fields}
    return Fact.model_construct(
        **fields
        | {
            "attributions": tuple(item for item in fact.attributions if item.source.id in sources),
            "relations": tuple(item for item in fact.relations if item.other_id in facts),
            # It stood then: what supersedes it came later.
            "superseded_by": None,
        }
    )
