"""An answer from another story, where the one in use holds none."""

from __future__ import annotations

import asyncio
import contextlib
import math
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.commands.core.context import Context
from bot.commands.reading.answering import asks_for_list
from bot.commands.reading.asking.following_up import Leant
from bot.questions.about_facts.fact_words import stating_words, surrounding_words
from bot.questions.features import FIRST
from bot.questions.finding import Finding, find, is_about
from bot.questions.retrieval import likeness
from bot.questions.subject import subject_of
from bot.questions.verdict import Verdict
from bot.replies import Action, Heading, Reply
from bot.texts import _
from storage.domain.folding import fold
from storage.domain.models import Entity, Story
from storage.domain.words import whole

if TYPE_CHECKING:
    from storage.search.embedding import Vector

# Stories that are looked at, those with the most of the words first, and that are asked; in so many seconds.
MOST_STORIES, MOST_ASKED, LONGEST = 5, 2, 1.0
# A story whose best fact is so much farther than the best one here is not asked.
MUCH_FARTHER = 0.15


async def find_elsewhere(context: Context, found: Finding) -> Leant | None:
    """Return what a question means in the story that answers it better; None where none does.

    Private stories are not asked. Better is what is on record there; where nothing here bears on the
    question, also what is close and is about a name that only the other story knows.
    """
    best: Leant | None = None
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LONGEST):
            for story in await _bearing(context, found):
                there = await _there(replace(context, chosen=story), found)
                if there is not None and (best is None or _rank(there) > _rank(best)):
                    best = there
    return best


async def _there(context: Context, here: Finding) -> Leant | None:
    """Return what a question means in one other story, if that is better; a list where nothing was found."""
    question = here.question
    subject = await subject_of(context.record, context.story.id, question)
    if subject.unclear or not _names_all(subject.entities, here.subject.entities):
        return None
    meant = Leant(context, question, subject)
    if subject.entities and not here.subject.entities and asks_for_list(context, question, subject):
        return meant
    # What is made already can be awaited for each story.
    made: asyncio.Future[Vector | None] = asyncio.get_running_loop().create_future()
    made.set_result(here.vector)
    found = await find(context.record, context.story, question, subject, made)
    return meant._replace(found=found) if _is_better(found, here) else None


def headed(context: Context, reply: Reply) -> Reply:
    """Say which story an answer is from, and offer to use it: its other buttons would ask the one in use."""
    heading = Heading(text=_("In the story {title}", title=context.story.title), level=1)
    use = Action(label=_("Use this story here"), command=f"/story {context.story.name}")
    first = None if reply.first is None else reply.first + 1
    blocks = (heading, *reply.blocks)
    return reply.model_copy(update={"blocks": blocks, "actions": (use,), "first": first, "again": None})


async def _bearing(context: Context, found: Finding) -> list[Story]:
    """Return the other stories that may hold a better answer, likeliest first: by words and by meaning.

    To ask a story costs as much as the question itself. So of each only the best fact is looked at, and those
    are asked whose best is about as near as the best one here.
    """
    record, vector = context.record, found.vector
    others = [story for story in await record.stories.open_to_others() if story.id != context.story.id]
    if not others:
        return []
    shares = await record.search.shares_by_story(found.question.spelt)
    others.sort(key=lambda story: -shares.get(story.id, 0.0))
    near: dict[int, float] = {}
    for story in others[:MOST_STORIES]:
        share, cosine = shares.get(story.id, 0.0), 0.0
        if vector is not None:
            nearest = await record.vectors.nearest(vector, story_id=story.id, limit=1)
            cosine = nearest.hits[0][1] if nearest.hits else 0.0
        if share or cosine:
            near[story.id] = _likeness(found, story, share, cosine)
    here = max(
        (_likeness(found, context.story, each.words, each.meaning or 0.0) for each in found.near), default=0.0
    )
    likely = [story for story in others if near.get(story.id, -1.0) >= here - MUCH_FARTHER]
    return sorted(likely, key=lambda story: -near[story.id])[:MOST_ASKED]


def _likeness(found: Finding, story: Story, share: float, cosine: float) -> float:
    own = found.question.language == (story.language or "en")
    return likeness(share, cosine, own=own, meant=found.vector is not None)


def _names_all(there: tuple[Entity, ...], here: tuple[Entity, ...]) -> bool:
    """Tell whether a question names in another story all whom it names in this one."""
    known = {fold(name) for entity in there for name in (entity.name, *entity.aliases)}
    return all(known & {fold(name) for name in (entity.name, *entity.aliases)} for entity in here)


def _is_better(there: Finding, here: Finding) -> bool:
    if there.verdict is Verdict.NOT_ON_RECORD or not _holds_names(there):
        return False
    if there.verdict is Verdict.ON_RECORD or here.verdict is not Verdict.NOT_ON_RECORD:
        return there.verdict is Verdict.ON_RECORD
    best = there.near[0].fact
    return not here.subject.entities and any(is_about(best, entity) for entity in there.subject.entities)


def _holds_names(found: Finding) -> bool:
    """Tell whether the best facts hold all that a question writes as names: the story may not know one."""
    first = [each.fact for each in found.near[:FIRST]]
    held = {word for fact in first for word in stating_words(fact) | surrounding_words(fact)}
    names = [name for entity in found.subject.entities for name in (entity.name, *entity.aliases)]
    called = set(whole(" ".join(names)))
    return found.question.proper <= held | called


def _rank(there: Leant) -> tuple[bool, float]:
    if there.found is None:
        return True, math.inf
    return there.found.verdict is Verdict.ON_RECORD, there.found.near[0].score
