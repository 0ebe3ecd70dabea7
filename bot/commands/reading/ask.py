"""/ask and /what: answer a question, or some words, with the facts that bear on them."""

from __future__ import annotations

import logging

from bot.answers.bounds import first_screen
from bot.answers.lines import fact_lines
from bot.commands.core.context import Context
from bot.commands.core.declarations import Argument, Family, Kind
from bot.commands.core.registry import commands
from bot.commands.reading.answering import asks_for_list, lacking, named, other, told, which_one
from bot.commands.reading.asking import following_up
from bot.commands.reading.asking.denials import undenied, without_denial
from bot.commands.reading.asking.elsewhere import find_elsewhere, headed
from bot.commands.reading.asking.following_up import Leant
from bot.commands.reading.checking.claim_parts import is_post
from bot.commands.reading.checking.look_up import look_up, unreadable
from bot.commands.reading.links import linked
from bot.commands.reading.shorthand import value_of
from bot.questions import warming, wording
from bot.questions.asking import greetings, kinds
from bot.questions.features import FIRST
from bot.questions.finding import Finding, find, key_of
from bot.questions.subject import Subject, subject_of
from bot.questions.verdict import Verdict
from bot.questions.wording import Question
from bot.replies import Action, Heading, Item, Line, Note, Reply
from bot.requests import Role
from bot.texts import N_, _
from storage.domain.errors import RecordError
from storage.domain.models import Entity, EntityKind

logger = logging.getLogger(__name__)


