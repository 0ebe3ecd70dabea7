"""Whether somebody denied a thing: where no denial of theirs is on record, that is said first.

What else bears on the question is no answer to it: a warrant against somebody is not their denial.
"""

from __future__ import annotations

from bot.answers.lines import fact_line
from bot.commands.core.paging import WINDOW
from bot.questions import wording
from bot.questions.asking.grammar import grammar
from bot.questions.asking.kinds import Kind
from bot.questions.claims import mark_of, tokens_in
from bot.questions.finding import Finding, is_about
from bot.questions.verdict import Verdict
from bot.questions.wording import Question
from bot.replies import Action, Heading, Note, Reply
from bot.texts import _
from storage.domain.models import Entity, EntityKind, Fact, Stance
from storage.record import Record

# What is on record about them that is shown instead.
MOST_SHOWN = 2


async def undenied(record: Record, found: Finding) -> Entity | None:
    """Return who a question asks about as having denied something, if no denial of theirs is on record."""
    question = found.question
    actors = [entity for entity in found.subject.entities if entity.kind is not EntityKind.PLACE]
    if question.kind is not Kind.WHETHER or len(actors) != 1 or not _denies(question, actors[0]):
        return None
    said = await record.listings.mentioning(actors[0].id, {"speaker": 0}, limit=WINDOW)
    return None if any(_may_deny(fact, actors[0]) for fact in said["speaker"]) else actors[0]


def without_denial(entity: Entity, found: Finding) -> Reply:
    """Say that no denial by somebody is on record, and show what is on record about them."""
    note = Note(text=_("No denial by {name} is on record.", name=entity.called))
    about = [each.fact for each in found.near if is_about(each.fact, entity)][:MOST_SHOWN]
    who = Action(label=entity.name, command=f"/who {entity.name}")
    if not about:
        return Reply(blocks=(note,), actions=(who,), verdict=Verdict.NOT_ON_RECORD.value)
    heading = Heading(text=_("On record about {name}", name=entity.called))
    blocks = (note, heading, *map(fact_line, about))
    return Reply(blocks=blocks, actions=(who,), verdict=Verdict.CLOSE.value)


def _denies(question: Question, entity: Entity) -> bool:
    """Tell whether a question asks if one denies a thing: `did Ann deny it?`, `was it denied by Ann?`."""
    tokens = tokens_in(question.spelt, (entity,))
    them = {mark_of(entity), *grammar(question.language).pronouns}
    denying = (at for at, token in enumerate(tokens) if token in wording.words().denying)
    return any(
        not them.isdisjoint(
            tokens[at + 2 : at + 4] if tokens[at + 1 : at + 2] == ["by"] else tokens[:at][-1:]
        )
        for at in denying
    )


def _may_deny(fact: Fact, entity: Entity) -> bool:
    """Tell whether somebody denies in a fact, or states that something is not so."""
    stances = {item.stance for item in fact.attributions if item.speaker and item.speaker.id == entity.id}
    return Stance.DENIES in stances or not wording.words().negating.isdisjoint(tokens_in(fact.statement, ()))
