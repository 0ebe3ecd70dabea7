"""From a question to what may be said in answer: the facts nearest to it, and the verdict on them."""

from __future__ import annotations

from collections.abc import Awaitable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from bot.questions import verdict
from bot.questions.about_facts.fact_words import numbers_in, stating_words
from bot.questions.about_facts.fitting_facts import holds_kind, in_order
from bot.questions.features import FIRST, features
from bot.questions.retrieval import Candidate, Retrieved, retrieve
from bot.questions.subject import Subject
from bot.questions.verdict import Verdict
from bot.questions.wording import Question
from storage.domain.models import Entity, EntityKind, Fact, Story
from storage.domain.words import STOPWORDS, query_words, stem, whole
from storage.people.questions import CLAIM
from storage.record import Record

if TYPE_CHECKING:
    from storage.search.embedding import Vector

# Facts that an answer shows, and those shown as close: there the right one is more often further down.
MOST_SHOWN, MOST_CLOSE = 5, 7
# Under fewer answers than this stand others that are near.
FEWEST_SHOWN = 3
# A number of so many digits tells what is meant; smaller ones are everywhere.
TELLING = 3
# Facts that answer lie at most so far behind the best: a few hundredths of a cosine.
NEARLY = 0.35


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found for a question: the verdict, the facts that answer, and others that are near.

    Best first; where the record holds nothing that bears on it, `near` are the candidates all the same, for
    scripts: readers are shown none of them. `vector` is the question's, for a search in another story.
    `lacking` tells that what was told before, of which it is asked, lacks the kind of thing asked for.
    """

    question: Question
    subject: Subject
    verdict: Verdict
    answering: tuple[Fact, ...]
    near: tuple[Candidate, ...]
    vector: Vector | None = None
    lacking: bool = False

    @property
    def shown(self) -> tuple[Fact, ...]:
        """The facts that readers are shown."""
        if self.verdict is Verdict.NOT_ON_RECORD:
            return ()
        if self.verdict is Verdict.CLOSE:
            closest = [each.fact for each in self.near[:MOST_CLOSE]]
            return tuple(in_order(self.question, self.subject, closest))
        rest = (each.fact for each in self.near if each.fact not in self.answering)
        return (*self.answering, *islice(rest, max(FEWEST_SHOWN - len(self.answering), 0)))

    @property
    def lacks_kind(self) -> bool:
        """Whether what is close lacks the kind of thing asked for, such as a date."""
        first = self.shown[:FIRST] if self.verdict is Verdict.CLOSE else ()
        return bool(first) and not any(holds_kind(self.question, self.subject, fact) for fact in first)


async def find(
    record: Record,
    story: Story,
    question: Question,
    subject: Subject,
    vector: Awaitable[Vector | None] | None = None,
    *,
    known: Collection[int] = (),
) -> Finding:
    """Return what the record holds in answer to a question, but for the facts that are `known`.

    `vector` is the question's own, if it is being made.
    """
    own = question.language == (story.language or "en")
    retrieved = await retrieve(record, story.id, question, subject.entities, own=own, vector=vector)
    if known:
        left = tuple(each for each in retrieved.candidates if each.fact.id not in known)
        retrieved = replace(retrieved, candidates=left)
    if not retrieved.candidates:
        return Finding(question, subject, Verdict.NOT_ON_RECORD, (), ())
    judged = _judged(question, subject, retrieved)
    near = retrieved.candidates
    answering: Iterable[Candidate] = ()
    if judged is Verdict.ON_RECORD:
        answering = [each for each in near if each.score >= near[0].score - NEARLY][:MOST_SHOWN]
    ordered = in_order(question, subject, [each.fact for each in answering])
    return Finding(question, subject, judged, tuple(ordered), near, retrieved.vector)


def _judged(question: Question, subject: Subject, retrieved: Retrieved) -> Verdict:
    """Return the verdict of the model; it is no answer that lacks a name or the kind of thing asked for."""
    model = verdict.model(own=retrieved.own, meant=retrieved.meant)
    judged = model.verdict(features(question, retrieved), question.language)
    first = [each.fact for each in retrieved.candidates[:FIRST]]
    if judged is Verdict.NOT_ON_RECORD and (not retrieved.whole or _bears(question, subject, first)):
        return Verdict.CLOSE
    if judged is not Verdict.ON_RECORD:
        return judged
    asked_of = [entity for entity in subject.entities if entity.kind is not EntityKind.PLACE]
    named = all(any(is_about(fact, entity) for fact in first) for entity in asked_of)
    fitting = any(holds_kind(question, subject, fact) for fact in first)
    return Verdict.ON_RECORD if named and fitting else Verdict.CLOSE


def _bears(question: Question, subject: Subject, facts: Sequence[Fact]) -> bool:
    """Tell whether a fact holds all that a question calls by name or number: so much is on record."""
    numbers = frozenset(number for number in question.numbers if len(number) >= TELLING)
    if not numbers and not subject.entities:
        return False
    return any(
        numbers <= numbers_in(fact) and all(is_about(fact, entity) for entity in subject.entities)
        for fact in facts
    )


def is_about(fact: Fact, entity: Entity) -> bool:
    """Tell whether a fact names an entity, or says its name."""
    own = frozenset(whole(entity.called)) - STOPWORDS
    return entity in fact.entities() or bool(own and own <= stating_words(fact))


def words_of(text: str) -> str:
    """Return the words of a text by which facts can be picked out, folded and parted by spaces."""
    return " ".join(word.written for word in query_words(text) if word.written not in STOPWORDS)


def key_of(question: Question, subject: Subject) -> str:
    """Return what two questions have in common that ask the same in other words: kind, names, stems."""
    stems = sorted({stem(word) for word in subject.words})
    names = sorted(str(entity.id) for entity in subject.entities)
    return " ".join((question.kind.value, *names, *stems, question.date or ""))[:500]


def claim_key(claim: Question, subject: Subject) -> str:
    """Return the key of somebody else's words that a reader waits for: kept for no longer than that."""
    return f"{CLAIM} {key_of(claim, subject)}"[:500]
