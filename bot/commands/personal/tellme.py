"""/tellme: tell the asker when there is an answer to a question, or something on record about a claim."""

from __future__ import annotations

import re

from bot.commands.core.context import Context
from bot.commands.core.declarations import Argument, Family, Kind
from bot.commands.core.registry import commands
from bot.commands.reading.checking.look_up import look_up_claim
from bot.errors import UserError
from bot.questions import claims
from bot.questions.finding import claim_key
from bot.questions.subject import subject_of
from bot.replies import Action, Note, Quote, Reply
from bot.requests import Call, Role
from bot.texts import N_, _
from storage.people.questions import OpenQuestion

_QUESTION_ID = re.compile(r"Q([1-9]\d{0,14})\.([0-9a-f]{8})")


async def _question(context: Context, text: str) -> OpenQuestion | str:
    """Return the open question that a button names, or the words above it. Raises UserError for others."""
    match = _QUESTION_ID.fullmatch(text)
    if match is None and isinstance(context.request.given, Call):
        return text
    if match is None:
        raise UserError(_("Ask the question first; the button under the answer remembers it."))
    question = await context.record.questions.find(int(match[1]))
    if question is None or (question.token, question.story_id) != (match[2], context.story.id):
        raise UserError(_("That question is not open any more: ask it again."))
    return question


@commands.command(
    "tellme",
    Argument(
        N_("question"),
        Kind.WORDS,
        help=N_("what you want an answer to when there is one, for example Was the bridge closed?"),
    ),
    family=Family.TAKING_PART,
    role=Role.READER,
    discreet=True,
    help=N_("to be told when a question that found nothing has an answer"),
    example="/tellme Q1.0a1b2c3d",
    reads={"question": _question},
)
async def tellme(context: Context, question: OpenQuestion | str | None) -> Reply:
    """Remember that the asker wants to hear of an answer."""
    if question is None:
        raise UserError(_("Look the message up again, then press the button under the answer."))
    if isinstance(question, str):
        return await _wait_for(context, question)
    request = context.request
    kept = await context.record.questions.await_answer(
        question.id, request.reached, request.user, request.language
    )
    return _waiting(context, kept=kept)


async def _wait_for(context: Context, words: str) -> Reply:
    """Keep the words of a claim, as they were shown to the asker, until there is something on record."""
    found = await look_up_claim(context, words)
    if not any(isinstance(block, Quote) for block in found.blocks):
        return found  # it is on record by now
    shown = claims.shown(words)
    claim = claims.read(shown)
    subject = await subject_of(context.record, context.story.id, claim)
    request, record = context.request, context.record
    kept = await record.questions.keep_for(
        context.story.id,
        claim_key(claim, subject),
        shown,
        record.ledger.now(),
        asker=(request.reached, request.user, request.language),
    )
    return _waiting(context, kept=kept)


def _waiting(context: Context, *, kept: bool) -> Reply:
    if not kept:
        raise UserError(_("You wait for many answers already: /forgetme lets go of all of them."))
    request = context.request
    here = _("You will be told here when your question has an answer on record.")
    elsewhere = _("You will be told in a message of your own when your question has an answer on record.")
    text = here if request.reached == request.chat else elsewhere
    return Reply(blocks=(Note(text=text),), actions=(Action(label="/privacy", command="/privacy"),))
