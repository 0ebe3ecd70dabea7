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
from bot.questions.fact_words import stating_words, surrounding_words
from bot.questions.features import FIRST
from bot.questions.finding import Finding, find, is_about
from bot.questions.subject import subject_of
from bot.questions.verdict import Verdict
from bot.replies import Action, Heading, Reply
from bot.texts import _
from storage.domain.folding import fold
from storage.domain.models import Entity, Story
from storage.domain.words import whole

if TYPE_CHECKING:
    from storage.search.embedding import Vector

# Stories that are asked at most, those that changed last; all of them together may take so many seconds.
MOST_STORIES, LONGEST = 5, 1.0
# Facts of all stories whose words tell which stories the question may be about.
MOST_HITS = 60


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
    return reply.model_copy(update={"blocks": (heading, *reply.blocks), "actions": (use,)})


async def _bearing(context: Context, found: Finding) -> list[Story]:
    """Return the other stories that may hold an answer: by words, and with vectors any."""
    record = context.record
    others = [story for story in await record.stories.open_to_others() if story.id != context.story.id]
    if not others:
        return []
    hits = await record.search.find(found.question.spelt, limit=MOST_HITS)
    holding = await record.stories.of_facts(hit.fact_id for hit in hits) if hits else set()
    by_words = [story for story in others if story.id in holding]
    rest = [story for story in others if story.id not in holding] if found.vector is not None else []
    return [*by_words, *rest][:MOST_STORIES]


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
