"""Telling those who asked: a fact that came on record may answer a question that had found nothing.

Changes are followed by the audit trail: how far has been looked is kept in the record, so that what another
process changed, or what came just before the process died, is looked at as well, and nothing twice.
"""

from __future__ import annotations

import logging

from bot.answers.lines import fact_lines
from bot.questions import claims, wording
from bot.questions.finding import subject_of
from bot.questions.relevance import best, stating_words, surrounding_words, weigh
from bot.questions.wording import Wanted
from bot.replies import Note, Reply
from bot.texts import _, speak, spoken
from storage.domain.errors import RecordError
from storage.domain.models import Action, AuditEntry, Fact, OpenQuestion
from storage.domain.words import stem
from storage.notifying.notices import post
from storage.people import questions
from storage.record import Record

NAME = "answering"
_TELLING = frozenset({Action.PUBLISHED, Action.CORRECTED, Action.ATTRIBUTED, Action.RESTORED, Action.UNDONE})
_BATCH = 100
# The number of facts of an import that are compared with the open questions.
MOST_IMPORTED = 200

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
    facts = [fact for fact in await record.facts.load(changed) if fact.in_force]
    for question in waiting:
        for fact in facts:
            if _may_answer(question, fact) and await _answers(record, question, fact):
                await _tell(record, question, fact)
                break


def _may_answer(question: OpenQuestion, fact: Fact) -> bool:
    """Tell cheaply whether a fact holds any of a question's words."""
    held = {stem(word) for word in stating_words(fact) | surrounding_words(fact)}
    ids = {str(entity.id) for entity in fact.entities()}
    return not (held | ids).isdisjoint(question.key.split())


async def _answers(record: Record, question: OpenQuestion, fact: Fact) -> bool:
    if question.key.startswith(f"{questions.CLAIM} "):
        claim = claims.read(question.text)
        subject = await subject_of(record, question.story_id, claim)
        return bool(claims.that_say(claim, subject, weigh(claim, subject, [fact]), 1))
    asked = wording.read(question.text)
    subject = await subject_of(record, question.story_id, asked)
    return bool(best(weigh(asked, subject, [fact]), 1))


async def _tell(record: Record, question: OpenQuestion, fact: Fact) -> None:
    """Mark a question as answered and put the answer into the outbox of each chat that waits for it."""
    now = record.ledger.now()
    asked = wording.read(question.text)
    dated = asked.wanted is Wanted.WHEN or asked.date is not None
    async with record.database.transaction() as tx:
        for chat, language in await questions.answer(tx, question.id, fact.id, now):
            speak(language)
            note = Note(text=_("You asked: “{question}”. This is now on record:", question=question.text))
            reply = Reply(blocks=(note, *fact_lines(fact, dated=dated)))
            await post(tx, chat, reply.model_dump_json(), now, language)
