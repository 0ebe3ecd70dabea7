"""/unanswered: the questions that found nothing, by how often they were asked."""

from __future__ import annotations

import re

from bot.answers.date_text import day
from bot.commands.core.context import Context
from bot.commands.core.declarations import Family
from bot.commands.core.registry import commands
from bot.errors import UserError
from bot.replies import Heading, Item, Note, Reply
from bot.requests import Role
from bot.texts import N_, _, ngettext

_CURSOR = re.compile(r"(\d{1,15})\.(\d{1,15})")


@commands.command(
    "unanswered",
    family=Family.REVIEWING,
    role=Role.MODERATOR,
    help=N_("questions that found nothing on record, the most asked first"),
    example="/unanswered",
    paged=True,
)
async def unanswered(context: Context) -> Reply:
    """List open questions by how often they were asked, without the askers."""
    story, after = context.story.id, _after(context)
    page = await context.page(
        lambda limit: context.record.questions.ranked(story, after=after, limit=limit),
        cursor=lambda question: f"{question.asked}.{question.id}",
    )
    if not page.shown:
        return Reply(blocks=(Note(text=_("No question in this story is without an answer.")),))
    rows = [
        Item(
            label=f"Q{question.id}",
            text=ngettext(
                "“{text}”, asked {count} time, last on {day}",
                "“{text}”, asked {count} times, last on {day}",
                question.asked,
                text=question.text,
                day=day(question.last_at),
            ),
        )
        for question in page.shown
    ]
    answering = Note(text=_("A fact that answers one of them (/add) tells those who wait for it."))
    heading = Heading(text=_("Questions without an answer"), level=1)
    return Reply(blocks=(heading, *rows, answering), actions=page.more)


def _after(context: Context) -> tuple[int, int] | None:
    if context.after is None:
        return None
    match = _CURSOR.fullmatch(context.after)
    if match is None:
        raise UserError(_("That page does not exist: send the command again without “>”."))
    return int(match[1]), int(match[2])
