"""/ask and /what: answer a question, or some words, with the facts that bear on them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

from bot.answers.lines import fact_line, fact_lines
from bot.commands.core.context import Context
from bot.commands.core.declarations import Argument, Family, Kind
from bot.commands.core.registry import commands
from bot.commands.core.typed_dates import in_doubt
from bot.commands.reading.timeline import Named, of_reading
from bot.questions import wording
from bot.questions.finding import candidates, key_of, subject_of
from bot.questions.relevance import Bearing, Subject, best, weigh
from bot.questions.wording import Question, Wanted, about_the_record
from bot.replies import Action, Block, Heading, Line, Note, Reply
from bot.requests import Role
from bot.texts import N_, _
from storage.domain import dates
from storage.domain.errors import RecordError
from storage.domain.models import Entity, Fact, RelationKind, Stance

logger = logging.getLogger(__name__)
MOST_ANSWERS, MOST_OPPOSING, NEAREST = 5, 5, 3


@commands.command(
    "what",
    Argument(N_("words"), Kind.WORDS),
    family=Family.ASKING,
    role=Role.READER,
    help=N_("the facts that some words find, or all of them"),
    example="/what arrest warrant",
    paged=True,
)
async def what(context: Context, words: str | None) -> Reply:
    """Show what is on record for some words; without words, everything in order."""
    if words is not None:
        return await _found(context, words)
    story, after = context.story.id, context.number_after()
    page = await context.page(lambda limit: context.record.listings.all(story, after=after, limit=limit))
    if not page.shown:
        nothing = _("Nothing is on record in this story yet.")
        text = _("Nothing else is on record in this story.") if context.after else nothing
        return Reply(blocks=(Note(text=text),))
    lines = [block for fact in page.shown for block in fact_lines(fact)]
    return Reply(blocks=(Heading(text=_("On record"), level=1), *lines), actions=page.more)


async def _found(context: Context, text: str) -> Reply:
    question = wording.read(text, context.day, language=context.request.language)
    if not question.subject:  # punctuation alone, which would find everything
        if question.date:
            return await _other(context, "when", _named(context, question))
        return _not_on_record(text, ())
    bearings = await _bearings(context, replace(question, wanted=Wanted.WHAT))
    found = [item.fact for item in bearings if item.words >= 0.5 and item.names >= 0.5][: context.policy.page]
    if not found:
        return _not_on_record(text, bearings)
    lines = [block for fact in found for block in fact_lines(fact)]
    return Reply(blocks=(Heading(text=_("On record: {words}", words=text[:80]), level=1), *lines))


@commands.command(
    "ask",
    Argument(N_("question"), Kind.WORDS, required=True),
    family=Family.ASKING,
    role=Role.READER,
    help=N_("a plain question, answered from the record or not at all"),
    example="/ask Who denied it?",
)
async def ask(context: Context, question: str) -> Reply:
    """Answer a question with the facts that bear on it; answer the parts of a compound one separately."""
    replies: list[Reply] = []
    names: tuple[Entity, ...] = ()
    for part in wording.parts(question):
        reply, spoken_of = await _answer(context, part, names)
        names = spoken_of or names
        replies.append(reply)
    if len(replies) == 1:
        return replies[0]
    blocks = dict.fromkeys(block for reply in replies for block in reply.blocks)
    actions = dict.fromkeys(action for reply in replies for action in reply.actions)
    return Reply(blocks=tuple(blocks), actions=tuple(actions))


async def _answer(
    context: Context, text: str, before: tuple[Entity, ...]
) -> tuple[Reply, tuple[Entity, ...]]:
    """Answer one question; `before` are the entities that a pronoun may stand for."""
    question = wording.read(text, context.day, language=context.request.language)
    subject = await subject_of(context.record, context.story.id, question, before)
    if other := _asks_for_list(context, question, subject):
        return await _other(context, *other), subject.entities
    if not subject.entities and not subject.words:
        return _not_on_record(text, ()), ()
    bearings = weigh(question, subject, await _candidates(context, question, subject))
    answering = best(bearings, MOST_ANSWERS)
    if not answering:
        return await _kept(context, question, subject, _unanswered(question, bearings)), subject.entities
    return Reply(blocks=tuple(await _answered(context, question, answering))), subject.entities


def _named(context: Context, question: Question) -> Named:
    """Return the time that a question names. Raises UserError where it may be several days."""
    if question.reading is not None:
        return of_reading(context, question.reading)
    return Named(question.date or "", dates.typed(question.date or ""))


def _asks_for_list(
    context: Context, question: Question, subject: Subject
) -> tuple[str, *tuple[object, ...]] | None:
    """Return the command and value equivalent to a question about the record, one name or one date."""
    if command := about_the_record(question):
        return (command,)
    if subject.words:
        return None
    if len(subject.entities) == 1 and question.wanted in (Wanted.WHO, Wanted.WHAT, Wanted.WHETHER):
        return "who", subject.entities[0].name
    if not subject.entities and question.date and question.wanted is not Wanted.HOW_MANY:
        return "when", _named(context, question)
    return ("where",) if not subject.entities and question.wanted is Wanted.WHERE else None


async def _answered(context: Context, question: Question, answering: Sequence[Bearing]) -> list[Block]:
    """Return the answering facts, best first; facts that contradict one follow directly under it."""
    shown = {item.fact.id for item in answering}
    blocks: list[Block] = []
    called_for = all(item.fact.attributions[0].stance is Stance.CALLS_FOR for item in answering)
    if question.reading is not None and len(question.reading.choices) > 1:
        blocks.append(Note(text=in_doubt(question.reading)))
    if called_for and question.wanted is Wanted.WHETHER:
        blocks.append(Note(text=_("Only calls for that are on record:")))
    for item in answering:
        dated = question.wanted is Wanted.WHEN or question.date is not None
        blocks += fact_lines(item.fact, dated=dated)
        opposing = [
            relation.other_id
            for relation in item.fact.relations
            if relation.kind is RelationKind.CONTRADICTS
            and relation.other_in_force
            and relation.other_id not in shown
        ][:MOST_OPPOSING]
        shown.update(opposing)
        blocks += [_against(fact) for fact in await context.record.facts.load(opposing)]
    return blocks


def _against(fact: Fact) -> Line:
    line = fact_line(fact, nested=True)
    return line.model_copy(update={"text": _("against this: {sentence}", sentence=line.text), "mark": None})


async def _kept(context: Context, question: Question, subject: Subject, reply: Reply) -> Reply:
    """Keep a question that found nothing, without its asker, and offer to tell when there is an answer."""
    try:
        question_id = await context.record.questions.keep(
            context.story.id, key_of(question, subject), question.text, context.record.ledger.now()
        )
    except RecordError as error:
        # Readers are answered even if the record cannot be written.
        logger.warning("a question was not kept: %s", error)
        return reply
    kept = await context.record.questions.find(question_id)
    if kept is None:
        return reply
    tell = Action(label=_("Tell me when there is an answer"), command=f"/tellme Q{kept.id}.{kept.token}")
    return reply.model_copy(update={"actions": (*reply.actions, tell)})


def _unanswered(question: Question, bearings: Sequence[Bearing]) -> Reply:
    """Say which kind of answer is missing if facts touch the question, else that nothing is on record."""
    touching = [item for item in bearings if item.touches][:NEAREST]
    missing = {
        Wanted.WHEN: _("When that was is not on record. What is:"),
        Wanted.WHERE: _("Where that was is not on record. What is:"),
        Wanted.HOW_MANY: _("A number for that is not on record. What is:"),
        Wanted.HOW_LONG: _("How long that was is not on record. What is:"),
    }
    if not touching or question.wanted not in missing:
        return _not_on_record(question.text, bearings)
    lines = [fact_line(item.fact, dated=question.wanted is Wanted.WHEN) for item in touching]
    return Reply(blocks=(Note(text=missing[question.wanted]), *lines))


def _not_on_record(text: str, bearings: Sequence[Bearing]) -> Reply:
    """Say that nothing on record answers the question, and offer the nearest facts only as such."""
    nearest = [item for item in bearings if item.share >= 0.3][:NEAREST]
    note = Note(text=_("That is not on record: “{text}”.", text=text[:120]))
    if not nearest:
        actions = tuple(Action(label=name, command=f"/{name}") for name in ("about", "who", "help"))
        return Reply(blocks=(note,), actions=actions)
    lines = [fact_line(item.fact) for item in nearest]
    return Reply(blocks=(note, Heading(text=_("Nearest on record, not an answer")), *lines))


async def _other(context: Context, name: str, *values: object) -> Reply:
    """Answer by another command."""
    command = context.catalogue.find(name)
    if command is None:
        raise LookupError(f"words.toml names the command {name!r}, which does not exist")
    return await context.run(replace(context, command=command), *values)


async def _bearings(context: Context, question: Question) -> list[Bearing]:
    subject = await subject_of(context.record, context.story.id, question)
    return weigh(question, subject, await _candidates(context, question, subject))


async def _candidates(context: Context, question: Question, subject: Subject) -> list[Fact]:
    return await candidates(context.record, context.story.id, question, subject)
