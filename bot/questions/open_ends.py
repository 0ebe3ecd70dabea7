"""A time in a question that no day is known of: "since the invasion". Pure."""

from __future__ import annotations

from bot.questions.asking.grammar import grammar, tokens_of
from bot.questions.asking.kinds import Kind
from bot.questions.wording import Question

# Words of it that are told, the first among them.
MOST_TOLD = 5
_ENDS = "?!.,;:"
# These ask for the time themselves: "since when", "how long is it since".
_OF_TIME = (Kind.WHEN, Kind.HOW_LONG)


def since_what(question: Question) -> str | None:
    """Return since what something is asked, where that is no date; None where nothing is asked so."""
    if question.date is not None or question.kind in _OF_TIME:
        return None
    begun = next((match.start for match in grammar(question.language).since.find(question.tokens)), None)
    if begun is None:
        return None
    first, told = question.tokens[begun], list[str]()
    for word in question.text.split():
        if told or first in tokens_of(word, question.language):
            told.append(word.rstrip(_ENDS))
        if told and (word[-1] in _ENDS or len(told) == MOST_TOLD):
            break
    return " ".join(filter(None, told)) or None
