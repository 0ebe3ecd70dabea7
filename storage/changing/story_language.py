"""A story's language: told, or found out from its first facts. The full-text index follows it."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from storage.changing.fact_rows import context
from storage.changing.references import Resolver, source_ref
from storage.domain.entries import ON_RECORD, FactEntry
from storage.domain.language.stemming import stemmed_itself
from storage.engines.sqlite import Statements
from storage.search import full_text

# By so many of its first facts a story's language is told.
FIRST = 8
# Facts that are indexed anew at once.
PAGE = 500
_FIRST = """
SELECT statement FROM fact WHERE story_id = ? AND retracted IS NULL AND superseded_by IS NULL
ORDER BY id LIMIT ?
"""
_IN_FORCE = """
SELECT f.id, f.ref, r.state FROM fact f JOIN revision r ON r.fact_id = f.id AND r.number = f.revision
WHERE f.story_id = ? AND f.id > ? AND f.id IN (SELECT rowid FROM fact_text) ORDER BY f.id LIMIT ?
"""


def language_of(tx: Statements, story_id: int) -> str | None:
    """Return a story's language; None while it is not known."""
    rows = tx.fetch("SELECT language FROM story WHERE id = ?", (story_id,))
    return str(rows[0][0]) if rows[0][0] else None


def settle(tx: Statements, story_id: int) -> str | None:
    """Return a story's language; one that has none yet gets the one of most of its first facts."""
    if known := language_of(tx, story_id):
        return known
    found = found_out([row[0] for row in tx.fetch(_FIRST, (story_id, FIRST))])
    if found:
        put(tx, story_id, found)
    return found


def found_out(statements: list[str]) -> str | None:
    """Return the language of more than half of some statements, None if there is none."""
    from storage.domain.language.detection import detect  # its library, where no language was told

    votes = Counter(map(detect, statements))
    language, count = votes.most_common(1)[0] if votes else (None, 0)
    return language if count * 2 > len(statements) else None


def put(tx: Statements, story_id: int, language: str) -> bool:
    """Set a story's language, and index its facts anew where their words change; tell whether it changed."""
    before = language_of(tx, story_id)
    if before == language:
        return False
    tx.run("UPDATE story SET language = ? WHERE id = ?", (language, story_id))
    index_anew(tx, story_id, before, language)
    return True


def index_anew(tx: Statements, story_id: int, before: str | None, language: str | None) -> None:
    """Index a story's facts in a language instead of another."""
    if stemmed_itself(before) and stemmed_itself(language):
        return
    resolver, after = Resolver(tx, story_id), 0
    while rows := tx.fetch(_IN_FORCE, (story_id, after, PAGE)):
        facts = [(row["id"], FactEntry.model_validate(_entry(row), context=ON_RECORD)) for row in rows]
        entries = [entry for _id, entry in facts]
        resolver.find_sources(source_ref(item) for entry in entries for item in entry.attributions)
        resolver.find_entities(dict.fromkeys(name for entry in entries for name in _names(entry)))
        full_text.remove(tx, [fact_id for fact_id, _entry in facts])
        texts = [(fact_id, entry.statement, context(entry, resolver.found)) for fact_id, entry in facts]
        full_text.add(tx, story_id, texts, language)
        after = rows[-1]["id"]


def _entry(row: Any) -> dict[str, Any]:
    return {"ref": row["ref"], **json.loads(row["state"])}


def _names(entry: FactEntry) -> list[str]:
    speakers = [item.speaker for item in entry.attributions if item.speaker]
    return [*speakers, *entry.places, *entry.about]
