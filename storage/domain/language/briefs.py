"""Whether a brief agrees with its fact: it says less than the statement, in its words and their order.

A brief leaves words out. What it has are words of the statement, in its order; in English in any of their
forms, with articles and pronouns as needed; elsewhere in the same form, for there forms tell who does what.
Words that qualify alike are one ("may", "might"), so are numbers in words and in digits. A number keeps the
word behind it, a word the preposition before it. A brief keeps what makes the statement less sure. Names,
figures and dates that stand beside the statement are as good as in it. What is left out may still change what
is said ("the mayor said his son was arrested"): that is left to whoever confirms it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from storage.domain.entries import FactState, FigureEntry
from storage.domain.language.qualifying import Reading, Said, counts_negations, read
from storage.domain.language.stopwords import stopwords
from storage.domain.words import split, stem

# Names that are inflected begin alike: Belarus and Belarusian, Москва and Москве.
_ALIKE, _ENDING = 4, 1
# Smaller numbers are no years by themselves: they stand with a month.
_LEAST_YEAR = 1000
_YEAR = re.compile(r"[12]\d{3}")
_ASIDE = re.compile(r"\([^()]*\)")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def disagreements(fact: FactState, names: Iterable[str], language: str | None) -> list[str]:
    """Return how a fact's brief disagrees with the fact; nothing where it agrees, or where there is none.

    `names` are those of speakers, places and whom the fact is about, as anybody writes them.
    """
    if fact.brief is None:
        return []
    if language is None and not set(split(fact.statement)).isdisjoint(stopwords("en")):
        language = "en"
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
        *_Words(fact, statement, beside, language).wrong(brief.said),
    )
    return list(dict.fromkeys(found))


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
    if left := [word for meaning, word in statement.kept.items() if meaning not in brief.kept]:
        yield _left_out(left)
    if more := [word for meaning, word in brief.kept.items() if meaning not in statement.kept]:
        yield _put_in(more)


def _negations(statement: Reading, brief: Reading, language: str | None) -> Iterator[str]:
    ours, theirs = len(brief.negations), len(statement.negations)
    if bool(ours) != bool(theirs) or (counts_negations(language) and ours != theirs):
        left = [word for word in statement.negations if word not in brief.negations]
        more = [word for word in brief.negations if word not in statement.negations]
        if theirs > ours:
            yield _left_out(left or statement.negations[ours:])
        else:
            yield _put_in(more or brief.negations[theirs:])


def _left_out(words: Sequence[str]) -> str:
    return f"the statement says {_list([f'“{word}”' for word in words])}, which it leaves out"


def _put_in(words: Sequence[str]) -> str:
    return f"it says {_list([f'“{word}”' for word in words])}, which the statement does not"


class _Words:
    """The words of a statement, against which those of a brief are held."""

    def __init__(self, fact: FactState, statement: Reading, beside: Reading, language: str | None) -> None:
        self._english, self._grammar = language == "en", stopwords(language)
        self._said = statement.said
        self._places: dict[str, list[int]] = {}
        for here, each in enumerate(self._said):
            self._places.setdefault(self._key(each), []).append(here)
        self._beside = {self._key(each) for each in beside.said}
        self._beside |= {f"added {meaning}" for meaning in _calendar(_dates(fact))}

    def wrong(self, brief: Sequence[Said]) -> Iterator[str]:
        """Yield which words the statement does not have, and which stand elsewhere in it."""
        missing: list[str] = []
        misplaced: list[str] = []
        at, last = 0, ""
        for n, each in enumerate(brief):
            behind = brief[n + 1] if n + 1 < len(brief) else None
            if not (places := self._found(each)):
                if not self._stands_beside(each, behind):
                    missing.append(self._missing(each))
                continue
            fitting = [here for here in places if not self._unfit(each, here, behind)]
            if (place := next((here for here in fitting if here >= at), None)) is not None:
                at, last = place + 1, each.shown
            elif fitting:
                misplaced.append(
                    f"“{each.shown}” does not stand behind “{last}” in the statement: keep its order"
                )
            else:
                misplaced.append(self._unfit(each, places[0], behind))
        if missing:
            yield f"{_list(missing)} {'is' if len(missing) == 1 else 'are'} not in the statement"
        yield from misplaced

    def _key(self, said: Said) -> str:
        return f"word {stem(said.key[5:])}" if self._english and said.kind == "word" else said.key

    def _found(self, said: Said) -> Sequence[int]:
        """Return where the statement has a word; in English a name also as another form of it."""
        if (places := self._places.get(self._key(said))) or not (self._english and _is_name(said)):
            return places or ()
        return [n for n, each in enumerate(self._said) if _is_name(each) and _inflected(said.key, each.key)]

    def _stands_beside(self, said: Said, behind: Said | None) -> bool:
        """Tell whether a word that is not in the statement stands beside it, or leads what does."""
        if said.kind in ("number", "kept", "negation"):
            return True  # or it is told with what makes the statement less sure
        if not self._english and self._other_form(said):
            return False
        key = self._key(said)
        if key in self._beside or (_is_name(said) and any(_inflected(key, each) for each in self._beside)):
            return True
        leads = behind is not None and said.key.removeprefix("word ") in self._grammar
        return leads and behind is not None and not self._found(behind) and self._stands_beside(behind, None)

    def _other_form(self, said: Said) -> Said | None:
        return next((each for each in self._said if _inflected(said.key, each.key)), None)

    def _missing(self, said: Said) -> str:
        other = None if self._english else self._other_form(said)
        return f"“{said.shown}”" if other is None else f"“{said.shown}” (it says “{other.shown}”)"

    def _unfit(self, said: Said, here: int, behind: Said | None) -> str:
        """Return what of a word's neighbours in the statement it lacks; nothing where it fits."""
        other = self._said[here]
        if said.kind == "number" and (unit := self._unit(here)) is not None:
            alone = unit.key.removeprefix("word ") in self._grammar and self._stands_alone(said, behind)
            if not alone and (behind is None or here + 1 not in self._found(behind)):
                return f"“{said.shown} {unit.shown}” is one in the statement: keep both"
        if said.owns != other.owns:
            return f"“{said.shown}” stands as “{other.shown}{'’s' if other.owns else ''}” in the statement"
        if other.led and not said.led:
            return f"“{said.shown}” stands behind “{other.led}” in the statement: keep both"
        return ""

    def _stands_alone(self, number: Said, behind: Said | None) -> bool:
        return behind is None or number.ends or behind.key.removeprefix("word ") in self._grammar

    def _unit(self, at: int) -> Said | None:
        """Return the word that a number keeps: the one behind it, if no sign parts them; a year has none."""
        said = self._said[at]
        if said.ends or at + 1 == len(self._said) or _YEAR.fullmatch(said.shown):
            return None
        return self._said[at + 1]


def _list(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


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


def _is_name(said: Said) -> bool:
    """Tell whether a word may be a name, by its capital."""
    return said.kind == "word" and said.shown[:1].isupper()


def _inflected(one: str, other: str) -> bool:
    """Tell whether two words begin alike; each has `word ` before it."""
    if not (one.startswith("word ") and other.startswith("word ")):
        return False
    one, other = one[5:], other[5:]
    least = max(_ALIKE, min(len(one), len(other)) - _ENDING)
    return len(one) >= least <= len(other) and one[:least] == other[:least]
