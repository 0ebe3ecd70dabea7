"""What is told of a date, and what it is read against."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple


class Time(NamedTuple):
    """What a text is read against: today, and the year of what is told without one.

    `turning` tells to read a range that ends before it begins, `ahead` that the next such weekday is meant.
    """

    today: date
    year: int
    dots_begin_with_days: bool = False
    turning: bool = False
    ahead: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """A date told: its beginning and end in EDTF, equal for one that is no interval.

    `yearless` tells that it has the year given, `relative` that it depends on today; `moments` are the dates
    that digits may mean, where there are several.
    """

    begin: str
    end: str
    yearless: bool = False
    relative: bool = False
    moments: tuple[str, ...] = ()

    @property
    def edtf(self) -> str:
        """Return the EDTF date."""
        return self.begin if self.begin == self.end else f"{self.begin}/{self.end}"


def one(edtf: str, *, relative: bool = False, yearless: bool = False) -> Told:
    """Return a date that is no interval."""
    return Told(edtf, edtf, yearless, relative)
