"""Looking up what somebody else wrote: a message forwarded, replied to, quoted, or chosen from its menu.

Nothing of it is kept. The reply shows the claim, shortened, in a quotation, and its button holds none of it:
whoever presses that sends the bot's own message along, and the words are taken from there.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.answers.lines import fact_line
from bot.commands.core.context import Context
from bot.commands.reading.answering import answered, other
from bot.errors import UserError
from bot.questions import claims
from bot.questions.asking.kinds import Kind
from bot.questions.finding import FIRST, MOST_SHOWN, find
from bot.questions.subject import Subject, subject_of
from bot.questions.verdict import Verdict
from bot.replies import Action, Block, Heading, Note, Quote, Reply
from bot.texts import _
from storage.domain.models import Fact

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
    found = await find(context.record, context.story, claim, subject)
    near = [each.fact for each in found.near]
    # A claim in other words than a fact's is only near it; a question is answered by what answers it.
    compared = near if claim.kind is Kind.WHAT else found.answering
    if saying := claims.that_say(claim, subject, compared, MOST_SHOWN):
        said = replace(found, verdict=Verdict.ON_RECORD, answering=tuple(saying), near=())
        return Reply(blocks=tuple(await answered(context, said)), verdict=said.verdict.value)
    return _unanswered(text, near[:FIRST] if found.verdict is not Verdict.NOT_ON_RECORD else [], subject)


def unreadable() -> Reply:
    """Say that the words of the message replied to cannot be read, and which way there is."""
    text = _(
        "I cannot read the message that you reply to. On Discord choose “On the record?” from its menu"
        " (Apps); elsewhere forward it to me in a private chat, or put its words into your question."
    )
    return Reply(blocks=(Note(text=text),), aside=True)


def _unanswered(text: str, near: list[Fact], subject: Subject) -> Reply:
    """Show what is nearest, never as an answer, and offer to tell."""
    shown = claims.shown(text)
    quote = [Quote(text=shown)] if shown else []
    blocks: list[Block] = []
    if near:
        heading = Heading(text=_("Closest on record, not an answer"))
        blocks += [*quote, heading, *map(fact_line, near)]
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
    verdict = Verdict.CLOSE if near else Verdict.NOT_ON_RECORD
    return Reply(blocks=tuple(blocks), actions=tuple(actions), verdict=verdict.value)
