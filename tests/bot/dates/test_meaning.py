"""What a text that is read as no date was meant to be."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.dates.meaning import impossible, is_meant


def test_days_that_do_not_exist_are_known_as_such(subtests):
    for text in (
        "2023-02-30", "31 June 2023", "30 Feb", "2023-13", "2023-7-99", "2026-02-01..2026-02-30",
        "February 30, 2024", "29 Feb 2023", "31.04.2023", "31 квітня 2023", "30 de febrero de 2024",
        "what was on 31 June 2023?", "٢٠٢٣-٠٢-٣٠",
    ):  # fmt: skip
        with subtests.test(text=text):
            assert impossible(text)
    for text in (
        "29 Feb 2024", "2024-02-29", "29 Feb", "2023-7-1", "17 Julius 2023", "2023-7", "2023-01-01T25:00",
        "Who was there?", "March 2023", "99 children", "", "x" * 1000,
    ):  # fmt: skip
        with subtests.test(text=text):
            assert not impossible(text)


def test_what_is_meant_as_a_date_is_known_as_such(subtests):
    for text, meant, alone in [
        ("March 2023 to", True, True),
        ("[2023,2024", True, True),
        ("Mar 99 2023", True, True),
        ("99 березня", True, True),
        ("2023-01-01T25:00", True, True),
        ("17 Julius 2023", True, True),
        ("2023-7", True, True),
        ("since 2023 last", True, True),
        ("Lukashenko 2023", True, False),
        ("march to the sea", True, False),
        ("several years ago", True, False),
        ("fiscal year 2023/24", True, True),
        ("навчальний рік 2023/24", True, True),
        ("since the invasion", True, False),
        ("до війни", True, False),
        ("the invasion", False, False),
        ("F19", True, False),
        ("1" * 90 + " x", True, False),
    ]:
        with subtests.test(text=text):
            assert (is_meant(text, alone=False), is_meant(text, alone=True)) == (meant, alone)


@given(st.text(max_size=80))
def test_no_text_at_all_fails(text):
    assert impossible(text) in (True, False)
    assert is_meant(text, alone=True) in (True, False)
