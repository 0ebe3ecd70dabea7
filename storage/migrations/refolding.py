"""What migration 13 folds anew: names, the full-text index, words of subscriptions, keys of questions.

Of two names of an entity that have become one the first stays,
of two subscriptions of a chat the older one; questions both stay.
"""

from __future__ import annotations

import json
import sqlite3

from storage.domain.names import forms
from storage.domain.words import indexed, split, stem

# Aliases in the order in which they were written.
_NAMED = """
SELECT e.id, e.story_id, e.name, e.short, e.role,
    (SELECT json_group_array(spelling) FROM
        (SELECT spelling FROM entity_name WHERE entity_id = e.id AND rank = 1 ORDER BY rowid))
FROM entity e ORDER BY e.id
"""
_NAME = "INSERT INTO entity_name (entity_id, folded, rank, spelling, story_id) VALUES (?, ?, ?, ?, ?)"
_SAME_SUBSCRIPTION = """
SELECT 1 FROM subscription WHERE story_id = ? AND listener_id = ? AND coalesce(entity_id, 0) = ? AND words = ?
"""


def run(connection: sqlite3.Connection) -> None:
    """Fold all anew, within the transaction that is open."""
    _names(connection)
    _texts(connection)
    _words(connection)
    _questions(connection)


def _names(connection: sqlite3.Connection) -> None:
    rows = [
        (entity, folded, rank, spelling, story)
        for entity, story, name, short, role, aliases in map(tuple, connection.execute(_NAMED))
        for folded, rank, spelling in forms(name, short, json.loads(aliases), role)
    ]
    connection.execute("DELETE FROM entity_name")
    connection.executemany(_NAME, rows)


def _texts(connection: sqlite3.Connection) -> None:
    before = connection.execute(
        "SELECT rowid, statement, context, story FROM fact_text_before ORDER BY rowid"
    )
    connection.executemany(
        "INSERT INTO fact_text (rowid, statement, context, story) VALUES (?, ?, ?, ?)",
        ((row[0], indexed(row[1]), indexed(row[2]), row[3]) for row in before),
    )


def _words(connection: sqlite3.Connection) -> None:
    for row in connection.execute("SELECT id, words FROM listener WHERE words IS NOT NULL").fetchall():
        connection.execute(
            "UPDATE listener SET words = ? WHERE id = ?", (_refolded(connection, row[1]), row[0])
        )
    for number, *place, words in connection.execute(
        "SELECT id, story_id, listener_id, coalesce(entity_id, 0), words FROM subscription"
        " WHERE words IS NOT NULL ORDER BY id"
    ).fetchall():
        folded = _refolded(connection, words)
        if folded == words:
            continue
        if connection.execute(_SAME_SUBSCRIPTION, (*place, folded)).fetchone():
            connection.execute("DELETE FROM subscription WHERE id = ?", (number,))
        else:
            connection.execute("UPDATE subscription SET words = ? WHERE id = ?", (folded, number))


def _refolded(connection: sqlite3.Connection, words: str) -> str:
    """Return words folded; one that lost a Turkish İ at its beginning gets it back if that is on record."""
    found = []
    for word in split(words):
        whole = f"i{word}"
        found.append(whole if _on_record(connection, whole) and not _on_record(connection, word) else word)
    return " ".join(found)


def _on_record(connection: sqlite3.Connection, word: str) -> bool:
    sql = "SELECT 1 FROM fact_text WHERE fact_text MATCH ? LIMIT 1"
    return connection.execute(sql, (f'"{word}"',)).fetchone() is not None


def _questions(connection: sqlite3.Connection) -> None:
    for number, story, key in connection.execute(
        "SELECT id, story_id, key FROM question ORDER BY id"
    ).fetchall():
        if key.isascii():
            continue
        folded = " ".join(stem(part) for word in key.split() for part in split(word))
        # A key is compared by its words: a space more keeps two that have become one apart.
        while connection.execute(
            "SELECT 1 FROM question WHERE story_id = ? AND key = ?", (story, folded)
        ).fetchone():
            folded += " "
        connection.execute("UPDATE question SET key = ? WHERE id = ?", (folded, number))
