"""Import of a large sheet: worked out on a copy of the record, then put on record in one short step.

While it is worked out, everybody else writes: only the last step holds the write lock, and it copies
finished rows from file to file. What others have changed meanwhile stands: the sheet's new facts get the ids
that are next by then, and its entry of the trail the next place. Where others have changed what the sheet is
about, nothing is put on record, and all has to be worked out anew.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from storage.changing.entity_rows import merge
from storage.changing.stories import index_anew
from storage.domain.errors import BusyRecord
from storage.engines import replacing
from storage.engines.database import Read, Statements
from storage.search import vector_rows
from storage.trail import digests
from storage.trail.audit import AuditEntryWriter

# Facts whose revisions are read at once.
PAGE = 1_000
# Columns with ids of facts, which are moved behind those that others have added, and with moments.
_FACT_IDS = {
    "fact": ("id", "superseded_by"), "attribution": ("fact_id",), "figure": ("fact_id",),
    "mention": ("fact_id",), "revision": ("fact_id",), "relation": ("fact_id", "other_id"),
    "lead": ("fact_id",), "fact_text": ("rowid",),
}  # fmt: skip
_MOMENTS = {"story": ("opened_at",), "revision": ("at",), "relation": ("added_at", "ended_at")}
# The keys by which a row that is there already is brought up to date.
_KEYS = {
    "story": ("id",), "source": ("id",), "entity": ("id",), "fact": ("id",),
    "attribution": ("fact_id", "position"), "relation": ("fact_id", "kind", "other_id", "added_at"),
}  # fmt: skip
# Tables of names, whose rows come and go, by their keys.
_NAMES = {
    "entity_name": "entity_id, folded", "name_word": "story_id, word, folded",
    "name_piece": "story_id, piece, word",
}  # fmt: skip
# What one file holds of some stories and the other does not; the last step sees whether it has changed since.
_DIFFERENCE = """
CREATE TABLE staged.{into} AS SELECT * FROM {one}.{table} WHERE story_id IN {stories}
    EXCEPT SELECT * FROM {other}.{table} WHERE story_id IN {stories}
"""
# Others have changed a fact that the sheet names, or one has got the same ref.
_SAME_FACTS = """
SELECT 1 FROM main.audit a CROSS JOIN main.fact f ON f.id = CAST(substr(a.subject, 2) AS INTEGER)
JOIN staged.named n ON n.story_id = f.story_id AND n.ref = f.ref
WHERE a.id > :head AND a.subject LIKE 'F%' LIMIT 1
"""
_OTHERS = """
SELECT 1 FROM main.audit WHERE id > :head
AND (subject LIKE 'S%' OR subject LIKE 'E%' OR subject LIKE 'story %') LIMIT 1
"""
_LAST = """
SELECT coalesce(max(id), 0), (SELECT coalesce(max(id), 0) FROM main.fact),
    (SELECT coalesce(max(id), 0) FROM main.source), (SELECT coalesce(max(id), 0) FROM main.entity),
    (SELECT coalesce(max(id), 0) FROM main.story)
