"""Stories: opened and set; the language of one is told, or found out from its first facts.

The full-text index follows the language. A story that gets another name is still found by those before.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from storage.changing.fact_rows import context
from storage.changing.references import Resolver, source_ref
from storage.domain.changes import OpenStory, SetStory
from storage.domain.entries import ON_RECORD, FactEntry
from storage.domain.errors import AlreadyDone, Overtaken, Refused
from storage.domain.language.stemming import stemmed_itself
from storage.domain.models import Action
from storage.engines.database import Statements
from storage.engines.values import Values
from storage.search import full_text
from storage.trail.audit import AuditEntryWriter

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
WHERE f.story_id = ? AND f.id > ? AND f.id IN ({indexed}) ORDER BY f.id LIMIT ?
"""


def open_story(tx: Statements, trace: AuditEntryWriter, change: OpenStory) -> str:
    """Open a story; return its name."""
    story = change.story
    _refuse_taken(tx, story.name)
    rows = tx.fetch(
        "INSERT INTO story (name, title, opened_at, language) VALUES (?, ?, ?, ?) RETURNING id",
        (story.name, story.title, trace.at, story.language),
    )
    trace.close(
        tx, Action.STORY_OPENED, f"story {rows[0][0]}",
        story_id=rows[0][0], after=story.model_dump(include={"name", "title", "language"}, exclude_none=True),
    )  # fmt: skip
    return story.name


def set_story(tx: Statements, trace: AuditEntryWriter, change: SetStory) -> str:
    """Set what a story is called, tells of itself, or how it is used; return its name.

    Raises AlreadyDone where it is so already, Overtaken where it reads otherwise than when it was looked at,
    Refused where it cannot be so.
    """
    now = story_fields(tx, change.story_id)
    if change.expected is not None and change.expected.items() - now.items() != set():
        raise Overtaken("The story has changed since: look at it again")
    wanted = change.model_dump(include={*now} - {"tells"}, exclude_none=True)
    if change.tells is not None:
        wanted["tells"] = told_ids(change.tells)
    after = {key: value for key, value in wanted.items() if value != now[key]}
    if not after:
        raise AlreadyDone(f"The story {now['name']} is set so already")
    if all(after.get(key, now[key]) for key in ("private", "public")):
        raise Refused(f"The story {now['name']} cannot be private and public: set one of them off first")
    _put(tx, trace, change, now, after)
    before = {key: now[key] for key in after}
    trace.close(
        tx, Action.STORY_SET, f"story {change.story_id}", story_id=change.story_id, before=before, after=after
    )
    return str(after.get("name", now["name"]))


def _put(
    tx: Statements,
    trace: AuditEntryWriter,
    change: SetStory,
    now: Mapping[str, Any],
    after: Mapping[str, Any],
) -> None:
    """Write what becomes different of a story."""
    if "name" in after:
        _rename(tx, change.story_id, now["name"], after["name"])
    if change.tells is not None and "tells" in after:
        _lead(tx, change.story_id, change.tells)
    if change.is_default:
        tx.run("UPDATE story SET is_default = 0 WHERE is_default = 1")
    for key in ("title", "private", "is_default", "public"):
        if key in after:
            value = after[key] if key == "title" else int(after[key])
            tx.run(f"UPDATE story SET {key} = ? WHERE id = ?", (value, change.story_id))
    if "public" in after:
        withdrawn = None if change.public else trace.at
        tx.run("UPDATE story SET withdrawn_at = ? WHERE id = ?", (withdrawn, change.story_id))


def story_fields(tx: Statements, story_id: int) -> dict[str, Any]:
    """Return what may be set of a story, as the trail holds it."""
    row = tx.fetch("SELECT name, title, private, is_default, public FROM story WHERE id = ?", (story_id,))[0]
    leads = tx.fetch(
        "SELECT l.fact_id FROM lead l JOIN fact f ON f.id = l.fact_id AND f.retracted IS NULL"
        " AND f.superseded_by IS NULL WHERE l.story_id = ? ORDER BY l.position",
        (story_id,),
    )
    return {
        "title": row["title"],
        "name": row["name"],
        "tells": told_ids(lead[0] for lead in leads),
        "private": bool(row["private"]),
        "is_default": bool(row["is_default"]),
        "public": bool(row["public"]),
    }


def told_ids(facts: Iterable[int]) -> str:
    """Return the ids of facts as people write them: `F1 F5`."""
    return " ".join(f"F{fact_id}" for fact_id in facts)


def _refuse_taken(tx: Statements, name: str, story_id: int = 0) -> None:
    """Refuse a name that a story has, or another had before."""
    taken = tx.fetch(
        "SELECT id FROM story WHERE name = :name"
        " UNION SELECT story_id FROM story_name WHERE name = :name AND story_id <> :story",
        {"name": name, "story": story_id},
    )
    if taken:
        raise AlreadyDone(f"There is a story named {name} already")


def _rename(tx: Statements, story_id: int, before: str, after: str) -> None:
    """Give a story another name; it is still found by the one that it had."""
    _refuse_taken(tx, after, story_id)
    tx.run("DELETE FROM story_name WHERE name = ?", (after,))
    tx.run("INSERT INTO story_name (name, story_id) VALUES (?, ?)", (before, story_id))
    tx.run("UPDATE story SET name = ? WHERE id = ?", (after, story_id))


def _lead(tx: Statements, story_id: int, facts: Sequence[int]) -> None:
    """Remember which facts tell a story in a few lines. Raises Refused for one that is not in force there."""
    rows = tx.fetch(
        "SELECT id FROM fact WHERE story_id = ? AND retracted IS NULL AND superseded_by IS NULL"
        " AND id IN (SELECT value FROM ints(?))",
        (story_id, Values(facts)),
    )
    if missing := sorted(set(facts) - {row[0] for row in rows}):
        raise Refused(f"F{missing[0]} is not in force in this story: it cannot tell it")
    tx.run("DELETE FROM lead WHERE story_id = ?", (story_id,))
    tx.run_many(
        "INSERT INTO lead VALUES (?, ?, ?)",
        [(story_id, position, fact_id) for position, fact_id in enumerate(facts, 1)],
    )


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
    sql = _IN_FORCE.format(indexed=full_text.ids(tx.dialect))
    while rows := tx.fetch(sql, (story_id, after, PAGE)):
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
