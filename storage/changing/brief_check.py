"""Briefs held against what they are short for, with the names on record, before facts are written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from storage.changing.references import References, Resolver
from storage.changing.stories import FIRST, found_out, language_of
from storage.domain.entries import ON_RECORD, FactEntry
from storage.domain.errors import BriefDisagrees, Refused
from storage.domain.language.briefs import disagreements
from storage.engines.database import Statements

_BRIEFED = """
SELECT f.id, f.ref, r.state FROM fact f JOIN revision r ON r.fact_id = f.id AND r.number = f.revision
WHERE f.brief IS NOT NULL AND f.id IN (
    SELECT fact_id FROM mention WHERE entity_id = coalesce((SELECT merged_into FROM entity WHERE id = ?), ?)
) ORDER BY f.id
"""
_CYRILLIC = frozenset({"uk", "ru", "be"})


def disagreeing(
    tx: Statements, story_id: int, facts: Sequence[FactEntry], found: References, more: Sequence[str] = ()
) -> Mapping[str, str]:
    """Return by ref why the briefs of facts do not agree with them. All that they name is found.

    `more` are names that those in the facts have beside their own.
    """
    briefed = [fact for fact in facts if fact.brief is not None]
    if not briefed:
        return {}
    language = language_of(tx, story_id) or found_out([fact.statement for fact in facts[:FIRST]])
    told = {
        fact.ref: disagreements(fact, (*_names(fact, found), *more), _language(fact.statement, language))
        for fact in briefed
    }
    return {ref: "; ".join(problems) for ref, problems in told.items() if problems}


def refuse(tx: Statements, fact: FactEntry, resolver: Resolver, before: FactEntry | None) -> None:
    """Refuse a fact whose brief does not agree with it. Raises BriefDisagrees.

    What a brief on record has against it since before is no fault of a change to something else.
    """
    found, story_id = resolver.found, resolver.story_id
    why = disagreeing(tx, story_id, [fact], found).get(fact.ref)
    if why is None or fact.brief is None:
        return
    if before is not None and (before.brief, before.statement) == (fact.brief, fact.statement):
        resolver.find_entities(_named(before))
        if disagreeing(tx, story_id, [before], found).get(before.ref) == why:
            return
    raise BriefDisagrees(fact.brief, why)


def refuse_without_names(tx: Statements, story_id: int, entity_id: int, had: Sequence[str]) -> None:
    """Refuse to take names away that the brief of a fact has. Raises Refused."""
    for row in tx.fetch(_BRIEFED, (entity_id, entity_id)):
        entry = FactEntry.model_validate({**json.loads(row["state"]), "ref": row["ref"]}, context=ON_RECORD)
        resolver = Resolver(tx, story_id)
        resolver.find_entities(_named(entry))
        why = disagreeing(tx, story_id, [entry], resolver.found)
        if why and why != disagreeing(tx, story_id, [entry], resolver.found, had):
            raise Refused(f"The brief of F{row['id']} needs that name, correct it first: {why[entry.ref]}")


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
