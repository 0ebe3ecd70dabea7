"""Keep the index of names: the words of each folded form, the pieces of each word, and how it sounds.

A misspelt word shares most of its pieces with the word that is meant, so candidates are looked up rather than
compared with all names: trigrams (Zamora et al. 1981), and for a single slip the word without one of its
letters (Garbe's SymSpell, 2012). In the same table a word in another script or case form is found by its
consonants as they sound (storage/domain/sounds.py).
"""

from __future__ import annotations

from collections.abc import Iterable

from storage.engines.database import Statements
from storage.engines.values import Values

# Letters of a word that is found misspelt.
LONGEST_WORD = 40

_ADD_WORDS = """
INSERT INTO name_word (story_id, word, folded)
SELECT ?, one, two FROM text_pairs(?) WHERE 1 = 1 ON CONFLICT (story_id, word, folded) DO NOTHING
"""
_ADD_PIECES = """
INSERT INTO name_piece (story_id, piece, word)
SELECT ?, one, two FROM text_pairs(?) WHERE 1 = 1 ON CONFLICT (story_id, piece, word) DO NOTHING
"""
# Forms that no name of the story has any more.
_GONE = """
SELECT value FROM texts(?)
WHERE NOT EXISTS (SELECT 1 FROM entity_name WHERE story_id = ? AND folded = value)
"""
_WORDLESS = """
SELECT value FROM texts(?)
WHERE NOT EXISTS (SELECT 1 FROM name_word WHERE story_id = ? AND word = value)
"""


def pieces(word: str) -> set[str]:
    """Return by what a word is found, misspelt too; nothing for one that is too long to be a name's."""
    if len(word) > LONGEST_WORD:
        return set()
    ended = f" {word} "
    shortened = (word[:at] + word[at + 1 :] for at in range(len(word)))
    return {ended[at : at + 3] for at in range(len(word))} | {f"-{each}" for each in (word, *shortened)}


def sounds(word: str) -> set[str]:
    """Return by what a word is found as it sounds; nothing for one that is too long to be a name's."""
    if len(word) > LONGEST_WORD:
        return set()
    from storage.domain.sounds import entries  # when a name is indexed: its many expressions cost a start

    return entries(word)


def word_rows(forms: Iterable[str]) -> list[tuple[str, str]]:
    """Return the rows of folded forms as (word, form)."""
    return sorted({(word, form) for form in forms for word in form.split()})


def piece_rows(words: Iterable[str]) -> list[tuple[str, str]]:
    """Return the rows of words as (piece, word)."""
    return sorted({(piece, word) for word in words for piece in pieces(word) | sounds(word)})


def add(tx: Statements, story_id: int, forms: Iterable[str]) -> None:
    """Add folded forms; those that are there already stay."""
    rows = word_rows(forms)
    tx.run(_ADD_WORDS, (story_id, Values(rows)))
    tx.run(_ADD_PIECES, (story_id, Values(piece_rows({word for word, _form in rows}))))


def remove(tx: Statements, story_id: int, forms: Iterable[str]) -> None:
    """Remove those of the folded forms that no name of the story has any more."""
    gone = [row[0] for row in tx.fetch(_GONE, (Values(forms), story_id))]
    rows = word_rows(gone)
    tx.run_many(
        "DELETE FROM name_word WHERE story_id = ? AND word = ? AND folded = ?",
        [(story_id, *row) for row in rows],
    )
    words = Values(sorted({word for word, _form in rows}))
    free = [row[0] for row in tx.fetch(_WORDLESS, (words, story_id))]
    tx.run_many(
        "DELETE FROM name_piece WHERE story_id = ? AND piece = ? AND word = ?",
        [(story_id, *row) for row in piece_rows(free)],
    )
