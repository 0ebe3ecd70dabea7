"""From a question to the facts that bear on it: what it is about, and which facts are worth weighing."""

from __future__ import annotations

from collections.abc import Sequence

from bot.questions import wording
from bot.questions.letter_case import LetterCase
from bot.questions.name_spotting import Recognised, misspelt, recognise
from bot.questions.relevance import Subject
from bot.questions.wording import Question
from storage.domain.models import Entity, EntityKind, Fact
from storage.domain.words import MOST_WORDS, STOPWORDS, query_words, stem
from storage.people.questions import CLAIM
from storage.record import Record

# A story with at most this many facts is read as a whole; a larger one is searched.
SMALL_STORY = 200
# A question is about its first so many names and other words: a longer one is a forwarded message.
MOST_NAMED = 12


async def subject_of(
    record: Record, story_id: int, question: Question, before: tuple[Entity, ...] = ()
) -> Subject:
    """Return what a question is about: the entities it names, and its other words.

    `before` are the entities that a pronoun may stand for.
    """
    tokens = question.tokens
    written = LetterCase(question.text)
    found = recognise(tokens, await record.names.among(story_id, tokens, misspelt(tokens)), written)
    entities = await record.entities.by_id(i for item in found for i in item.entity_ids)
    named = [
        item for item in found if _is_name(item, entities) and not _is_thing(item, entities, tokens, written)
    ][:MOST_NAMED]
    taken = {position for item in named for position in range(item.start, item.end)}
    for item in named:
        lowest = max((other.end for other in named if other.end <= item.start), default=0)
        first = _first_title(item, entities, tokens, lowest)
        if _is_whole_name(item, entities):
            first = min(first, written.titles(tokens, item.start, lowest))
        taken |= set(range(first, item.start))
    asked_of = wording.asks_of_someone([t for position, t in enumerate(tokens) if position not in taken])
    kept = set() if named and asked_of else set(question.subject)
    rest = dict.fromkeys(t for position, t in enumerate(tokens) if position not in taken and t in kept)
    words = tuple(rest)[:MOST_WORDS]
    chosen = dict.fromkeys(entities[item.entity_ids[0]] for item in named)
    if not chosen and {"he", "she", "they", "it", "his", "her", "their"} & set(tokens):
        chosen = dict.fromkeys(before)
    unsure = next((item for item in found if not item.sure), None)
    return Subject(words, tuple(chosen), _unclear(unsure, tokens, entities) if unsure else None)


def _unclear(
    found: Recognised, tokens: Sequence[str], entities: dict[int, Entity]
) -> tuple[str, tuple[Entity, ...]]:
    name = " ".join(tokens[found.start : found.end])
    return name, tuple(entities[entity_id] for entity_id in found.entity_ids)


def _is_name(found: Recognised, entities: dict[int, Entity]) -> bool:
    """Tell whether a recognised form names one entity, rather than being a word that many names hold.

    Groups ("children", "passengers") have many everyday names, so they count as words.
    """
    kinds = {entities[entity_id].kind for entity_id in found.entity_ids}
    if not found.sure:
        return False
    if kinds == {EntityKind.GROUP}:
        return False
    if found.rank < 2:
        return True
    return len(found.entity_ids) == 1 and bool(kinds & {EntityKind.PERSON, None})


def _is_thing(
    found: Recognised, entities: dict[int, Entity], tokens: Sequence[str], written: LetterCase
) -> bool:
    """Tell whether one word that is a person's name is a thing or a deed where it stands."""
    alone = found.end == found.start + 1 and found.start > 0
    people = all(entities[entity_id].kind is EntityKind.PERSON for entity_id in found.entity_ids)
    return alone and people and written.is_thing(tokens[found.start], tokens[found.start - 1])


def _first_title(found: Recognised, entities: dict[int, Entity], tokens: Sequence[str], lowest: int) -> int:
    """Return where the known titles begin that stand before a person's name; its start if there are none."""
    first = found.start
    if entities[found.entity_ids[0]].kind in (EntityKind.PERSON, None):
        while first > lowest and tokens[first - 1] in wording.words().titles:
            first -= 1
    return first


def _is_whole_name(found: Recognised, entities: dict[int, Entity]) -> bool:
    """Tell whether it is all that the record calls a person, so that what stands before it is a title.

    Before a family name alone stands a given name as well, and it may be another person's.
    """
    one = entities[found.entity_ids[0]]
    whole = found.rank < 2 and (found.end - found.start > 1 or len(one.name.split()) == 1)
    return whole and one.kind is EntityKind.PERSON and len(found.entity_ids) == 1


def words_of(text: str) -> str:
    """Return the words of a text by which facts can be picked out, folded and parted by spaces."""
    return " ".join(word.written for word in query_words(text) if word.written not in STOPWORDS)


def key_of(question: Question, subject: Subject) -> str:
    """Return what two questions have in common that ask the same in other words: kind, names, stems."""
    stems = sorted({stem(word) for word in subject.words})
    names = sorted(str(entity.id) for entity in subject.entities)
    return " ".join((question.wanted.value, *names, *stems, question.date or ""))[:500]


def claim_key(claim: Question, subject: Subject) -> str:
    """Return the key of somebody else's words that a reader waits for: kept for no longer than that."""
    return f"{CLAIM} {key_of(claim, subject)}"[:500]


async def candidates(record: Record, story_id: int, question: Question, subject: Subject) -> list[Fact]:
    """Return the facts worth weighing: all of a small story, else what search and the names find."""
    if not await record.stories.exceeds(story_id, SMALL_STORY):
        return await record.listings.all(story_id, limit=SMALL_STORY)
    synonyms = (word for said in subject.words for word in wording.words().synonyms.get(stem(said), ()))
    query = " ".join((*question.subject, *synonyms))
    hits = await record.search.find(query, story_id=story_id, limit=60)
    found = {fact.id: fact for fact in await record.facts.load(hit.fact_id for hit in hits)}
    for entity in subject.entities:
        parts = dict.fromkeys(("speaker", "about", "place"), 0)
        for named in (await record.listings.mentioning(entity.id, parts, limit=20)).values():
            found |= {fact.id: fact for fact in named}
    return list(found.values())
