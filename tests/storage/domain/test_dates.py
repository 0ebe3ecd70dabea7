"""Dates in EDTF: which are taken, and the days that they may mean."""

from __future__ import annotations

import calendar
from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.domain import dates
from storage.domain.dates import FIRST, LAST, Span


def test_what_a_date_may_mean(subtests):
    for text, first, last in [
        ("2024", "2024-01-01", "2024-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2023-02", "2023-02-01", "2023-02-28"),
        ("2024-01-04", "2024-01-04", "2024-01-04"),
        ("2023-07-18?", "2023-07-18", "2023-07-18"),
        ("2022/2023", "2022-01-01", "2023-12-31"),
        ("2023-05-01/2023-05-03", "2023-05-01", "2023-05-03"),
        ("202X", "2020-01-01", "2029-12-31"),
        ("XXXX-07-18", None, None),
    ]:
        with subtests.test(text=text):
            assert dates.canonical(text) == text
            assert dates.bounds(text) == (first, last)


def test_the_span_of_a_date(subtests):
    for text, span in [
        ("2023", Span("2023-01-01", "2023-12-31")),
        ("2023?", Span("2023-01-01", "2023-12-31")),
        ("2023-03-01/2023-03-05", Span("2023-03-01", "2023-03-05")),
        ("2023/..", Span("2023-01-01", LAST)),
        ("2024-01-04T14:30+02:00", Span("2024-01-04", "2024-01-04")),
        ("XXXX-07-18", Span(FIRST, LAST, "07-18")),
        ("XXXX-07?", Span(FIRST, LAST, "07")),
        ("XXXX-07-18/XXXX-07-20", None),
        ("XXXX", None),
        ("2024/2023", None),
        ("18 July 2023", None),
        ("", None),
    ]:
        with subtests.test(text=text):
            assert dates.span(text) == span


def test_what_is_no_date_is_refused_with_examples(subtests):
    for text in [
        "2023-02-30",
        "2023-13",
        "2023-00-10",
        "",
        " 2024-01-04",
        "2024-01-04 ",
        "May",
        "18 July",
        "yesterday",
        "2023-2-3",
        "20230101x",
        "x" * 500,
        "'; DROP TABLE",
        "2023-01-01\x00",
        "99999",
        "2025/2024",
    ]:
        refused = pytest.raises(ValueError, match=r"is not a date: write 2024-01-04")
        with subtests.test(text=text), refused:
            dates.canonical(text)


@given(st.dates(min_value=date(1, 1, 1)))
def test_every_day_is_its_own_bounds(day):
    text = day.isoformat()
    assert dates.canonical(text) == text
    assert dates.bounds(text) == (text, text)
    assert dates.span(text) == Span(text, text)


@given(st.integers(1, 9999), st.integers(1, 12))
def test_every_month_is_bounded_by_its_days(year, month):
    text = f"{year:04d}-{month:02d}"
    assert dates.canonical(text) == text
    last = calendar.monthrange(year, month)[1]
    assert dates.bounds(text) == (f"{text}-01", f"{text}-{last:02d}")


# Years, months, days and what may follow: put together, some of it is a date.
PARTS = [text.split("|") for text in ("2024|9999|202X|XXXX|Y", "|-02|-13", "|-29|-31", "|?|/2025")]


def read(text):
    """Return a date with its bounds seen to be in order; nothing for a text that is refused."""
    try:
        canonical = dates.canonical(text)
    except ValueError:
        return []
    first, last = dates.bounds(canonical)
    assert (first is None and last is None) or first <= last
    return [canonical]


def test_what_dates_are_made_of_is_a_date_with_ordered_bounds_or_refused():
    found = [each for parts in product(*PARTS) for each in read("".join(parts))]
    assert len(found) > 20


@given(st.text(max_size=50))
def test_any_text_is_a_date_with_ordered_bounds_or_refused(text):
    read(text)


def test_how_long_a_span_lasts(subtests):
    for first, last, number in [
        ("2024-01-04", "2024-01-04", 0),
        ("2024-01-01", "2024-01-31", 1),
        ("2024-01-01", "2024-12-31", 2),
        ("2021-01-01", "2024-12-31", 3),
        (FIRST, LAST, 3),
        ("0000-02-29", "0000-02-29", 0),
        ("0000-02-29", "0000-03-31", 2),
        ("0000-12-31", "0001-01-01", 1),
    ]:
        with subtests.test(first=first, last=last):
            assert dates.lasting(first, last) == number


def test_days_before_the_first_there_is():
    assert dates.days_before("2024-03-01", 1) == "2024-02-29"
    assert dates.days_before("0001-01-05", 30) == dates.days_before(FIRST, 1) == FIRST
