"""The words of dates, by language: what each may mean. Read once, when the first date is read.

Meanings are written as one sign each, by which the grammar tells them apart:

    n day or count   k count in words   o ordinal   r Roman number   z last two digits of a year
    m month   M month, shortened   w weekday   W weekday, shortened   y year   Y year and the next
    j "year" beside one   f date in digits   : time of day   @ at (a time)   U hour   G part of a day
    t time zone   e day from today   L year from this   N last night   Z in the night to   E feast
    u unit of time   l last, this, next   P past, up to now   a ago, behind   A ago, before
    p early, mid, late   s season   q Q quarter   h H half   c C century   x decade   X "decade"
    D decade beside it   F since   R from, of a range   T to   - dash   K until   B before   J after
    O onwards   b between   i and   v about   g glue
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

_LISTS = {
    "quarter": "q", "half": "h", "century": "c", "decade": "X", "ago": "a", "ago_before": "A", "since": "F",
    "range_from": "R", "until": "K", "to": "T", "before": "B", "after": "J", "between": "b", "and": "i",
    "about": "v", "at": "@", "past": "P",
    "onwards": "O", "year_words": "j", "glue": "g", "hours": "U", "night_to": "Z",
}  # fmt: skip
_SHORT_DAY = 4
_ELIDED = re.compile(r"\b[ld]'")
# Signs that are written for one another.
_HYPHENS = "\u2010\u2011\u2012\u2212\ufe63"
_ALIKE = str.maketrans(dict.fromkeys("’‘ʼ`´", "'") | dict.fromkeys(_HYPHENS, "-") | {"ё": "е", "ł": "l"})


class Meaning(NamedTuple):
    """What a word may mean: a sign, and the value that goes with it."""

    sign: str
    value: Any = None


Phrase = tuple[str, ...]


class Language(NamedTuple):
    """The words and phrases of a language, the single words in them, and how many the longest phrase has.

    `zones` are time zones by what the language calls them, `zone_words` what stands beside such a name.
    """

    code: str
    meanings: dict[Phrase, tuple[Meaning, ...]]
    words: frozenset[str]
    longest: int
    zones: dict[str, str]
    zone_words: frozenset[str]


def plain(text: str) -> str:
    """Return a text without case, apostrophes and accents of Latin letters, its digits those of ASCII."""
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_ALIKE)
    if "'" in folded:
        folded = _ELIDED.sub("", folded).replace("'", "")
    return folded if folded.isascii() else folded.translate(_BARE)


class _Bare(dict[int, str]):
    """What each sign is without its accent, a digit in ASCII; found when it is first met."""

    def __missing__(self, code: int) -> str:
        sign = str(unicodedata.decimal(chr(code), chr(code)))
        base = unicodedata.normalize("NFD", sign)[0]
        self[code] = bare = base if base.isascii() else sign
        return bare


_BARE = _Bare()


@cache
def languages() -> tuple[Language, ...]:
    """Return the languages that are read."""
    data = tomllib.loads(Path(__file__).with_name("vocabulary.toml").read_text(encoding="utf-8"))
    return tuple(_language(code, words) for code, words in data.items())


def _language(code: str, words: dict[str, Any]) -> Language:
    found: dict[Phrase, list[Meaning]] = {}
    for form, meaning in _forms(words):
        found.setdefault(form, []).append(meaning)
    meanings = {form: tuple(dict.fromkeys(given)) for form, given in found.items()}
    zones = {" ".join(form): name for name, line in words.get("zones", {}).items() for form in _split(line)}
    return Language(
        code,
        meanings,
        frozenset(word for form in meanings for word in form),
        max(map(len, meanings)),
        zones,
        frozenset(plain(words["zone_words"]).split()),
    )


def _forms(words: dict[str, Any]) -> Iterator[tuple[Phrase, Meaning]]:
    """Yield each form of a language's words with a meaning of it."""
    for number, line in enumerate(words["months"], 1):
        full = _split(line)
        for form in full:
            short = form != full[0] and full[0][0].startswith(form[0])
            yield form, Meaning("M" if short else "m", number)
    for number, line in enumerate(words["weekdays"]):
        for form in _split(line):
            yield form, Meaning("W" if len(form[0]) <= _SHORT_DAY else "w", number)
    for sign, listed in (
        ("e", {int(days): line for days, line in words["days"].items()}),
        ("L", {int(years): line for years, line in words.get("years", {}).items()}),
        ("N", {None: words.get("nights", "")}),
        ("E", {tuple(days.split()): line for days, line in words["feasts"].items()}),
        (":", {"12:00": words.get("noon", "")}),
        ("G", {None: words["day_parts"], "a": words["mornings"], "p": words["evenings"]}),
        ("u", words["units"]),
        ("k", dict(enumerate(words["numbers"], 1))),
        ("o", dict(enumerate(words["ordinals"], 1))),
        ("l", {int(step): line for step, line in words["which"].items()}),
        ("p", words["parts"]),
        ("s", dict(enumerate(words["seasons"], 21))),
        ("x", {int(year) // 10: line for year, line in words.get("decades", {}).items()}),
        ("D", {int(year) // 10: line for year, line in words.get("decades_beside", {}).items()}),
        ("r", {int(number): line for number, line in words["centuries"].items()}),
        *((sign, {None: words.get(name, "")}) for name, sign in _LISTS.items()),
    ):
        for value, line in listed.items():
            for form in _split(line):
                # One letter ("XIX в.") is a century only beside a Roman number.
                yield form, Meaning("C" if sign == "c" and len(form[0]) == 1 else sign, value)


def _split(line: str) -> list[Phrase]:
    return [tuple(re.split(r"[_-]", plain(word))) for word in line.split()]
