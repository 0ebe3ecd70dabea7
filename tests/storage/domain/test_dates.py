"""Dates in EDTF and as people type them."""

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


def test_dates_as_typed(subtests):
    for text, span in [
        ("March 2023", Span("2023-03-01", "2023-03-31")),
        ("mar 2023", Span("2023-03-01", "2023-03-31")),
        ("4 January 2024", Span("2024-01-04", "2024-01-04")),
        ("January 4, 2024", Span("2024-01-04", "2024-01-04")),
        ("the 4th of January 2024", Span("2024-01-04", "2024-01-04")),
        ("18 July", Span(FIRST, LAST, "07-18")),
        ("July", Span(FIRST, LAST, "07")),
        ("XXXX-07-18", Span(FIRST, LAST, "07-18")),
        ("2023", Span("2023-01-01", "2023-12-31")),
        ("2023?", Span("2023-01-01", "2023-12-31")),
        ("2022..2023", Span("2022-01-01", "2023-12-31")),
        ("2023..2022", Span("2022-01-01", "2023-12-31")),
        ("March 2023 to May 2023", Span("2023-03-01", "2023-05-31")),
        ("2023-03-01/2023-03-05", Span("2023-03-01", "2023-03-05")),
        ("since May 2023", Span("2023-05-01", LAST)),
        ("after May 2023", Span("2023-06-01", LAST)),
        ("before 2023", Span(FIRST, "2022-12-31")),
        ("until 2023-05-04", Span(FIRST, "2023-05-04")),
        ("from March 2023 to April 2023", Span("2023-03-01", "2023-04-30")),
        ("between March 2023 and May 2023", Span("2023-03-01", "2023-05-31")),
        ("since 2023 until 2024", Span("2023-01-01", "2024-12-31")),
        ("March 2023 - May 2023", Span("2023-03-01", "2023-05-31")),
        ("18 July to 20 July 2023", Span("2023-07-18", "2023-07-20")),
        ("18–20 July 2023", Span("2023-07-18", "2023-07-20")),
        ("2023..", Span("2023-01-01", LAST)),
        ("2023\u201103\u201101", Span("2023-03-01", "2023-03-01")),
        ("2023–03–01", Span("2023-03-01", "2023-03-01")),
        ("2023-7-1", Span("2023-07-01", "2023-07-01")),
        ("\u0662\u0660\u0662\u0663-\u0660\u0661-\u0660\u0661", Span("2023-01-01", "2023-01-01")),
    ]:
        with subtests.test(text=text):
            assert dates.typed(text) == span


def test_what_is_no_typed_date(subtests):
    for text in [
        "",
        "children",
        "the 18 children",
        "2023-02-30",
        "31 June 2023",
        "since July",
        "may",
        "Lukashenko 2023",
        "x" * 10_000,
        "\x00",
        "🎉",
        "12",
        "before",
        "2400 children",
        "march to the sea",
        "July is hot",
    ]:
        with subtests.test(text=text):
            found = dates.typed(text)
            # A bare "may" may be the month: nothing else here is a date.
            assert found is None or text == "may"


def test_days_that_do_not_exist_are_known_as_such(subtests):
    for text, impossible in [
        ("2023-02-30", True),
        ("31 June 2023", True),
        ("30 Feb", True),
        ("2023-13", True),
        ("29 Feb 2024", False),
        ("2024-02-29", False),
        ("2023-7-1", False),
        ("2023-7-99", True),
        ("2023-7", False),
        ("17 Julius 2023", False),
        ("2023-01-01T25:00", False),
        ("2026-02-01..2026-02-30", True),
        ("Who was there?", False),
        ("March 2023", False),
    ]:
        with subtests.test(text=text):
            assert dates.impossible(text) is impossible


def test_a_range_without_its_year_is_no_time_but_known_to_lack_it(subtests):
    for text in ("18 July to 20 July", "since 18 July", "XXXX-07-18/XXXX-07-20", "December 2023 to January"):
        with subtests.test(text=text):
            assert dates.typed(text) is None
            assert dates.lacks_year(text)
    for text in ("18 July to 20 July 2023", "18 July", "since 2023", "children", "from Minsk to Moscow"):
        with subtests.test(text=text):
            assert not dates.lacks_year(text)


def test_what_is_meant_as_a_date_is_known_as_such(subtests):
    for text, meant, alone in [
        ("March 2023 to", True, True),
        ("[2023,2024", True, True),
        ("Mar 99 2023", True, True),
        ("2023-01-01T25:00", True, True),
        ("17 Julius 2023", True, True),
        ("2023-7", True, True),
        ("Lukashenko 2023", True, False),
        ("march to the sea", True, False),
        ("from Minsk to Moscow", False, False),
        ("F19", False, False),
        ("1" * 90 + " x", True, False),
    ]:
        with subtests.test(text=text):
            assert (dates.meant(text, alone=False), dates.meant(text, alone=True)) == (meant, alone)


def test_a_date_as_moderators_tell_it(subtests):
    for text, told in [
        ("in March 2024", "2024-03"),
        ("In March 2024", "2024-03"),
        ("on 18 July 2023", "2023-07-18"),
        ("on  18 July", "XXXX-07-18"),
        ("in 2024", "2024"),
        ("on 2024-02-29", "2024-02-29"),
        ("March 2024", "2024-03"),
        ("in", None),
        ("in on 2024", None),
        ("in the spring", None),
        ("inMarch 2024", None),
        ("2023..2024", "2023/2024"),
        ("2023/2024", "2023/2024"),
        ("March 2023 to May 2023", "2023-03/2023-05"),
        ("18 July to 20 July", "XXXX-07-18/XXXX-07-20"),
        ("2023..", "2023/.."),
        ("2024..2023", None),
        ("2024-02/2024", None),
        ("since 24 February 2022", "2022-02-24/.."),
        ("until May 2023", "../2023-05"),
        ("from 2023 (end unknown)", "2023/"),
        ("about spring 2023", "2023-21~"),
        ("in the 1960s", "196X"),
        ("the 19th century (uncertain)", "18XX?"),
        ("the 15th of a month in 2024", "2024-XX-15"),
        ("4 January 2024, 10:00 UTC", "2024-01-04T10:00Z"),
        ("4 January 2024, 25:00 UTC", None),
        ("the 0th century", None),
        ("31 June 2023 to 2 July 2023", None),
    ]:
        with subtests.test(text=text):
            assert dates.edtf(text) == told


@given(st.dates(min_value=date(1, 1, 1)))
def test_every_day_is_its_own_bounds(day):
    text = day.isoformat()
    assert dates.canonical(text) == text
    assert dates.bounds(text) == (text, text)
    assert dates.typed(text) == Span(text, text)


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


@given(st.text(max_size=80))
def test_reading_what_is_typed_never_fails(text):
    span = dates.typed(text)
    dates.impossible(text)
    assert span is None or span.earliest <= span.latest


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
