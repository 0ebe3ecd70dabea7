"""From a text to the words that search compares: folded, split and stemmed as the full-text index is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from functools import lru_cache
from threading import local
from typing import Any, NamedTuple

from storage.domain.folding import plain
from storage.domain.language.stemming import stem_in, stemmed_itself
from storage.domain.language.stopwords import ENGLISH, stopwords

# Longer queries are cut: what a forwarded message is about stands in its first words.
LONGEST_QUERY = 2000
MOST_WORDS = 48
# An address is no words about anything; a scheme-less one of a post's picture neither.
_ADDRESS = re.compile(r"(?:https?://|www\.|pic\.twitter\.com/)\S+", re.IGNORECASE)
# `#AustralianFires`, `@BBCNews`: words run together, told apart by their capitals.
_TAG = re.compile(r"[#@]([A-Za-z0-9]\w*)(?![^\x00-\x7f])", re.ASCII)
_HUMP = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
# What stands behind the apostrophe of a possessive or a short form is no part of the word before it.
_SHORT_FORM = re.compile(r"'(?=(?:s|t|re|ll|ve|d|m)?(?!\S))")
# They match nearly everything and rank nothing.
STOPWORDS = ENGLISH


# Longer texts are rare and would only fill the memory.
_LONGEST_KEPT = 1_000


class Word(NamedTuple):
    """A word as it is written in the index, and its stem, by which texts are compared."""

    written: str
    stem: str


def query_words(query: str, language: str | None = None) -> list[Word]:
    """Return the words of a query worth looking for, one of each stem, at most 48; all of them if none is.

    They are told as the index has them of a story in that language.
    """
    text = _TAG.sub(_told_apart, _ADDRESS.sub(" ", query[:LONGEST_QUERY]))
    grammar = stopwords(language)
    written = [(word, stem_in(language, word)) for word in split(text)]
    words = {stem(kept): kept for word, kept in reversed(written) if word not in grammar and len(word) > 1}
    chosen = words or {stem(kept): kept for _word, kept in written}
    return [Word(kept, stemmed) for stemmed, kept in reversed(chosen.items())][:MOST_WORDS]


def split(text: str) -> list[str]:
    """Return the folded words of a text in order; an apostrophe parts words."""
    return plain(text).replace("'", " ").split()


def whole(text: str) -> list[str]:
    """Return the folded words of a text in order, those with an apostrophe inside as names have them: obrien.

    A possessive or a short form is parted from its word.
    """
    written = plain(text)
    return (_SHORT_FORM.sub(" ", written).replace("'", "") if "'" in written else written).split()


def indexed(text: str, language: str | None = None) -> str:
    """Return what the full-text index holds of a text: its words, those with apostrophes also whole.

    Of a text in another language than English they are its stems.
    """
    words = split(text)
    if len(joined := whole(text)) < len(words):
        words += dict.fromkeys(word for word in joined if word not in words)
    return stems(" ".join(words), language)


def stems(words: str, language: str | None) -> str:
    """Return what the index holds in a language of folded words, parted by spaces."""
    if stemmed_itself(language):
        return words
    return " ".join([stem_in(language, word) for word in words.split()])


class Written:
    """The words of a text, as they are counted for a query: `length` is how many there are."""

    def __init__(self, text: str) -> None:
        words = split(text)
        self.length = len(words)
        # By how they begin: stemming is slow and changes no word's beginning (but for y, which becomes i), so
        # most words are told apart by that. Those of other letters stand together.
        self._by_beginning: dict[str, list[tuple[str, int]]] = {}
        # A long text has the same words many times.
        for word, times in Counter(words).items():
            beginning = word[:2].replace("y", "i") if word.isascii() else ""
            self._by_beginning.setdefault(beginning, []).append((word, times))

    @staticmethod
    def of(text: str) -> Written:
        """Return the words of a text, which is kept for a while: the same facts answer much."""
        return _kept(text) if len(text) <= _LONGEST_KEPT else Written(text)

    def matching(self, wanted: Collection[str]) -> Iterator[tuple[str, int]]:
        """Yield the stem of each word whose stem is wanted, and how often it is there."""
        for beginning in {"", *(stemmed[:2].replace("y", "i") for stemmed in wanted)}:
            for word, times in self._by_beginning.get(beginning, ()):
                stemmed = stem(word)
                if stemmed in wanted:
                    yield stemmed, times


_kept = lru_cache(maxsize=2_000)(Written)


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Return the Porter stem of a folded word: as FTS5 keeps it."""
    return str(_stemmer().stemWord(word))


# A stemmer works on one word at a time: each thread has its own.
_stemmers = local()


def _stemmer() -> Any:
    if not hasattr(_stemmers, "porter"):
        import snowballstemmer  # when the first word is stemmed: not every start needs it

        _stemmers.porter = snowballstemmer.stemmer("porter")
    return _stemmers.porter


def _told_apart(match: re.Match[str]) -> str:
    """Return a tag and the words it is made of."""
    parts = _HUMP.findall(match[1])
    return f" {match[1]} {' '.join(parts)} " if len(parts) > 1 else f" {match[1]} "
