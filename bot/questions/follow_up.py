"""Whether a question leans on what was spoken of before: "and when?", "what about Putin?". Pure."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from bot.questions.asking.grammar import Grammar, grammar
from bot.questions.asking.kinds import OF_THE_STORY, Kind
from bot.questions.wording import Question

# "And the second court?": so many words behind "and" name something, more are a question of their own.
_MOST_NAMED = 4


class Leaning(Enum):
    """In what a question leans on the one before."""

    # "and in March?", "what about Putin?": the kind of answer was asked for before.
    ANOTHER = "another"
    # "why did he do that?": whom or what it is about was named before.
    POINTING = "pointing"
    # "and when?", "who said so?": what it is about was the subject before.
    BARE = "bare"


def leans(question: Question) -> Leaning | None:
    """Return in what a question leans on what was spoken of, None for one that stands alone.

    One that is asked of the whole story, as "what's new?", stands alone; "how do you know?" does not.
    """
    spoken = grammar(question.language)
    names = bool(question.subject) or question.date is not None
    if names and _asks_of_another(question, spoken):
        return Leaning.ANOTHER
    if _points(question, spoken):
        return Leaning.POINTING
    alone = question.kind in OF_THE_STORY and question.kind is not Kind.SOURCES
    if question.topic or question.date is not None or alone or not question.tokens:
        return None
    return Leaning.BARE if question.asks else None


def _asks_of_another(question: Question, spoken: Grammar) -> bool:
    """Tell whether a name or time stands behind "what about" or "and" without what is asked of it."""
    ends = [match.end for match in spoken.another.at(question.tokens, 0)]
    if not ends or len(question.subject) > _MOST_NAMED:
        return False
    return not question.asks or (max(ends) > 1 and question.kind is Kind.WHAT)


def _points(question: Question, spoken: Grammar) -> bool:
    """Tell whether a pronoun stands for what was named before: the question names nothing ahead of it.

    "This" and "there" point at the end, and behind a verb where no noun follows that they belong to.
    """
    tokens, named = question.tokens, False
    empty = {at for match in spoken.expletive.find(tokens) for at in range(match.start, match.end)}
    for at, token in enumerate(tokens):
        last = at + 1 == len(tokens)
        if at in empty:
            continue
        if token in spoken.pronouns and not named:
            return True
        if token in spoken.pointers and at and (last or (not named and _is_subject(tokens, at, spoken))):
            return True
        named = named or token in question.topic
    return False


def _is_subject(tokens: Sequence[str], at: int, spoken: Grammar) -> bool:
    return tokens[at - 1] in spoken.auxiliaries and tokens[at + 1] not in spoken.function
