"""Which facts bear on a question, and whether the best of them answers it. Pure.

A fact bears on a question as far as it holds the question's subject: its words (also by synonym, inflection
or typing error) and the entities it names. What the question asks for (a date, a place, a number) must be in
the fact as well; otherwise the fact is only the nearest on record. A fact about another person never answers,
however similar it is: a wrong name with a right number is the worst answer.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.answers.fuzzy import nearest
from bot.questions.wording import Question, Wanted, words
from storage.domain import dates
from storage.domain.models import Entity, EntityKind, Fact
from storage.domain.words import STOPWORDS, stem, whole

# Shares of the question's subject that a fact must hold to answer it.
SUBJECT, WORDS, NAMES = 0.6, 0.62, 0.45
# Of facts that answer, those nearly as good as the best are shown too.
NEARLY = 0.82
NAMED = 1.5
# What a word is worth that stands only around a fact: in its cue, its names, its sources.
AROUND = 0.9
SLIP = 86.0
# Kindred stems begin with so many of the same letters.
ROOT = 5
# A fact dated to another time than the question's bears less on it.
ELSEWHEN = 0.6
_COUNT = r"(?:\d+|an?|one|two|three|four|five|six|seven|eight|nine|ten|half an?|several|some|few)"
_LENGTH = r"(?:second|minute|hour|day|night|week|month|year|decade)s?"
_DURATION = re.compile(rf"\b{_COUNT}[ -]{_LENGTH}\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Bearing:
    """How far a fact bears on a question; shares are from 0 to 1."""

    fact: Fact
    share: float
    words: float
    names: float
    fits: bool
    complete: bool

    @property
    def answers(self) -> bool:
        """Whether it answers the question rather than merely touching it."""
        return self.fits and self.complete and self.touches

    @property
    def touches(self) -> bool:
        """Whether it is about what the question is about."""
        return self.share >= SUBJECT and self.words >= WORDS and self.names >= NAMES

    @property
    def rank(self) -> tuple[float, float, int]:
        """Sorts the best first."""
        return (-(self.share + 0.25 * self.fits), -self.words, self.fact.id)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a question is about: words, numbers, and the entities it names.

    `unclear` is a name in it that may be one of several, and those.
    """

    words: tuple[str, ...]
    entities: tuple[Entity, ...]
    unclear: tuple[str, tuple[Entity, ...]] | None = None


def weigh(question: Question, subject: Subject, facts: Sequence[Fact]) -> list[Bearing]:
    """Return how each fact bears on the question, the best first."""
    texts = [(stating_words(fact), surrounding_words(fact)) for fact in facts]
    vocabulary = _vocabulary(frozenset().union(*(part for both in texts for part in both)))
    shares = {word: vocabulary.shares(word) for word in subject.words}
    weighed = (_weigh(question, subject, fact, shares, both) for fact, both in zip(facts, texts, strict=True))
    return sorted(weighed, key=lambda item: item.rank)


def best(bearings: Sequence[Bearing], limit: int, times: Sequence[tuple[str, str]] = ()) -> list[Bearing]:
    """Return the facts that answer, nearly as good as the best; none if the record holds no answer.

    Of equally good ones those dated to one of `times` (first and last day) come first.
    """
    answering = [item for item in bearings if item.answers]
    if not answering:
        return []
    floor = answering[0].share * NEARLY
    near = [item for item in answering if item.share >= floor]
    return sorted(near, key=lambda item: (item.rank[0], not dated_to(times, item.fact)))[:limit]


def dated_to(times: Sequence[tuple[str, str]], fact: Fact) -> bool:
    """Tell whether a fact happened or was said at one of several times (first and last day)."""
    given = filter(None, (fact.occurred, *(item.said for item in fact.attributions)))
    return any(_within(edtf, times) for edtf in given)


def _within(edtf: str, times: Sequence[tuple[str, str]]) -> bool:
    earliest, latest = dates.bounds(edtf)
    if earliest is None or latest is None:
        return False
    return any(first <= latest and earliest <= last for first, last in times)


