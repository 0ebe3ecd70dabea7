"""Dates of the story in EDTF (ISO 8601-2): checking, and the days that they may mean."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from storage.domain.date_forms import FIRST, LAST, LONGEST, MOMENT, days_of, is_form, is_written_as_a_date

__all__ = [
    "FIRST", "LAST", "LASTING", "MOMENT", "Span", "bounds", "canonical", "days_before", "lasting",
    "number", "on_record", "span",
]  # fmt: skip

# How many days apart first and last day of a day, a month and a year are at most.
LASTING = (0, 30, 365)
_DAYS_OF_400_YEARS = 146_097


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `earliest` to `latest` inclusive (ISO); `yearless` is MM or MM-DD where no year is given."""

    earliest: str
    latest: str
    yearless: str | None = None


def canonical(text: str) -> str:
    """Return the EDTF date itself, checked. Raises ValueError saying what to write instead."""
    if _is_form(text):
        return text
    raise ValueError(
        f"{text[:40]!r} is not a date: write 2024-01-04, 2024-01, 2024, 2023/2024 (a range),"
        " XXXX-07-18 (year not given) or 2023-07-18? (uncertain)"
    )


def on_record(text: str) -> str:
    """Return a date that the record holds, also one that only an earlier version took.

    It is shown as it is, and stands for no days. Raises ValueError for what was never a date.
    """
    return text if is_written_as_a_date(text) else canonical(text)


def bounds(text: str) -> tuple[str, str] | tuple[None, None]:
    """Return the first and last day (ISO) that an EDTF date may mean; none where the year is open."""
    found = None if text.startswith("XXXX") else _days_of(text)
    return (None, None) if found in (None, (FIRST, LAST)) else found


def span(edtf: str) -> Span | None:
    """Return the days that an EDTF date may mean; None for other texts and ranges without a year."""
    days = _days_of(edtf) if _is_form(edtf) else None
    if days is None:
        return None
    if edtf.startswith("XXXX-") and "/" not in edtf:
        return Span(FIRST, LAST, re.sub(r"[?~%]", "", edtf[5:]))
    return None if "XXXX" in edtf else Span(*days)


def _days_of(text: str) -> tuple[str, str] | None:
    return _days_of_short(text) if len(text) <= LONGEST else None


# What is kept is short, whatever people write.
@lru_cache(maxsize=16_384)
def _days_of_short(text: str) -> tuple[str, str] | None:
    return days_of(text)


def _is_form(text: str) -> bool:
    return len(text) <= LONGEST and _is_form_short(text)


@lru_cache(maxsize=16_384)
def _is_form_short(text: str) -> bool:
    return is_form(text)


def lasting(earliest: str, latest: str) -> int:
    """Return how long a span of ISO days is: 0 a day, 1 at most a month, 2 at most a year, 3 longer."""
    days = number(latest) - number(earliest)
    return next((length for length, most in enumerate(LASTING) if days <= most), len(LASTING))


def number(day: str) -> int:
    """Return the number of an ISO day; the year 0000, which Python's dates lack, is as long as 0400."""
    if day.startswith("0000"):
        return date.fromisoformat(f"0400{day[4:]}").toordinal() - _DAYS_OF_400_YEARS
    return date.fromisoformat(day).toordinal()


def days_before(day: str, days: int) -> str:
    """Return the ISO day that is `days` before another, at earliest the first day of the calendar."""
    try:
        return (date.fromisoformat(day) - timedelta(days=days)).isoformat()
    except (ValueError, OverflowError):
        return FIRST
