"""The grammar of asking in the languages that are read: *.toml, each read when it is first used.

The files hold the words that carry questions, how chats spell them, and patterns for each kind of answer; no
word of what a question is about. A pattern is words in a row: `a|b` is one of several, `a*` one that begins
so, `{say}` one of the class of that name; with `?` behind it a word may be missing. `_` is any word, `..3` up
to three of them; `^` and `$` are the ends. Case, accents and apostrophes make no difference. The patterns
under `alone` count where a question names nothing.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from storage.domain.folding import fold, plain
from storage.domain.language.amounts import spellings
from storage.domain.language.detection import LANGUAGES
from storage.domain.language.stopwords import stopwords
from storage.domain.words import whole

# An article or pronoun that a vowel has cut short: l'accord, qu'il.
_ELIDED = re.compile(r"\b(l|d|j|n|s|c|m|t|qu|jusqu|lorsqu|puisqu|quelqu|aujourd|presqu)'")
# Words that begin with the same so many letters are looked up together.
_BEGINNING = 3
_SETS = (
    "function",
    "auxiliaries",
    "determiners",
    "pronouns",
    "pointers",
    "several",
    "openers",
    "negation",
    "latest",
    "relative",
)


@dataclass(frozen=True, slots=True)
class Words:
    """Words, and beginnings of words."""

    whole: frozenset[str] = frozenset()
    beginnings: tuple[str, ...] = ()

    def __contains__(self, word: object) -> bool:
        return word in self.whole or (isinstance(word, str) and word.startswith(self.beginnings))


class Element(NamedTuple):
    """A place in a pattern: the words that may stand in it, None for any, from `least` to `most` times."""

    words: Words | None
    least: int = 1
    most: int = 1


class Pattern(NamedTuple):
    """Words in a row, which stand anywhere, or at the beginning or the end of a question."""

    elements: tuple[Element, ...]
    first: bool
    last: bool

    @property
    def exact(self) -> int:
        """How many of its words are certain."""
        return sum(1 for element in self.elements if element.words is not None and element.least)


class Match(NamedTuple):
    """A pattern found: its name, which words it takes up, and how many of its words are certain."""

    name: str
    start: int
    end: int
    exact: int = 1


class Patterns:
    """Patterns under names, found by the words with which they begin."""

    def __init__(self, named: Mapping[str, Iterable[Pattern]]) -> None:
        self._starting: dict[str, list[tuple[str, Pattern]]] = {}
        for name, patterns in named.items():
            for pattern in patterns:
                for key in _keys(pattern):
                    self._starting.setdefault(key, []).append((name, pattern))

    def find(self, tokens: Sequence[str]) -> Iterator[Match]:
        """Yield each pattern found, by where it begins."""
        for start in range(len(tokens)):
            yield from self.at(tokens, start)

    def at(self, tokens: Sequence[str], start: int) -> Iterator[Match]:
        """Yield each pattern that begins at one word."""
        if start >= len(tokens):
            return
        word = tokens[start]
        for key in (word, f"{word[:_BEGINNING]}*", ""):
            for name, pattern in self._starting.get(key, ()):
                if start and pattern.first:
                    continue
                end = _end(pattern, 0, tokens, start)
                if end is not None:
                    yield Match(name, start, end, pattern.exact)


@dataclass(frozen=True, slots=True)
class Grammar:
    """How one language asks; all words are folded."""

    function: frozenset[str]
    auxiliaries: frozenset[str]
    determiners: frozenset[str]
    pronouns: frozenset[str]
    pointers: frozenset[str]
    several: frozenset[str]
    openers: frozenset[str]
    negation: frozenset[str]
    latest: frozenset[str]
    relative: frozenset[str]
    saying: Words
    kinds: Patterns
    alone: Patterns
    tags: Patterns
    preambles: Patterns
    another: Patterns
    expletive: Patterns
    since: Patterns
    of_kind: Mapping[str, Words]
    chat: Mapping[str, str]


@cache
def grammar(language: str | None) -> Grammar:
    """Return the grammar of a language; that of English for one that is not read."""
    name = language if language in LANGUAGES else "en"
    path = Path(__file__).with_name(f"{name}.toml")
    return _built(tomllib.loads(path.read_text(encoding="utf-8")), stopwords(name))


def tokens_of(text: str, language: str | None) -> list[str]:
    """Return the folded words of a text; what French elides stands apart: l'accord is l and accord."""
    return whole(_ELIDED.sub(r"\1 ", plain(text)) if language == "fr" else text)


