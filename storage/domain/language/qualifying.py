"""What qualifies a sentence: its numbers with what makes them less exact, its negations, its hedges. Pure.

The words are those of qualifiers.toml. They are matched without grammar, so that two wordings of one thing
can be compared, and nothing more.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any, Literal, NamedTuple

from storage.domain.folding import fold
from storage.domain.language.counting import SPACE, Part, numbers_in
from storage.domain.language.counting import Number as Found
from storage.domain.language.detection import LANGUAGES

# Every run of digits: also those in dates, ranges and names. Signs of units are words.
_PART = re.compile(
    rf"\d{{1,3}}(?:[{SPACE}.,'’]\d{{3}}(?!\d))+(?:[.,]\d+)?|\d+(?:[.,]\d+(?!\d*\.\d))?"
    r"|[^\W\d_]+(?:['’ʼ][^\W\d_]+)*|[%‰°$€£¥₴₽]"
)
# Stands in a text behind a word in the place of its 's.
_OWNS = "\ue000"
_NOT, _POSSESSIVE = re.compile(r"n['’]t\b", re.IGNORECASE), re.compile(r"['’]s\b", re.IGNORECASE)
_ELIDED = re.compile(r"\b(l|d|j|n|s|c|m|t|qu|jusqu|lorsqu|puisqu|quelqu|presqu)['’]", re.IGNORECASE)
_IN_DATE = re.compile(r"[-./]\d")
# Words that may stand between a number and what makes it less exact.
_NEAR = 2
# Numbers with one of these between them are a range, of which neither end stands alone.
_RANGES = frozenset("- – — to and or до по і й и або или do i lub oraz bis und oder à et ou a y o".split())
# What is said without a number too: "almost all", "at least half".
_ALONE = frozenset({"almost", "least"})
# Nobody counts with "no one", nor with "ein" and "un" before every other word.
_ONE_IS_AN_ARTICLE = frozenset({"de", "fr"})
_NO_NUMBER_BEFORE = frozenset("no any every some each another".split())


class Number(NamedTuple):
    """A number, and what makes it less exact: `least` of "at least", and the other end of a range.

    `dated` tells that it stands with a month, or in a date of digits.
    """

    value: Decimal
    hedges: frozenset[str]
    dated: bool


class Said(NamedTuple):
    """A word of a text, a number, or words that qualify it: `key` is alike where these mean the same.

    `led` is the preposition right before it, `owns` tells that it has an 's, `ends` that a sign follows.
    """

    key: str
    shown: str
    kind: Literal["word", "number", "kept", "added", "negation"]
    led: str = ""
    owns: bool = False
    ends: bool = False


@dataclass(slots=True)
class Reading:
    """What qualifies a text: `kept` and `added` hold the words by their meaning, `said` all in order."""

    said: list[Said] = field(default_factory=list)

    numbers: list[Number] = field(default_factory=list)
    negations: list[str] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)
    added: dict[str, str] = field(default_factory=dict)
    words: frozenset[str] = frozenset()


def read(text: str, language: str | None) -> Reading:
    """Return what qualifies a text in a language; English words count where it is not known."""
    return _Reader(text, _vocabulary(language if language in LANGUAGES else "en"), language).reading()


def counts_negations(language: str | None) -> bool:
    """Tell whether two negations of a language are two: "nobody ... nothing" are one in Slavic ones."""
    return not _vocabulary(language if language in LANGUAGES else "en").concord


class _Phrase(NamedTuple):
    """Words in a row, each folded, `*` behind one for any ending; and what they mean."""

    meaning: str
    words: tuple[str, ...]


# Phrases by the beginning of their first word.
Phrases = Mapping[str, Sequence[_Phrase]]
_BEGINNING = 2


class _Vocabulary(NamedTuple):
    negation: frozenset[str]
    concord: bool
    number: Phrases
    kept: Phrases
    added: Phrases
    articles: frozenset[str]
    passing: frozenset[str]
    before: frozenset[str]
    forms: Mapping[str, str]


class _Reader:
    """Reads one text; what was read once counts for nothing else."""

    def __init__(self, text: str, vocabulary: _Vocabulary, language: str | None) -> None:
        self._text = _apart(text, language)
        self._known, self._language = vocabulary, language
        # A sign of a unit has no folded form.
        self._parts = [
            Part(*match.span(), fold(match[0]) or match[0]) for match in _PART.finditer(self._text)
        ]
        self._words = [part.text for part in self._parts]
        self._free = [True] * len(self._words)
        self._said = Reading(words=frozenset(self._words))

    def reading(self) -> Reading:
        said = self._said
        found = [each for each in numbers_in(self._text, self._parts, self._language) if self._counts(each)]
        hedges: list[set[str]] = [set() for _each in found]
        alone: list[tuple[str, int, int]] = []
        starts = {each.first: n for n, each in enumerate(found)}
        ends = {each.end: n for n, each in enumerate(found)}
        for name, at, end in self._found(self._known.number):
            near = [starts[here] for here in range(end, end + _NEAR + 1) if here in starts]
            behind = [ends[here] for here in (at, at - 1) if here in ends]
            if near or behind:
                hedges[(near or behind)[0]].add(name)
                self._take(at, end)
            elif name in _ALONE:
                alone.append((name, at, end))
        for n, (one, other) in enumerate(pairwise(found)):
            between = self._text[self._parts[one.end - 1].end : self._parts[other.first].start]
            if between.strip().casefold() in _RANGES:
                for each in (n, n + 1):
                    hedges[each].add(f"{one.value} to {other.value}")
        kept = [*alone, *self._found(self._known.kept)]
        added = list(self._found(self._known.added))
        months = {at for meaning, at, _end in added if meaning.startswith("month")}
        said.numbers = [
            Number(each.value, frozenset(held), self._is_dated(each, months))
            for each, held in zip(found, hedges, strict=True)
        ]
        for phrases, into in ((kept, said.kept), (added, said.added)):
            for name, at, end in phrases:
                into.setdefault(name, " ".join(self._words[at:end]))
        free = [word for word, is_free in zip(self._words, self._free, strict=True) if is_free]
        said.negations = [word for word in free if word in self._known.negation]
        standing = {at: Said(f"added {name}", "", "added") for name, at, _end in reversed(added)}
        standing |= {at: Said(f"kept {name}", "", "kept") for name, at, _end in reversed(kept)}
        ending = {at: end for _name, at, end in (*added, *kept)}
        for number in found:
            standing[number.first] = Said(f"number {number.value.normalize():f}", "", "number")
            ending[number.first] = number.end
        said.said = list(self._in_order(standing, ending))
        return said

    def _in_order(self, standing: Mapping[int, Said], ending: Mapping[int, int]) -> Iterator[Said]:
        """Yield all that is said, but for what stands with numbers, and in English articles and pronouns."""
        at = 0
        while at < len(self._words):
            end, word = ending.get(at, at + 1), self._words[at]
            first, last = self._parts[at], self._parts[end - 1]
            behind = self._text[last.end : last.end + 1]
            said = standing.get(at)
            if said is None and self._free[at]:
                said = Said(f"word {word}", "", "word")
                if word in self._known.negation:
                    said = Said("not", "", "negation")
                elif self._language == "en":
                    key = f"word {self._known.forms.get(word, word)}"
                    said = said._replace(key=key, led=self._led(at), owns=_owns(word, behind))
                    said = None if word in self._known.passing else said
            if said is not None and self._free[at]:
                ends = not (behind.isspace() or behind in tuple("-–—_") or _PART.match(behind))
                yield said._replace(shown=self._text[first.start : last.end], ends=ends)
            at = end

    def _led(self, at: int) -> str:
        """Return the preposition before a word; articles and what stands with numbers may be between."""
        before = -1 if self._words[at] in self._known.before else at - 1
        while before >= 0 and (self._words[before] in self._known.articles or not self._free[before]):
            before -= 1
        if before < 0 or self._text[self._parts[before].end : self._parts[before + 1].start].strip():
            return ""
        return self._words[before] if self._words[before] in self._known.before else ""

    def _is_dated(self, number: Found, months: Collection[int]) -> bool:
        """Tell whether a number is of a date: "4 January", "January 4, 2024", "2024-01-04", "4 de enero"."""
        near = (number.first - 2, number.first - 1, number.end, number.end + 1)
        start, end = self._parts[number.first].start, self._parts[number.end - 1].end
        before, behind = self._text[max(start - 2, 0) : start], self._text[end : end + 2]
        return bool(
            any(at in months for at in near) or _IN_DATE.fullmatch(before[::-1]) or _IN_DATE.fullmatch(behind)
        )

    def _counts(self, number: Found) -> bool:
        word = self._words[number.first]
        if word[0].isdigit() or number.value > 1:
            return True
        before = self._words[number.first - 1] if number.first else ""
        return self._language not in _ONE_IS_AN_ARTICLE and before not in _NO_NUMBER_BEFORE

    def _found(self, phrases: Phrases) -> Iterator[tuple[str, int, int]]:
        """Yield where phrases stand in what nothing was read of yet, longer ones first."""
        words = self._words
        standing = [
            (at, phrase)
            for at, word in enumerate(words)
            for phrase in phrases.get(word[:_BEGINNING], ())
            if len(phrase.words) <= len(words) - at
            and all(map(_fits, phrase.words, words[at : at + len(phrase.words)]))
        ]
        for at, (meaning, phrase) in sorted(standing, key=lambda each: -len(each[1].words)):
            end = at + len(phrase)
            if all(self._free[at:end]) and not self._is_month(meaning, at):
                yield meaning, at, end

    def _is_month(self, name: str, at: int) -> bool:
        """Tell "May" and "may" apart by the capital, at the beginning by the number behind it."""
        if self._words[at] != "may":
            return False
        capital = self._text[self._parts[at].start].isupper()
        followed = at + 1 < len(self._words) and self._words[at + 1][0].isdigit()
        named = capital and (at > 0 or followed)
        return named is (name == "possible")

    def _take(self, at: int, end: int) -> None:
        self._free[at:end] = [False] * (end - at)


def _owns(word: str, behind: str) -> bool:
    return behind == _OWNS or (word.endswith("s") and behind in ("'", "’"))


def _fits(pattern: str, word: str) -> bool:
    return word.startswith(pattern[:-1]) if pattern.endswith("*") else word == pattern


def _apart(text: str, language: str | None) -> str:
    """Return a text in which what is run together by an apostrophe stands apart."""
    if language == "fr":
        return _ELIDED.sub(r"\1 ", text)
    return _POSSESSIVE.sub(_OWNS, _NOT.sub(" not", text)) if language in (None, "en") else text


@cache
def _vocabulary(language: str) -> _Vocabulary:
    data = _read()[language]
    months = [(f"month {number}", words) for number, words in enumerate(data["months"], 1)]
    weekdays = [(f"weekday {number}", words) for number, words in enumerate(data["weekdays"])]
    added = [(words.split()[0], words) for words in data["added"]]
    listed = [data["number"].items(), data["kept"].items(), (*added, *months, *weekdays)]
    number, kept, more = (list(_phrases(each)) for each in listed)
    negation = frozenset(map(fold, data["negation"].split()))
    return _Vocabulary(
        negation,
        data["concord"],
        _by_beginning(number),
        _by_beginning(kept),
        _by_beginning(more),
        frozenset(data.get("articles", "").split()),
        frozenset(f"{data.get('articles', '')} {data.get('pronouns', '')}".split()),
        frozenset(data.get("before", "").split()),
        {form: forms.split()[0] for forms in data.get("forms", ()) for form in forms.split()},
    )


def _phrases(meanings: Iterable[tuple[str, str]]) -> Iterator[_Phrase]:
    for meaning, phrases in meanings:
        for phrase in phrases.split():
            words = (fold(word.removesuffix("*")) + "*" * word.endswith("*") for word in phrase.split("_"))
            yield _Phrase(meaning, tuple(words))


def _by_beginning(phrases: Iterable[_Phrase]) -> Phrases:
    found: dict[str, list[_Phrase]] = {}
    for phrase in phrases:
        found.setdefault(phrase.words[0].rstrip("*")[:_BEGINNING], []).append(phrase)
    return found


@cache
def _read() -> Mapping[str, Any]:
    path = resources.files("storage") / "domain" / "language" / "qualifiers.toml"
    return tomllib.loads(path.read_text("utf-8"))
