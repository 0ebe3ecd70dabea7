"""Questions that lean on what their asker was told before: "and when?", "what did he say?", "what about X?".

What was told of is known for ten minutes, by ids alone: storage/people/spoken_of.py. A reply to a message of
the bot's is about the facts that the message cites, however old it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from bot.commands.core.context import Context
from bot.questions import wording
from bot.questions.about_facts.fitting_facts import dated_to, holds_kind, in_order
from bot.questions.asking.grammar import grammar
from bot.questions.asking.kinds import Kind
from bot.questions.finding import Finding, find
from bot.questions.follow_up import Leaning, leans
from bot.questions.subject import Subject, subject_of
from bot.questions.verdict import Verdict
from bot.questions.wording import Question
from bot.replies import Reply
from storage.domain.models import Entity, EntityKind, Fact, Stance, Story
from storage.people.spoken_of import Asker, Spoken

# Facts and names that are remembered of an answer: its first.
MOST_FACTS, MOST_NAMES = 5, 12
# Several that "they" may stand for, where no body or group was named.
MOST_PERSONS = 3
# With so many words of its own a question may stand alone for all its "they" and "it".
OF_ITS_OWN = 3
_ON_NOTHING = "-"
_IDS = r"(?:[1-9][0-9]{0,14}(?:-[1-9][0-9]{0,14}){0,11})?"
_ROW = re.compile(
    rf"(?P<story>[1-9][0-9]{{0,9}})\.(?P<kind>[a-z_]{{1,20}})\.(?P<facts>{_IDS})\.(?P<names>{_IDS})"
)
# What each fact tells of itself, where it was told before.
_TOLD = frozenset({Kind.WHO, Kind.WHO_SAID, Kind.SAID, Kind.WHETHER, Kind.SOURCES})
_HELD = frozenset({Kind.WHEN, Kind.HOW_MANY, Kind.WHERE})
# What asks of a name who or what that is.
_OF_A_NAME = frozenset({Kind.WHO, Kind.WHAT, Kind.OVERVIEW})
_BODIES = (EntityKind.ORGANISATION, EntityKind.GROUP)


class Earlier(NamedTuple):
    """What was told of before: facts in force, names, the kind of answer that was wanted, and the story."""

    story: Story
    kind: Kind
    facts: tuple[Fact, ...]
    names: tuple[Entity, ...]
    told: Spoken

    @property
    def actors(self) -> list[Entity]:
        """Whom a pronoun may stand for: those that were named, then those of the facts."""
        every = (*self.names, *(entity for fact in self.facts for entity in fact.entities()))
        return [entity for entity in dict.fromkeys(every) if entity.kind is not EntityKind.PLACE]


class Leant(NamedTuple):
    """What a question means that leans: where it is asked, of what, and what was found, if that is known.

    `on` is what was told before on which it leans.
    """

    context: Context
    question: Question
    subject: Subject
    found: Finding | None = None
    on: Spoken | None = None


def cursor_of(told: Spoken | None) -> str:
    """Return the row of a cursor that tells what a question leans on: its next page leans on the same."""
    if told is None:
        return _ON_NOTHING
    ids = ("-".join(map(str, each)) for each in (told.facts, told.names))
    return ".".join((str(told.story_id), Kind(told.kind).name.lower(), *ids))


def remember(
    context: Context, kind: Kind, names: Iterable[Entity], fact_ids: Iterable[int], *, forgets: bool
) -> None:
    """Remember what the asker is told of, for the question that comes next.

    Where nothing was found, a question that stands by itself `forgets` what was told before: the next is not
    about that.
    """
    told = Spoken(
        context.story.id,
        kind.value,
        tuple(fact_ids)[:MOST_FACTS],
        tuple(entity.id for entity in names)[:MOST_NAMES],
    )
    if told.facts or told.names or forgets:
        context.record.spoken_of.keep(_asker(context), told)


def asks_of_message(context: Context, question: str) -> bool:
    """Tell whether a reply to the bot's message asks for something that its facts tell, as "when?" does."""
    if not context.request.answered:
        return False
    read = wording.read(question)
    return read.asks and read.kind in (_TOLD | _HELD | {Kind.WHY}) - {Kind.WHETHER}


