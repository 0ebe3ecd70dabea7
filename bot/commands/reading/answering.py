"""Parts of an answer: the facts with what stands against them, and answers that another command gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.answers.lines import fact_line, fact_lines
from bot.commands.core.context import Context
from bot.commands.core.typed_dates import in_doubt
from bot.commands.reading.named_times import Named, of_reading, turned_round
from bot.errors import UserError
from bot.questions.relevance import Bearing, Subject, dated_to
from bot.questions.wording import Question, Wanted, about_the_record
from bot.replies import Block, Line, Note, Reply
from bot.texts import _
from storage.domain.models import Entity, Fact, RelationKind, Stance

MOST_ANSWERS, MOST_OPPOSING, NEAREST = 5, 5, 3


def named(context: Context, question: Question) -> Named:
    """Return the time that a question names. Raises UserError where it may be several days."""
    if question.reading is not None:
        return of_reading(context, question.reading)
    return turned_round(context, question.date or "")


def asks_for_list(
    context: Context, question: Question, subject: Subject
) -> tuple[str, *tuple[object, ...]] | None:
    """Return the command and value equivalent to a question about the record, one name or one date."""
    if command := about_the_record(question):
        return (command,)
    if subject.words:
        return None
    one = len(subject.entities) == 1 and not question.date
    if one and question.wanted in (Wanted.WHO, Wanted.WHAT, Wanted.WHETHER):
        return "who", subject.entities[0].name
    if not subject.entities and question.date and question.wanted is not Wanted.HOW_MANY:
        return "when", named(context, question)
    return ("where",) if not subject.entities and question.wanted is Wanted.WHERE else None


async def answered(context: Context, question: Question, answering: Sequence[Bearing]) -> list[Block]:
    """Return the answering facts, best first; facts that contradict one follow directly under it."""
    shown = {item.fact.id for item in answering}
    blocks: list[Block] = []
    called_for = all(item.fact.attributions[0].stance is Stance.CALLS_FOR for item in answering)
    if question.reading is not None and len(question.reading.choices) > 1:
        blocks.append(Note(text=in_doubt(question.reading)))
    if question.times and not any(dated_to(question.times, item.fact) for item in answering):
        blocks.append(Note(text=_("Nothing about that is dated to “{date}” on record. What is on record:",
                                  date=(question.date or "")[:40])))  # fmt: skip
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


async def other(context: Context, name: str, *values: object) -> Reply:
    """Answer by another command."""
    command = context.catalogue.find(name)
    if command is None:
        raise LookupError(f"words.toml names the command {name!r}, which does not exist")
    return await context.run(replace(context, command=command), *values)


def which_one(typed: str, entities: Sequence[Entity]) -> UserError:
    """Return the question which of several is meant by a name that sounds like theirs."""
    names = [entity.name for entity in entities]
    may_be = _("“{name}” may be {names}.", name=typed[:60], names=_(" or ").join(names))
    asked = _("Which one is meant?") if len(names) > 1 else _("Is that who is meant?")
    return UserError(
        f"{may_be} {asked}",
        commands=tuple((name, f"/who {name}") for name in names),
    )
