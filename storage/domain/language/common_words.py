"""Which words are no names: words of grammar, and words that are written without a capital in a language."""

from __future__ import annotations

import gzip
import tomllib
from functools import cache
from importlib import resources

from storage.domain.folding import plain
from storage.domain.language.stopwords import stopwords

# Languages in which any noun has a capital: only words of grammar lose it.
_WITH_CAPITALS = frozenset({"de"})


def is_grammar(word: str, language: str | None) -> bool:
    """Tell whether a word is one of grammar, a numeral or a quantifier, that is no name even before one."""
    return plain(word).strip() in _grammar(language or "en")


def is_common(word: str, language: str | None) -> bool:
    """Tell whether a word is written without a capital in a language, but for where a sentence begins."""
    spoken = language or "en"
    if spoken in _WITH_CAPITALS or not word.isalpha():
        return False
    return word.lower() in _common("en" if spoken == "en" else "other")


@cache
def _grammar(language: str) -> frozenset[str]:
    listed = tomllib.loads(_read("determiners.toml").decode())
    words = listed.get(language, "").split()
    return frozenset(plain(word).strip() for word in words) | stopwords(language)


@cache
def _common(which: str) -> frozenset[str]:
    """Return the words of a list: the English ones, or those of the other languages together."""
    return frozenset(gzip.decompress(_read(f"common_{which}.txt.gz")).decode().split())


def _read(name: str) -> bytes:
    return (resources.files("storage") / "domain" / "language" / name).read_bytes()