def nearest_language(tokens: Sequence[str]) -> str | None:
    """Return the language of which a question has most words of grammar, None if it has none of any."""
    held = {name: sum(len(each) for each in tokens if each in grammar(name).function) for name in LANGUAGES}
    best = max(held, key=held.__getitem__)
    return best if held[best] else None


def _built(data: Mapping[str, Any], common: frozenset[str]) -> Grammar:
    classes = {name: _words(listed.split()) for name, listed in data["words"].items()}

    def patterns(name: str) -> Patterns:
        return Patterns({name: [_pattern(line, classes) for line in data[name]]})

    kinds = {name: [_pattern(line, classes) for line in lines] for name, lines in data["kinds"].items()}
    alone = {name: [_pattern(line, classes) for line in lines] for name, lines in data["alone"].items()}
    sets = {name: frozenset(_folded(data[name])) for name in _SETS}
    sets["function"] |= common
    return Grammar(
        **sets,
        saying=_joined(classes[name] for name in ("say", "saying", "saidform") if name in classes),
        kinds=Patterns(kinds),
        alone=Patterns(alone),
        tags=patterns("tags"),
        preambles=patterns("preambles"),
        another=patterns("another"),
        expletive=patterns("expletive"),
        since=patterns("since"),
        of_kind={name: _standing_in((*kinds[name], *alone.get(name, ()))) for name in kinds},
        chat=_chat(data["chat"]["lines"]),
    )


def _pattern(line: str, classes: Mapping[str, Words]) -> Pattern:
    """Read a pattern as it is written. Raises ValueError where nothing could match it."""
    parts = line.split()
    first, last = parts[0] == "^", parts[-1] == "$"
    return Pattern(tuple(_element(part, classes) for part in parts if part not in ("^", "$")), first, last)


def _element(part: str, classes: Mapping[str, Words]) -> Element:
    if part.startswith(".."):
        return Element(None, 0, int(part[2:]))
    least = 0 if part.endswith("?") else 1
    part = part.removesuffix("?")
    if part == "_":
        return Element(None, least)
    alternatives = part.split("|")
    named = [classes[each[1:-1]] for each in alternatives if each.startswith("{")]
    return Element(_joined((*named, _words(each for each in alternatives if each[0] != "{"))), least)


def _words(listed: Iterable[str]) -> Words:
    whole_words: set[str] = set()
    beginnings: set[str] = set()
    for written in listed:
        for word in spellings(written.removesuffix("*")):
            (beginnings if written.endswith("*") else whole_words).add(word)
            if not word or " " in word or (written.endswith("*") and len(word) < _BEGINNING):
                raise ValueError(f"{written!r} can stand in no pattern")
    return Words(frozenset(whole_words), tuple(sorted(beginnings)))


def _joined(several: Iterable[Words]) -> Words:
    listed = list(several)
    beginnings = {beginning for each in listed for beginning in each.beginnings}
    return Words(frozenset().union(*(each.whole for each in listed)), tuple(sorted(beginnings)))


def _standing_in(patterns: Iterable[Pattern]) -> Words:
    """Return the words that patterns name."""
    return _joined(each.words for pattern in patterns for each in pattern.elements if each.words)


def _folded(text: str) -> Iterator[str]:
    for word in text.split():
        for spelling in spellings(word):
            yield from spelling.split()


@lru_cache(maxsize=4096)
def _chat(lines: str) -> dict[str, str]:
    """Return what each spelling of chats stands for."""
    pairs = (line.split(": ", 1) for line in lines.strip().splitlines())
    return {fold(slip): meant for meant, slips in pairs for slip in slips.split()}


def _keys(pattern: Pattern) -> Iterator[str]:
    """Yield the words that a pattern may begin with, `abc*` for a beginning, nothing for any word."""
    for element in pattern.elements:
        if element.words is None:
            yield ""
        else:
            yield from element.words.whole
            yield from {f"{beginning[:_BEGINNING]}*" for beginning in element.words.beginnings}
        if element.least:
            return


def _end(pattern: Pattern, at: int, tokens: Sequence[str], start: int) -> int | None:
    """Return where a pattern ends whose elements from `at` on stand at `start`; None if they do not."""
    if at == len(pattern.elements):
        return start if not pattern.last or start == len(tokens) else None
    element = pattern.elements[at]
    for times in range(element.most + 1):
        if times >= element.least and (end := _end(pattern, at + 1, tokens, start + times)) is not None:
            return end
        here = start + times
        if here >= len(tokens) or (element.words is not None and tokens[here] not in element.words):
            return None
    return None
