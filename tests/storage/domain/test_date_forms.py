"""Which forms of EDTF stand for which days, and that none of them costs more than another."""

from __future__ import annotations

import random
import time

import pytest

from storage.domain import dates
from storage.domain.date_forms import FIRST, LAST, days_of, is_form

FORMS = [
    ("2024-01-04", "2024-01-04", "2024-01-04"),
    ("2024-02", "2024-02-01", "2024-02-29"),
    ("1900-02", "1900-02-01", "1900-02-28"),
    ("20X4-02-29", "2004-02-29", "2084-02-29"),
    ("2004-X1", "2004-01-01", "2004-11-30"),
    ("2004-1X", "2004-10-01", "2004-12-31"),
    ("2004-XX-31", "2004-01-31", "2004-12-31"),
    ("XX13-12-01", "0013-12-01", "9913-12-01"),
    ("2023-07-18?", "2023-07-18", "2023-07-18"),
    ("?2023-~07-18", "2023-07-18", "2023-07-18"),
    ("2023-21", "2023-03-01", "2023-05-31"),
    ("2023-34", "2023-04-01", "2023-06-30"),
    ("2022/2023-05", "2022-01-01", "2023-05-31"),
    ("2022?/2023~", "2022-01-01", "2023-12-31"),
    ("2023/..", "2023-01-01", LAST),
    ("2023-05/", "2023-05-01", LAST),
    ("../2023", FIRST, "2023-12-31"),
    ("/2023", FIRST, "2023-12-31"),
    ("{2023,2025-02}", "2023-01-01", "2025-02-28"),
    ("[2023-01..2023-03,2024]", "2023-01-01", "2024-12-31"),
    ("[..2023]", FIRST, "2023-12-31"),
    ("2024-01-04T09:30:00+02:00", "2024-01-04", "2024-01-04"),
    ("2024-01-04T09:30Z", "2024-01-04", "2024-01-04"),
    ("2024-01-04T09:30:00.250-03:30", "2024-01-04", "2024-01-04"),
    ("2024-01-04T24:00:00+14", "2024-01-04", "2024-01-04"),
    ("0000", "0000-01-01", "0000-12-31"),
    ("0000-02", "0000-02-01", "0000-02-29"),
    ("0000-02-29/0000-03", "0000-02-29", "0000-03-31"),
    ("000X-06", "0000-06-01", "0009-06-30"),
    ("190X", "1900-01-01", "1909-12-31"),
    ("18XX", "1800-01-01", "1899-12-31"),
    ("1XXX-XX", "1000-01-01", "1999-12-31"),
    ("15XX-12-XX", "1500-12-01", "1599-12-31"),
    ("2024-XX-15", "2024-01-15", "2024-12-15"),
    ("2022-02-24/..", "2022-02-24", LAST),
    ("2022/2022-02", "2022-01-01", "2022-02-28"),
    ("2022-08-02/2022-0X-01", "2022-08-02", "2022-09-01"),
    ("2022-12-02/2022-XX-04", "2022-12-02", "2022-12-04"),
    ("2022-21/2022-22", "2022-03-01", "2022-08-31"),
    ("2022-22/2022-22", "2022-06-01", "2022-08-31"),
    ("2022-06~/2022-06-11%", "2022-06-01", "2022-06-11"),
]
NO_ENDS = ["../..", "/..", "../", "/"]
NONE = [
    "Y1E9999999", "Y1E9", "y1e9", "Y-1E9", "Y170000002", "Y2024", "1950S2", "-2024", "20240", "+2024",
    "2023-02-29", "2023-02-30?", "XXX3-02-29", "2024-13", "2024-00", "2024-20", "2024-42", "2024-X0-32",
    "2024-21-01", "-0000", "2025/2024", "2024-01-04/2024-01-03", "..",
    "2024//2025",
    "2024-23/2024-22", "2024-24/2024-21", "0001/0000", "2024-01-04T9:30:00", "2024-01-04T09:3:00",
    "2024-01-04t09:30:00", "2024-01-04T09:30:00z", "2024-01-04T09:30:00Z02", "2024-01-04T09:30:00+24",
    "2024-01-04T24:30:00", "2024- 01-04", "20 24-01-04", "[2023, 2024]", "2024\\2025", "2023/2024/2025",
    "2023/12-12", "[]", "{2024", "[2024}", "[2024,]", "2024-01-04T25:00", "2024-01T09:30", "2024-1-4",
    "٢٠٢٤", "2024-٠١",
    "2024\n", " 2024", "2024-01-04T", "X", "XXXXX", "", "2024" * 20, "2024/" * 1000,
    "[" + "2024," * 900 + "]",
]  # fmt: skip


