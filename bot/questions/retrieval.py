"""From a question to candidates: facts found by their words and by their meaning, each with how near it is.

Full text and sentence vectors each find some; one score orders what both found. In the story's own language
words tell much, in another only numbers stand as they are. The weights were tried on the development
questions (`tests/fitting`): the right fact was among the first five for 0.95 of English ones, where full
text alone found 0.91 and the vectors alone 0.95; for Russian, German and Spanish ones to the same record 0.91
to 0.92.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.questions.about_facts.fact_words import numbers_in
from bot.questions.wording import Question
from storage.domain.models import Entity, Fact
from storage.record import Record

if TYPE_CHECKING:
    from storage.search.embedding import Vector

# Facts that each way finds, and of the best of both those that are read and compared.
FOUND, COMPARED = 60, 16
# What a share of the best BM25 is worth beside a cosine, in the story's language and in others.
WORDS, WORDS_OF_OTHERS = 1.25, 0.15
# Cosines of this model lie between 0.7 and 0.95: a step of so much is worth 1. All numbers in common, and all
# names, are worth less: a name is often that of the whole story.
STEP, NUMBERS, NAMES = 0.2, 0.2, 0.2
# A question waits for the vectors of so few facts that have just come, and no longer.
MOST_AWAITED, LONGEST_WAIT = 60, 3.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A fact that may answer: `words` is its share of the best BM25, from 0 to 1, `meaning` its cosine."""

    fact: Fact
    words: float
    meaning: float | None
    score: float


@dataclass(frozen=True, slots=True)
class Retrieved:
    """Candidates, best first; `mean` and `deviation` of the cosines of all facts in the story.

    `own` tells whether the question is in the story's language, `meant` whether there were vectors, `whole`
    whether all facts had theirs; `vector` is the question's own.
    """

    candidates: tuple[Candidate, ...]
    own: bool
    meant: bool
    mean: float = 0.0
    deviation: float = 0.0
    whole: bool = True
    vector: Vector | None = None


async def retrieve(
    record: Record,
    story_id: int,
    question: Question,
    names: Sequence[Entity],
    *,
    own: bool,
    vector: Awaitable[Vector | None] | None = None,
) -> Retrieved:
    """Return the facts of a story that are nearest to a question; `names` are those whom it names.

    `vector` is the question's, where it is being made already.
    """
    whole = await record.vectors.wait(story_id, seconds=LONGEST_WAIT, most=MOST_AWAITED)
    words = " ".join((question.spelt, *(entity.name for entity in names)))
    embedding = vector or asyncio.create_task(record.vectors.query(question.spelt))
    shares = await record.search.shares(words, story_id=story_id, limit=FOUND)
    meaning = await embedding
    if meaning is None:
        return Retrieved(await _candidates(record, question, names, shares, {}, own=own), own, meant=False)
    near = await record.vectors.nearest(meaning, story_id=story_id, limit=FOUND)
    if not near.count:
        # None is made yet, or they are still being read.
        found = await _candidates(record, question, names, shares, {}, own=own)
        return Retrieved(found, own, meant=False, whole=False)
    cosines = dict(near.hits)
    missing = [fact_id for fact_id in shares if fact_id not in cosines]
    if missing:
        # A fact whose vector is not made yet is taken to be as near as the others are on the whole.
        cosines |= dict.fromkeys(missing, near.mean) | await record.vectors.cosines(meaning, missing)
    found = await _candidates(record, question, names, shares, cosines, own=own)
    return Retrieved(
        found, own, meant=True, mean=near.mean, deviation=near.deviation, whole=whole, vector=meaning
    )


def likeness(share: float, cosine: float, *, own: bool, meant: bool) -> float:
    """Return how near a fact is to a question by words and meaning; only compare those of one question."""
    weight = WORDS if own or not meant else WORDS_OF_OTHERS
    return weight * share + cosine / STEP


async def _candidates(
    record: Record,
    question: Question,
    names: Sequence[Entity],
    shares: dict[int, float],
    cosines: dict[int, float],
    *,
    own: bool,
) -> tuple[Candidate, ...]:
    """Read the facts with the best scores, and order them by all that they share with the question."""
    meant = bool(cosines)
    scores = {
        fact_id: likeness(shares.get(fact_id, 0.0), cosines.get(fact_id, 0.0), own=own, meant=meant)
        for fact_id in shares.keys() | cosines.keys()
    }
    best = sorted(scores, key=lambda fact_id: (-scores[fact_id], fact_id))[:COMPARED]
    wanted = frozenset() if own else frozenset(question.numbers)
    found = [
        Candidate(
            fact,
            shares.get(fact.id, 0.0),
            cosines.get(fact.id),
            scores[fact.id] + NUMBERS * _held(wanted, fact) + NAMES * _named(names, fact),
        )
        for fact in await record.facts.load(best)
        if fact.in_force
    ]
    return tuple(sorted(found, key=lambda each: (-each.score, each.fact.id)))


def _named(names: Sequence[Entity], fact: Fact) -> float:
    """Return which share of some names a fact is about or by."""
    held = {entity.id for entity in fact.entities()}
    return sum(entity.id in held for entity in names) / len(names) if names else 0.0


def _held(numbers: frozenset[str], fact: Fact) -> float:
    """Return which share of some numbers a fact's statement holds."""
    if not numbers:
        return 0.0
    return len(numbers & numbers_in(fact)) / len(numbers)
