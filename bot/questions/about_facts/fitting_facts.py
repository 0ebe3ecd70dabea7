"""Which facts hold the kind of thing that a question wants, and in which order they are told. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from functools import lru_cache

from bot.questions.about_facts.doers import tells_doer
from bot.questions.asking.grammar import tokens_of
from bot.questions.asking.kinds import Kind
from bot.questions.asking.spelling import numbers
from bot.questions.subject import Subject
from bot.questions.wording import Question
from storage.domain import dates
from storage.domain.language.detection import detect
from storage.domain.models import EntityKind, Fact

_NUMBER = re.compile(r"\d")
# That a time is told is all that is wanted, not which.
_SOME_DAY = dt.date(2000, 1, 1)
# A year is no number of anything.
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def holds_kind(question: Question, subject: Subject, fact: Fact) -> bool:
    """Tell whether a fact holds the kind of thing that a question wants: a date, number, place, doer."""
    if question.kind is Kind.WHEN:
        dated = fact.occurred or fact.occasion or any(item.said for item in fact.attributions)
        return bool(dated) or _tells_a_time(fact.statement)
    if question.kind is Kind.HOW_MANY:
        return bool(fact.figures) or _tells_a_number(fact.statement)
    if question.kind is Kind.WHERE:
        return bool(fact.places) or _leads_elsewhere(subject, fact)
    if question.kind is Kind.WHO:
        return tells_doer(question, subject, fact)
    return True


def in_order(question: Question, subject: Subject, facts: Sequence[Fact]) -> list[Fact]:
    """Return facts, best first, in the order in which they are told.

    Those of the time that the question names come first, and those that hold the kind of thing asked for;
    where the latest is asked for, the newest.
    """
    if question.latest:
        return sorted(facts, key=_day, reverse=True)
    return sorted(
        facts,
        key=lambda fact: (not dated_to(question.times, fact), not holds_kind(question, subject, fact)),
    )


def dated_to(times: Sequence[tuple[str, str]], fact: Fact) -> bool:
    """Tell whether a fact happened or was said at one of several times (first and last day)."""
    given = filter(None, (fact.occurred, *(item.said for item in fact.attributions)))
    return any(_within(edtf, times) for edtf in given)


def _within(edtf: str, times: Sequence[tuple[str, str]]) -> bool:
    earliest, latest = dates.bounds(edtf)
    if earliest is None or latest is None:
        return False
    return any(first <= latest and earliest <= last for first, last in times)


def _day(fact: Fact) -> str:
    """Return the last day on which a fact may have happened, else been said or published, else ""."""
    said = fact.attributions[0]
    for edtf in (fact.occurred, said.said, *(source.published for source in said.source.chain())):
        if edtf and (latest := dates.bounds(edtf)[1]) and latest != dates.LAST:
            return latest
    return ""


@lru_cache(maxsize=1024)
def _tells_a_number(statement: str) -> bool:
    """Tell whether a statement holds a number, in digits or in words of its language; a year is none."""
    if _NUMBER.search(_YEAR.sub("", statement)):
        return True
    language = detect(statement)
    return bool(numbers(tokens_of(statement, language), language))


@lru_cache(maxsize=1024)
def _tells_a_time(statement: str) -> bool:
    from bot.dates.finding import find  # as where questions are read: no start needs it

    return find(statement, _SOME_DAY, language=detect(statement) or "en") is not None


def _leads_elsewhere(subject: Subject, fact: Fact) -> bool:
    """Tell whether a fact names a place or a body that the question did not name itself."""
    asked = {entity.id for entity in subject.entities}
    return any(
        entity.id not in asked and entity.kind in (EntityKind.PLACE, EntityKind.ORGANISATION)
        for entity in fact.about
    )
