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
from bot.commands.dialogue.answering import is_begun
from bot.commands.dialogue.engine import Question, Turn, question, repeat, take
from bot.commands.dialogue.forms import Filled
from bot.errors import UserError
from bot.replies import Note, Reply
from bot.requests import Request, Role
from bot.texts import N_, _
from storage.domain.clock import moment_text
from storage.domain.errors import Refused
from storage.people.dialogues import LASTS, Dialogue
from storage.record import Record

# Of what the trail is told by its id: facts and sources.
_TOLD = ("F", "S")


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


@commands.command(
    "resume",
    Argument(
        N_("token"),
        Kind.TOKEN,
        help=N_("leave it empty: buttons fill in which question they mean, for example 12.3"),
    ),
    family=Family.ANSWERING,
    role=Role.READER,
    discreet=True,
    help=N_("what you had begun to fill in before something else, taken up again"),
    example="/resume",
)
async def resume(context: Context, given: Answer) -> Reply:
    """Take up a dialogue that was set aside, or go on here with one that was begun in a group."""
    if given.words:
        raise UserError(_("/{name} takes nothing after it: send it alone.", name=context.command.name))
    dialogue = await _left(context, given.token)
    if dialogue.chat == context.request.chat and not (dialogue.aside or dialogue.ended):
        note = _("This is what is open:")
    else:
        dialogue = await _taken_up(context, dialogue)
        note = _("You go on here with /{command}.", command=dialogue.command)
    reply = await repeat(context, dialogue, Note(text=note))
    return reply.model_copy(update={"step": "first"})


async def open_question(context: Context, token: Token | None) -> Asked | Reply:
    """Return the question that an answer is meant for, or a Reply with the open question if that is another.

    Raises UserError if no open question takes words.
    """
    dialogue, is_old = await _meant(context, token)
    if dialogue.aside:
        dialogue = await _taken_up(context, dialogue)
    if is_old:
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
    dialogue, is_old = await _meant(context, token)
    if dialogue.aside and (is_old or turn is not Turn.CANCEL):
        dialogue = await _taken_up(context, dialogue)
        if turn is Turn.CONFIRM:
            # What was shown so long ago is shown once more before it is made.
            return await _repeated(
                context, dialogue, _("You go on here with /{command}.", command=dialogue.command)
            )
    if is_old:
        return await _repeated(context, dialogue)
    reply = await take(context, turn, given.words.strip(), dialogue)
    return reply.model_copy(update={"step": "next"})


async def _repeated(context: Context, dialogue: Dialogue, note: str = "") -> Reply:
    note = note or _("That question has been answered already. This is the one that is open:")
    reply = await repeat(context, dialogue, Note(text=note), anew=True)
    return reply.model_copy(update={"step": "next"})


async def _taken_up(context: Context, dialogue: Dialogue) -> Dialogue:
    """Open a dialogue again, here; the one that is open here is set aside for it."""
    request, dialogues = context.request, context.record.dialogues
    filled = Filled.of(dialogue.state)
    other = await dialogues.find(request.chat, request.user)
    if other is not None and other.id != dialogue.id and is_begun(other):
        filled.earlier = [other.token, other.command]
    return await dialogues.take_up(dialogue, request.chat, filled.state())


async def _left(context: Context, token: Token | None) -> Dialogue:
    """Return the dialogue to take up: the one of a button, else what was set aside last, else what is open.

    Raises UserError if there is none, or if it is another person's.
    """
    dialogues, request = context.record.dialogues, context.request
    if token is not None:
        dialogue = await dialogues.by_id(token.dialogue)
    else:
        dialogue = await dialogues.set_aside(request.chat, request.user)
        dialogue = dialogue or await dialogues.find(request.chat, request.user)
    if dialogue is None:
        raise UserError(_("Nothing of yours is set aside here: /help lists what you can do."))
    # From a group one goes on in private, and not the other way round.
    if dialogue.person != request.user or (dialogue.chat != request.chat and request.shared):
        raise UserError(_("That question was asked of somebody else: only they can answer it."))
    return dialogue


async def _meant(context: Context, token: Token | None) -> tuple[Dialogue, bool]:
    """Return the dialogue that is meant, and whether a question of it that was answered already."""
    if token is None:
        return await _open(context), False
    dialogue = await _tokened(context, token)
    return dialogue, token.turn != dialogue.turn


async def _tokened(context: Context, token: Token) -> Dialogue:
    """Return the dialogue that a button belongs to. Raises UserError if it is another person's."""
    dialogue = await context.record.dialogues.by_id(token.dialogue)
    if dialogue is None:
        raise await _ended(context)
    if dialogue.person == context.request.user and dialogue.chat != context.request.chat:
        raise UserError(_("That is asked of you in another chat: answer it there."))
    if dialogue.person != context.request.user:
        raise UserError(_("That question was asked of somebody else: only they can answer it."))
    return await _living(context, dialogue)


async def _ended(context: Context) -> UserError:
    """Return the refusal of an old button; it tells what the asker has changed last, for that stands."""
    since = moment_text(context.record.ledger.clock() - LASTS)
    changed = await context.record.audit.page(actor=context.by.address, since=since, limit=1)
    last = next((each.subject for each in changed if each.subject[:1] in _TOLD), None)
    if last is None:
        return UserError(_("That has been answered already, or ended."))
    return UserError(
        _("That has been answered already, or ended. What you have changed last is {what}.", what=last)
    )


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
    """Return the dialogue. Raises UserError after an hour without an answer; what was typed is set aside."""
    if dialogue.aside or not dialogue.ended:
        return dialogue
    if not is_begun(dialogue):
        await context.record.dialogues.end(dialogue)
        raise UserError(
            _(
                "Your /{command} ended after an hour without an answer; nothing was changed."
                " Send /{command} to begin anew.",
                command=dialogue.command,
            )
        )
    await context.record.dialogues.leave(dialogue)
    raise UserError(
        _(
            "Your /{command} was set aside after an hour without an answer; nothing was changed."
            " /resume goes on with it.",
            command=dialogue.command,
        ),
        commands=((_("Go on with /{command}", command=dialogue.command), f"/resume {dialogue.token}"),),
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
