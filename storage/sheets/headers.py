"""The rows of a story that a sheet's header tells: its title, and the facts that tell it in short."""

from __future__ import annotations

import re

from storage.changing.stories import story_fields, told_ids
from storage.domain.entries import StoryEntry
from storage.domain.errors import Refused
from storage.engines.database import Statements
from storage.engines.values import Values
from storage.sheets.again import Again

_PUT = """
INSERT INTO story (name, title, opened_at, private) VALUES (:name, :title, :opened, :private)
ON CONFLICT (name) DO UPDATE SET title = CASE WHEN :titled = 1 THEN excluded.title ELSE story.title END
RETURNING id, private
"""


def open_story(tx: Statements, name: str, entry: StoryEntry | None, at: str, again: Again) -> int:
    """Open a story, or bring it up to date; return its id. Raises Refused for what is no name of one."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", name):
        raise Refused(f"{name!r} is no story name: use a-z, 0-9 and -, at most 40, with --story")
    name = _present_name(tx, name)
    private = entry is not None and entry.private
    known = tx.fetch("SELECT id, title FROM story WHERE name = ?", (name,))
    stays = (
        known
        and entry
        and again.story(tx, known[0]["id"], {"title": entry.title}, {"title": known[0]["title"]})
    )
    bound = {
        "name": name,
        "title": entry.title if entry else name,
        "opened": (entry and entry.opened_at) or at,
        "titled": entry is not None and not stays,
        "private": private,
    }
    story_id, now = tx.fetch(_PUT, bound)[0]
    if private and not now and not again.opened(tx, story_id):
        # What owners have made public does not become private by a sheet.
        tx.run("UPDATE story SET private = 1 WHERE id = ? AND public = 0", (story_id,))
    return int(story_id)


def _present_name(tx: Statements, name: str) -> str:
    """Return the name of the story that had a name before; any other name as it is."""
    rows = tx.fetch(
        "SELECT s.name FROM story_name n JOIN story s ON s.id = n.story_id WHERE n.name = :name"
        " AND NOT EXISTS (SELECT 1 FROM story WHERE name = :name)",
        {"name": name},
    )
    return str(rows[0][0]) if rows else name


def lead(tx: Statements, story_id: int, entry: StoryEntry, line: int, again: Again) -> None:
    """Remember which facts tell the story in a few lines, unless moderators have chosen others.

    Raises Refused for a ref that is none.
    """
    rows = tx.fetch(
        "SELECT ref, id FROM fact WHERE story_id = ? AND ref IN (SELECT value FROM texts(?))",
        (story_id, Values(entry.about)),
    )
    ids = {row[0]: row[1] for row in rows}
    if missing := [ref for ref in entry.about if ref not in ids]:
        raise Refused(f"line {line}, story.about: no fact has the ref {missing[0]!r}")
    says = told_ids(ids[ref] for ref in entry.about)
    if again.story(tx, story_id, {"tells": says}, {"tells": story_fields(tx, story_id)["tells"]}):
        return
    tx.run("DELETE FROM lead WHERE story_id = ?", (story_id,))
    tx.run_many(
        "INSERT INTO lead VALUES (?, ?, ?)",
        [(story_id, position, ids[ref]) for position, ref in enumerate(entry.about, 1)],
    )
