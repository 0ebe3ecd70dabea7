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

from bot.dates import record_words
from bot.dates import tokens as scanning
from bot.dates.clock import with_times, zone_named
from bot.dates.grammar import full_year
from bot.dates.ranges import range_of
from bot.dates.tokens import Piece
from bot.dates.told import Time, Told
from bot.dates.vocabulary import Language, Meaning, languages, plain
from storage.domain import dates

LONGEST = 60
MOST_PIECES = 14
# Words of the name of a time zone, and those beside it.
MOST_OF_A_ZONE = 5
_LEAP_YEAR = 2000
# A time of day, an hour or what is told beside it.
_BEFORE_A_ZONE = frozenset(":nUG")
# A day against which a date is read that depends on none.
_SOME_DAY = date(_LEAP_YEAR, 1, 1)
# Ways to understand one text in one language; more are not tried.
MOST_WAYS = 64
# A date without a year is looked for in so many years back: the 29th of February has one in eight.
YEARS_BACK = 8
_SHORT_YEARS = re.compile(r"(\d\d)(\d\d)-(\d\d)")
# What tells nothing beside its neighbour: "year" beside a year, "at" before a time, the dash of "mid-March".
_SILENT = re.compile(r"(?<=[yYzxXf])j|j(?=[yYzxXf])|(?<=[yYzxX]-[yYz])j|@(?=:)|(?<=p)-")
_YEARLESS = re.compile(r"\d{4}(-\d\d(?:-\d\d)?)")
# The last two digits of a year, marked as such.
_MARKED_YEAR = re.compile(r"(?<!\w)['’‘](\d\d)(?!\w)")
_ONE_SLASH = re.compile(r"([^/]+)/([^/]+)")


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


def read(text: str, today: date, *, language: str = "en", ahead: bool = False) -> Reading | None:
    """Return what a text tells, None for one that tells no date, or more than a date.

    `language` is that of the chat: with dots, days come first in all languages but English. `ahead` tells
    that a weekday is the next one, not the last.
    """
    said = text.strip()
    return _exact(said) or _in_words(said.rstrip("?!"), Time(today, today.year, ahead=ahead), language)


def told(text: str) -> str | None:
    """Return the EDTF date that a text tells whenever it is said; None if it tells none or several."""
    reading = read(text, _SOME_DAY)
    return reading.edtf if reading and not reading.relative else None


def turned(text: str, today: date, *, language: str = "en") -> Reading | None:
    """Return a range that ends before it begins, as if it were told the other way round; else None."""
    if read(text, today, language=language) is not None:
        return None
    said = text.strip().rstrip("?!")
    halves = _ONE_SLASH.fullmatch(said)
    ranged = f"{halves[1].rstrip()}..{halves[2].lstrip()}" if halves else said
    reading = _in_words(ranged, Time(today, today.year, turning=True), language)
    return replace(reading, said=said) if reading else None


def _in_words(said: str, time: Time, language: str) -> Reading | None:
    if not said or len(said) > LONGEST:
        return None
    marked = _MARKED_YEAR.sub(lambda match: f"{full_year(match[1], time.today):04}", said)
    parts = scanning.pieces(plain(marked))
    if not 0 < len(parts) <= MOST_PIECES or any(part.kind == "other" for part in parts):
        return None
    found = []
    # What has no words is read alike in all languages.
    spoken = languages() if any(part.kind == "word" for part in parts) else languages()[:1]
    for each in spoken:
        time = time._replace(dots_begin_with_days=language != "en" or each.code != "en")
        if made := _in_language(said, parts, each, time):
            found.append(made)
    return _merged(found)


def _exact(said: str) -> Reading | None:
    """Return a date that is EDTF already, or told as the record does; `2022-23` may be two years, too."""
    try:
        edtf = dates.canonical(said)
    except ValueError:
        recorded = record_words.read(said)
        return Reading(said, (recorded,)) if recorded else None
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
    if told is None and any(part.text.startswith("29") for part in parts):
        # The 29th of February is a day of no year or a leap year.
        leap = _told(parts, language, time._replace(year=_LEAP_YEAR))
        told = leap if leap and leap.yearless else None
    if told is None:
        return None
    if told.yearless:
        return _yearless(said, parts, language, time, told)
    if len(told.moments) > 1:
        return Reading(said, told.moments, Doubt.DAY, told.relative)
    return Reading(said, (told.edtf,), relative=told.relative) if dates.bounds(told.edtf)[0] else None


def _yearless(
    said: str, parts: Sequence[Piece], language: Language, time: Time, told: Told
) -> Reading | None:
    """Return a day or month of any year; of anything else the last two that have begun."""
    if days := [match[1] for each in told.moments if (match := _YEARLESS.fullmatch(each))]:
        return Reading(said, tuple(f"XXXX{each}" for each in days), Doubt.DAY)
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
        kept = _telling(with_times([meaning for meaning in way if meaning.sign != "g"]))
        signs = "".join(meaning.sign for meaning in kept)
        if signs and (told := range_of(signs, [meaning.value for meaning in kept], time)) is not None:
            return told
    return None


def _telling(way: Sequence[Meaning]) -> list[Meaning]:
    """Return the meanings that tell something: without the dash of `mid-March`."""
    signs = "".join(meaning.sign for meaning in way)
    silent = {match.start() for match in _SILENT.finditer(signs)}
    return [meaning for at, meaning in enumerate(way) if at not in silent]


def _tokens(parts: Sequence[Piece], language: Language) -> list[tuple[Meaning, ...]] | None:
    meanings, at = [], 0
    while at < len(parts):
        token = scanning.tokens(parts, language, at)
        if token is None:
            return None
        meanings.append(token.meanings)
        at = token.end
        if token.meanings[0].sign in _BEFORE_A_ZONE:
            zone, at = _zone(parts, language, at)
            meanings += [(Meaning("t", zone),)] if zone else []
    return meanings


def _zone(parts: Sequence[Piece], language: Language, at: int) -> tuple[str, int]:
    """Return the zones that the words from a piece on name, and where the piece behind them is."""
    for end in range(min(at + MOST_OF_A_ZONE, len(parts)), at, -1):
        words = tuple(part.text for part in parts[at:end])
        if all(part.kind == "word" for part in parts[at:end]) and (zone := zone_named(words, language)):
            return zone, end
    return "", at
