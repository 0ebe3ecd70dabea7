"""Facts in force that fit all of several conditions, in order of id, for whoever reads the record as data.

What narrows most is looked through first, and of it no more than some thousand facts at once: a page may be
short, or empty, and still not be the last.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from storage.domain.dates import Span
from storage.domain.models import SourceKind, Stance
from storage.domain.words import query_words
from storage.engines.database import Database, Read
from storage.engines.values import Values
from storage.search import full_text

# Facts that are looked through for one page.
LOOKED_THROUGH = 2_000
# Words of a text that is looked for.
MOST_WORDS = 16
_BY_SPEAKER = """
SELECT DISTINCT m.fact_id FROM mention m WHERE m.entity_id IN (SELECT value FROM ints(:speakers))
AND m.part = 'speaker' AND m.fact_id > :after ORDER BY m.fact_id LIMIT :window
"""
_BY_SOURCE = """
SELECT DISTINCT a.fact_id FROM attribution a WHERE a.source_id = :source AND a.fact_id > :after
ORDER BY a.fact_id LIMIT :window
"""
_BY_TEXT = """
SELECT {key} FROM fact_text WHERE {matches} AND {key} > :after ORDER BY {order} LIMIT :window
"""
_OF_STORY = "SELECT id FROM fact WHERE story_id = :story AND id > :after ORDER BY id LIMIT :window"
_ALL = "SELECT id FROM fact WHERE id > :after ORDER BY id LIMIT :window"
# What only a fact that is held supersedes is in force still.
_FITTING = """
SELECT f.id FROM fact f WHERE f.id IN (SELECT value FROM ints(:ids)) AND f.retracted IS NULL
AND f.id NOT IN (SELECT value FROM ints(:held))
AND (f.superseded_by IS NULL OR f.superseded_by IN (SELECT value FROM ints(:held)))
AND f.story_id IN (SELECT value FROM ints(:stories)) {conditions} ORDER BY f.id LIMIT :limit
"""
_COUNT = """
SELECT (SELECT count(*) FROM fact WHERE story_id = :story AND superseded_by IS NULL AND retracted IS NULL)
- (SELECT count(*) FROM fact WHERE id IN (SELECT value FROM ints(:held))
    AND superseded_by IS NULL AND retracted IS NULL)
+ (SELECT count(*) FROM fact WHERE superseded_by IN (SELECT value FROM ints(:held))
    AND retracted IS NULL AND id NOT IN (SELECT value FROM ints(:held)))
"""
_VOICED = """AND EXISTS (
    SELECT 1 FROM attribution a JOIN source s ON s.id = a.source_id WHERE a.fact_id = f.id {conditions}
)"""
_WITHIN = "AND f.earliest <= :latest AND f.latest >= :earliest"
# A month or a day of any year: facts whose source gives no year, and those of one year.
_YEARLESS = """AND (
    (f.earliest IS NULL AND f.occurred LIKE :yearless)
    OR (substr(f.earliest, 6, length(:month_day)) LIKE :month_day
        AND substr(f.latest, 6, length(:month_day)) LIKE :month_day)
)"""


class Conditions(NamedTuple):
    """What facts must fit: what is None or empty does not matter.

    Speakers, source, stance and kind of source must fit one and the same attribution.
    """

    speakers: Collection[int] | None = None
    source: int | None = None
    stance: Stance | None = None
    kind: SourceKind | None = None
    when: Span | None = None
    text: str | None = None


class Chosen(NamedTuple):
    """The ids of facts that fit, and the id after which the next page begins, None if there is none."""

    ids: list[int]
    next: int | None


class Choosing:
    """Find facts by conditions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def count(self, story_id: int, held: Collection[int] = ()) -> int:
        """Return how many of a story's facts are in force, without those that are held."""
        rows = await self._database.read(_COUNT, {"story": story_id, "held": Values(sorted(held))})
        return int(rows[0][0])

    async def page(
        self,
        stories: Mapping[int, str | None],
        conditions: Conditions,
        *,
        held: Collection[int] = (),
        besides: Collection[int] = (),
        after: int = 0,
        limit: int,
    ) -> Chosen:
        """Return facts in force of some stories, whose languages are given, that fit some conditions.

        Those that are `held` are left out. `besides` are facts that hold the text, though no index has them.
        """
        sql, bound = _looked_through(full_text.index_of(self._database.dialect), stories, conditions)
        if sql is None:
            return Chosen([], None)
        bound |= {"after": after, "window": LOOKED_THROUGH}
        fitting, values = _fitting(stories, conditions)
        values["held"] = Values(sorted(held))

        def work(read: Read) -> Chosen:
            ids = [row[0] for row in read(sql, bound)]
            last = ids[-1] if len(ids) == LOOKED_THROUGH else None
            ids += [each for each in besides if each > after and (last is None or each <= last)]
            found = [row[0] for row in read(fitting, {**values, "ids": Values(ids), "limit": limit + 1})]
            if len(found) > limit:
                return Chosen(found[:limit], found[limit - 1])
            return Chosen(found, last)

        return await self._database.reading(work)


def _looked_through(
    index: full_text.Index, stories: Mapping[int, str | None], conditions: Conditions
) -> tuple[str | None, dict[str, Any]]:
    """Return the query of the facts to look through, and what is bound in it; None where nothing can fit."""
    if not stories:
        return None, {}
    if conditions.text is not None:
        match = _match(index, conditions.text, stories)
        sql = _BY_TEXT.format(key=index.key, order=index.order, matches=index.matches.format(":match"))
        return (sql, {"match": match}) if match else (None, {})
    if conditions.speakers is not None:
        return _BY_SPEAKER, {"speakers": Values(sorted(conditions.speakers))}
    if conditions.source is not None:
        return _BY_SOURCE, {"source": conditions.source}
    return (_OF_STORY, {"story": next(iter(stories))}) if len(stories) == 1 else (_ALL, {})


def _match(index: full_text.Index, text: str, stories: Mapping[int, str | None]) -> str:
    """Return what finds all words of a text in the index; nothing for a text without words."""
    found = dict.fromkeys(
        index.every(index.word(word.written) for word in query_words(text, language)[:MOST_WORDS])
        for language in dict.fromkeys(stories.values())
    )
    words = index.any(each for each in found if each)
    if not words:
        return ""
    mark = full_text.story_mark(next(iter(stories))) if len(stories) == 1 else None
    return index.within(index.told(words), mark)


def _fitting(stories: Iterable[int], conditions: Conditions) -> tuple[str, dict[str, Any]]:
    """Return the query of those that fit among ids, and what is bound in it."""
    bound: dict[str, Any] = {"stories": Values(sorted(stories))}
    voiced = ""
    if conditions.speakers is not None:
        voiced += " AND a.speaker_id IN (SELECT value FROM ints(:speakers))"
        bound["speakers"] = Values(sorted(conditions.speakers))
    for column, name in (("a.source_id", "source"), ("a.stance", "stance"), ("s.kind", "kind")):
        if (value := getattr(conditions, name)) is not None:
            voiced += f" AND {column} = :{name}"
            bound[name] = value
    sql = _VOICED.format(conditions=voiced) if voiced else ""
    if (when := conditions.when) is not None and when.yearless is not None:
        month_day = when.yearless.replace("X", "_")
        sql += _YEARLESS
        bound |= {"yearless": f"XXXX-{month_day}%", "month_day": month_day}
    elif when is not None:
        sql += _WITHIN
        bound |= {"earliest": when.earliest, "latest": when.latest}
    return _FITTING.format(conditions=sql), bound