def _weigh(
    question: Question,
    subject: Subject,
    fact: Fact,
    shares: Mapping[str, Mapping[str, float]],
    texts: tuple[frozenset[str], frozenset[str]],
) -> Bearing:
    """Weigh a fact; `shares` say for each word of the subject how surely others are it.

    `texts` are the words of what the fact says itself, and those around it.
    """
    told, around = texts
    stated = {word: _held(each, told) if each else 0.0 for word, each in shares.items()}
    held = {
        word: max(stated[word], AROUND * _held(each, around)) if each else 0.0
        for word, each in shares.items()
    }
    by_word = [share for word, share in held.items() if not word.isdigit()]
    if numbers := [share for word, share in held.items() if word.isdigit()]:
        # "Is it 2,100 or 2,400?": each number is an answer of its own.
        by_word.append(max(numbers))
    by_name = [_names(entity, fact, told | around) for entity in subject.entities]
    total = len(by_word) + NAMED * len(by_name)
    share = (sum(by_word) + NAMED * sum(by_name)) / total if total else 0.0
    return Bearing(
        fact=fact,
        share=share * (ELSEWHEN if _another_time(question, fact) else 1.0),
        words=sum(by_word) / len(by_word) if by_word else 1.0,
        names=sum(by_name) / len(by_name) if by_name else 1.0,
        fits=_fits(question, subject, fact, stated),
        complete=_complete(question, by_name, held, stated),
    )


def _complete(
    question: Question, by_name: Sequence[float], held: Mapping[str, float], stated: Mapping[str, float]
) -> bool:
    """Tell whether a fact is about everyone and everything that the question calls by name.

    A fact about others is no answer, however alike. Only a question that compares may find each in a fact of
    its own. A number must count exactly what the question names: "Belarusian children" are not "Belarus".
    """
    if not question.comparing and not all(by_name):
        return False
    told, enough = (stated, 1.0) if question.wanted is Wanted.HOW_MANY else (held, 0.7)
    return all(told[word] >= enough for word in question.proper if word in told)


def stating_words(fact: Fact) -> frozenset[str]:
    """Return the words of what a fact says itself: statement, quotes, figures, occasion."""
    pieces = [fact.statement, fact.occasion or "", *(item.quote or "" for item in fact.attributions)]
    for figure in fact.figures:
        pieces += [figure.counts, figure.words or "", figure.qualifier or ""]
        pieces += [f"{int(value)}" for value in (figure.amount, figure.upper) if value is not None]
    return _plain(*pieces)


def surrounding_words(fact: Fact) -> frozenset[str]:
    """Return the words around it: cues, stances, names, roles, sources, how it stands to other facts."""
    pieces: list[str] = [relation.kind.value for relation in fact.relations if relation.other_in_force]
    for item in fact.attributions:
        pieces += [item.cue or "", item.stance.value, item.source.name or "", item.source.publisher or ""]
        pieces += [*_called(item.speaker), (item.speaker and item.speaker.role) or ""]
    for entity in (*fact.places, *fact.about):
        # What else a person or body is called says nothing of what the fact says about it.
        pieces += _called(entity) if entity.kind in (EntityKind.PLACE, EntityKind.GROUP) else [entity.name]
    return _plain(*pieces)


def _held(shares: Mapping[str, float], held: Collection[str]) -> float:
    """Return how surely one of the words is held."""
    return max((share for word, share in shares.items() if word in held), default=0.0)


@lru_cache(maxsize=1024)
def _plain(*pieces: str) -> frozenset[str]:
    return frozenset(whole(" ".join(pieces).replace(",", ""))) - STOPWORDS


def _called(entity: Entity | None) -> list[str]:
    return [entity.name, *entity.aliases] if entity else []


