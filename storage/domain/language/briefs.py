"""Whether a brief agrees with its fact: it may say less than the statement, and nothing else.

It holds no number, name or date that is not in the statement or beside it, and keeps what makes the
statement less sure. Numbers in words and in digits are equal. Only words that qualify, numbers and names are
looked at: that a brief puts "fell" for "rose", or one name for the other, is left to whoever confirms it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from storage.domain.entries import FactState, FigureEntry
from storage.domain.language.qualifying import Reading, counts_negations, read
from storage.domain.language.stemming import stem_in, stemmed_itself
from storage.domain.language.stopwords import stopwords
from storage.domain.words import split, stem

# More is not told at once.
MOST_TOLD = 3
# Names that are inflected begin alike: Belarus and Belarusian, Москва and Москве.
_ALIKE, _ENDING = 4, 1
# What turns a word around: armed and unarmed.
_TURNING = ("un", "non", "dis", "in", "im", "il", "ir", "не", "ня", "nie")
# Smaller numbers are no years by themselves: they stand with a month.
_LEAST_YEAR = 1000
_ASIDE = re.compile(r"\([^()]*\)")
_WORD, _DAY = re.compile(r"[^\W\d_][\w'’-]*"), re.compile(r"\d{4}-\d{2}-\d{2}")


def disagreements(fact: FactState, names: Iterable[str], language: str | None) -> list[str]:
    """Return how a fact's brief disagrees with the fact; nothing where it agrees, or where there is none.

    `names` are those of speakers, places and whom the fact is about, as anybody writes them.
    """
    if fact.brief is None:
        return []
    statement, brief = read(fact.statement, language), read(fact.brief, language)
    sure, short = statement, brief
    if _ASIDE.search(fact.statement) and _ASIDE.search(fact.brief):
        # An aside may be kept in short.
        sure, short = (read(_ASIDE.sub(" ", text), language) for text in (fact.statement, fact.brief))
    beside = read(" ; ".join(_beside(fact, names)), language)
    found = (
        *_numbers(fact, statement, beside, brief),
        *_hedges(sure, short),
        *_negations(sure, short, language),
        *_additions(fact, statement, beside, brief),
        *_names(fact.brief, statement, beside, brief, language),
    )
    return list(dict.fromkeys(found))[:MOST_TOLD]


def _beside(fact: FactState, names: Iterable[str]) -> Iterator[str]:
    """Yield what stands on record beside the statement, and is as good as in it."""
    yield from names
    yield from filter(None, (fact.occasion, fact.date_note))
    for figure in fact.figures:
        yield _figure(figure)


def _figure(figure: FigureEntry) -> str:
    ends = " to ".join(f"{value:g}" for value in (figure.amount, figure.upper) if value is not None)
    return " ".join(filter(None, (figure.qualifier, ends or figure.words, figure.counts)))


def _numbers(fact: FactState, statement: Reading, beside: Reading, brief: Reading) -> Iterator[str]:
    known: dict[tuple[Decimal, bool], list[frozenset[str]]] = {}
    for value, hedges, dated in (*statement.numbers, *beside.numbers):
        known.setdefault((value, dated), []).append(hedges)
    of_dates = {Decimal(digits) for text in _dates(fact) for digits in re.findall(r"\d+", text)}
    for value, hedges, dated in brief.numbers:
        if (dated or value >= _LEAST_YEAR) and value in of_dates:
            continue
        if (value, dated) not in known:
            yield f"it says {_shown(value)}, which the statement does not"
        elif hedges not in known[value, dated]:
            yield f"“at least”, “about” or the like stands with {_shown(value)} in only one of the two"


def _shown(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _dates(fact: FactState) -> list[str]:
    return [text for text in (fact.occurred, *(item.said for item in fact.attributions)) if text]


def _hedges(statement: Reading, brief: Reading) -> Iterator[str]:
    for meaning in statement.kept.keys() - brief.kept.keys():
        yield f"the statement says “{statement.kept[meaning]}”, which it leaves out"
    for meaning in brief.kept.keys() - statement.kept.keys():
        yield f"it says “{brief.kept[meaning]}”, which the statement does not"


def _negations(statement: Reading, brief: Reading, language: str | None) -> Iterator[str]:
    ours, theirs = len(brief.negations), len(statement.negations)
    if bool(ours) != bool(theirs) or (counts_negations(language) and ours != theirs):
        if theirs > ours:
            yield f"the statement says “{statement.negations[ours]}”, which it leaves out"
        else:
            yield f"it says “{brief.negations[theirs]}”, which the statement does not"
    for one, other in ((statement.words, brief.words), (brief.words, statement.words)):
        for word in sorted(one - other):
            turned = {prefix + word for prefix in _TURNING} & (other - one)
            if len(word) >= _ALIKE and turned:
                yield f"“{word}” and “{min(turned)}” are not the same"


def _additions(fact: FactState, statement: Reading, beside: Reading, brief: Reading) -> Iterator[str]:
    known = {*statement.added, *beside.added, *_calendar(_dates(fact))}
    for meaning, word in brief.added.items():
        if meaning not in known:
            yield f"it says “{word}”, which the statement does not"


def _calendar(dates: Iterable[str]) -> Iterator[str]:
    """Yield the months and weekdays of dates."""
    for text in dates:
        for month in re.findall(r"\d{4}-(\d{2})", text):
            yield f"month {int(month)}"
        for day in _DAY.findall(text):
            try:
                yield f"weekday {date.fromisoformat(day).weekday()}"
            except ValueError:  # the year 0000 is none to Python
                continue


def _names(
    text: str, statement: Reading, beside: Reading, brief: Reading, language: str | None
) -> Iterator[str]:
    """Yield the words that may be names, by their capitals, and that the fact does not hold."""
    known = statement.words | beside.words
    stems = {_stem(word, language) for word in known}
    for match in _WORD.finditer(text):
        word = match[0]
        if not any(map(str.isupper, word)):
            continue
        for part in split(word):
            if not (
                len(part) == 1
                or part in known
                or _stem(part, language) in stems
                or part in stopwords(language)
                or _qualifies(part, brief.qualifying)
                or any(_inflected(part, other) for other in known)
            ):
                yield f"“{word}” is neither in the statement nor a name in the fact"


def _stem(word: str, language: str | None) -> str:
    return stem(word) if stemmed_itself(language) else stem_in(language, word)


def _qualifies(word: str, listed: Iterable[str]) -> bool:
    return any(word == each or (each.endswith("*") and word.startswith(each[:-1])) for each in listed)


def _inflected(one: str, other: str) -> bool:
    least = max(_ALIKE, min(len(one), len(other)) - _ENDING)
    return len(one) >= least <= len(other) and one[:least] == other[:least]
