"""Briefs held against what they are short for, with the names on record, before facts are written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from storage.changing.references import References, Resolver
from storage.changing.story_language import FIRST, found_out, language_of
from storage.domain.entries import ON_RECORD, FactEntry
from storage.domain.errors import Refused
from storage.domain.language.briefs import disagreements
from storage.engines.sqlite import Statements

_BRIEFED = """
SELECT f.id, f.ref, r.state FROM fact f JOIN revision r ON r.fact_id = f.id AND r.number = f.revision
WHERE f.brief IS NOT NULL AND f.id IN (
    SELECT fact_id FROM mention WHERE entity_id = coalesce((SELECT merged_into FROM entity WHERE id = ?), ?)
) ORDER BY f.id
"""
_CYRILLIC = frozenset({"uk", "ru", "be"})


def disagreeing(
    tx: Statements, story_id: int, facts: Sequence[FactEntry], found: References
) -> Mapping[str, str]:
    """Return by ref why the briefs of facts do not agree with them. All that they name is found."""
    briefed = [fact for fact in facts if fact.brief is not None]
    if not briefed:
        return {}
    language = language_of(tx, story_id) or found_out([fact.statement for fact in facts[:FIRST]])
    told = {
        fact.ref: disagreements(fact, _names(fact, found), _language(fact.statement, language))
        for fact in briefed
    }
    return {ref: "; ".join(problems) for ref, problems in told.items() if problems}


def refuse_without_names(tx: Statements, story_id: int, entity_id: int) -> None:
    """Refuse to take a name away that the brief of a fact has. Raises Refused."""
    for row in tx.fetch(_BRIEFED, (entity_id, entity_id)):
        entry = FactEntry.model_validate({**json.loads(row["state"]), "ref": row["ref"]}, context=ON_RECORD)
        resolver = Resolver(tx, story_id)
        resolver.find_entities(_named(entry))
        for why in disagreeing(tx, story_id, [entry], resolver.found).values():
            raise Refused(f"The brief of F{row['id']} needs that name, correct it first: {why}")


def _language(statement: str, of_story: str | None) -> str | None:
    """Return the story's language, for a statement in another script the one that it is in."""
    letters = [sign for sign in statement if sign.isalpha()]
    cyrillic = sum("\u0400" <= sign <= "\u052f" for sign in letters) * 2 > len(letters)
    return of_story if cyrillic == (of_story in _CYRILLIC) else found_out([statement])


def _names(fact: FactEntry, found: References) -> Iterator[str]:
    """Yield all names of speakers, places and whom a fact is about."""
    for name in _named(fact):
        yield found.entities[name].words


def _named(fact: FactEntry) -> Iterable[str]:
    speakers = (item.speaker for item in fact.attributions if item.speaker)
    return (*speakers, *fact.places, *fact.about)
