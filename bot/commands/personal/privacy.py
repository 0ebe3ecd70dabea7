"""/privacy and /forgetme: what is kept about people, and its removal."""

from __future__ import annotations

from bot.commands.core.context import Context
from bot.commands.core.declarations import Family
from bot.commands.core.registry import commands
from bot.questions.claims import LONGEST_SHOWN
from bot.replies import Action, Heading, Note, Reply
from bot.requests import Role
from bot.texts import N_, _


@commands.command(
    "privacy",
    family=Family.TAKING_PART,
    role=Role.READER,
    discreet=True,
    help=N_("what is kept about you, and why"),
    example="/privacy",
)
async def privacy(_context: Context) -> Reply:
    """Say what is kept about people."""
    kept = (
        _("The story that a chat uses, by the chat's id."),
        _("A dialogue that you have not finished, until you end it, or for a day after you left it."),
        _(
            "For ten minutes, which statements and names your last question in a chat led to, by their ids,"
            " so that “and when?” is understood."
        ),
        _("A question that found nothing, without who asked it; with your id only if you ask to be told."),
        _(
            "Of a message that somebody else wrote and you look up (forwarded, replied to, quoted, “On the"
            " record?”): nothing. Only if you press “Tell me”, the words quoted above that button, at most"
            " {count} characters, which the story's moderators then see, until you are told or forgotten.",
            count=LONGEST_SHOWN,
        ),
        _("A suggestion with your id, which nobody is shown, so that you can be told what becomes of it."),
        _("A link that you send alone and that is not on record, for the moderators, without who sent it."),
        _("What you were told without having just asked for it."),
        _("What this chat subscribed to, and how it wants to hear, until you unsubscribe."),
        _("Which feeds a moderator watches, by their id, and what was offered for it, until they stop it."),
        _("Which of the bot's messages cited which fact, for some weeks, so that corrections reach them."),
        _("Which accounts you have linked, until you end that; of a code only a digest, for ten minutes."),
        _("Of moderators and owners: id and name, and each change and link they make, in the audit trail."),
        _("What an owner takes down for safety, law or privacy goes from all of this."),
        _("A long question whose answer takes several pages, for a day, without who asked: buttons send it."),
        _("Your messages themselves are not kept, and your name only in memory until the bot is restarted."),
    )
    return Reply(
        blocks=(
            Heading(text=_("What is kept"), level=1),
            *(Note(text=f"• {text}") for text in kept),
            Note(text=_("/forgetme removes what is yours.")),
        ),
        actions=tuple(Action(label=each, command=each) for each in ("/forgetme", "/link")),
    )


@commands.command(
    "forgetme",
    family=Family.TAKING_PART,
    role=Role.READER,
    discreet=True,
    help=N_("what is kept about you removed, and what stays told"),
    example="/forgetme",
)
async def forgetme(context: Context) -> Reply:
    """Remove a person's data, and say what stays and why."""
    person = context.request.user
    # A draft may be pending in any story, not only the one that this chat uses.
    may_approve = context.role >= Role.MODERATOR or await context.record.members.holds_office(person)
    accounts = [account.address for account in await context.record.accounts.accounts_of(person)]
    forgotten = await context.record.erasure.forget(context.by, may_approve=may_approve)
    for address in (person, *accounts):
        context.handles.forget(address)
    names = {
        "dialogues": _("open dialogues"),
        "desks": _("what you were entering"),
        "names": _("what you are called"),
        "spoken of": _("what you were last told of"),
        "questions": _("questions that you waited for"),
        "claims": _("words of others that you waited for"),
        "suggestions": _("your id on suggestions"),
        "settings": _("the story chosen in your private chat"),
        "offers": _("articles that were offered to you"),
        "watches": _("feeds that you watch"),
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
