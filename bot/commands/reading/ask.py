"""/ask and /what: answer a question, or some words, with the facts that bear on them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

from bot.answers.lines import fact_line, fact_lines
from bot.commands.core.context import Context
from bot.commands.core.declarations import Argument, Family, Kind
from bot.commands.core.registry import commands
from bot.commands.reading.answering import (
    MOST_ANSWERS,
    NEAREST,
    answered,
    asks_for_list,
    named,
    other,
    which_one,
)
from bot.commands.reading.look_up import look_up, unreadable
from bot.commands.reading.shorthand import value_of
from bot.questions import greetings, wording
from bot.questions.finding import candidates, key_of, subject_of
from bot.questions.relevance import Bearing, Subject, best, weigh
from bot.questions.wording import Question, Wanted
from bot.replies import Action, Heading, Note, Reply
from bot.requests import Role
from bot.texts import N_, _
from storage.domain.errors import RecordError
from storage.domain.models import Entity, Fact

logger = logging.getLogger(__name__)


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
            return await other(context, "when", named(context, question))
        return _of_nothing()
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
    """Answer a question with the facts that bear on it; answer the parts of a compound one separately.

    What somebody else wrote is looked up instead: nothing of it is kept, and nothing near is its answer.
    """
    request = context.request
    if request.forwarded:
        return await look_up(context, question)
    if (meant := await value_of(context, question)) is not None:
        return await other(context, *meant)
    question = greetings.without(question)
    if request.quoted is not None and wording.points(question):
        return await look_up(context, request.quoted) if request.quoted else unreadable()
    replies: list[Reply] = []
    names: tuple[Entity, ...] = ()
    asked = wording.parts(question)
    for part in [each for each in asked if not wording.points(each)] or asked[:1]:
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
    if subject.unclear:
        raise which_one(*subject.unclear)
    if command := asks_for_list(context, question, subject):
        return await other(context, *command), subject.entities
    if not subject.entities and not subject.words:
        return _of_nothing(), ()
    bearings = weigh(question, subject, await _candidates(context, question, subject))
    answering = best(bearings, MOST_ANSWERS, question.times)
    if not answering and wording.points(text):
        return _of_nothing(), ()
    if not answering:
        return await _kept(context, question, subject, _unanswered(question, bearings)), subject.entities
    return Reply(blocks=tuple(await answered(context, question, answering))), subject.entities


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


def _of_nothing() -> Reply:
    """Answer what names nothing: whether that is on record nobody can say."""
    text = _(
        "That names nothing that I could look up. Reply with it to the message that you mean, or ask with"
        " the names and words that it is about."
    )
    actions = tuple(Action(label=name, command=f"/{name}") for name in ("about", "who", "help"))
    return Reply(blocks=(Note(text=text),), actions=actions)


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


async def _bearings(context: Context, question: Question) -> list[Bearing]:
    subject = await subject_of(context.record, context.story.id, question)
    return weigh(question, subject, await _candidates(context, question, subject))


async def _candidates(context: Context, question: Question, subject: Subject) -> list[Fact]:
    return await candidates(context.record, context.story.id, question, subject)
