"""Fanning notices out: which of them are to be told at all, and to whom."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum

from bot.notices import find_what_to_tell
from bot.notices.net_changes import kind_of
from bot.notices.schedule import MINUTE, MOST_A_MINUTE, let_go_at, text_of
from bot.questions.about_facts.fact_words import stating_words, surrounding_words
from storage.domain.models import Fact, Notice, NoticeKind
from storage.domain.words import stem
from storage.notifying.deliveries import Audience
from storage.record import Record

# Steps at a time: each is one transaction, and others write between them.
STEPS = 20
# A story with at most this many facts is read as a whole; a larger one is searched.
SMALL_STORY = 200
# Facts of a large story that are looked through for a subscription's words.
LIKELIEST = 100


async def fan_out(record: Record, gather: timedelta = timedelta(0)) -> bool:
    """Fan out what is let go, some steps of it; tell whether there is more.

    First it finds what became of questions and suggestions: that is told as well.
    """
    await find_what_to_tell(record)
    await _let_go(record, gather)
    for _step in range(STEPS):
        now = record.ledger.now()
        notice = await record.notices.next_new(now)
        if notice is None or notice.released_at is None:
            return False
        if (news := await _as_news(record, notice, now)) is not None:
            to = await _audience(record, news)
            await record.notices.fan_out(news, entities=to.entities, words=to.words, now=now)
    return True


async def _let_go(record: Record, gather: timedelta) -> None:
    """Let all changes go that are due, if it is time; `gather` is how long one waits for the next."""
    now = record.ledger.clock()
    waiting = await record.notices.waiting(text_of(now))
    if waiting is None:
        return
    recent = (
        await record.notices.released(text_of(now - MINUTE), text_of(now), MOST_A_MINUTE) if gather else []
    )
    if let_go_at(waiting, recent, gather) <= now:
        await record.notices.release(text_of(now))


async def _as_news(record: Record, notice: Notice, now: str) -> Notice | None:
    """Return a notice as it is told; None if nobody needs to be told, and it was dropped.

    While a new fact is held, what becomes of it is news only to whoever put it on record. Others are told of
    it as it then is, or not at all if it was taken back; if it is restored after that, it is new.
    """
    unheard = notice.kind is NoticeKind.PUBLISHED or await record.notices.is_unheard(notice)
    if unheard:
        fact = await record.facts.find(notice.fact_id or 0)
        if fact is None or fact.retracted is not None:
            await record.notices.drop(notice, now)
            return None
        if notice.kind is not NoticeKind.PUBLISHED:
            await record.notices.publish(notice)
        return notice.model_copy(update={"kind": NoticeKind.PUBLISHED, "material": True})
    held = await record.notices.held_before(notice)
    if held is None:
        return notice
    if held.kind is NoticeKind.PUBLISHED:
        by, author = [await record.notices.chats_of_author(each.audit_id) for each in (notice, held)]
        only = await _audience(record, notice, author - by)
        await record.notices.drop(notice, now, instead=held, only=only if only.chats else None)
        return None
    if await _is_undone(record, held, notice):
        await record.notices.drop(held, now)
        await record.notices.drop(notice, now)
        return None
    return notice


async def _is_undone(record: Record, held: Notice, notice: Notice) -> bool:
    """Tell whether a change takes back one that is still held, as where what superseded a fact is gone."""
    fact_id, first, last = held.fact_id or 0, held.revision or 0, notice.revision or 0
    before, after = [await record.facts.at_revision(fact_id, each) for each in (first - 1, last)]
    return before is not None and after is not None and kind_of(before, after) is None


async def _audience(record: Record, notice: Notice, chats: frozenset[str] = frozenset()) -> Audience:
    """Return who is to hear of a notice: if any chats are given, those alone."""
    (fact,) = await record.facts.load([notice.fact_id or 0])
    asked = await record.notices.words_asked(notice.story_id or 0)
    held = _stems(fact) if asked else set()
    entities = [entity.id for entity in fact.entities()]
    return Audience(entities, [words for words in asked if holds(words, held)], chats)


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
