"""Pictures as answers, and the same as text."""

from __future__ import annotations

from bot.answers.lines import fact_lines, lines_of_speaker, role
from bot.commands.core.context import Context
from bot.commands.reading.pictures.asked import Asked
from bot.errors import UserError
from bot.pictures.picture import Kind
from bot.pictures.sending.captions import AS_TEXT, TITLES, with_picture
from bot.replies import Block, Heading, Note, Reply
from bot.texts import _
from storage.domain.models import Entity, Fact


async def timeline(context: Context, asked: Asked) -> Reply:
    """Return the picture of the story's timeline."""
    return await _picture(context, Kind.TIMELINE, asked)


async def who(context: Context, asked: Asked) -> Reply:
    """Return the picture of who says what, or the same as text."""
    return await (_who_as_text(context) if asked.as_text else _picture(context, Kind.WHO, asked))


async def _picture(context: Context, kind: Kind, asked: Asked) -> Reply:
    """Return the picture of the story, or say that nothing is on record for it. Raises UserError."""
    try:
        drawing = await context.drawings.draw(context.request, context.story, kind, dark=asked.dark)
    except UserError as error:
        raise UserError(error.text, commands=((_("As text"), AS_TEXT[kind]),)) from error
    if drawing is None:
        nothing = {
            Kind.TIMELINE: _("No dates are on record in this story."),
            Kind.WHO: _("No one is named on record in this story yet."),
        }
        return Reply(blocks=(Heading(text=_(TITLES[kind]), level=1), Note(text=nothing[kind])))
    return with_picture(context.story, drawing, context.record.ledger.now())


async def _who_as_text(context: Context) -> Reply:
    """Return who says what: each speaker with their statements, each statement under its first speaker."""
    said: dict[int, list[Fact]] = {}
    speakers: dict[int, Entity] = {}
    nobody: list[Fact] = []
    for fact in await context.drawings.studio.facts(context.story, Kind.WHO):
        speaker = next((item.speaker for item in fact.attributions if item.speaker is not None), None)
        if speaker is None:
            nobody.append(fact)
        else:
            speakers[speaker.id] = speaker
            said.setdefault(speaker.id, []).append(fact)
    blocks: list[Block] = [Heading(text=_(TITLES[Kind.WHO]), level=1)]
    for number, facts in said.items():
        speaker = speakers[number]
        blocks += [Heading(text=speaker.name), *role(speaker)]
        blocks += [block for fact in facts for block in lines_of_speaker(fact, speaker)]
    if nobody:
        blocks += [Heading(text=_("Sources themselves")), *(b for fact in nobody for b in fact_lines(fact))]
    if len(blocks) == 1:
        blocks.append(Note(text=_("No one is named on record in this story yet.")))
    return Reply(blocks=tuple(blocks))
