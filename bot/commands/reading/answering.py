"""Parts of an answer: the facts with what stands against them, and answers that another command gives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.answers.date_text import in_words
from bot.answers.lines import fact_line, fact_lines
from bot.answers.standing import more_against, opposing
from bot.commands.core.context import Context
from bot.commands.core.typed_dates import in_doubt
from bot.commands.reading.named_times import Named, of_reading, turned_round
from bot.errors import UserError
from bot.questions.about_facts.fact_words import numbers_in
from bot.questions.about_facts.fitting_facts import dated_to
from bot.questions.asking.kinds import OF_THE_STORY, Kind
from bot.questions.finding import Finding
from bot.questions.open_ends import since_what
from bot.questions.subject import Subject
from bot.questions.verdict import Verdict
from bot.questions.wording import Question, about_the_record
from bot.replies import Block, Heading, Line, Note, Reply
from bot.texts import N_, _
from storage.domain.models import Entity, Fact, Relation, Stance, Standing
from storage.record import Record

# Facts against one that answers; those that its mark counts are under /fact.
MOST_OPPOSING = 1
# The same where a number is asked for: so many are looked at for other numbers, so many shown.
MOST_WEIGHED, MOST_OTHER_NUMBERS = 8, 2


def named(context: Context, question: Question) -> Named:
    """Return the time that a question names. Raises UserError where it may be several days."""
    if question.reading is not None:
        return of_reading(context, question.reading)
    return turned_round(context, question.date or "")


_LACKING = {
    Kind.WHEN: N_("When that was is not on record."),
    Kind.WHERE: N_("Where that was is not on record."),
    Kind.HOW_MANY: N_("No number of that is on record."),
}
# Kinds of answers that are lists of the whole story, where the question names nothing.
_LISTS = {
    Kind.SOURCES: "sources",
    Kind.CORRECTIONS: "corrections",
    Kind.LATEST: "latest",
    Kind.OVERVIEW: "about",
}


def asks_for_list(
    context: Context, question: Question, subject: Subject
) -> tuple[str, *tuple[object, ...]] | None:
    """Return the command and value equivalent to a question about the record, one name or one date."""
    if command := about_the_record(question):
        return (command,)
    if question.kind in OF_THE_STORY and not (question.topic or question.date or subject.entities):
        return (_LISTS[question.kind],)
    if subject.words:
        return None
    one = len(subject.entities) == 1 and not question.date
    if one and question.kind in (Kind.WHO, Kind.SAID, Kind.WHAT, Kind.WHETHER, Kind.OVERVIEW):
        return "who", subject.entities[0].name
    if not subject.entities and question.date and question.kind is not Kind.HOW_MANY:
        return "when", named(context, question)
    return ("where",) if not subject.entities and question.kind is Kind.WHERE else None


async def told(record: Record, found: Finding) -> list[Block]:
    """Return the facts found, best first; what contradicts one that answers follows under it."""
    question = found.question
    shown: set[int] = set()
    dated = question.kind is Kind.WHEN or question.date is not None or question.latest
    blocks: list[Block] = [*_introducing(found)]
    for fact in found.answering:
        if fact.id in shown:
            continue
        shown.add(fact.id)
        against = [relation for relation in opposing(fact) if relation.other_id not in shown]
        others = await _standing_against(record, fact, against, numbers=question.kind is Kind.HOW_MANY)
        shown.update(other.id for _relation, other in others)
        lines = fact_lines(fact, dated=dated or _tells_its_day(fact))
        blocks += _beside(lines, fact, len(others)) if others else lines
        blocks += [_against(other, relation) for relation, other in others]
    rest = [fact for fact in found.shown if fact.id not in shown]
    if rest:
        closest = found.verdict is Verdict.CLOSE
        blocks.append(Heading(text=_("Closest on record") if closest else _("Also on record")))
        # Who else says the first may be what is asked for; below it the mark tells that there are more.
        blocks += fact_lines(rest[0], dated=dated)
        blocks += [fact_line(fact, dated=dated) for fact in rest[1:]]
    return blocks


def lacking(kind: Kind) -> Note:
    """Return what is said where the record does not tell of a statement what is asked of it."""
    return Note(text=_(_LACKING[kind]))


def _tells_its_day(fact: Fact) -> bool:
    """Tell whether an answer dates a fact: its day is on record, and is not among its words."""
    return fact.occurred is not None and in_words(fact.occurred) not in (fact.brief or fact.statement)


async def _standing_against(
    record: Record, fact: Fact, relations: Sequence[Relation], *, numbers: bool
) -> list[tuple[Relation, Fact]]:
    """Return the facts against one that stand under it; of those, asked for a number, other numbers first."""
    most = MOST_OTHER_NUMBERS if numbers else MOST_OPPOSING
    weighed = relations[: MOST_WEIGHED if numbers else most]
    others = {each.id: each for each in await record.facts.load(item.other_id for item in weighed)}
    found = [(item, others[item.other_id]) for item in weighed if item.other_id in others]
    if numbers:
        found.sort(key=lambda pair: not numbers_in(pair[1]) - numbers_in(fact))
    return found[:most]


def _beside(lines: Sequence[Block], fact: Fact, shown: int) -> list[Block]:
    """Return a fact's lines where what stands against it follows: of that the mark only counts the rest."""
    first, *further = lines
    left = len(opposing(fact)) - shown
    mark = more_against(left) if left > 0 else None
    return [first.model_copy(update={"mark": mark}) if isinstance(first, Line) else first, *further]


