"""The days that a date may mean, as a picture shows them: never fewer than the date leaves open. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from storage.domain import dates
from storage.domain.models import Fact

_SEASON = re.compile(r"([0-9X]{4})[?~%]?-[?~%]?(2[1-9]|3[0-2])(?![0-9])")
# Seasons that go on into the next year, or began in the year before: all of that may be meant.
_OVER_NEW_YEAR = frozenset(("24", "28", "30"))
_DAYS_BEFORE, _DAYS_AFTER = 31, 60


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `first` up to, not including, `last`, by their numbers; None for an end that is open.

    `begun` is up to where the given beginning of an open end reaches, `ending` from where the given end does.
    If it is `rough`, some of these days are meant, or they are uncertain; if `about`, days around them too.
    """

    first: int | None
    last: int | None
    begun: int | None = None
    ending: int | None = None
    rough: bool = False
    about: bool = False

    @property
    def is_day(self) -> bool:
        """Whether it is exactly one day."""
        return self.first is not None and self.last == self.first + 1


def date_of(fact: Fact) -> str | None:
    """Return the date (EDTF) under which a timeline shows a fact: when it occurred, else was said."""
    return fact.occurred or fact.attributions[0].said


def span_of(edtf: str) -> Span | None:
    """Return the days that a date may mean; None where it has no year, or is no date."""
    first_day, last_day = dates.bounds(edtf)
    if first_day is None or last_day is None:
        return None
    first = None if first_day == dates.FIRST else dates.number(first_day)
    last = None if last_day == dates.LAST else dates.number(last_day) + 1
    seasons = _SEASON.findall(edtf)
    if any(season in _OVER_NEW_YEAR for _year, season in seasons):
        first = None if first is None else dates.number(f"{first_day[:4]}-01-01") - _DAYS_BEFORE
        last = None if last is None else last + _DAYS_AFTER
    return Span(
        first,
        last,
        begun=_end_of(edtf, -1) if last is None else None,
        ending=_end_of(edtf, 0) if first is None else None,
        rough=any(sign in edtf for sign in "?~%X[{") or bool(seasons),
        about=any(sign in edtf for sign in "~%") or bool(seasons),
    )


def _end_of(edtf: str, side: int) -> int | None:
    """Return where the one end that an interval gives ends (`side` -1) or begins (0)."""
    given = [each for each in re.split(r"/|\.\.", edtf.strip("[]{}")) if each]
    # Of a set, what is known of its parts would not be its end.
    if len(given) != 1 or "," in given[0]:
        return None
    first_day, last_day = dates.bounds(given[0])
    if first_day is None or last_day is None:
        return None
    return dates.number(last_day) + 1 if side else dates.number(first_day)
