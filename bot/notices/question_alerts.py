"""Telling those who asked: a fact that came on record may answer a question that had found nothing.

Changes are followed by the audit trail: how far has been looked is kept in the record, so that what another
process changed, or what came just before the process died, is looked at as well, and nothing twice.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

from bot.answers.lines import fact_lines
from bot.questions import claims, wording
from bot.questions.about_facts.fitting_facts import holds_kind
from bot.questions.asking.kinds import Kind
from bot.questions.features import coverage
from bot.questions.finding import find
from bot.questions.subject import subject_of
from bot.questions.verdict import Verdict
from bot.replies import Note, Reply
from bot.texts import _, speak, spoken
from storage.domain.errors import RecordError
from storage.domain.models import Action, AuditEntry, Fact, Story
from storage.notifying.notices import post
from storage.people import questions
from storage.people.questions import OpenQuestion
from storage.record import Record

NAME = "answering"
_TELLING = frozenset({Action.PUBLISHED, Action.CORRECTED, Action.ATTRIBUTED, Action.RESTORED, Action.UNDONE})
_BATCH = 100
# The number of facts of an import that are compared with the open questions.
MOST_IMPORTED = 200
# The share of a question's words that a fact which is close must hold.
MOST_OF_IT = 0.6

logger = logging.getLogger(__name__)


async def tell_askers(record: Record) -> None:
    """Look at the changes since the last look; tell the people who wait for an answer that they give.

    The changes are made already: what goes wrong here is logged, and looked at again the next time. Two
    looks at once do no harm, for a question is answered once.
    """
    language = spoken()
    try:
        while entries := await record.audit.listed(after=await record.checkpoints.of(NAME), limit=_BATCH):
            for entry in entries:
                await _look_safely(record, entry)
            await record.checkpoints.reach(NAME, entries[-1].id)
    except RecordError as error:
        logger.warning("open questions were not looked at: %s", error)
    finally:
        speak(language)


async def _look_safely(record: Record, entry: AuditEntry) -> None:
    """Look at one entry; what nobody foresaw must neither undo the change nor be met again at each look."""
    try:
        await _look(record, entry)
    except RecordError:
        raise
    except Exception:
        logger.exception("open questions were not held against entry %d of the trail", entry.id)


async def _look(record: Record, entry: AuditEntry) -> None:
    """Look whether a change answers a question of its story."""
    if entry.story_id is None or entry.action not in _TELLING | {Action.IMPORTED}:
        return
    waiting = await record.questions.open(entry.story_id)
    if not waiting:
        return
    if entry.action is Action.IMPORTED:
        count = entry.after["added"] + entry.after["updated"]
        changed = await record.facts.made_by(entry.id, limit=min(count, MOST_IMPORTED))
    else:
        changed = [int(entry.subject[1:])] if entry.subject.startswith("F") else []
    story = await record.stories.by_id(entry.story_id)
    facts = {fact.id: fact for fact in await record.facts.load(changed) if fact.in_force}
    if story is None or not facts:
        return
    for question in waiting:
        if (answer := await _answer(record, story, question, facts)) is not None:
            await _tell(record, question, answer, entry)


async def _answer(
    record: Record, story: Story, question: OpenQuestion, changed: Mapping[int, Fact]
) -> Fact | None:
    """Return the changed fact that answers a question; for a claim, one that says it."""
    is_claim = question.key.startswith(f"{questions.CLAIM} ")
    spoken = wording.spoken_in(question.text)
    asked = claims.read(question.text) if is_claim else wording.read(question.text, spoken=spoken)
    subject = await subject_of(record, story.id, asked)
    found = await find(record, story, asked, subject)
    if is_claim:
        saying = claims.that_say(asked, subject, [each.fact for each in found.near], len(found.near))
        return next((fact for fact in saying if fact.id in changed), None)
    answering = found.answering
    if found.verdict is Verdict.CLOSE:
        # Being close is no answer yet, but the best one is worth telling with most of the question's words.
        best = (each.fact for each in found.near[:1])
        answering = tuple(fact for fact in best if coverage(asked, fact) >= MOST_OF_IT)
    fitting = (fact for fact in answering if holds_kind(asked, subject, fact))
    return next((fact for fact in fitting if fact.id in changed), None)


async def _tell(record: Record, question: OpenQuestion, fact: Fact, entry: AuditEntry) -> None:
    """Mark a question as answered and put the answer into the outbox of each chat that waits for it.

    Whoever put it on record knows the answer.
    """
    now = record.ledger.now()
    own = await record.notices.chats_of_author(entry.id)
    asked = wording.read(question.text)
    dated = asked.kind is Kind.WHEN or asked.date is not None
    async with record.database.transaction() as tx:
        for chat, language in await questions.answer(tx, question.id, fact.id, now):
            if chat in own:
                continue
            speak(language)
            note = Note(text=_("You asked: “{question}”. This is now on record:", question=question.text))
            reply = Reply(blocks=(note, *fact_lines(fact, dated=dated)))
            await post(tx, chat, reply.model_dump_json(), now, language)
