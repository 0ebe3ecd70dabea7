"""/tellme: tell the asker when a question that found nothing has an answer."""

from __future__ import annotations

import re

from bot.commands.core.context import Context
from bot.commands.core.declarations import Argument, Family, Kind
from bot.commands.core.registry import commands
from bot.errors import UserError
from bot.replies import Action, Note, Reply
from bot.requests import Role
from bot.texts import N_, _
from storage.domain.models import OpenQuestion

_QUESTION_ID = re.compile(r"Q([1-9]\d{0,14})\.([0-9a-f]{8})")


async def _question(context: Context, text: str) -> OpenQuestion:
    """Return the open question that a button names. Raises UserError for any other."""
    match = _QUESTION_ID.fullmatch(text)
    if match is None:
        raise UserError(_("Ask the question first; the button under the answer remembers it."))
    question = await context.record.questions.find(int(match[1]))
    if question is None or (question.token, question.story_id) != (match[2], context.story.id):
        raise UserError(_("That question is not open any more: ask it again."))
    return question


@commands.command(
    "tellme",
    Argument(N_("question"), Kind.WORDS, required=True),
    family=Family.TAKING_PART,
    role=Role.READER,
    discreet=True,
    help=N_("to be told when a question that found nothing has an answer"),
    example="/tellme Q1.0a1b2c3d",
    reads={"question": _question},
)
async def tellme(context: Context, question: OpenQuestion) -> Reply:
    """Remember that the asker wants to hear of an answer."""
    request = context.request
    kept = await context.record.questions.await_answer(
        question.id, request.reached, request.user, request.language
    )
    if not kept:
        raise UserError(_("You wait for many answers already: /forgetme lets go of all of them."))
    here = _("You will be told here when your question has an answer on record.")
    elsewhere = _("You will be told in a message of your own when your question has an answer on record.")
    text = here if request.reached == request.chat else elsewhere
    return Reply(blocks=(Note(text=text),), actions=(Action(label="/privacy", command="/privacy"),))
