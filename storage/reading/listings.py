"""Lists of facts, page by page: by entity, date, place, source, standing. Always by key, never by offset."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from storage.domain import dates
from storage.domain.models import Entity, Fact, Revision
from storage.engines.database import Database, Read, Version
from storage.engines.kept import KeptByKey
from storage.reading.entities import MOST_PAGES, Entities
from storage.reading.facts import IN_FORCE, Facts

_MENTIONED = f"""
SELECT m.fact_id FROM mention m JOIN fact f ON f.id = m.fact_id AND {IN_FORCE}
WHERE m.entity_id = :entity AND m.part = :part AND m.fact_id > :after ORDER BY m.fact_id LIMIT :limit
"""
# Unspecified digits (`2024-XX-15`) mean some days of a span and not others. `asked` is the one day or month
# that is looked for (else empty: any day of the span will do); X stands for any digit, as _ does for LIKE.
# Seasons, ranges and years alone may mean each day between their first and their last.
_LIKELY = """(
    :asked = '' OR f.occurred IS NULL OR f.occurred NOT LIKE '%X%' OR f.occurred LIKE '%/%'
    OR substr(f.occurred, 5, 1) <> '-' OR substr(f.occurred, 6, 1) IN ('2', '3', '4')
    OR :asked LIKE replace(replace(replace(replace(
        substr(f.occurred, 1, length(:asked)), 'X', '_'), '?', ''), '~', ''), '%', '') || '%'
)"""
# One arm for each length of span: how far before the range a fact may begin and still reach into it. The id
# that a page goes on from is compared with what is computed: with the day it bounds no two parts of an index.
_DATED = (
    " UNION ALL ".join(
        f"SELECT * FROM (SELECT f.id, f.earliest FROM fact f"
        f" WHERE f.story_id = :story AND f.lasting = {lasting} AND {IN_FORCE}"
        f" AND f.earliest >= :low{lasting} AND f.earliest <= :latest AND f.latest >= :earliest"
        f" AND (f.earliest > :low OR f.id + 0 > :after) AND {_LIKELY}"
        f" ORDER BY f.earliest, f.id LIMIT :limit) arm{lasting}"
        for lasting in range(len(dates.LASTING) + 1)
    )
    + " ORDER BY 2, 1 LIMIT :limit"
)
_UNDATED = f"""
SELECT f.id FROM fact f WHERE f.story_id = :story AND f.earliest IS NULL AND {IN_FORCE}
AND f.lasting IS NULL AND (f.occurred IS NOT NULL OR f.occasion IS NOT NULL) AND f.id > :after
ORDER BY f.id LIMIT :limit
"""
# A month or day asked without its year: facts whose source gives none, and facts of that day in any year.
_MONTH_OR_DAY = f"""
SELECT f.id FROM fact f WHERE f.story_id = :story AND {IN_FORCE} AND f.id > :after AND (
    (f.earliest IS NULL AND f.lasting IS NULL AND (f.occurred LIKE :pattern OR (
        f.occurred LIKE 'XXXX-%' AND f.occurred NOT LIKE 'XXXX-XX-XX%' AND f.occurred NOT LIKE '%/%'
        AND :asked LIKE replace(substr(f.occurred, 1, length(:asked)), 'X', '_')
    )))
    OR (substr(f.earliest, 6, length(:month_day)) LIKE :month_day
        AND substr(f.latest, 6, length(:month_day)) LIKE :month_day)
) ORDER BY f.id LIMIT :limit
"""
_ALL = f"""
SELECT f.id FROM fact f WHERE f.story_id = :story AND {IN_FORCE} AND f.id > :after
ORDER BY f.id LIMIT :limit
"""
_LATEST = f"""
SELECT f.id FROM fact f WHERE f.story_id = :story AND {IN_FORCE} AND f.id < :before
ORDER BY f.id DESC LIMIT :limit
"""
# What happened or was said last, one arm for each length of span; what has no day comes behind all others.
_HAPPENED_LAST = (
    " UNION ALL ".join(
        f"SELECT * FROM (SELECT f.id, f.earliest AS day FROM fact f"
        f" WHERE f.story_id = :story AND f.lasting = {lasting} AND {IN_FORCE} AND f.earliest <= :high"
        f" AND (f.earliest < :high OR f.id + 0 < :before)"
        f" ORDER BY f.earliest DESC, f.id DESC LIMIT :limit) arm{lasting}"
        for lasting in range(len(dates.LASTING) + 1)
    )
    + f" UNION ALL SELECT * FROM (SELECT f.id, '' AS day FROM fact f WHERE f.story_id = :story"
    f" AND f.lasting IS NULL AND {IN_FORCE} AND (:high <> '' OR f.id < :before)"
    " ORDER BY f.id DESC LIMIT :limit) dayless ORDER BY 2 DESC, 1 DESC LIMIT :limit"
)
# Retracted facts have no index of their own: this many of the newest facts are searched.
_RETRACTED = """
SELECT id FROM (SELECT id, retracted FROM fact WHERE story_id = :story ORDER BY id DESC LIMIT 20000) newest
WHERE retracted IS NOT NULL ORDER BY id DESC LIMIT :limit
"""
# Digits in statements have no index: in so many facts behind a page's beginning they are searched.
_DIGITS = " OR ".join(f"statement LIKE '%{digit}%'" for digit in range(10))
_FIGURED = f"""
SELECT fact_id FROM (
    SELECT g.fact_id FROM figure g JOIN fact f ON f.id = g.fact_id AND {IN_FORCE}
    WHERE g.story_id = :story AND g.fact_id > :after
    UNION
    SELECT id FROM (
        SELECT f.id, f.statement FROM fact f WHERE f.story_id = :story AND {IN_FORCE} AND f.id > :after
        ORDER BY f.id LIMIT 20000
    ) numbered WHERE {_DIGITS}
) figured ORDER BY fact_id LIMIT :limit
"""
_CITING = f"""
SELECT DISTINCT a.fact_id FROM attribution a JOIN fact f ON f.id = a.fact_id AND {IN_FORCE}
WHERE a.source_id = :source AND a.fact_id > :after ORDER BY a.fact_id LIMIT :limit
"""
_OPPOSED = "r.kind = 'contradicts' AND r.ended_at IS NULL AND o.superseded_by IS NULL AND o.retracted IS NULL"
# Facts that a fact in force contradicts, and facts that some voices hold and others deny.
_DISPUTED = f"""
SELECT f.id FROM fact f WHERE f.story_id = :story AND {IN_FORCE} AND f.id IN (
    SELECT fact_id FROM relation WHERE kind = 'contradicts' AND ended_at IS NULL AND fact_id > :after
    UNION SELECT other_id FROM relation WHERE kind = 'contradicts' AND ended_at IS NULL AND other_id > :after
    UNION SELECT fact_id FROM attribution WHERE position = 2 AND fact_id > :after
) AND (
    EXISTS (
        SELECT 1 FROM relation r JOIN fact o ON o.id = r.other_id WHERE r.fact_id = f.id AND {_OPPOSED}
    )
    OR EXISTS (
        SELECT 1 FROM relation r JOIN fact o ON o.id = r.fact_id WHERE r.other_id = f.id AND {_OPPOSED}
    )
    OR (SELECT count(*) FROM attribution a WHERE a.fact_id = f.id AND a.stance = 'denies')
        BETWEEN 1 AND (SELECT count(*) - 1 FROM attribution a WHERE a.fact_id = f.id AND a.stance <> 'rates')
) ORDER BY f.id LIMIT :limit
"""
# What was done to facts after they came on record, the newest first.
_CHANGES = """
SELECT r.fact_id, r.number, r.at, r.kind, r.actor, r.reason, r.material, r.state
FROM revision r CROSS JOIN fact f
WHERE f.id = r.fact_id AND f.story_id = :story
AND r.kind IN ('corrected', 'superseded', 'retracted', 'restored', 'taken down')
AND (r.at < :at OR (r.at = :at AND (r.fact_id < :fact OR (r.fact_id = :fact AND r.number < :number))))
ORDER BY r.at DESC, r.fact_id DESC, r.number DESC LIMIT :limit
"""
_SUMMARY = f"""
SELECT l.fact_id AS id FROM lead l JOIN fact f ON f.id = l.fact_id AND {IN_FORCE} WHERE l.story_id = :story
ORDER BY l.position
"""
# Of each fact its last state by then, one fact after the other: asked whether one EXISTS, PostgreSQL would
# first sort the states of all facts.
_IN_FORCE_AT = """
SELECT f.id FROM fact f WHERE f.story_id = :story AND f.id > :after AND (
    SELECT CASE WHEN json_extract(r.state, '$.superseded_by') IS NULL AND (
        json_extract(r.state, '$.retracted') IS NULL OR json_extract(r.state, '$.taken_down') IS NOT NULL
    )
    AND (r.state IS NOT NULL OR r.kind NOT IN ('superseded', 'retracted')) THEN 1 ELSE 0 END
    FROM revision r WHERE r.fact_id = f.id AND r.at <= :moment ORDER BY r.at DESC, r.number DESC LIMIT 1
) = 1 ORDER BY f.id LIMIT :limit
"""


class Listings:
    """Pages of facts in force; `after` is the id of the last fact already shown."""

    def __init__(self, database: Database, facts: Facts, entities: Entities) -> None:
        self._database = database
        self._facts = facts
        self._entities = entities
        self._pages: KeptByKey[tuple[int, tuple[tuple[str, int], ...], int], dict[str, list[Fact]]] = (
            KeptByKey(MOST_PAGES)
        )

    async def mentioning(
        self, entity_id: int, after: Mapping[str, int], *, limit: int
    ) -> dict[str, list[Fact]]:
        """Return facts that name an entity, by part: as `speaker`, `place` or `about`, in order of id.

        `after` holds for each wanted part the id of the last fact shown, 0 at the beginning.
        """
        return await self._facts.lists(_MENTIONED, _parts(entity_id, after, limit))

    async def mentioning_name(
        self, story_id: int, text: str, after: Mapping[str, int], *, limit: int
    ) -> tuple[list[Entity], dict[str, list[Fact]]]:
        """Return the entities that a text names exactly; of a single one also what `mentioning` returns.

        Both are read together: what a name means and what is said of it are of one version of the record.
        """

        def work(read: Read, version: Version) -> tuple[list[Entity], dict[str, list[Fact]]]:
            found = self._entities.find_named_in(read, version, story_id, text)
            if len(found) != 1:
                return found, {}
            pages, key = self._pages.of(version), (found[0].id, tuple(after.items()), limit)
            if key not in pages:
                wanted = _parts(found[0].id, after, limit)
                pages[key] = self._facts.lists_in(read, version, _MENTIONED, wanted)
            return found, pages[key]

        return await self._database.reading_version(work)

    async def dated(
        self, story_id: int, *, earliest: str, latest: str, after: tuple[str, int] | None = None, limit: int
    ) -> list[Fact]:
        """Return facts that may have occurred from `earliest` to `latest` (ISO days), by their first day.

        `after` is the (first day, id) of the last fact shown.
        """
        low, last = after or (dates.FIRST, 0)
        reach = (*(dates.days_before(earliest, days) for days in dates.LASTING), dates.FIRST)
        lows = {f"low{lasting}": max(low, first) for lasting, first in enumerate(reach)}
        asked = {
            "story": story_id,
            "earliest": earliest,
            "latest": latest,
            "asked": _one_day_or_month(earliest, latest),
            "low": low,
            "after": last,
            "limit": limit,
        }
        return await self._facts.listed(_DATED, asked | lows)

    async def undated(self, story_id: int, *, after: int = 0, limit: int) -> list[Fact]:
        """Return facts with an open date: no year, or only an occasion."""
        return await self._page(_UNDATED, story=story_id, after=after, limit=limit)

    async def of_month_or_day(self, story_id: int, month_day: str, *, limit: int) -> list[Fact]:
        """Return facts of a month or a day (MM, MM-DD; X is any digit) of no year or any year."""
        any_digit = month_day.replace("X", "_")
        return await self._page(
            _MONTH_OR_DAY,
            story=story_id,
            pattern=f"XXXX-{any_digit}%",
            month_day=any_digit,
            asked=f"0000-{month_day}",
            after=0,
            limit=limit,
        )

    async def all(self, story_id: int, *, after: int = 0, limit: int) -> list[Fact]:
        """Return a story's facts in order of id."""
        return await self._page(_ALL, story=story_id, after=after, limit=limit)

    async def latest(self, story_id: int, *, before: int | None = None, limit: int) -> list[Fact]:
        """Return the facts that came on record last, the last first."""
        parameters = {"story": story_id, "before": before or 2**62, "limit": limit}
        return list(reversed(await self._facts.select(_subquery(_LATEST), parameters)))

    async def happened_last(
        self, story_id: int, *, before: tuple[str, int] | None = None, limit: int
    ) -> list[Fact]:
        """Return a story's facts by what happened or was said last; those without a day come last.

        `before` is the (first day, id) of the last fact shown, its day empty where it has none.
        """
        high, last = before or (dates.LAST, 2**62)
        parameters = {"story": story_id, "high": high, "before": last, "limit": limit}
        return await self._facts.listed(_HAPPENED_LAST, parameters)

    async def retracted(self, story_id: int, *, limit: int) -> list[Fact]:
        """Return the newest of a story's facts that are retracted, newest first."""
        return list(reversed(await self._page(_RETRACTED, story=story_id, limit=limit)))

    async def changes(
        self, story_id: int, *, before: tuple[str, int, int] | None = None, limit: int
    ) -> list[Revision]:
        """Return what was corrected, superseded, retracted, restored or taken down, the newest first.

        `before` is the (moment, fact, number) of the last one shown.
        """
        at, fact, number = before or ("9", 0, 0)
        asked = {"story": story_id, "at": at, "fact": fact, "number": number, "limit": limit}
        return [Revision(**dict(row)) for row in await self._database.read(_CHANGES, asked)]

    async def figured(self, story_id: int, *, after: int = 0, limit: int) -> list[Fact]:
        """Return the facts that hold figures, or digits in their statements."""
        return await self._page(_FIGURED, story=story_id, after=after, limit=limit)

    async def citing(self, source_id: int, *, after: int = 0, limit: int) -> list[Fact]:
        """Return the facts that cite a source itself."""
        return await self._page(_CITING, source=source_id, after=after, limit=limit)

    async def disputed(self, story_id: int, *, after: int = 0, limit: int) -> list[Fact]:
        """Return the facts whose standing is disputed."""
        return await self._page(_DISPUTED, story=story_id, after=after, limit=limit)

    async def summary(self, story_id: int) -> list[Fact]:
        """Return the facts that tell the story in a few lines, in the sheet's order."""
        return await self._facts.listed(_SUMMARY, {"story": story_id})

    async def in_force_at(self, story_id: int, moment: str, *, after: int = 0, limit: int) -> list[Fact]:
        """Return the facts that were in force at a moment (UTC text), as they stood then."""
        parameters = {"story": story_id, "moment": moment, "after": after, "limit": limit}
        return await self._facts.select(_subquery(_IN_FORCE_AT), parameters, moment=moment)

    async def _page(self, sql: str, **parameters: object) -> list[Fact]:
        return await self._facts.select(_subquery(sql), parameters)


def _one_day_or_month(earliest: str, latest: str) -> str:
    """Return the one day or month that two ISO days bound; nothing for any other span."""
    month = earliest[:7]
    if earliest == latest:
        return earliest
    return month if (earliest, latest) == dates.bounds(month) else ""


def _subquery(sql: str) -> str:
    """Make a limited query one that may stand inside IN (...)."""
    return f"SELECT * FROM ({sql}) listed"


def _parts(entity_id: int, after: Mapping[str, int], limit: int) -> dict[str, dict[str, Any]]:
    """Return what is bound in the query of each part in which an entity may be named."""
    return {
        part: {"entity": entity_id, "part": part, "after": last, "limit": limit}
        for part, last in after.items()
    }
