"""Records as earlier versions left them: their rows, and the chain of hashes by the rules of their time."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path

from storage.engines import migrations

# The version before hashes covered salted digests of texts.
UNSALTED = 10
# Attributions before facts: a trigger demands it.
FIRST = ("story", "source", "entity", "entity_name", "attribution", "fact")
_HASHED = "id, at, actor, chat, action, story_id, subject, before, after, reason"


def make_file(path: Path, version: int) -> None:
    """Make an empty file of an earlier version."""
    with closing(sqlite3.connect(path)) as old:
        for number, sql in migrations.migrations():
            if number <= version:
                old.executescript(sql)
        old.execute(f"PRAGMA application_id = {migrations.APPLICATION_ID}")
        old.execute(f"PRAGMA user_version = {version}")
        old.commit()


def old_record(path: Path) -> str:
    """Make a file of version 10 as that version itself wrote it; return the last hash of its trail."""
    make_file(path, UNSALTED)
    with closing(sqlite3.connect(path)) as raw:
        raw.executescript(Path(__file__).with_name("record_0010.sql").read_text(encoding="utf-8"))
        return str(raw.execute("SELECT hash FROM audit ORDER BY id DESC LIMIT 1").fetchone()[0])


def downgrade(present: Path, path: Path, version: int) -> None:
    """Make a file of an earlier version, with the rows of the present one that its tables can hold."""
    make_file(path, version)
    with closing(sqlite3.connect(path)) as old, closing(sqlite3.connect(present)) as new:
        named = old.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        others = {row[0] for row in named if not row[0].startswith(("fact_text", "sqlite_"))} - set(FIRST)
        for table in (*FIRST, *sorted(others), "fact_text"):
            kept = _columns(old, table)
            if not set(kept) <= set(_columns(new, table)):
                # The outbox of version 2 is another one; its move is tested by itself.
                assert (version, table) == (2, "delivery")
                continue
            listed = ", ".join(["rowid", *kept] if table == "fact_text" else kept)
            marks = ", ".join("?" * len(listed.split(", ")))
            rows = new.execute(f"SELECT {listed} FROM {table}").fetchall()
            old.execute(f"DELETE FROM {table}")
            old.executemany(f"INSERT INTO {table} ({listed}) VALUES ({marks})", rows)
        if 2 <= version <= UNSALTED:
            _chain(old)
        old.commit()


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f"SELECT * FROM pragma_table_info('{table}')")]


def _chain(old: sqlite3.Connection) -> None:
    """Bind the entries of the trail by hashes over their texts, as versions up to 10 did."""
    (final,) = old.execute("SELECT sql FROM sqlite_schema WHERE name = 'audit_is_final'").fetchone()
    old.execute("DROP TRIGGER audit_is_final")
    made: dict[int, int] = {}
    for *revision, audit_id in old.execute(
        "SELECT fact_id, number, at, kind, actor, reason, material, state, audit_id FROM revision"
    ):
        made[audit_id] = (made.get(audit_id, 0) + int(_hash(revision), 16)) % 2**256
    head = "0" * 64
    for row in old.execute(f"SELECT {_HASHED} FROM audit ORDER BY id").fetchall():
        bound = (f"{made.get(row[0], 0):064x}", head)
        head = _hash([*row, *bound])
        old.execute(
            "UPDATE audit SET revisions = ?, previous = ?, hash = ? WHERE id = ?", (*bound, head, row[0])
        )
    old.execute(final)


def _hash(fields: list[object]) -> str:
    written = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()
