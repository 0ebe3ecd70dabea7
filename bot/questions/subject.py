"""What a question is about: the entities that it names, and its other words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.questions import wording
from bot.questions.letter_case import LetterCase
from bot.questions.name_spotting import Recognised, misspelt, recognise
from bot.questions.wording import Question
from storage.domain.models import Entity, EntityKind
from storage.domain.words import MOST_WORDS
from storage.record import Record

# A question is about its first so many names and other words: a longer one is a forwarded message.
MOST_NAMED = 12


@dataclass(frozen=True, slots=True)
class Subject:
    """What a question is about: words, numbers, and the entities it names.

    `unclear` is a name in it that may be one of several, and those.
    """

    words: tuple[str, ...]
    entities: tuple[Entity, ...]
    unclear: tuple[str, tuple[Entity, ...]] | None = None


async def subject_of(
    record: Record, story_id: int, question: Question, before: tuple[Entity, ...] = ()
) -> Subject:
    """Return what a question is about: the entities it names, and its other words.

    `before` are the entities that a pronoun may stand for.
    """
    tokens = question.tokens
    spoken = question.language
    written = LetterCase(question.text, spoken)
    # A word that tells what is asked is no slip of a name: "passé" is not PACE.
    tried = misspelt(question.topic, spoken)
    names = await record.names.among(story_id, tokens, tried)
    found = recognise(tokens, names, written, tried)
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
    kept = set() if named and asked_of else set(question.topic)
    rest = dict.fromkeys(t for position, t in enumerate(tokens) if position not in taken and t in kept)
    words = tuple(rest)[:MOST_WORDS]
    chosen = dict.fromkeys(entities[item.entity_ids[0]] for item in named)
    if not chosen and {"he", "she", "they", "it", "his", "her", "their"} & set(tokens):
        chosen = dict.fromkeys(before)
    unsure = next((item for item in found if not item.sure), None)
    return Subject(words, tuple(chosen), _unclear(unsure, tokens, entities) if unsure else None)


async def named_in(record: Record, story_id: int, text: str) -> list[Entity]:
    """Return whom and which places a text names as the record does, letter by letter, in their order."""
    tokens = wording.read(text).tokens
    written = LetterCase(text)
    found = recognise(tokens, await record.names.among(story_id, tokens, ()), written, ())
    entities = await record.entities.by_id(i for item in found for i in item.entity_ids)
    named = [
        item
        for item in found
        if _is_name(item, entities)
        and len(item.entity_ids) == 1
        and not _is_thing(item, entities, tokens, written)
    ]
    return list(dict.fromkeys(entities[item.entity_ids[0]] for item in named[:MOST_NAMED]))


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
