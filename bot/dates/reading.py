"""Read a date as people type it, in any of eight languages, against a day that is today.

The date is EDTF. Where the words may mean several dates, all of them are told and none is chosen: digits that
may be two days (3/4/2024), a range without its year. A text is read word by word with the vocabulary of each
language, and only if every word of it tells a date: there is no guessing around the others. dateparser was
tried: it reads many of the tests' dates to a wrong day ("Q1 2024" to 1 March, "the 1990s" to today), and its
first use takes half a second.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from itertools import islice, product

from bot.dates import tokens as scanning
from bot.dates.ranges import range_of
from bot.dates.tokens import Piece
from bot.dates.told import Time, Told
from bot.dates.vocabulary import Language, Meaning, languages, plain
from storage.domain import dates

LONGEST = 60
MOST_PIECES = 14
# Ways to understand one text in one language; more are not tried.
MOST_WAYS = 64
# A date without a year is looked for in so many years back: the 29th of February has one in eight.
YEARS_BACK = 8
_SHORT_YEARS = re.compile(r"(\d\d)(\d\d)-(\d\d)")
# What tells nothing beside its neighbour: "year" beside a year, "at" before a time, the dash of "mid-March".
_SILENT = re.compile(r"(?<=[yYzxXf])j|j(?=[yYzxXf])|(?<=[yYzxX]-[yYz])j|@(?=:)|(?<=p)-")
_YEARLESS = re.compile(r"\d{4}(-\d\d(?:-\d\d)?)")


class Doubt(Enum):
    """Why a text may mean several dates."""

    DAY = "day"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text tells: the words, and the EDTF dates that they may mean, the likeliest first.

    `relative` tells that the date depends on the day on which the words were said.
    """

    said: str
    choices: tuple[str, ...]
    doubt: Doubt | None = None
    relative: bool = False

    @property
    def edtf(self) -> str | None:
        """Return the date that is meant, None where there are several."""
        return self.choices[0] if len(self.choices) == 1 else None


def read(text: str, today: date, *, language: str = "en") -> Reading | None:
    """Return what a text tells, None for one that tells no date, or more than a date.

    `language` is that of the chat: with dots, days come first in all languages but English.
    """
    said = text.strip().rstrip("?!")
    if not said or len(said) > LONGEST:
        return None
    if (exact := _exact(said)) is not None:
        return exact
    parts = scanning.pieces(plain(said))
    if not 0 < len(parts) <= MOST_PIECES or any(part.kind == "other" for part in parts):
        return None
    time = Time(today, today.year)
    found = []
    # What has no words is read alike in all languages.
    spoken = languages() if any(part.kind == "word" for part in parts) else languages()[:1]
    for each in spoken:
        time = time._replace(dots_begin_with_days=language != "en" or each.code != "en")
        if made := _in_language(said, parts, each, time):
            found.append(made)
    return _merged(found)


def _exact(said: str) -> Reading | None:
    """Return a date that is EDTF already; `2022-23` may be two years, too."""
    try:
        edtf = dates.canonical(said)
    except ValueError:
        return None
    match = _SHORT_YEARS.fullmatch(said)
    if match and (int(match[2]) + 1) % 100 == int(match[3]):
        return Reading(said, (f"{match[1]}{match[2]}/{int(said[:4]) + 1}", edtf), Doubt.DAY)
    return Reading(said, (edtf,))


def _merged(found: Sequence[Reading]) -> Reading | None:
    """Return what several languages make of a text: all that it may mean."""
    if not found:
        return None
    choices = tuple(dict.fromkeys(choice for each in found for choice in each.choices))
    doubt = found[0].doubt if all(each.choices == found[0].choices for each in found) else Doubt.DAY
    return replace(found[0], choices=choices, doubt=doubt if len(choices) > 1 else None)


def _in_language(said: str, parts: Sequence[Piece], language: Language, time: Time) -> Reading | None:
    """Return what a text tells in one language."""
    told = _told(parts, language, time)
    if told is None:
        return None
    if told.yearless:
        return _yearless(said, parts, language, time, told)
    if len(told.moments) > 1:
        return Reading(said, told.moments, Doubt.DAY)
    return Reading(said, (told.edtf,), relative=told.relative) if dates.bounds(told.edtf)[0] else None


def _yearless(
    said: str, parts: Sequence[Piece], language: Language, time: Time, told: Told
) -> Reading | None:
    """Return a day or month of any year; of anything else the last two that have begun."""
    if match := _YEARLESS.fullmatch(told.edtf):
        return Reading(said, (f"XXXX{match[1]}",))
    choices: list[str] = []
    for year in range(time.year, time.year - YEARS_BACK, -1):
        found = _told(parts, language, time._replace(year=year))
        begins = dates.bounds(found.edtf.removeprefix("../") if found else "")[0]
        if found and begins and begins <= time.today.isoformat():
            choices.append(found.edtf)
    return Reading(said, tuple(choices[:2]), Doubt.YEAR) if choices else None


def _told(parts: Sequence[Piece], language: Language, time: Time) -> Told | None:
    """Return what the pieces of a text tell in a language; None if some word of it is none of a date."""
    found = _tokens(parts, language)
    if found is None:
        return None
    for way in islice(product(*found), MOST_WAYS):
        kept = _telling(way)
        signs = "".join(meaning.sign for meaning in kept)
        if signs and (told := range_of(signs, [meaning.value for meaning in kept], time)) is not None:
            return told
    return None


def _telling(way: Sequence[Meaning]) -> list[Meaning]:
    """Return the meanings that tell something: without glue, and the dash of `mid-March`."""
    signs = "".join(meaning.sign for meaning in way if meaning.sign not in "gG")
    kept = [meaning for meaning in way if meaning.sign not in "gG"]
    silent = {match.start() for match in _SILENT.finditer(signs)}
    return [meaning for at, meaning in enumerate(kept) if at not in silent]


def _tokens(parts: Sequence[Piece], language: Language) -> list[tuple[Meaning, ...]] | None:
    meanings, at = [], 0
    while at < len(parts):
        token = scanning.tokens(parts, language, at)
        if token is None:
            return None
        meanings.append(token.meanings)
        at = token.end
    return meanings
