"""The axis of time: from days to places, in order and to scale, but for long empty times."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, partial
from itertools import pairwise
from typing import NamedTuple

from bot.answers.date_text import in_short
from bot.pictures.paragraphs import TextLine, one_line
from bot.pictures.spans import Span
from storage.domain import dates

# Units that a day is wide at most: a day is a dot of this size, on every axis.
DAY = 8.0
# What is kept free on both sides, for ends that are open.
MARGIN = 18.0
# An empty time is cut short if it is so long, in days, and takes so much of what is left of the axis.
LONG, MUCH, MOST_CUTS, FEW = 8 * 365, 0.5, 4, 4
CUT = 26.0
LABEL = 11.5
_BETWEEN_LABELS = 12.0
# Units from one day that is marked to the next at least.
LEAST = 30.0
_DAYS, _MONTHS, _YEARS = (1, 2, 7, 14), (1, 3, 6), (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000)
_FIRST_YEAR, _LAST_YEAR = 0, 9_999


class Tick(NamedTuple):
    """A day's place on the axis, and how it is called there, where there is room for that."""

    x: float
    label: TextLine | None


class _Cut(NamedTuple):
    """An empty time that is cut short: from which day to which."""

    first: int
    last: int


class Axis:
    """Places of days from `left` on, `width` units wide: a later day is never before an earlier one."""

    def __init__(self, spans: Sequence[Span], left: float, width: float) -> None:
        self.left, self.right = left, left + width
        given = (day for each in spans for day in (each.first, each.last, each.begun, each.ending))
        ends = sorted({day for day in given if day is not None})
        if not ends:
            raise ValueError("no date has an end that is known")
        self._cuts = _cuts(ends)
        room = width - 2 * MARGIN
        length = ends[-1] - ends[0] - sum(cut.last - cut.first for cut in self._cuts)
        self.per_day = min(DAY, (room - CUT * len(self._cuts)) / max(length, 1))
        self._days, self._xs = self._knots(ends, left + MARGIN, room, length)

    def _knots(
        self, ends: Sequence[int], begin: float, room: float, length: int
    ) -> tuple[list[int], list[float]]:
        """Return days and their places; between them places are in proportion."""
        left = room - length * self.per_day
        # What the days leave free lies in the cuts, or on both sides.
        cut = left / len(self._cuts) if self._cuts else 0.0
        days, xs = [ends[0]], [begin + (0.0 if self._cuts else left / 2)]
        for each in self._cuts:
            days += [each.first, each.last]
            begins = xs[-1] + (each.first - days[-3]) * self.per_day
            xs += [begins, begins + cut]
        days.append(ends[-1] + 1)
        xs.append(xs[-1] + (days[-1] - days[-2]) * self.per_day)
        return days, xs

    @property
    def cuts(self) -> list[float]:
        """The places at which empty time is cut short."""
        return [(self.x(cut.first) + self.x(cut.last)) / 2 for cut in self._cuts]

    def x(self, day: int) -> float:
        """Return the place at which a day begins."""
        at = bisect_right(self._days, day) - 1
        if at < 0 or at >= len(self._days) - 1:
            at = 0 if at < 0 else len(self._days) - 1
            return self._xs[at] + (day - self._days[at]) * self.per_day
        share = (day - self._days[at]) / (self._days[at + 1] - self._days[at])
        return self._xs[at] + share * (self._xs[at + 1] - self._xs[at])

    @cached_property
    def ticks(self) -> list[Tick]:
        """The days that are marked, as many as can be called by their names."""
        parts = self._parts()
        for calendar in _calendars(LEAST / self.per_day):
            found = list(self._named(day for first, last in parts for day in calendar(first, last)))
            named = all(tick.label for tick in found)
            if named and all(any(self.x(a) <= tick.x <= self.x(b) for tick in found) for a, b in parts):
                return found
        # Between long empty times may lie a few days, and the beginning of no month.
        return [
            tick for tick in self._named((first, _iso(first) or "") for first, _last in parts) if tick.label
        ]

    def _parts(self) -> list[tuple[int, int]]:
        """Return the times that are to scale, up to both sides, and have room for a name: their days."""
        before = 0 if self._cuts else int((self._xs[0] - self.left) / self.per_day)
        behind = 0 if self._cuts else int((self.right - self._xs[-1]) / self.per_day)
        begins = (self._days[0] - before, *(cut.last for cut in self._cuts))
        ends = (*(cut.first for cut in self._cuts), self._days[-1] + behind)
        parts = list(zip(begins, ends, strict=True))
        return [each for each in parts if (each[1] - each[0]) * self.per_day >= LEAST] or parts

    def _named(self, days: Iterable[tuple[int, str]]) -> Iterator[Tick]:
        free = self.left
        for day, name in days:
            x = self.x(day)
            if not self.left <= x <= self.right:
                continue
            label = one_line(in_short(name), LABEL)
            fits = x >= free and x + 3 + label.width <= self.right
            if fits:
                free = x + 3 + label.width + _BETWEEN_LABELS
            # The last one may stand at the edge, where nothing can be written.
            elif x + 3 + label.width > self.right and x >= free - _BETWEEN_LABELS:
                continue
            yield Tick(x, label if fits else None)


