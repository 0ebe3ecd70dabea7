"""Stems of folded words by language, for the full-text index and its queries.

Words are stemmed folded: of typed words accents are often missing, and of questions in German, Spanish and
Russian as many are answered (XQuAD, full text alone, right fact in five: 0.85, 0.89, 0.86; unstemmed 0.82,
0.88, 0.72). Snowball (BSD; Porter 2001) has all but Ukrainian and Belarusian: these are stemmed as Russian,
whose endings differ from theirs mostly by letters. Slavic stems are cut at six letters, for vowels and
consonants change at their ends: so 0.95 of a Polish word's forms have one stem rather than 0.72, 0.91 of a
Ukrainian's rather than 0.73, and Russian questions lose nothing. Cutting words alone does as well in
Russian, worse elsewhere.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any

_ALGORITHMS = {
    "uk": "russian", "be": "russian", "ru": "russian", "pl": "polish",
    "de": "german", "fr": "french", "es": "spanish",
}  # fmt: skip
_SLAVIC = frozenset({"uk", "be", "ru", "pl"})
LONGEST_STEM = 6
_AS_RUSSIAN = str.maketrans("іє", "ие")
# Folded, the short u that ends Belarusian words is an у; Russian has в in its place.
_SHORT_U = re.compile("(?<=[аеиоуыэюя])у$")


def stemmed_itself(language: str | None) -> bool:
    """Tell whether the index stems a language's words by itself: English, and those that are not known."""
    return language not in _ALGORITHMS


@lru_cache(maxsize=100_000)
def stem_in(language: str | None, word: str) -> str:
    """Return a folded word's stem as it stands in the index of a story in that language."""
    if stemmed_itself(language) or not _own(language, word):
        return word
    return _cut(language, str(_stemmer(str(language)).stemWord(_spelt(language, word))))


def begun_in(language: str | None, begun: str) -> str:
    """Return the beginning of a word as the index may hold it."""
    if stemmed_itself(language) or not _own(language, begun):
        return begun
    return _cut(language, _spelt(language, begun))


def _own(language: str | None, word: str) -> bool:
    """Tell whether a word is in the language's script: a name in another is kept whole."""
    return word.isalpha() and word.isascii() == (language not in {"uk", "be", "ru"})


def _spelt(language: str | None, word: str) -> str:
    spelt = word.translate(_AS_RUSSIAN) if language in {"uk", "be"} else word
    return _SHORT_U.sub("в", spelt) if language == "be" else spelt


def _cut(language: str | None, stem: str) -> str:
    return stem[:LONGEST_STEM] if language in _SLAVIC else stem


@cache
def _stemmer(language: str) -> Any:
    import snowballstemmer  # when the first word is stemmed: not every start needs it

    return snowballstemmer.stemmer(_ALGORITHMS[language])
