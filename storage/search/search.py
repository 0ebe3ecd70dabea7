"""Free-text search over statements and what surrounds them.

Ranking is BM25 (Robertson and Zaragoza 2009). Scoring every fact that holds some common word is what costs:
so facts worth scoring are first chosen by the query's rarer words alone, each counted by its rarity, and
only those few are scored by all words (as MaxScore does, Turtle and Flood 1995).
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from storage.domain.language.stemming import begun_in, stemmed_itself
from storage.domain.words import LONGEST_QUERY, MOST_WORDS, Word, Written, query_words, split
from storage.engines.database import Database, Row
from storage.engines.values import Values
from storage.search import full_text

# How many postings may be gathered for one query: some milliseconds of work.
AFFORDABLE = 6_000
# How many facts are scored by all words.
CANDIDATES = 80
# So few are scored at once, more in a thread.
FEW = 24
# How far a word's facts are counted; so common a word's count is kept even when the record has changed since.
COMMON = 1_000
_COUNT = f"""
SELECT {{place}}, count(*), max(id) FROM (
    SELECT {{key}} AS id FROM fact_text WHERE {{matches}} ORDER BY {{order}} LIMIT {COMMON}
) first
"""
_BEGINNING = """
SELECT {key} AS id, statement, context FROM fact_text WHERE {matches} AND story = ?
ORDER BY {order} DESC LIMIT ?
"""
# Of the first texts the mean length, with the number of facts, and the stories that are not in English.
_MEASURES = """
SELECT coalesce((SELECT max(id) FROM fact), 0), coalesce((SELECT avg(length(statement) + length(context)) FROM
    (SELECT statement, context FROM fact_text ORDER BY {key} LIMIT 200) first), 6),
    (SELECT coalesce(list_of(row_of(id, language)), '[]') FROM story
        WHERE language IS NOT NULL AND language <> 'en')
"""
# How many letters have to be typed of a word for it to be looked for, and how many a stem may lack of them.
BEGUN = 2
LONGEST_ENDING = 6
# In a story with more facts than this, facts of other stories are passed over rather than never looked at.
BIG_STORY = 50_000
# Statements are one sentence: their length tells little, so it counts for little (as in Anserini).
K1, B, CONTEXT_WEIGHT = 1.2, 0.4, 0.8


class Hit(NamedTuple):
    """A found fact; the higher the score, the better. `share` is its part of the best possible score."""

    fact_id: int
    ref: str
    score: float
    statement: str
    share: float


class _Weighed(NamedTuple):
    """A query's word with how many facts hold it and what that makes it worth."""

    word: Word
    holding: int
    worth: float