async def lean(context: Context, question: Question, subject: Subject) -> Leant | None:
    """Return what a question means that leans on what was told before; None for one that stands alone."""
    leaning = leans(question)
    if leaning is None or (leaning is not Leaning.ANOTHER and _names_its_own(question, subject, leaning)):
        return None
    earlier = await _earlier(context)
    # Where nothing was on record, "and when?" asks of that, not of who was named there.
    of_nothing = earlier is not None and leaning is Leaning.BARE and not earlier.facts
    if earlier is None or of_nothing or _asks_of_another_denial(question, earlier):
        return None
    there, here = context, Leant(context, question, subject, on=earlier.told)
    if earlier.story.id != context.story.id:
        there = replace(context, chosen=earlier.story)
        subject = await subject_of(context.record, earlier.story.id, question)
    subject = replace(subject, words=_own_words(question, subject.words))
    leant = here._replace(context=there, subject=subject)
    if leaning is Leaning.ANOTHER:
        return await _of_another(leant, earlier)
    meant = _meant(question, earlier)
    at_facts = bool(set(question.tokens) & grammar(question.language).pointers)
    if meant and not subject.words and not at_facts:
        return leant._replace(subject=_about(subject, meant))
    words = set(subject.words) - wording.words().checking
    if not words and not subject.entities and not meant:
        return await _of_facts(leant, earlier)
    return await _with_words(leant, here, earlier, meant)


def is_lost(question: Question, subject: Subject) -> bool:
    """Tell whether a question points at what was told before and names nothing else."""
    if _own_words(question, question.subject) or subject.entities or question.date is not None:
        return False
    return leans(question) is Leaning.POINTING


async def _told_before(context: Context) -> Spoken | None:
    """Return what the asker was told of before; for a further page, what the first page leant on."""
    if context.after is None:
        return await _cited(context) or await context.record.spoken_of.last(_asker(context))
    match = _ROW.fullmatch(context.after)
    if match is None or match["kind"].upper() not in Kind.__members__:
        return None
    facts, names = (tuple(map(int, filter(None, match[each].split("-")))) for each in ("facts", "names"))
    return Spoken(int(match["story"]), Kind[match["kind"].upper()].value, facts, names)


async def _earlier(context: Context) -> Earlier | None:
    """Return what was told of before; what a private story told is not told in another."""
    record = context.record
    told = await _told_before(context)
    if told is None:
        return None
    story: Story | None = context.story
    if told.story_id != context.story.id:
        story = await record.stories.by_id(told.story_id)
        if story is None or story.private:
            return None
    assert story is not None
    # A cursor can be typed by anybody: what it names of another story is not told as this one's.
    loaded = await record.facts.load(told.facts)
    facts = tuple(fact for fact in loaded if fact.in_force and fact.story_id == story.id)
    known = (await record.entities.by_id(told.names)).values() if told.names else ()
    names = tuple(entity for entity in known if entity.story_id == story.id)
    return Earlier(story, Kind(told.kind), facts, names, told) if facts or names else None


async def _cited(context: Context) -> Spoken | None:
    """Return what the message of the bot's told of that the asker replies to; None without such facts."""
    request, record = context.request, context.record
    if not request.answered:
        return None
    reply, cited = await record.receipts.cited(request.chat, request.answered)
    shown = Reply.model_validate_json(reply).facts if reply else ()
    ids = [number for number in shown if number in cited] or cited
    facts = await record.facts.load(ids[:MOST_FACTS])
    if not facts:
        return None
    told = tuple(fact.id for fact in facts if fact.story_id == facts[0].story_id)
    return Spoken(facts[0].story_id, Kind.WHAT.value, told, ())


def _meant(question: Question, earlier: Earlier) -> list[Entity]:
    """Return whom the pronouns of a question mean: one person, else a body or thing; bodies for "they"."""
    spoken, tokens = grammar(question.language), set(question.tokens)
    if not tokens & spoken.pronouns:
        return []
    persons = [entity for entity in earlier.actors if entity.kind in (EntityKind.PERSON, None)]
    bodies = [entity for entity in earlier.actors if entity.kind in _BODIES]
    if tokens & spoken.several:
        return bodies[:1] or persons[:MOST_PERSONS]
    things = [entity for entity in earlier.actors if entity.kind is EntityKind.THING]
    return persons[:1] or bodies[:1] or things[:1]


async def _of_another(leant: Leant, earlier: Earlier) -> Leant:
    """Ask what was asked before of another name, time or thing."""
    context, question, subject = leant[:3]
    if not question.asks or question.kind is Kind.WHAT:
        question = replace(question, kind=earlier.kind)
    if earlier.kind is Kind.OVERVIEW or not earlier.facts:
        return leant._replace(question=question)
    asked = set(subject.entities)
    other = [
        fact.id
        for fact in earlier.facts
        if not (asked & set(fact.entities()) or dated_to(question.times, fact))
    ]
    near = _beside(question, earlier.facts[:1])
    found = await find(context.record, context.story, near, subject, known=other)
    if found.verdict is Verdict.NOT_ON_RECORD and subject.entities:
        return leant._replace(question=replace(question, kind=Kind.OVERVIEW))
    return leant._replace(question=question, found=found)


