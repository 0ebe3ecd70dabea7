"""From a text to the words that search compares: the same splitting and stemming as the full-text index."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from itertools import repeat
from typing import Any, NamedTuple

# Longer queries are cut: what a forwarded message is about stands in its first words.
LONGEST_QUERY = 2000
MOST_WORDS = 48
# FTS5's unicode61 takes letters and digits for words; `\w` would add the underscore.
_WORD = re.compile(r"[^\W_]+", re.UNICODE)
# An address is no words about anything; a scheme-less one of a post's picture neither.
_ADDRESS = re.compile(r"(?:https?://|www\.|pic\.twitter\.com/)\S+", re.IGNORECASE)
# `#AustralianFires`, `@BBCNews`: words run together, told apart by their capitals.
_TAG = re.compile(r"[#@]([^\W_]\w*)")
_HUMP = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
# Words of grammar: they match nearly everything and rank nothing.
STOPWORDS = frozenset(
    "a about after all also an and any are as at be been before being but by can could did do does for from"
    " had has have he her him his how i if in into is it its me my no not of on or our she should so some"
    " than that the their them then there these they this those to was we were what when where which who whom"
    " whose why will with would you your rt via".split()
)


class Word(NamedTuple):
    """A word as it was written (lower case), for the index, and its stem, by which texts are compared."""

    written: str
    stem: str


def query_words(query: str) -> list[Word]:
    """Return the words of a query worth looking for, one of each stem, at most 48; all of them if none is."""
    text = _TAG.sub(_told_apart, _ADDRESS.sub(" ", query[:LONGEST_QUERY]))
    written = split(text)
    words = {stem(word): word for word in reversed(written) if word not in STOPWORDS and len(word) > 1}
    chosen = words or {stem(word): word for word in written}
    return [Word(word, stemmed) for stemmed, word in reversed(chosen.items())][:MOST_WORDS]


def split(text: str) -> list[str]:
    """Return the words of a text in lower case, in order."""
    return _WORD.findall(text.lower())


def matching(words: Iterable[str], wanted: Collection[str]) -> Iterator[str]:
    """Yield the stem of each word whose stem is wanted.

    Stemming is slow and changes no word's beginning (but for y, which becomes i), so most words are
    told apart by that.
    """
    beginnings = {stemmed[:2].replace("y", "i") for stemmed in wanted}
    # A long text has the same words many times.
    for word, times in Counter(words).items():
        if not word.isascii() or word[:2].replace("y", "i") in beginnings:
            stemmed = stem(word)
            if stemmed in wanted:
                yield from repeat(stemmed, times)


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Return the Porter stem of a word in lower case, without accents: as FTS5 keeps it."""
    return str(_stemmer().stemWord(unaccented(word)))


def unaccented(text: str) -> str:
    """Return a text without its accents."""
    if text.isascii():
        return text
    return "".join(mark for mark in unicodedata.normalize("NFD", text) if not unicodedata.combining(mark))


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import snowballstemmer  # when the first word is stemmed: not every start needs it

    return snowballstemmer.stemmer("porter")


def _told_apart(match: re.Match[str]) -> str:
    """Return a tag and the words it is made of."""
    parts = _HUMP.findall(match[1]) if match[1].isascii() else ()
    return f" {match[1]} {' '.join(parts)} " if len(parts) > 1 else f" {match[1]} "