class Search:
    """Find facts by words; what it learns of how common a word is it keeps while the process runs."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._index = full_text.index_of(database.dialect)
        self._holding: dict[str, int] = {}
        self._story_sizes: dict[int, int] = {}
        # Languages of stories whose words are stemmed before they are indexed.
        self._languages: dict[int, str] = {}
        self._version = -1
        self._total, self._length = 0, 1.0

    async def find(self, query: str, *, story_id: int | None = None, limit: int = 10) -> list[Hit]:
        """Return the facts in force that best match a query's words, best first."""
        if limit < 1:
            return []
        scored, most = await self._scored(query, story_id, max(limit, CANDIDATES))
        best = scored[:limit]
        facts = await self._facts([row["id"] for _, row in best]) if best else {}
        return [
            Hit(row["id"], facts[row["id"]][0], score, facts[row["id"]][1], score / most)
            for score, row in best
        ]

    async def shares(self, query: str, *, story_id: int, limit: int) -> dict[int, float]:
        """Return the facts of a story that `find` returns, by id, with their shares alone."""
        scored, most = await self._scored(query, story_id, max(limit, CANDIDATES))
        return {row["id"]: score / most for score, row in scored[:limit]}

    async def shares_by_story(self, query: str) -> dict[int, float]:
        """Return the best share of each story that has one of the facts that best match a query's words."""
        scored, most = await self._scored(query, None, CANDIDATES)
        best: dict[int, float] = {}
        for score, row in scored:
            best.setdefault(full_text.story_marked(row["story"]), score / most)
        return best

    async def with_prefix(self, typed: str, *, story_id: int, limit: int) -> list[int]:
        """Return the ids of facts in force that hold all words typed, the last one begun; newest first.

        The index holds stems, which what is typed of a word may have gone beyond: so facts are looked for by
        less and less of it, and their words compared.
        """
        words = split(typed[:LONGEST_QUERY])
        if not words or len(words[-1]) < BEGUN:
            return []
        await self._measure()
        language = self._languages.get(story_id)
        begun = begun_in(language, words[-1])
        index = self._index
        whole = [index.word(word.written) for word in query_words(" ".join(words[:-1]), language)]
        within, mark = await self._within(story_id), full_text.story_mark(story_id)
        sql = self._sql(_BEGINNING)
        for kept in range(len(begun), min(len(begun), max(len(begun) - LONGEST_ENDING, BEGUN + 1)) - 1, -1):
            expression = index.every([*whole, index.begun(begun[:kept])])
            asked = (index.within(index.told(expression), within), mark, CANDIDATES)
            rows = await self._database.read(sql, asked)
            if found := [row["id"] for row in rows if _holds(row, begun, language)]:
                return found[:limit]
        return []

    async def _scored(
        self, query: str, story_id: int | None, limit: int
    ) -> tuple[list[tuple[float, Row]], float]:
        """Return facts with their scores, best first, and the best score that there could be."""
        await self._measure()
        words = self._words(query, story_id)
        weighed = await self._weigh(words)
        if not weighed:
            return [], 1.0
        rows = await self._candidates(weighed, story_id, limit)
        worth = {item.word.stem: item.worth for item in weighed}
        # Long facts take milliseconds each: whoever asks something else meanwhile does not wait for them.
        ranked = partial(self._ranked, rows, worth)
        scored = ranked() if len(rows) <= FEW else await asyncio.to_thread(ranked)
        # A word that no fact holds counts as the rarest: a fact without it holds less of the query.
        return scored, (K1 + 1) * sum(_worth(self._holding[word.stem], self._total) for word in words)

    def _words(self, query: str, story_id: int | None) -> list[Word]:
        """Return a query's words as a story's language has them, or each of all stories' languages."""
        if story_id is not None:
            return query_words(query, self._languages.get(story_id))
        known = (None, *sorted(set(self._languages.values())))
        words = dict.fromkeys(word for language in known for word in query_words(query, language))
        return list({word.stem: word for word in words}.values())[:MOST_WORDS]

    async def _facts(self, ids: list[int]) -> dict[int, tuple[str, str]]:
        """Return the ref and the statement of each fact."""
        rows = await self._database.read(
            "SELECT id, ref, statement FROM fact WHERE id IN (SELECT value FROM ints(?))", (Values(ids),)
        )
        return {row[0]: (row[1], row[2]) for row in rows}

    async def _candidates(self, weighed: list[_Weighed], story_id: int | None, limit: int) -> list[Row]:
        """Return facts worth scoring: those with the most of the rarer words, else with all of them."""
        within = await self._within(story_id)
        chosen: list[_Weighed] = []
        cost = 0
        for item in weighed:
            cost += item.holding
            if cost > AFFORDABLE:
                break
            chosen.append(item)
        arms = [(self._index.word(item.word.written), item.worth) for item in chosen]
        rows = await self._gather(arms, within, story_id, limit)
        if len(rows) >= limit or len(chosen) == len(weighed):
            return rows
        found = {row["id"] for row in rows}
        return rows + [
            row for row in await self._together(weighed, within, story_id, limit) if row["id"] not in found
        ]

    async def _together(
        self, weighed: list[_Weighed], within: str | None, story_id: int | None, limit: int
    ) -> list[Row]:
        """Return facts that hold the rarest words together, dropping the commonest until some do."""
        for size in range(len(weighed), 0, -1):
            expression = self._index.every(self._index.word(item.word.written) for item in weighed[:size])
            if rows := await self._gather([(expression, 1.0)], within, story_id, limit):
                return rows
        return []

    async def _gather(
        self, arms: list[tuple[str, float]], within: str | None, story_id: int | None, limit: int
    ) -> list[Row]:
        """Return the facts that match the weightiest expressions, weightiest first."""
        if not arms:
            return []
        mark = None if story_id is None else full_text.story_mark(story_id)
        # In whole numbers their sums are the same in any order.
        weighed = [(self._index.within(each, within), round(worth * 10_000)) for each, worth in arms]
        return await self._database.read(*self._index.gathering(weighed, mark, limit))

    async def _within(self, story_id: int | None) -> str | None:
        """Return a story's mark where to confine a match to it is quicker than to pass over others' facts."""
        if story_id is None:
            return None
        mark = full_text.story_mark(story_id)
        if self._index.confines:
            return mark
        if story_id not in self._story_sizes:
            rows = await self._database.read(
                "SELECT count(*) FROM (SELECT 1 FROM fact WHERE story_id = ? LIMIT ?) f",
                (story_id, BIG_STORY),
            )
            self._story_sizes[story_id] = int(rows[0][0])
        return None if self._story_sizes[story_id] >= BIG_STORY else mark

    def _sql(self, text: str, **more: object) -> str:
        """Return SQL with what this engine's index is asked by."""
        index = self._index
        return text.format(key=index.key, order=index.order, matches=index.matches.format("?"), **more)

    async def _weigh(self, words: list[Word]) -> list[_Weighed]:
        """Return the words that some fact holds, the rarest first."""
        unknown = [word for word in words if word.stem not in self._holding]
        if unknown:
            counting = (self._sql(_COUNT, place=place) for place in range(len(unknown)))
            rows = await self._database.read(
                " UNION ALL ".join(counting), [self._index.word(word.written) for word in unknown]
            )
            for place, count, reached in rows:
                word = unknown[place]
                # Beyond COMMON the rest is reckoned from how far into the record the first ones reach.
                self._holding[word.stem] = count if count < COMMON else count * self._total // reached
        weighed = [
            _Weighed(word, holding, _worth(holding, self._total))
            for word in words
            if (holding := self._holding[word.stem])
        ]
        return sorted(weighed, key=lambda item: item.holding)

    async def _measure(self) -> None:
        """Learn how many facts there are and their mean length in words, anew when the record has changed."""
        await self._database.look()
        version = self._database.version_read.changes
        if version == self._version:
            return
        rows = await self._database.read(self._sql(_MEASURES))
        self._languages = dict(json.loads(rows[0][2]))
        self._version, self._total, self._length = version, int(rows[0][0]), float(rows[0][1]) / 6
        self._holding = {stem: count for stem, count in self._holding.items() if count >= COMMON}
        self._story_sizes = {story: size for story, size in self._story_sizes.items() if size >= BIG_STORY}

    def _ranked(self, rows: Sequence[Row], worth: dict[str, float]) -> list[tuple[float, Row]]:
        """Return facts with their scores, best first; of equally good ones the older is first."""
        return sorted(
            ((self._score(row, worth), row) for row in rows), key=lambda pair: (-pair[0], pair[1]["id"])
        )

    def _score(self, row: Row, worth: dict[str, float]) -> float:
        """Return a fact's BM25 for the words of a query, given what each is worth."""
        counts = dict.fromkeys(worth, 0.0)
        length = 0
        for text, weight in ((row["statement"], 1.0), (row["context"], CONTEXT_WEIGHT)):
            written = Written.of(text)
            length += written.length
            for each, times in written.matching(worth):
                counts[each] += weight * times
        norm = K1 * (1 - B + B * length / max(self._length, 1.0))
        return sum(worth[each] * count * (K1 + 1) / (count + norm) for each, count in counts.items())


def _worth(holding: int, total: int) -> float:
    """Return a word's inverse document frequency, in the form that is never negative (Lucene's)."""
    return math.log1p((max(total - holding, 0) + 0.5) / (holding + 0.5))


def _holds(row: Row, begun: str, language: str | None) -> bool:
    """Tell whether one of a fact's words begins so; of a stem the word's ending may have been begun, too."""
    written = [word for part in ("statement", "context") for word in split(row[part])]
    if any(word.startswith(begun) for word in written):
        return True
    return not stemmed_itself(language) and any(
        len(word) > BEGUN and begun.startswith(word) for word in written
    )
