"""Whether a fact tells who did what a question asks. Pure.

"Who built the dams?" is not answered by "the dams were built in the 1970s". Only English is read, for
other languages tell the passive in other ways.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from bot.questions.asking.grammar import grammar
from bot.questions.subject import Subject
from bot.questions.wording import Question
from storage.domain.models import EntityKind, Fact
from storage.domain.words import split, stem

_BE = frozenset("is are was were be been being get gets got getting".split())
# What may stand before the verb of a question, and between "was" and its participle.
_BEFORE_A_VERB = frozenset(
    "has have had did do does will would can could may might must shall should".split()
)
_BETWEEN = frozenset("not also already all both first then since ever never only".split())
_ADVERB = "ly"
# How participles end: closed, taken, sworn, built, sent, bought, made, found, told, put, hung, paid.
_PARTICIPLE = re.compile(r"..(?:ed|en|wn|lt|nt|ght|de|nd|ld|ut|ung|aid)$")
# How far behind its participle "by" may stand.
_WIDEST = 12


def tells_doer(question: Question, subject: Subject, fact: Fact) -> bool:
    """Tell whether a fact may name who did it; True where a question asks for no doer."""
    deed = _deed(question)
    if deed is None:
        return True
    if any(item.speaker and deed in map(stem, split(item.cue or "")) for item in fact.attributions):
        return True
    words = split(fact.statement)
    without = set(_without_doer(words, deed))
    done = {at for at, word in enumerate(words) if stem(word) == deed}
    if done:
        return not done <= without
    return not without or _names_others(question, subject, fact)


def _deed(question: Question) -> str | None:
    """Return the stem of the verb whose doer is asked for: of "who built it" and "who has built it"."""
    tokens = question.tokens
    if question.language != "en" or "who" not in tokens:
        return None
    rest = list(tokens[tokens.index("who") + 1 :])
    while rest and (rest[0] in _BEFORE_A_VERB or _stands_between(rest[0])):
        del rest[0]
    if len(rest) > 1 and rest[0] in _BE and rest[1].endswith("ing"):
        del rest[0]
    return stem(rest[0]) if rest and rest[0] not in grammar("en").function | _BE else None


def _without_doer(words: Sequence[str], deed: str) -> Iterator[int]:
    """Yield where participles of a passive stand that says nothing of who did it."""
    for at, word in enumerate(words):
        if word not in _BE:
            continue
        verb = at + 1
        while verb < len(words) and (_stands_between(words[verb]) or words[verb] in _BE):
            verb += 1
        passive = verb < len(words) and (_PARTICIPLE.search(words[verb]) or stem(words[verb]) == deed)
        if passive and not _says_by_whom(words[verb : verb + _WIDEST]):
            yield verb


def _says_by_whom(words: Sequence[str]) -> bool:
    """Tell whether "by" stands among words: "by 1970" is a time."""
    return any(word == "by" and not after[:1].isdigit() for word, after in pairwise(words))


def _stands_between(word: str) -> bool:
    return word in _BETWEEN or word.endswith(_ADVERB)


def _names_others(question: Question, subject: Subject, fact: Fact) -> bool:
    """Tell whether a fact names somebody, or a body, that the question does not name."""
    asked = {entity.id for entity in subject.entities}
    if any(entity.id not in asked and entity.kind is not EntityKind.PLACE for entity in fact.about):
        return True
    places = {word for place in fact.places for word in split(place.name)}
    known = {*question.tokens, *places}
    written = fact.statement.split()[1:]
    return any(word[:1].isupper() and not known.issuperset(split(word)) for word in written)
