"""Dates in words: the precision of the source, no more and no less, and what is open said as open."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from bot.answers.date_text import day, in_words, label, when_text
from bot.commands.dialogue.prefill import typed_date
from bot.dates.reading import read, told
from storage.domain import date_forms, dates
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
        ("XXXX-12-XX", "a day in December (year not given)"),
        ("2023-XX-XX", "a day in 2023"),
        ("2023-XX", "a month in 2023"),
        ("2023-05-XX", "a day in May 2023"),
        ("202X", "the 2020s"),
        ("190X", "the 1900s"),
        ("19XX", "the 20th century"),
        ("18XX~", "about the 19th century"),
        ("20XX-12", "December in the 21st century"),
        ("1XXX-XX", "a month in the 2nd millennium"),
        ("15XX-12-XX", "a day in December in the 16th century"),
        ("156X-12-25", "25 December in the 1560s"),
        ("202X-21", "spring in the 2020s"),
        ("2024-XX-15", "the 15th of a month in 2024"),
        ("XXXX-XX-23", "the 23rd of a month (year not given)"),
        ("XXXX", "year not given"),
        ("XXXX-XX", "a month (year not given)"),
        ("2024-05-1X?", "2024-05-1X (X: digit not given) (uncertain)"),
        ("0000-02-29", "29 February 0000"),
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
        ("2023-01-01/..", "since 1 January 2023"),
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
        ("2023-01-01T10:00:00+02", "1 January 2023, 10:00:00 UTC+02:00"),
        ("2023-01-01T10:00:00-0330", "1 January 2023, 10:00:00 UTC-03:30"),
        ("2023-01-01T10:00:00", "1 January 2023, 10:00:00 (time zone not given)"),
        ("../..", "beginning and end open"),
        ("/", "beginning and end unknown"),
        ("/..", "beginning unknown, end open"),
        ("../", "beginning open, end unknown"),
        ("20X4-X1", "20X4-X1 (X: digit not given)"),
    ]:
        with subtests.test(edtf=edtf):
            assert dates.canonical(edtf) == edtf
            assert in_words(edtf) == words


def test_what_is_no_edtf_is_shown_as_it_is(subtests):
    for text in ["Y12024", "1950S2", "Y1E9/2024", "[Y1E9]", "[..]", "{}", "", "since 2023"]:
        with subtests.test(text=text):
            assert in_words(text) == text


@given(st.dates())
def test_every_day_of_the_calendar_is_told_with_its_day_month_and_year(moment):
    number, month, year = in_words(moment.isoformat()).split(" ")
    assert (int(number), int(year)) == (moment.day, moment.year)
    assert month == moment.strftime("%B")


YEARS = "2024|0000|000X|190X|18XX|00XX|1XXX|XXXX|20X4".split("|")
MONTHS = "|-XX|-01|-02|-12|-21|-24|-34|-41|-1X|-X2".split("|")
NUMBERS = "|-XX|-01|-15|-22|-29|-31|-1X|-X1".split("|")
ONE = st.builds(
    "".join, st.tuples(*map(st.sampled_from, (YEARS, MONTHS, NUMBERS, ("", "?", "~", "%"))))
).filter(date_forms.is_form)
MOMENTS = st.builds(
    "{:%Y-%m-%dT%H:%M:%S}{}".format, st.datetimes(), st.sampled_from(["", "Z", "+02:00", "-03:30"])
).filter(date_forms.is_form)
INTERVALS = st.builds("{}/{}".format, ONE | st.sampled_from(["", ".."]), ONE | st.sampled_from(["", ".."]))


@given(ONE | MOMENTS | INTERVALS.filter(date_forms.is_form))
def test_what_is_told_of_a_date_and_read_again_is_the_same_date(edtf):
    assert told(in_words(edtf)) == edtf


@given(st.text(max_size=60))
def test_no_text_at_all_breaks_telling_or_reading_a_date(text):
    assert isinstance(in_words(text), str)
    assert told(text) is None or in_words(told(text) or "")


@given(
    st.text("0123456789-X?~%/. ", max_size=14)
    | st.builds(
        "{} {}".format,
        st.sampled_from(["since", "after", "from", "before", "until", "by"]),
        st.dates().map(str) | st.integers(0, 9999).map("{:04}".format),
    )
)
def test_nothing_that_resembles_a_date_breaks_reading_it(text):
    edtf = told(text)
    assert edtf is None or dates.canonical(edtf) == edtf


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
    assert when_text(fact()) == "not given"


def test_what_a_source_leaves_open_is_told_with_the_date():
    assert when_text(fact(occurred="XXXX-07-18", date_note="the article gives no year")) == (
        "18 July (year not given); the article gives no year"
    )
    assert when_text(fact(date_note="the article does not date it")) == (
        "not given; the article does not date it"
    )


THIRDS = st.builds(
    "{} {:%B %Y}".format, st.sampled_from(["early", "mid", "late"]), st.dates(min_value=date(1000, 1, 1))
) | st.builds("{} {}".format, st.sampled_from(["early", "mid", "late"]), st.integers(1000, 9999))


@given(THIRDS)
def test_a_third_of_a_month_or_year_is_told_as_it_is_typed(typed):
    typed = typed.replace("mid ", "mid-")
    reading = read(typed, date(2026, 11, 28))
    assert in_words(reading.edtf) == typed
    assert typed_date(reading.edtf) == typed


def test_an_interval_that_is_nearly_a_third_keeps_its_ends(subtests):
    for edtf in (
        "2024-03-21~/2024-03-30~",
        "2024-01~/2024-10~",
        "2024-01-01~/2024-01-04~",
        "2024-13-01~/2024-13-10~",
    ):
        with subtests.test(edtf):
            assert not in_words(edtf).startswith(("early", "mid", "late"))
