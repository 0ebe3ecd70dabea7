"""Telling proposers what became of their drafts."""

from __future__ import annotations

import logging

from bot.answers.lines import fact_lines
from bot.replies import Block, Note, Reply
from bot.texts import _, speak, spoken
from storage.changing import drafts
from storage.domain.errors import RecordError
from storage.domain.models import Draft, DraftState
from storage.notifying.notices import post
from storage.record import Record

_BATCH = 100
logger = logging.getLogger(__name__)


async def tell_proposers(record: Record) -> None:
    """Put the outcome of each decided draft into the outbox, once; what goes wrong is tried again later."""
    language = spoken()
    try:
        while decided := await record.drafts.untold(_BATCH):
            for draft in decided:
                await _tell(record, draft)
    except RecordError as error:
        logger.warning("proposers were not told: %s", error)
    finally:
        speak(language)


async def _tell(record: Record, draft: Draft) -> None:
    speak(draft.language)
    blocks = await _outcome(record, draft)
    async with record.database.transaction() as tx:
        # People who decided their own draft know; people who were forgotten (no chat) cannot be told.
        known = draft.chat is None or draft.proposer == draft.decided_by
        if await drafts.tell(tx, draft.id) and not known and draft.chat is not None:
            reply = Reply(blocks=tuple(blocks))
            await post(tx, draft.chat, reply.model_dump_json(), record.ledger.now(), draft.language)


async def _outcome(record: Record, draft: Draft) -> list[Block]:
    match draft.state:
        case DraftState.APPROVED:
            text = _("Your draft D{id} is on record as F{fact}:", id=draft.id, fact=draft.fact_id)
        case DraftState.MERGED:
            text = _("Your draft D{id} was added to F{fact}:", id=draft.id, fact=draft.fact_id)
        case DraftState.EDITED:
            text = _("A moderator has taken up your draft D{id} and edited it.", id=draft.id)
        case _:
            text = _("Your draft D{id} was not accepted: {reason}", id=draft.id, reason=draft.reason)
    facts = await record.facts.load([draft.fact_id]) if draft.fact_id is not None else []
    return [
        Note(text=text),
        *(line for fact in facts if fact.retracted is None for line in fact_lines(fact)),
    ]
