"""Figures as moderators type them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers.lines import amount
from bot.errors import UserError
from bot.parsing.figure_parsing import read_figures
from storage.domain.entries import FigureEntry
from storage.domain.models import Figure


def test_a_figure(subtests):
    cases: list[tuple[str, dict[str, Any]]] = [
        ("5 boats", {"amount": 5, "counts": "boats"}),
        ("2,100 children", {"amount": 2100, "counts": "children"}),
        ("2 100 children", {"amount": 2100, "counts": "children"}),
        ("1,234,567.5 tonnes of grain", {"amount": 1234567.5, "counts": "tonnes of grain"}),
        ("at least 2,100 children", {"amount": 2100, "qualifier": "at least", "counts": "children"}),
        ("6 to 17 years of age", {"amount": 6, "upper": 17, "counts": "years of age"}),
        ("about 6-17 children", {"amount": 6, "upper": 17, "qualifier": "about", "counts": "children"}),
        ("6 – 17 children", {"amount": 6, "upper": 17, "counts": "children"}),
        ("“hundreds” of guests", {"words": "hundreds", "counts": "of guests"}),
        ('"dozens" of cars', {"words": "dozens", "counts": "of cars"}),
        ("many “thousands” of people", {"words": "thousands", "qualifier": "many", "counts": "of people"}),
        ("0 deaths", {"amount": 0, "counts": "deaths"}),
    ]
    for text, figure in cases:
        with subtests.test(text=text):
            assert read_figures(text) == (FigureEntry(**figure),)


def test_one_a_line():
    assert [item.counts for item in read_figures("5 boats\n\n 6 cars \n")] == ["boats", "cars"]
    assert read_figures("") == ()


def test_what_is_no_figure_is_refused_whole(subtests):
    for text in [
        "many boats",
        "5",
        "five boats",
        "boats 5",
        "<b>5</b>",
        "5 6",
        "“hundreds”",
        "“” of guests",
        "5 boats\nx",
        "-",
        "nan x",
    ]:
        with subtests.test(text=text), pytest.raises(UserError, match="is not a figure"):
            read_figures(text)


NUMBERS = st.integers(0, 10**12) | st.floats(0, 10**9).map(lambda value: round(value, 3))


@given(NUMBERS, st.none() | NUMBERS, st.sampled_from([None, "at least", "about", "up to"]))
def test_what_readers_are_shown_reads_as_the_same_figure(low, high, qualifier):
    if high is not None:
        low, high = sorted((low, high))
    figure = Figure(amount=low, upper=high, qualifier=qualifier, counts="children")
    (read,) = read_figures(f"{amount(figure)} children")
    assert (read.amount, read.upper, read.qualifier, read.counts) == (low, high, qualifier, "children")


# What figures are made of: put together at random, some of it is one.
PIECES = st.sampled_from(
    ["5", "2,100", "1.5", "at least", "about", "to", "-", "“dozens”", "of", "boats", "\n"]
)


def test_any_text_is_read_or_refused():
    read = set()

    @given(st.lists(PIECES, max_size=6).map(" ".join) | st.text(max_size=100))
    def check(text):
        try:
            found = read_figures(text)
        except UserError:
            return
        assert len(found) == len(list(filter(str.strip, text.split("\n"))))
        for item in found:
            assert item.counts in text and (item.amount is not None or item.words in text)
        read.update(item.counts for item in found)

    check()
    assert len(read) > 10


def test_numbers_and_words_beyond_all_bounds_are_told(subtests):
    for text, told in [
        ("9" * 400 + " children", "is too large a number"),
        ("5 to " + "9" * 400 + " children", "is too large a number"),
        ("5 " + "c" * 4001, "is not a figure"),
        ("“" + "w" * 4001 + "” of boats", "is not a figure"),
        ("“ ” of boats", "is not a figure"),
        ("5\n" * 3, "is not a figure"),
    ]:
        refused = pytest.raises(UserError, match=told)
        with subtests.test(text=text[:20]), refused:
            read_figures(text)
