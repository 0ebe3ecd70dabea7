"""The commands that answer the bot's questions; in a private chat a plain message does so too.

Each person has one dialogue per chat. Each question has a token that its buttons carry, and with them the
replies to it: it tells old buttons and questions from new ones, and another person's from one's own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import NamedTuple

from bot.commands.core.arguments import Answer, Token, question_of
from bot.commands.core.context import Context
from bot.commands.core.declarations import Argument, Family, Kind
from bot.commands.core.registry import commands
from bot.commands.dialogue.engine import Question, Turn, question, repeat, take
from bot.errors import UserError
from bot.replies import Note, Reply
from bot.requests import Request, Role
from bot.texts import N_, _
from storage.domain.errors import Refused
from storage.people.dialogues import Dialogue
from storage.record import Record


class Asked(NamedTuple):
    """A dialogue and its open question."""

    dialogue: Dialogue
    question: Question


@commands.command(
    "answer",
    Argument(
        N_("words"),
        Kind.ANSWER,
        required=True,
        help=N_("your answer to what the bot has asked, for example The court"),
    ),
    family=Family.ANSWERING,
    role=Role.READER,
    discreet=True,
    help=N_("your answer in words, where plain talk is not read (in groups)"),
    example="/answer The court",
)
async def answer(context: Context, given: Answer) -> Reply:
    """Answer the open question in words; a token before the words names the question meant."""
    if given.token is not None and not given.words:
        raise UserError(_("That answer holds no words: answer the question, or send /skip."))
    if given.words.startswith("/"):
        raise UserError(
            _("“{text}” is a command, no answer: send it alone, without /answer.", text=given.words[:60])
        )
    return await _resume(context, Turn.TEXT, given)


@commands.command(
    "choose",
    Argument(N_("number"), Kind.TOKEN, help=N_("which of the choices under the question, for example 2")),
    family=Family.ANSWERING,
    role=Role.READER,
    discreet=True,
    help=N_("one of the answers that are offered, by its number"),
    example="/choose 1",
)
async def choose(context: Context, given: Answer) -> Reply:
    """Choose one of the answers offered."""
    return await _resume(context, Turn.CHOOSE, given)


@commands.command(
    "skip",
    Argument(
        N_("token"),
        Kind.TOKEN,
        help=N_("leave it empty: buttons fill in which question they mean, for example 12.3"),
    ),
    family=Family.ANSWERING,
    role=Role.READER,
    discreet=True,
    help=N_("leave open what is asked"),
    example="/skip",
)
async def skip(context: Context, given: Answer) -> Reply:
    """Skip a question."""
    return await _alone(context, Turn.SKIP, given)


@commands.command(
    "back",
    Argument(
        N_("token"),
        Kind.TOKEN,
        help=N_("leave it empty: buttons fill in which question they mean, for example 12.3"),
    ),
    family=Family.ANSWERING,
    role=Role.READER,
    discreet=True,
    help=N_("the question before, to answer it anew"),
    example="/back",
)
async def back(context: Context, given: Answer) -> Reply:
    """Go back to the question before."""
    return await _alone(context, Turn.BACK, given)


@commands.command(
    "confirm",
    Argument(
        N_("token"),
        Kind.TOKEN,
        help=N_("leave it empty: buttons fill in which question they mean, for example 12.3"),
    ),
    family=Family.ANSWERING,
    role=Role.READER,
    discreet=True,
    help=N_("yes to the change that is shown"),
    example="/confirm",
)
async def confirm(context: Context, given: Answer) -> Reply:
    """Confirm the change that is shown."""
    return await _alone(context, Turn.CONFIRM, given)


@commands.command(
    "cancel",
    Argument(
        N_("token"),
        Kind.TOKEN,
        help=N_("leave it empty: buttons fill in which question they mean, for example 12.3"),
    ),
    family=Family.ANSWERING,
    role=Role.READER,
    discreet=True,
    help=N_("end the dialogue; nothing is changed"),
    example="/cancel",
)
async def cancel(context: Context, given: Answer) -> Reply:
    """End the dialogue."""
    return await _alone(context, Turn.CANCEL, given)


async def open_question(context: Context, token: Token | None) -> Asked | Reply:
    """Return the question that an answer is meant for, or a Reply with the open question if that is another.

    Raises UserError if no open question takes words.
    """
    dialogue = await _meant(context, token)
    if token is not None and token.turn != dialogue.turn:
        return await _repeated(context, dialogue)
    return Asked(dialogue, await question(context, dialogue))


async def _alone(context: Context, turn: Turn, given: Answer) -> Reply:
    """Take a turn that has no words. Raises UserError where there are some: “/confirm no” is no yes."""
    name = context.command.name
    if given.words and turn is Turn.CANCEL:
        raise UserError(_("/{name} takes nothing after it: send it alone.", name=name))
    if given.words:
        raise UserError(_("Nothing was done: send /{command} alone, or /cancel.", command=name))
    return await _resume(context, turn, given)


async def _resume(context: Context, turn: Turn, given: Answer) -> Reply:
    """Answer the question whose token is given, else the one replied to; without a reply the open one."""
    token = given.token or question_of(context.request)
    dialogue = await _meant(context, token)
    if token is not None and token.turn != dialogue.turn:
        return await _repeated(context, dialogue)
    return await take(context, turn, given.words.strip(), dialogue)


async def _repeated(context: Context, dialogue: Dialogue) -> Reply:
    earlier = Note(text=_("That question has been answered already. This is the one that is open:"))
    return await repeat(context, dialogue, earlier, anew=True)


async def _meant(context: Context, token: Token | None) -> Dialogue:
    return await _open(context) if token is None else await _tokened(context, token)


async def _tokened(context: Context, token: Token) -> Dialogue:
    """Return the dialogue that a button belongs to. Raises UserError if it is another person's."""
    dialogue = await context.record.dialogues.by_id(token.dialogue)
    if dialogue is None:
        raise UserError(_("That has been answered already, or ended."))
    if (dialogue.chat, dialogue.person) != (context.request.chat, context.request.user):
        raise UserError(_("That question was asked of somebody else: only they can answer it."))
    return await _living(context, dialogue)


async def _open(context: Context) -> Dialogue:
    dialogue = await context.record.dialogues.find(context.request.chat, context.request.user)
    if dialogue is None:
        raise UserError(_("Nothing is being asked of you here: /help lists what you can do."))
    if context.request.is_reply:
        raise UserError(
            _("What you reply to asks nothing of you: reply to the question, or send this without a reply.")
        )
    return await _living(context, dialogue)


async def _living(context: Context, dialogue: Dialogue) -> Dialogue:
    """Return the dialogue, or None if it has expired: an hour without an answer."""
    if not dialogue.ended:
        return dialogue
    await context.record.dialogues.end(dialogue)
    raise UserError(
        _(
            "Your /{command} ended after an hour without an answer; nothing was changed."
            " Send /{command} to begin anew.",
            command=dialogue.command,
        )
    )


async def done_already(record: Record, request: Request, enter: Callable[[], Awaitable[Context]]) -> Reply:
    """Answer a message that has done what it asked for in a process that was then killed.

    That is the open question of whoever asks, if there is one; `enter` gives the request's context.
    """
    dialogue = await record.dialogues.find(request.chat, request.user)
    if dialogue is not None and not dialogue.ended:
        note = Note(text=_("I had read that already, before I was restarted. This is open now:"))
        with suppress(UserError, Refused):
            return await repeat(await enter(), dialogue, note)
    return Reply(blocks=(Note(text=_("I had read that already, before I was restarted: it is done.")),))