def _cuts(ends: Sequence[int]) -> list[_Cut]:
    """Return the longest times in which nothing begins or ends, if they would leave the rest no room."""
    gaps = sorted(
        (_Cut(one, other) for one, other in pairwise(ends)),
        key=lambda gap: gap.first - gap.last,
    )
    left = ends[-1] - ends[0]
    found: list[_Cut] = []
    # Two dates have room, however far apart.
    for gap in gaps[: MOST_CUTS if len(ends) > FEW else 0]:
        length = gap.last - gap.first
        if length < LONG or length < MUCH * left or length == left:
            break
        found.append(gap)
        left -= length
    return sorted(found)


def _calendars(least: float) -> Iterator[Callable[[int, int], Iterator[tuple[int, str]]]]:
    """Yield calendars, each coarser than the one before: days of a time by number, and their names (EDTF).

    Each has `least` days at least from one to the next.
    """
    for calendar, days, steps in ((_days, 1, _DAYS), (_months, 31, _MONTHS), (_years, 366, _YEARS)):
        for step in steps:
            if days * step >= least:
                yield partial(calendar, step)


def _days(step: int, first: int, last: int) -> Iterator[tuple[int, str]]:
    for day in range(-(-first // step) * step, last + 1, step):
        if (name := _iso(day)) is not None:
            yield day, name


def _months(step: int, first: int, last: int) -> Iterator[tuple[int, str]]:
    for year in range(_year(first), _year(last) + 1):
        for month in range(1, 13, step):
            day = dates.number(f"{year:04}-{month:02}-01")
            if first <= day <= last:
                yield day, f"{year:04}-{month:02}"


def _years(step: int, first: int, last: int) -> Iterator[tuple[int, str]]:
    for year in range(_year(first) // step * step, _year(last) + 1, step):
        day = dates.number(f"{year:04}-01-01")
        if first <= day <= last:
            yield day, f"{year:04}"


def _year(day: int) -> int:
    """Return the year of a day by its number, within the calendar of the record."""
    # Four hundred years have 146,097 days: so the guess is right, or one too high.
    guess = min(max(day * 400 // 146_097 + 1, _FIRST_YEAR), _LAST_YEAR)
    while guess > _FIRST_YEAR and dates.number(f"{guess:04}-01-01") > day:
        guess -= 1
    return guess


def _iso(day: int) -> str | None:
    """Return a day by its number as ISO writes it; None outside of the calendar."""
    year = _year(day)
    within = day - dates.number(f"{year:04}-01-01")
    for month in range(12, 0, -1):
        before = dates.number(f"{year:04}-{month:02}-01") - dates.number(f"{year:04}-01-01")
        if within >= before:
            number = within - before + 1
            return f"{year:04}-{month:02}-{number:02}" if number <= 31 else None
    return None
