"""Find the date in a question, among words that are none.

Only what has the shape of a date is read: with digits, from today ("last week", "vor zwei Tagen"), or
behind a preposition ("since May"). So "may", "sat" and "the march" stay words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from itertools import islice, pairwise
from typing import NamedTuple

from bot.dates.reading import LONGEST, Doubt, Reading, read
from bot.dates.vocabulary import languages, plain
from storage.domain.words import STOPWORDS

# A question's first so many words are searched, for dates of so many words.
MOST_WORDS, MOST_OF_A_DATE = 100, 9
# So many words in a row that all may belong to dates are no sentence.
LONGEST_RUN = 24
# Letters that may stand beside digits in one word: "5th", "2023r", "14h30".
MOST_BESIDE_DIGITS = 3
# Texts that are tried as a date; a question holds few that look like one.
MOST_TRIED = 10
_WORD = re.compile(r"[^\s?!;]+")
_LETTERS = re.compile(r"[^\W\d_]+")
_SHAPED = re.compile(
    r"(?<!\w)['’‘]\d\d(?!\w)|\b\d{8}\b|\d{1,4}[-/.]\d{1,2}([-/.]\d{1,4})?|\d{4}(?:\.\.|/|-)\d{4}|\d{3}0s|\d{2}XX|\d{3}X"
)
_TWO_YEARS = re.compile(r"\d{4}/\d{4}")
_EIGHT_DIGITS = re.compile(r"\d{8}")
_SHORTEST = 3
_ARTICLE = frozenset("the a an le la les el los las der die das dem den".split())
# Days from today that mean nothing else in another language ("hier", "morgen").
_ALONE = frozenset(
    "yesterday today tomorrow вчора учора сьогодні позавчора вчера сегодня позавчера сёння пазаўчора заўчора"
    " wczoraj dzisiaj dziś przedwczoraj gestern heute vorgestern ayer anteayer".split()
)


class Found(NamedTuple):
    """A date in a question: its words as written, and what they tell."""

    words: str
    reading: Reading


class _Word(NamedTuple):
    start: int
    end: int
    folded: str
    digits: bool
    shaped: bool


def find(text: str, today: date, *, language: str = "en") -> Found | None:
    """Return the longest date in a text, the first of several; None if there is none."""
    words = [_word(match) for match in islice(_WORD.finditer(text), MOST_WORDS)]
    tried: set[str] = set()
    counting: set[int] = set()
    for first, last in _windows(words):
        piece = text[words[first].start : words[last - 1].end].strip(",")
        if piece in tried or len(piece) > LONGEST or not counting.isdisjoint(range(first, last)):
            continue
        if len(tried) >= MOST_TRIED:
            break
        tried.add(piece)
        reading = read(piece, today, language=language)
        if reading is None or not _has_shape(words[first:last], piece, reading):
            continue
        if not _counts(reading, text[words[last - 1].end :]):
            return _shortest(text, words[first:last], Found(piece, reading), today, language)
        counting.update(range(first, last))
    return None


def _word(match: re.Match[str]) -> _Word:
    folded = plain(match[0])
    return _Word(
        *match.span(), folded.strip(",.:()"), any(mark.isdigit() for mark in folded), _is_shaped(match[0])
    )


def _is_shaped(written: str) -> bool:
    return bool(_SHAPED.search(written.upper()))


def _windows(words: Sequence[_Word]) -> Iterator[tuple[int, int]]:
    """Yield the parts of a text that may be dates, the longest first: words that one language dates with."""
    spans: set[tuple[int, int]] = set()
    known = [_languages_of(word) for word in words]
    for language in frozenset().union(*known):
        ends = [at for at, spoken in enumerate(known) if language not in spoken]
        for before, after in pairwise((-1, *ends, len(words))):
            if after - before > LONGEST_RUN:
                continue
            spans.update(
                (first, first + size)
                for first in range(before + 1, after)
                for size in range(1, min(after - first, MOST_OF_A_DATE) + 1)
                if size > 1 or _may_stand_alone(words[first])
            )
    yield from sorted(spans, key=lambda span: (span[0] - span[1], span[0]))


def _languages_of(word: _Word) -> frozenset[str]:
    """Return the languages whose dates may have a word in them."""
    every, speaking = _speaking()
    for part in _LETTERS.findall(word.folded):
        if len(part) > MOST_BESIDE_DIGITS or not word.digits:
            every = every & speaking.get(part, frozenset())
    return every


@cache
def _speaking() -> tuple[frozenset[str], dict[str, frozenset[str]]]:
    """Return the languages that are read, and those that date with a word, by the word."""
    found: dict[str, set[str]] = {}
    for language in languages():
        for word in language.words:
            found.setdefault(word, set()).add(language.code)
    every = frozenset(language.code for language in languages())
    return every, {word: frozenset(codes) for word, codes in found.items()}


def _may_stand_alone(word: _Word) -> bool:
    """Tell whether one word may be a date: with digits, or a day told from today."""
    return word.folded in _ALONE_PLAIN or word.shaped


_ALONE_PLAIN = frozenset(map(plain, _ALONE))


def _has_shape(words: Sequence[_Word], piece: str, reading: Reading) -> bool:
    """Tell whether a text that can be read as a date is meant as one among other words."""
    if words[0].folded == "from" and reading.choices[0].endswith("/.."):
        return False  # "the call from July" is July's, not since July
    if any(word.digits for word in words):
        return len(words) > 1 or _is_shaped(piece)
    if reading.relative:
        return len(words) > 1 or words[0].folded in _ALONE_PLAIN
    if (reading.doubt is Doubt.YEAR or reading.choices[0].startswith("XXXX")) and not _names_a_month(words):
        return False  # "the New Year's Eve party" is what something is called
    # Short words alone are of grammar: "i w" is Polish for "and in", not the first century.
    long = any(len(word.folded) >= _SHORTEST for word in words)
    return long and not _ARTICLE & {word.folded for word in words} and len(words) > 1


def _names_a_month(words: Sequence[_Word]) -> bool:
    return any(
        meaning.sign in "mM"
        for language in languages()
        for word in words
        for meaning in language.meanings.get((word.folded,), ())
    )


def _counts(reading: Reading, rest: str) -> bool:
    """Tell whether numbers count the word behind them: "between 2000 and 2400 children"."""
    following = re.match(r"\s([^\W\d_]+)", rest)
    two_years = len(reading.choices) == 1 and _TWO_YEARS.fullmatch(reading.choices[0])
    numbers = two_years or _EIGHT_DIGITS.fullmatch(reading.said)
    return bool(numbers and following and following[1].casefold() not in STOPWORDS)


def _shortest(text: str, words: Sequence[_Word], found: Found, today: date, language: str) -> Found:
    """Leave out the words at its ends that tell nothing: "on 18 July in" is 18 July."""
    first, last = 0, len(words)
    for step in (1, -1):
        while last - first > 1:
            begin, end = (first + 1, last) if step > 0 else (first, last - 1)
            piece = text[words[begin].start : words[end - 1].end].strip(",")
            shorter = read(piece, today, language=language)
            if shorter is None or shorter.choices != found.reading.choices:
                break
            found, first, last = Found(piece, shorter), begin, end
    return found