class _Vocabulary:
    """The words of all facts that are weighed, each found by what a question's word is compared with."""

    def __init__(self, held: Iterable[str]) -> None:
        self._by_stem: dict[str, list[str]] = {}
        self._by_root: dict[str, list[str]] = {}
        self._by_length: dict[tuple[str, int], list[str]] = {}
        for word in held:
            self._by_length.setdefault((word[0], len(word)), []).append(word)
            self._by_stem.setdefault(stem(word), []).append(word)
        for stemmed in self._by_stem:
            self._by_root.setdefault(stemmed[:ROOT], []).append(stemmed)

    def shares(self, word: str) -> dict[str, float]:
        """Return how surely each word is another: itself, a synonym, a kindred form, or a slip."""
        wanted = stem(word)
        shares: dict[str, float] = {}
        if not word.isdigit() and len(word) >= 4:
            shares |= dict.fromkeys(self._slips(word), 0.8)
            kindred = (other for other in self._by_root.get(wanted[:ROOT], ()) if _kindred(wanted, other))
            shares |= self._of(kindred, 0.85)
        shares |= self._of(words().synonyms.get(wanted, ()), 0.9)
        return shares | self._of((wanted,), 1.0)

    def _of(self, stems: Iterable[str], share: float) -> dict[str, float]:
        return {word: share for stemmed in stems for word in self._by_stem.get(stemmed, ())}

    def _slips(self, word: str) -> Iterator[str]:
        """Yield the words that one is likely a slip for; slips seldom touch the first letter."""
        for length in range(len(word) - 2, len(word) + 3):
            alike = self._by_length.get((word[0], length), ())
            if alike and len(word) >= 5:
                yield from (alike[at] for at, _ in nearest(word, alike, cutoff=SLIP, limit=len(alike)))


@lru_cache(maxsize=8)
def _vocabulary(held: frozenset[str]) -> _Vocabulary:
    """Return the words of all facts that are weighed: a small story's are the same for each question."""
    return _Vocabulary(held)


def _kindred(left: str, right: str) -> bool:
    """Tell whether two stems share their root: Ukraine and Ukrainian, Belarus and Belarusian."""
    shorter, longer = sorted((left, right), key=len)
    common = next((i for i, (a, b) in enumerate(zip(shorter, longer, strict=False)) if a != b), len(shorter))
    return common >= ROOT and common >= len(shorter) - 1 and len(longer) - common <= 4


def _names(entity: Entity, fact: Fact, held: frozenset[str]) -> float:
    if any(item.speaker and item.speaker.id == entity.id for item in fact.attributions):
        return 1.0
    if any(entity.id == other.id for other in (*fact.places, *fact.about)):
        return 0.95
    # Its own short name in the statement counts too: "the Yale study", "Lukashenko's press office".
    own = _plain(entity.called)
    return 0.9 if own and own <= held else 0.0


def _another_time(question: Question, fact: Fact) -> bool:
    """Tell whether a fact is dated to a time other than the one that the question names."""
    if not fact.occurred or not question.times:
        return False
    earliest, latest = dates.bounds(fact.occurred)
    if earliest is None or latest is None:
        return False
    return all(latest < first or earliest > last for first, last in question.times)


def _fits(question: Question, subject: Subject, fact: Fact, stated: Mapping[str, float]) -> bool:
    """Tell whether a fact holds the kind of thing the question wants; `stated` weighs what it says itself."""
    wanted = question.wanted
    if wanted is Wanted.WHEN:
        return bool(fact.occurred or fact.occasion or any(item.said for item in fact.attributions))
    if wanted is Wanted.HOW_MANY:
        return bool(fact.figures) and (not stated or any(stated.values()))
    if wanted is Wanted.HOW_LONG:
        told = (fact.statement, *(figure.counts for figure in fact.figures))
        return any(_DURATION.search(text) for text in told)
    if wanted is Wanted.WHERE:
        if question.moving:
            return bool(fact.places) or _leads_elsewhere(subject, fact)
        # Where a thing took place is told only by a fact that is of that thing itself.
        return bool(fact.places) and sum(stated.values()) >= WORDS * len(stated)
    return True


def _leads_elsewhere(subject: Subject, fact: Fact) -> bool:
    """Tell whether a fact names a place or a body that the question did not name itself."""
    asked = {entity.id for entity in subject.entities}
    return any(
        entity.id not in asked and entity.kind in (EntityKind.PLACE, EntityKind.ORGANISATION)
        for entity in fact.about
    )
