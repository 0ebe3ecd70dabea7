"""Looking up what somebody else wrote: a message forwarded, replied to, quoted, or chosen from its menu.

Nothing of it is kept. The reply shows the claim, shortened, in a quotation, and its button holds none of it:
whoever presses that sends the bot's own message along, and the words are taken from there.
"""

from __future__ import annotations

import re

from bot.answers.lines import fact_line
from bot.commands.core.context import Context
from bot.commands.reading.answering import MOST_ANSWERS, NEAREST, answered, other
from bot.errors import UserError
from bot.questions import claims
from bot.questions.finding import candidates, subject_of
from bot.questions.relevance import Bearing, Subject, weigh
from bot.replies import Action, Block, Heading, Note, Quote, Reply
from bot.texts import _

TELL = "/tellme"
_FACT_ID = re.compile(r"F[1-9]\d{0,14}")


async def look_up(context: Context, text: str) -> Reply:
    """Show what is on record about somebody's words; `text` may be a fact's id instead."""
    if _FACT_ID.fullmatch(text):
        return await other(context, "fact", await context.fact(text))
    claim = claims.read(text)
    subject = await subject_of(context.record, context.story.id, claim)
    if not subject.words and claims.is_name(claim, subject):
        return await other(context, "who", subject.entities[0].name)
    if not subject.words and not subject.entities:
        raise UserError(_("That message names nothing that could be looked up: ask me in your own words."))
    found = await candidates(context.record, context.story.id, claim, subject)
    bearings = weigh(claim, subject, found)
    if saying := claims.that_say(claim, subject, bearings, MOST_ANSWERS):
        return Reply(blocks=tuple(await answered(context, claim, saying)))
    return _unanswered(text, claims.bearing_on(subject, bearings), subject)


def unreadable() -> Reply:
    """Say that the words of the message replied to cannot be read, and which way there is."""
    text = _(
        "I cannot read the message that you reply to. On Discord choose “On the record?” from its menu"
        " (Apps); elsewhere forward it to me in a private chat, or put its words into your question."
    )
    return Reply(blocks=(Note(text=text),), aside=True)


def _unanswered(text: str, near: list[Bearing], subject: Subject) -> Reply:
    """Show what is nearest, never as an answer, and offer to tell."""
    shown = claims.shown(text)
    quote = [Quote(text=shown)] if shown else []
    blocks: list[Block] = []
    if near:
        heading = Heading(text=_("Closest on record, not an answer"))
        blocks += [*quote, heading, *(fact_line(item.fact) for item in near[:NEAREST])]
    else:
        blocks += [Note(text=_("I found nothing on record that bears on this.")), *quote]
    actions = [Action(label=entity.name, command=f"/who {entity.name}") for entity in subject.entities[:2]]
    if quote:
        blocks.append(
            Note(
                text=_(
                    "Nothing of that message is kept. “Tell me” keeps the words quoted here: the moderators"
                    " of this story see them then, without your name."
                )
            )
        )
        actions.append(Action(label=_("Tell me when there is an answer"), command=TELL))
    return Reply(blocks=tuple(blocks), actions=tuple(actions))