def test_the_days_that_a_form_may_mean(subtests):
    for text, first, last in FORMS:
        with subtests.test(text=text):
            assert days_of(text) == (first, last)
            assert dates.canonical(text) == text


def test_other_forms_are_no_dates(subtests):
    for text in NONE:
        with subtests.test(text=text[:40]):
            assert days_of(text) is None
            if text == text.strip():
                assert dates.bounds(text) == (None, None)


def test_an_interval_without_ends_is_a_date_of_any_day(subtests):
    for text in NO_ENDS:
        with subtests.test(text=text):
            assert dates.canonical(text) == text
            assert dates.bounds(text) == (None, None)


def test_a_form_that_earlier_versions_took_still_stands_for_its_days_but_is_not_taken(subtests):
    for text, first, last in [
        ("2024-02/2024", "2024-02-01", "2024-12-31"),
        ("2024-06-11%/2024-06~", "2024-06-11", "2024-06-30"),
        ("2024-01-04T10:00Z/2024-02", "2024-01-04", "2024-02-29"),
        ("2023/2024-01-04T10:00Z", "2023-01-01", "2024-01-04"),
        ("[2024-01-04T10:00Z]", "2024-01-04", "2024-01-04"),
        ("2024-01-04T10:00-00:00", "2024-01-04", "2024-01-04"),
        ("2024-01-04T10:00-13:00", "2024-01-04", "2024-01-04"),
        ("2024-01-04T10:00+14:30", "2024-01-04", "2024-01-04"),
    ]:
        with subtests.test(text=text):
            assert not is_form(text)
            assert dates.bounds(dates.on_record(text)) == (first, last)
            with pytest.raises(ValueError, match="is not a date"):
                dates.canonical(text)


def hostile(chance: random.Random, length: int) -> str:
    """Return a text of what dates are made of."""
    pieces = [
        "2024",
        "Y1E9",
        "E",
        "S",
        "X",
        "XXXX",
        "-",
        "/",
        "..",
        "?",
        "~",
        "%",
        "[",
        "]",
        "{",
        "}",
        ",",
        " ",
        "T",
    ]
    pieces += ["T", "jan", "July", "to", "until", "since", "9" * 30, "1st", "of", "\n", "(", "٣"]
    text = ""
    while len(text) < length:
        text += chance.choice(pieces) * chance.choice((1, 1, 1, 2, 40))
    return text[:length]


def cost(text: str) -> float:
    """Return the seconds that all there is to a date takes, at best of three: a busy machine takes longer."""
    costs = []
    for _ in range(3):
        dates._days_of_short.cache_clear()
        dates._is_form_short.cache_clear()
        begun = time.process_time()
        dates.span(text), dates.bounds(text)
        costs.append(time.process_time() - begun)
    return min(costs)


def test_no_text_costs_more_than_a_moment(capfd):
    chance = random.Random(9)
    texts = [hostile(chance, length) for length in (8, 40, 90, 4000) for _ in range(150)]
    texts += [
        *NONE,
        *("Y" + "1" * n + "E" + "9" * n for n in (1, 9, 18)),
        "XXX3-02-29",
        "XXX1-02-29/XXX3-02-29",
    ]
    texts += [f"{sign}{each}" for each in NONE for sign in ("since ", "in ", "2024..")]
    slowest = 0.0
    for text in texts:
        slowest = max(slowest, cost(text))
        span = dates.span(text)
        assert span is None or span.earliest <= span.latest
    assert slowest < 0.02
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")


def test_a_date_of_an_earlier_version_is_kept_and_stands_for_no_days(subtests):
    for text in ("Y1E9", "Y170000002", "1950S2", "-2024", "2023-02-29?"):
        with subtests.test(text=text):
            assert dates.on_record(text) == text
            assert dates.bounds(text) == (None, None)
    for text in ("yesterday", "<b>2024</b>", "2024 or so", "9" * 41):
        with subtests.test(text=text), pytest.raises(ValueError, match="is not a date"):
            dates.on_record(text)