@commands.command(
    "what",
    Argument(
        N_("words"), Kind.WORDS, help=N_("what the statements must hold, for example deported children")
    ),
    family=Family.ASKING,
    role=Role.READER,
    help=N_("the statements that some words find, or all of them"),
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
    await warming.ready()
    question = _read(context, text)
    if not question.tokens:  # punctuation alone, which would find everything
        if question.date:
            return await other(context, "when", named(context, question))
        return _of_nothing()
    subject = await subject_of(context.record, context.story.id, question)
    found = await find(context.record, context.story, question, subject)
    if found.verdict is Verdict.NOT_ON_RECORD:
        return not_on_record(text)
    lines = [block for each in found.near[: context.policy.page] for block in fact_lines(each.fact)]
    return Reply(blocks=(Heading(text=_("On record: {words}", words=text[:80]), level=1), *lines))


@commands.command(
    "ask",
    Argument(
        N_("question"),
        Kind.WORDS,
        required=True,
        help=N_("what you want to know, in your own words, for example Who denied it?"),
    ),
    family=Family.ASKING,
    role=Role.READER,
    help=N_("a plain question, answered from the record or not at all"),
    example="/ask Who denied it?",
)
async def ask(context: Context, question: str) -> Reply:
    """Answer a question with the facts that bear on it; answer the parts of a compound one separately.

    What somebody else wrote is looked up instead (`/check`), and so is a post that was pasted.
    """
    request, asked_for = context.request, question
    if (link := await linked(context, question)) is not None:
        return link
    if (shown := await linked(context, question) or await _value(context, question)) is not None:
        return shown
    await warming.ready()
    question = greetings.without(question)
    about_facts = following_up.asks_of_message(context, question)
    if request.quoted is not None and wording.points(question) and not about_facts:
        return await look_up(context, request.quoted) if request.quoted else unreadable()
    if is_post(question):
        # A button for its next page would keep the words of somebody else.
        looked_up = await look_up(context, question)
        return looked_up if looked_up.again else looked_up.model_copy(update={"again": ""})
    replies: list[Reply] = []
    names: tuple[Entity, ...] = ()
    asked = wording.parts(question)
    for part in [each for each in asked if not wording.points(each)] or asked[:1]:
        reply, spoken_of = await _answer(context, part, names, alone=len(asked) == 1)
        names = spoken_of or names
        replies.append(reply)
    # On a further page it leans on what it leans on now.
    rows = [reply.again for reply in replies if reply.again and not reply.again.startswith("/")]
    leaning = rows[0] if rows else following_up.cursor_of(None)
    again = f"/ask {asked_for} >{leaning}"
    if len(replies) == 1:
        by_command = (replies[0].again or "").startswith("/")
        return replies[0] if by_command else replies[0].model_copy(update={"again": again})
    blocks = dict.fromkeys(block for reply in replies for block in reply.blocks)
    actions = dict.fromkeys(action for reply in replies for action in reply.actions)
    verdicts = {reply.verdict for reply in replies}
    # An answer to one part alone is not the answer.
    verdict = verdicts.pop() if len(verdicts) == 1 else Verdict.CLOSE.value
    first = first_screen(list(blocks))
    return Reply(blocks=tuple(blocks), actions=tuple(actions), verdict=verdict, first=first, again=again)


async def _value(context: Context, text: str) -> Reply | None:
    """Return what the id or address that a text is stands for; None for any other text."""
    meant = await value_of(context, text)
    return await other(context, *meant) if meant is not None else None


async def _answer(
    context: Context, text: str, before: tuple[Entity, ...], *, alone: bool
) -> tuple[Reply, tuple[Entity, ...]]:
    """Answer one question, `alone` or one of several; a pronoun may stand for the entities `before`."""
    question = _read(context, text)
    subject = await subject_of(context.record, context.story.id, question, before)
    if subject.unclear and _asks_back(subject):
        raise which_one(*subject.unclear)
    leant = None if before else await following_up.lean(context, question, subject)
    meant = leant or Leant(context, question, subject)
    if leant is None and not before and following_up.is_lost(question, subject):
        return _of_nothing(), ()
    found: Finding | None = None
    if meant.found is None and asks_for_list(meant.context, meant.question, meant.subject) is None:
        if not meant.subject.entities and not meant.question.subject:
            return _of_nothing(), ()
        found = await find(context.record, meant.context.story, meant.question, meant.subject)
        meant = meant._replace(found=found)
        if leant is None and found.verdict is not Verdict.ON_RECORD:
            meant = await find_elsewhere(context, found) or meant
    if (reply := await _told(meant, context, alone=alone)) is not None:
        # What is close in another story is no answer either.
        unanswered = found is not None and found.verdict is Verdict.NOT_ON_RECORD
        if (
            leant is None
            and found is not None
            and reply.verdict == "close"
            and (unanswered or found.lacks_kind)
        ):
            reply = await _kept(context, found, reply)
        if leant is not None and leant.on is not None and reply.again is None:
            reply = reply.model_copy(update={"again": following_up.cursor_of(leant.on)})
        return reply, meant.subject.entities
    if leant is not None or wording.points(text):
        return _of_nothing(), ()
    assert meant.found is not None  # or a list would have been told
    return await _kept(context, meant.found, not_on_record(question.text)), subject.entities


async def _told(meant: Leant, asked_in: Context, *, alone: bool) -> Reply | None:
    """Return the answer by what was found, or by the list that a question stands for, and remember it.

    None where nothing on record bears on the question.
    """
    context, question, subject, found = meant[:4]
    reply: Reply | None = None
    if found is None:
        command = asks_for_list(context, question, subject)
        assert command is not None  # or something would have been looked for
        reply, kind = _judged(await other(context, *command)), kinds.Kind.OVERVIEW
        spoken_of = reply.facts
    else:
        kind = question.kind
        spoken_of = tuple(fact.id for fact in found.answering or found.shown[:FIRST])
        if (nobody := await undenied(context.record, found)) is not None:
            reply, spoken_of = without_denial(nobody, found), ()
        elif found.verdict is not Verdict.NOT_ON_RECORD:
            blocks = await told(context.record, found)
            reply = Reply(blocks=tuple(blocks), verdict=found.verdict.value, first=first_screen(blocks))
        elif found.lacking:
            reply = Reply(blocks=(lacking(question.kind),), verdict=Verdict.NOT_ON_RECORD.value)
    # Last, so that nothing waits for it to be written.
    forgets = alone and meant.on is None
    following_up.remember(context, kind, subject.entities, spoken_of, forgets=forgets)
    if reply is None or context.story.id == asked_in.story.id:
        return reply
    return headed(context, reply)


def _read(context: Context, text: str) -> Question:
    spoken = wording.spoken_in(text)
    return wording.read(text, context.day, language=context.request.language, spoken=spoken)


def _asks_back(subject: Subject) -> bool:
    """Tell whether it must be asked who is meant: of a place beside other words the question tells enough."""
    _name, entities = subject.unclear or ("", ())
    return not subject.words or any(entity.kind is not EntityKind.PLACE for entity in entities)


async def _kept(context: Context, found: Finding, reply: Reply) -> Reply:
    """Keep a question that found nothing, without its asker, and offer to tell when there is an answer."""
    question, questions = found.question, context.record.questions
    try:
        question_id = await questions.keep(
            context.story.id, key_of(question, found.subject), question.text, context.record.ledger.now()
        )
    except RecordError as error:
        # Readers are answered even if the record cannot be written.
        logger.warning("a question was not kept: %s", error)
        return reply
    kept = await questions.find(question_id)
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
    return Reply(blocks=(Note(text=text),), actions=_offers(), verdict=Verdict.NOT_ON_RECORD.value)


def _judged(reply: Reply) -> Reply:
    """Add the verdict to an answer that another command gives: it states or lists something, or nothing."""
    told = any(isinstance(block, Line | Item) for block in reply.blocks)
    verdict = Verdict.ON_RECORD if told else Verdict.NOT_ON_RECORD
    return reply.model_copy(update={"verdict": reply.verdict or verdict.value})


def not_on_record(text: str) -> Reply:
    """Say that nothing on record bears on a question; no fact is shown under it."""
    note = Note(text=_("That is not on record: “{text}”.", text=text[:120]))
    return Reply(blocks=(note,), actions=_offers(), verdict=Verdict.NOT_ON_RECORD.value)


def _offers() -> tuple[Action, ...]:
    return tuple(Action(label=name, command=f"/{name}") for name in ("about", "who", "help"))