def _introducing(found: Finding) -> Iterator[Note]:
    """Yield what is said before the facts: which date was meant, and how far they answer."""
    question, answering = found.question, found.answering
    if found.lacking:
        yield lacking(question.kind)
    if question.reading is not None and len(question.reading.choices) > 1:
        yield Note(text=in_doubt(question.reading))
    if (since := since_what(question)) is not None:
        text = _("“{time}” names no day that I know: what follows is of any time.", time=since[:60])
        yield Note(text=text)
    if question.times and not any(dated_to(question.times, fact) for fact in found.shown):
        yield Note(
            text=_(
                "Nothing about that is dated to “{date}” on record. What is on record:",
                date=(question.date or "")[:40],
            )
        )
    if not answering or question.kind is not Kind.WHETHER:
        return
    if all(fact.attributions[0].stance is Stance.CALLS_FOR for fact in answering):
        yield Note(text=_("Only calls for it are on record:"))
    elif answering[0].standing is Standing.DISPUTED:
        yield Note(text=_("The statements on record differ:"))
    elif answering[0].attributions[0].stance is Stance.DENIES:
        yield Note(text=_("A denial is on record:"))
    else:
        # A statement that bears on the question is no "yes" of ours.
        yield Note(text=_("On record about that:"))


def _against(fact: Fact, relation: Relation) -> Line:
    line = fact_line(fact, nested=True)
    part = relation.part if not relation.outgoing else None
    label = _("against it, on {part}", part=part) if part else _("against it")
    return line.model_copy(update={"label": label, "mark": None})


async def other(context: Context, name: str, *values: object) -> Reply:
    """Answer by another command."""
    command = context.catalogue.find(name)
    if command is None:
        raise LookupError(f"words.toml names the command {name!r}, which does not exist")
    reply = await context.run(replace(context, command=command, after=None), *values)
    # Its further pages are asked for by that command: they hold no words of a question.
    return reply.model_copy(update={"again": " ".join((f"/{name}", *map(_typed, values)))})


def _typed(value: object) -> str:
    """Return what is typed for a value of another command."""
    match value:
        case Fact():
            return f"F{value.id}"
        case Named():
            return value.read_as or value.text
        case int():
            return f"S{value}"
    return str(value or "")


def which_one(typed: str, entities: Sequence[Entity]) -> UserError:
    """Return the question which of several is meant by a name that sounds like theirs."""
    names = [entity.name for entity in entities]
    may_be = _("“{name}” may be {names}.", name=typed[:60], names=_(" or ").join(names))
    asked = _("Which one is meant?") if len(names) > 1 else _("Is that who is meant?")
    return UserError(
        f"{may_be} {asked}",
        commands=tuple((name, f"/who {name}") for name in names),
    )
