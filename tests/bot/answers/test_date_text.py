"""Dates in words: the precision of the source, no more and no less, and what is open said as open."""

from hypothesis import given
from hypothesis import strategies as st

from bot.answers.date_text import day, in_words, label, when_text
from storage.domain import dates
from storage.domain.models import Attribution, Fact, Source, SourceKind

SOURCE = Source(id=1, story_id=1, ref="a", kind=SourceKind.ARTICLE, published="2024-01-04")


def fact(said=None, **fields):
    attribution = Attribution(source=SOURCE, said=said)
    return Fact(id=1, story_id=1, ref="f", statement="it was so", attributions=(attribution,), **fields)


def test_a_date_is_told_with_the_precision_it_has(subtests):
    for edtf, words in [
        ("2024-01-04", "4 January 2024"),
        ("2023-03", "March 2023"),
        ("2023", "2023"),
        ("XXXX-07-18", "18 July (year not given)"),
        ("XXXX-07", "July (year not given)"),
        ("XXXX-12-XX", "December (year not given)"),
        ("2023-XX-XX", "2023"),
        ("202X", "2020s"),
        ("19XX", "1900s"),
        ("2023-07-18?", "18 July 2023 (uncertain)"),
        ("2023-07~", "about July 2023"),
        ("2023%", "about 2023 (uncertain)"),
        ("2023-01/2023-03", "January 2023 to March 2023"),
        ("XXXX-XX-XX", "date not given"),
    ]:
        with subtests.test(edtf=edtf):
            assert in_words(edtf) == words


def test_every_form_of_a_date_is_told_in_words(subtests):
    for edtf, words in [
        ("2023-21", "spring 2023"),
        ("2023-24~", "about winter 2023"),
        ("2023-34", "second quarter of 2023"),
        ("2023/", "from 2023 (end unknown)"),
        ("/2023", "until 2023 (beginning unknown)"),
        ("2023-01-01/..", "from 1 January 2023 (end open)"),
        ("../2023-01", "until January 2023 (beginning open)"),
        ("2023-21/2023-22", "spring 2023 to summer 2023"),
        ("XXXX-07-18/XXXX-07-20", "18 July (year not given) to 20 July (year not given)"),
        ("[2023,2024]", "2023 or 2024"),
        ("{2022,2023-01,2024}", "2022, January 2023 and 2024"),
        ("[2023..2024]", "2023 to 2024"),
        ("[..2023]", "2023 or earlier"),
        ("[2023..]", "2023 or later"),
        ("2023-~03-01", "about 1 March 2023"),
        ("?2023-03~", "about March 2023 (uncertain)"),
        ("2023-01-01T10:00Z", "1 January 2023, 10:00 UTC"),
        ("20X4-X1", "20X4-X1 (X: digit not given)"),
    ]:
        with subtests.test(edtf=edtf):
            assert dates.canonical(edtf) == edtf
            assert in_words(edtf) == words


def test_what_is_no_edtf_is_shown_as_it_is(subtests):
    for text in ["Y12024", "1950S2", "Y1E9/2024", "[Y1E9]", "/", "../..", "{}", "", "since 2023"]:
        with subtests.test(text=text):
            assert in_words(text) == text


@given(st.dates())
def test_every_day_of_the_calendar_is_told_with_its_day_month_and_year(moment):
    number, month, year = in_words(moment.isoformat()).split(" ")
    assert (int(number), int(year)) == (moment.day, moment.year)
    assert month == moment.strftime("%B")


@given(st.text(max_size=60))
def test_no_text_at_all_breaks_telling_or_reading_a_date(text):
    assert isinstance(in_words(text), str)
    span = dates.typed(text)
    assert span is None or span.earliest <= span.latest
    assert dates.impossible(text) in (True, False)


@given(
    st.text("0123456789-X?~%/. ", max_size=14)
    | st.builds(
        "{} {}".format,
        st.sampled_from(["since", "after", "from", "before", "until", "by"]),
        st.dates().map(str) | st.integers(0, 9999).map("{:04}".format),
    )
)
def test_nothing_that_resembles_a_date_breaks_reading_it(text):
    span = dates.typed(text)
    assert span is None or span.earliest <= span.latest


@given(st.integers(1, 12), st.integers(1, 28))
def test_a_year_that_is_not_given_is_never_filled_in(month, number):
    words = in_words(f"XXXX-{month:02}-{number:02}")
    assert words.endswith("(year not given)")
    assert [piece for piece in words.split() if piece.isdigit()] == [str(number)]


def test_the_day_of_a_moment_is_its_utc_day():
    assert day("2026-11-22T23:59:59.999999Z") == "22 November 2026"


def test_a_fact_is_dated_by_its_event_then_its_telling_then_its_occasion():
    every = {"occurred": "2023-03", "occasion": "New Year's Eve", "said": "2024-01-04"}
    assert label(fact(**every)) == "March 2023"
    assert label(fact(**{**every, "occurred": None})) == "reported 4 January 2024"
    assert label(fact(occasion="New Year's Eve")) == "New Year's Eve (no date)"
    assert label(fact(said="2023-12")) == "said December 2023"
    assert label(fact()) is None


def test_what_was_said_on_the_day_of_its_report_is_dated_as_reported():
    assert label(fact(said="2024-01-04")) == "reported 4 January 2024"


def test_what_was_said_on_another_day_than_its_report_is_never_dated_as_reported():
    assert label(fact(said="2024-01-02")) == "said 2 January 2024"


def test_the_date_of_its_source_is_never_taken_for_the_date_of_a_fact():
    assert when_text(fact()) == "no date on record"


def test_what_a_source_leaves_open_is_told_with_the_date():
    assert when_text(fact(occurred="XXXX-07-18", date_note="the article gives no year")) == (
        "18 July (year not given); the article gives no year"
    )
    assert when_text(fact(date_note="the article does not date it")) == (
        "no date on record; the article does not date it"
    )
