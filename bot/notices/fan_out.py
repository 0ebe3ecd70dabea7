"""Fanning notices out: which of them are to be told at all, and to whom."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum

from bot.notices import find_what_to_tell
from bot.questions.fact_words import stating_words, surrounding_words
from storage.domain.clock import read_moment
from storage.domain.models import Fact, Notice, NoticeKind
from storage.domain.words import stem
from storage.record import Record

# Steps at a time: each is one transaction, and others write between them.
STEPS = 20
# A story with at most this many facts is read as a whole; a larger one is searched.
SMALL_STORY = 200
# Facts of a large story that are looked through for a subscription's words.
LIKELIEST = 100


async def fan_out(record: Record, gather: timedelta = timedelta(0)) -> bool:
    """Fan out what is due, some steps of it; tell whether there is more.

    The notice that is due for longest is waited with for `gather`; whatever is due by then goes out with it,
    so that a chat reads in one message what was changed within that time. First it finds what became of
    questions and suggestions: that is told as well.
    """
    await find_what_to_tell(record)
    for step in range(STEPS):
        now = record.ledger.now()
        notice = await record.notices.next_new(now)
        if notice is not None and notice.made_at > now:
            await record.notices.redate(notice, now)
            continue
        if notice is None or (step == 0 and read_moment(notice.due_at) + gather > read_moment(now)):
            return False
        if not await _superfluous(record, notice, now):
            await _step_of(record, notice, now)
    return True


async def _superfluous(record: Record, notice: Notice, now: str) -> bool:
    """Drop a notice that tells what nobody needs to be told; say whether it was one.

    While a new fact is held, what becomes of it is no news: it was never told. It is told as it then is, or
    not at all if it was taken back.
    """
    if notice.kind is NoticeKind.PUBLISHED:
        fact = await record.facts.find(notice.fact_id or 0)
        if fact is None or fact.retracted is not None:
            await record.notices.drop(notice, now)
            return True
        return False
    held = await record.notices.held_publication(notice)
    if held is not None:
        await record.notices.drop(notice, now, instead=held)
    return held is not None


async def _step_of(record: Record, notice: Notice, now: str) -> None:
    (fact,) = await record.facts.load([notice.fact_id or 0])
    asked = await record.notices.words_asked(notice.story_id or 0)
    held = _stems(fact) if asked else set()
    await record.notices.fan_out(
        notice,
        entities=[entity.id for entity in fact.entities()],
        words=[words for words in asked if holds(words, held)],
        now=now,
    )


class Reach(Enum):
    """How many facts of a story hold some words."""

    NONE = "none"
    SOME = "some"
    ALL = "all"


async def reach(record: Record, story_id: int, words: str) -> Reach:
    """Tell whether no fact of a story holds some words (folded), or every one (not told of a large story)."""
    large = await record.stories.exceeds(story_id, SMALL_STORY)
    if large:
        hits = await record.search.find(words, story_id=story_id, limit=LIKELIEST)
        facts = await record.facts.load(hit.fact_id for hit in hits)
    else:
        facts = await record.listings.all(story_id, limit=SMALL_STORY)
    holding = sum(holds(words, _stems(fact)) for fact in facts)
    if not holding:
        return Reach.NONE
    return Reach.ALL if holding == len(facts) and not large else Reach.SOME


def _stems(fact: Fact) -> set[str]:
    return {stem(word) for word in stating_words(fact) | surrounding_words(fact)}


def holds(words: str, held: set[str]) -> bool:
    """Tell whether a fact holds all of some words (folded), in any inflection."""
    return all(stem(word) in held for word in words.split())
