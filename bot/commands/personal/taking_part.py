"""Taking part: suggesting a fact, waiting for an answer, and what is kept about people."""

from __future__ import annotations

import re

from bot.commands.core.context import Context
from bot.commands.core.registry import Argument, Kind, commands
from bot.commands.dialogue.engine import begin
from bot.commands.editing.propose import SUGGESTING, read_fact
from bot.errors import UserError
from bot.replies import Action, Heading, Note, Reply
from bot.requests import Role
from bot.texts import N_, _

FAMILY = N_("Taking part")
_QUESTION_ID = re.compile(r"Q([1-9]\d{0,14})\.([0-9a-f]{8})")


@commands.command(
    "suggest",
    Argument(N_("statement and lines"), Kind.TEXT, option="text"),
    family=FAMILY,
    role=Role.READER,
    help=N_("a fact for the moderators to look at, with its source"),
    example="/suggest",
    form=SUGGESTING,
)
async def suggest(context: Context, argument: str) -> Reply:
    """Lead to a suggestion, or show the one that was sent at once."""
    return await begin(context, read_fact(context, argument))


@commands.command(
    "tellme",
    Argument(N_("question"), Kind.TOKEN, required=True),
    family=FAMILY,
    role=Role.READER,
    discreet=True,
    help=N_("to be told when a question that found nothing has an answer"),
    example="/tellme Q1.0a1b2c3d",
)
async def tellme(context: Context, argument: str) -> Reply:
    """Remember that the asker wants to hear of an answer."""
    match = _QUESTION_ID.fullmatch(argument.strip())
    if match is None:
        raise UserError(_("Ask the question first; the button under the answer remembers it."))
    question = await context.record.questions.find(int(match[1]))
    if question is None or (question.token, question.story_id) != (match[2], context.story.id):
        raise UserError(_("That question is not open any more: ask it again."))
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


@commands.command(
    "privacy",
    family=FAMILY,
    role=Role.READER,
    discreet=True,
    help=N_("what is kept about you, and why"),
    example="/privacy",
)
async def privacy(_context: Context, _argument: str) -> Reply:
    """Say what is kept about people."""
    kept = (
        _("The story that a chat uses, by the chat's id."),
        _("A dialogue that you have not finished, until you end it, or for some hours after you left it."),
        _("A question that found nothing, without who asked it; with your id only if you ask to be told."),
        _("A suggestion with your id, which nobody is shown, so that you can be told what becomes of it."),
        _("What you were told without having just asked for it."),
        _("What this chat subscribed to, and how it wants to hear, until you unsubscribe."),
        _("Which of the bot's messages cited which fact, for some weeks, so that corrections reach them."),
        _("Which accounts you have linked, until you end that; of a code only a digest, for ten minutes."),
        _("Of moderators: their id and name, and each change and link that they make, in the audit trail."),
        _("Your messages themselves are not kept, and your name only in memory until the bot is restarted."),
    )
    return Reply(
        blocks=(
            Heading(text=_("What is kept"), level=1),
            *(Note(text=f"• {text}") for text in kept),
            Note(text=_("/forgetme removes what is yours.")),
        ),
        actions=(Action(label="/forgetme", command="/forgetme"),),
    )


@commands.command(
    "forgetme",
    family=FAMILY,
    role=Role.READER,
    discreet=True,
    help=N_("what is kept about you removed, and what stays told"),
    example="/forgetme",
)
async def forgetme(context: Context, _argument: str) -> Reply:
    """Remove a person's data, and say what stays and why."""
    person = context.request.user
    # A draft may wait in any story, whichever this chat uses.
    may_approve = context.role >= Role.MODERATOR or await context.record.members.holds_office(person)
    accounts = [account.address for account in await context.record.accounts.accounts_of(person)]
    forgotten = await context.record.erasure.forget(context.by, may_approve=may_approve)
    for address in (person, *accounts):
        context.handles.forget(address)
    names = {
        "dialogues": _("open dialogues"),
        "questions": _("questions that you waited for"),
        "suggestions": _("your id on suggestions"),
        "settings": _("the story chosen in your private chat"),
        "subscriptions": _("subscriptions"),
        "answers": _("answers that you waited for"),
        "deliveries": _("messages to your private chat"),
        "receipts": _("facts cited in your private chat"),
        "corrections": _("corrections in your private chat"),
        "messages": _("messages of the bot in your private chat"),
        "listening": _("settings of your private chat"),
        "codes": _("codes to link an account"),
        "links": _("links of your accounts"),
    }
    removed = ", ".join(f"{names[kind]}: {count}" for kind, count in forgotten.removed.items() if count)
    notes = [
        Note(text=_("Removed: {what}.", what=removed) if removed else _("Nothing of yours was kept.")),
        Note(
            text=_(
                "What stays: the texts of what you suggested, without your name: on record they are their"
                " sources' word, and those that wait are still to be looked at."
            )
        ),
    ]
    if may_approve:
        text = _("Suggestions of yours that wait keep your id, so that you cannot approve them yourself.")
        notes.append(Note(text=text))
    if forgotten.in_trail:
        notes.append(
            Note(
                text=_(
                    "Also the entries of the audit trail that name you: who changed a public record must stay"
                    " on record, and the trail is chained so that nothing can be taken out of it."
                )
            )
        )
    return Reply(blocks=tuple(notes))