FROM main.audit
"""


class Last(NamedTuple):
    """The last ids of a record."""

    entry: int
    fact: int
    source: int
    entity: int
    story: int


class WorkedOut(NamedTuple):
    """What an import made of the copy; `before` are the copy's last ids, `at` and `entry` the import's own.

    `named` are all facts that the sheet has, by story and ref.
    """

    before: Last
    at: str
    entry: int
    stories: tuple[int, ...]
    named: Sequence[tuple[int, str]]


@contextlib.contextmanager
def copy_beside(path: Path) -> Iterator[Path]:
    """Yield the path for a copy of a record, removed at the end, as are those that killed processes left."""
    mark = f"{path.name}.importing-"
    for left in path.parent.glob(f"{mark}*"):
        # Who still works on one has it locked; what SQLite keeps beside it goes with it.
        if left.name.removeprefix(mark).partition(".")[0].isdecimal():
            with contextlib.suppress(BusyRecord), replacing.held(left):
                replacing.remove(left)
    copy = path.with_name(f"{mark}{os.getpid()}")
    try:
        yield copy
    finally:
        replacing.remove(copy)


def last_ids(read: Read) -> Last:
    """Return the last ids of a record."""
    return Last(*read(_LAST)[0])


def lighten(copy: Statements) -> None:
    """Make a copy quick to write to: nobody searches it, and it need not survive a power cut."""
    copy.run("PRAGMA synchronous = OFF")
    copy.run("DROP TABLE fact_text")
    copy.run("CREATE TABLE fact_text (statement TEXT, context TEXT, story TEXT)")


def attach(tx: Statements, path: Path, done: WorkedOut) -> None:
    """Attach the copy as `staged`, and note there what the import has changed; nobody waits for this."""
    tx.run("ATTACH ? AS staged", (str(path),))
    stories = f"({', '.join(map(str, done.stories))})"
    tx.run("PRAGMA staged.synchronous = OFF")
    tx.run("CREATE TABLE staged.touched (id INTEGER PRIMARY KEY, was INTEGER NOT NULL)")
    tx.run(
        "INSERT INTO staged.touched SELECT fact_id, max(was) FROM (SELECT DISTINCT r.fact_id, EXISTS ("
        "SELECT 1 FROM staged.revision o WHERE o.fact_id = r.fact_id AND coalesce(o.audit_id, 0) <> :entry"
        ") AS was FROM staged.revision r WHERE r.audit_id = :entry) GROUP BY fact_id",
        {"entry": done.entry},
    )
    for table in ("source", "entity", *_NAMES):
        new = {"into": f"new_{table}", "one": "staged", "other": "main"}
        tx.run(_DIFFERENCE.format(table=table, stories=stories, **new))
    for table in _NAMES:
        gone = {"into": f"gone_{table}", "one": "main", "other": "staged"}
        tx.run(_DIFFERENCE.format(table=table, stories=stories, **gone))
    tx.run("CREATE TABLE staged.named (story_id INTEGER, ref TEXT, PRIMARY KEY (story_id, ref))")
    tx.run_many("INSERT INTO staged.named VALUES (?, ?) ON CONFLICT DO NOTHING", done.named)


def detach(tx: Statements) -> None:
    """Let go of the copy."""
    if tx.fetch("SELECT 1 FROM pragma_database_list WHERE name = 'staged'"):
        tx.run("DETACH staged")


def overtaken(tx: Statements, done: WorkedOut) -> bool:
    """Tell whether others have changed what the sheet is about since the copy was made."""
    now = last_ids(tx.fetch)
    if now == done.before:
        return False
    if now[2:] != done.before[2:] or tx.fetch(_OTHERS, {"head": done.before.entry}):
        return True
    if tx.fetch(_SAME_FACTS, {"head": done.before.entry}):
        return True
    # Ids that were asked for cannot be moved.
    gaps = "SELECT count(*), max(id) FROM staged.fact WHERE id > ?"
    count, last = tx.fetch(gaps, (done.before.fact,))[0]
    return bool(now.fact > done.before.fact and count and last - done.before.fact != count)


def put_on_record(tx: Statements, trace: AuditEntryWriter, done: WorkedOut) -> None:
    """Copy what the import has changed to the record, under an entry of the trail that is yet to close."""
    copying = _Copying(tx, trace, done)
    stories = f"({', '.join(map(str, done.stories))})"
    touched = "(SELECT id FROM staged.touched)"
    was = "(SELECT id FROM staged.touched WHERE was)"
    languages = dict(map(tuple, tx.fetch(f"SELECT id, language FROM main.story WHERE id IN {stories}")))
    copying.copy("story", f"id IN {stories}")
    copying.copy("source", of="new_source")
    merged = tx.fetch(
        "SELECT s.id, s.merged_into FROM staged.new_entity s JOIN main.entity m ON m.id = s.id"
        " WHERE s.merged_into <> s.id AND m.merged_into IS NULL"
    )
    copying.copy("entity", of="new_entity")
    for one, other in merged:
        merge(tx, one, other)
    for table, key in _NAMES.items():
        tx.run(f"DELETE FROM main.{table} WHERE ({key}) IN (SELECT {key} FROM staged.gone_{table})")
        copying.copy(table, of=f"new_{table}")
    for table in ("figure", "mention"):
        tx.run(f"DELETE FROM main.{table} WHERE fact_id IN {was}")
    tx.run(f"DELETE FROM main.attribution WHERE position > 1 AND fact_id IN {was}")
    tx.run(f"DELETE FROM main.fact_text WHERE rowid IN {was}")
    copying.copy("attribution", f"fact_id IN {touched}")
    copying.copy("fact", f"id IN {touched}")
    for table in ("figure", "mention", "relation"):
        copying.copy(table, f"fact_id IN {touched}")
    copying.copy("revision", f"fact_id IN {touched} AND audit_id = :entry")
    copying.copy("fact_text", f"rowid IN {touched}")
    tx.run(f"DELETE FROM main.lead WHERE story_id IN {stories}")
    copying.copy("lead", f"story_id IN {stories}")
    for story_id, language in tx.fetch(f"SELECT id, language FROM main.story WHERE id IN {stories}"):
        if languages.get(story_id, language) != language:
            index_anew(tx, story_id, languages[story_id], language)
    copying.renew_vectors(done.stories)
    copying.cover()


class _Copying:
    """Copies rows, with the ids of new facts moved and the import's moment put right."""

    def __init__(self, tx: Statements, trace: AuditEntryWriter, done: WorkedOut) -> None:
        self._tx, self._trace = tx, trace
        self._bound = {
            "last": done.before.fact,
            "shift": last_ids(tx.fetch).fact - done.before.fact,
            "staged_at": done.at,
            "at": trace.at,
            "entry": done.entry,
            "audit_id": trace.id,
        }

    def copy(self, table: str, where: str = "1 = 1", *, of: str | None = None) -> None:
        """Copy rows of the copy's table of the same name, or of another; what is there is replaced."""
        columns = [row["name"] for row in self._tx.fetch(f"PRAGMA main.table_info({table})")]
        if table == "fact_text":
            columns.insert(0, "rowid")
        values = ", ".join(self._value(table, column) for column in columns)
        keys = _KEYS.get(table, ())
        others = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in keys)
        known = f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {others}" if keys else ""
        self._tx.run(
            f"INSERT INTO main.{table} ({', '.join(columns)})"
            f" SELECT {values} FROM staged.{of or table} WHERE {where}{known}",
            self._bound,
        )

    def renew_vectors(self, stories: Sequence[int]) -> None:
        """Let the copied facts wait for vectors, whatever others have numbered meanwhile."""
        facts = (
            f"SELECT {self._value('fact', 'id')},"
            " CASE WHEN superseded_by IS NULL AND retracted IS NULL THEN 1 ELSE 0 END"
            " FROM staged.fact WHERE story_id = :story AND id IN (SELECT id FROM staged.touched)"
        )
        for story_id in stories:
            self._tx.run(vector_rows.renewing(facts), self._bound | {"story": story_id})

    def cover(self) -> None:
        """Count the copied revisions into the entry of the trail."""
        after = 0
        values = ", ".join(self._value("revision", name) for name in digests.REVISION.split(", "))
        while until := self._tx.fetch(
            "SELECT max(id) FROM (SELECT id FROM staged.touched WHERE id > ? ORDER BY id LIMIT ?)",
            (after, PAGE),
        )[0][0]:
            rows = self._tx.fetch(
                f"SELECT {values} FROM staged.revision WHERE audit_id = :entry AND fact_id IN"
                " (SELECT id FROM staged.touched WHERE id > :after AND id <= :until)",
                self._bound | {"after": after, "until": until},
            )
            for row in rows:
                self._trace.cover(tuple(row))
            after = until

    def _value(self, table: str, column: str) -> str:
        if column in _FACT_IDS.get(table, ()):
            return f"CASE WHEN {column} > :last THEN {column} + :shift ELSE {column} END"
        if column in _MOMENTS.get(table, ()):
            return f"CASE WHEN {column} = :staged_at THEN :at ELSE {column} END"
        return ":audit_id" if (table, column) == ("revision", "audit_id") else column