async def _of_facts(leant: Leant, earlier: Earlier) -> Leant:
    """Answer a question without a subject by the facts told before; else by others that are near to them."""
    context, question, subject = leant[:3]
    if not earlier.facts:
        return leant._replace(subject=_about(subject, earlier.names))
    fitting = [fact for fact in earlier.facts if _tells(question, subject, fact)]
    # What the first of them lacks, another that was told beside it does not tell of it.
    if fitting[:1] == [earlier.facts[0]]:
        answering = tuple(in_order(question, subject, fitting))
        return leant._replace(found=Finding(question, subject, Verdict.ON_RECORD, answering, ()))
    known = [fact.id for fact in earlier.facts]
    near, about = _beside(question, earlier.facts[:1]), _about(subject, earlier.names)
    found = await find(context.record, context.story, near, about, known=known)
    if found.verdict is Verdict.ON_RECORD:
        # How sure the model is of a question is not known of a question and a statement together.
        found = replace(found, verdict=Verdict.CLOSE, answering=())
    return leant._replace(found=replace(found, lacking=question.kind in _HELD))


async def _with_words(leant: Leant, here: Leant, earlier: Earlier, meant: Sequence[Entity]) -> Leant:
    """Answer a question that has words of its own beside "he", "they", "it".

    One that names somebody or says much may stand alone, as "did they find the wreck of the ferry" does: then
    it is asked as it is first.
    """
    context, question, subject = leant[:3]
    spoken, tokens = grammar(question.language), set(question.tokens)
    surely = bool(meant) and not tokens & spoken.several
    if not surely and (subject.entities or len(subject.words) >= OF_ITS_OWN):
        alone = await find(context.record, here.context.story, question, here.subject)
        if alone.verdict is not Verdict.NOT_ON_RECORD:
            return here._replace(found=alone)
    at_facts = not meant or bool(tokens & spoken.pointers)
    near = _beside(question, earlier.facts[:1]) if at_facts else question
    subject = _about(subject, meant)
    found = await find(context.record, context.story, near, subject)
    return leant._replace(subject=subject, found=found)


def _own_words(question: Question, words: Sequence[str]) -> tuple[str, ...]:
    """Leave out words of saying where they tell nothing of what is asked about, as in "what did he say?"."""
    if question.kind not in (Kind.SAID, Kind.SOURCES):
        return tuple(words)
    saying = grammar(question.language).saying
    return tuple(word for word in words if word not in saying)


def _names_its_own(question: Question, subject: Subject, leaning: Leaning) -> bool:
    """Tell whether a question is about a name alone, as "who is May?" and "what is IT?" are."""
    alone = bool(subject.entities) and not subject.words
    return alone and (leaning is Leaning.BARE or question.kind in _OF_A_NAME)


def _asks_of_another_denial(question: Question, earlier: Earlier) -> bool:
    """Tell whether a question asks who denied something, and nobody denied what was told."""
    return _asks_who_denies(question) and not any(map(_is_denied, earlier.facts))


def _asks_who_denies(question: Question) -> bool:
    return question.kind is Kind.WHO_SAID and bool(wording.words().negating & set(question.tokens))


def _is_denied(fact: Fact) -> bool:
    return any(item.stance is Stance.DENIES for item in fact.attributions)


def _tells(question: Question, subject: Subject, fact: Fact) -> bool:
    """Tell whether a fact that was told before holds what is asked for now."""
    if _asks_who_denies(question):
        return _is_denied(fact)
    return question.kind in _TOLD or (question.kind in _HELD and holds_kind(question, subject, fact))


def _beside(question: Question, facts: Sequence[Fact]) -> Question:
    """Return a question that is looked for together with what some facts state."""
    return replace(question, spelt=" ".join((question.spelt, *(fact.statement for fact in facts))))


def _about(subject: Subject, entities: Sequence[Entity]) -> Subject:
    return replace(subject, entities=tuple(dict.fromkeys((*entities, *subject.entities))))


def _asker(context: Context) -> Asker:
    request = context.request
    return Asker(request.chat, request.topic, request.user)
