"""Typed dates in eight languages: what share is read right, none wrong, and nothing that is typed fails."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from bot.answers.date_text import in_words
from bot.dates.reading import LONGEST, Doubt, read
from bot.dates.vocabulary import languages, plain
from storage.domain import dates

# The Thursday on which the list's dates are typed.
TODAY = date(2024, 3, 28)
LIST = Path(__file__).with_name("typed_dates.txt")
RIGHT = 0.98


def _listed() -> list[list[str]]:
    lines = LIST.read_text(encoding="utf-8").splitlines()
    return [line.split(" | ") for line in lines if not line.startswith("#")]


def _told(text: str, language: str = "en", today: date = TODAY) -> str:
    reading = read(text, today, language=language)
    return " or ".join(reading.choices) if reading else "-"


def test_nearly_all_typed_dates_are_read_right_and_none_wrong(capsys):
    listed = _listed()
    failed = [(text, meant, _told(text, code)) for code, text, meant in listed if _told(text, code) != meant]
    share = 1 - len(failed) / len(listed)
    with capsys.disabled():
        print(f"\ntyped dates read right: {len(listed) - len(failed)} of {len(listed)}, {share:.3f}")
    assert share >= RIGHT, failed
    wrong = [case for case in failed if case[2] != "-" and " or " not in case[2]]
    assert wrong == []


def test_the_list_holds_hundreds_of_dates_in_each_language_that_is_read():
    codes = [code for code, _text, _meant in _listed()]
    assert len(codes) >= 700
    assert all(codes.count(language.code) >= 50 for language in languages())


def test_every_date_read_is_a_date_of_the_record(subtests):
    for code, text, _meant in _listed():
        reading = read(text, TODAY, language=code)
        with subtests.test(text=text):
            assert reading is None or all(dates.canonical(choice) == choice for choice in reading.choices)


def test_a_relative_date_depends_on_the_day_on_which_it_is_said():
    assert _told("last Thursday", today=date(2024, 3, 29)) == "2024-03-28"
    assert _told("last Thursday", today=date(2024, 3, 28)) == "2024-03-21"
    reading = read("vor zwei Tagen", date(2024, 3, 1))
    assert reading and reading.relative and reading.edtf == "2024-02-28"
    absolute = read("5 вересня 2023", date(2024, 3, 1))
    assert absolute and not absolute.relative


def test_digits_that_may_be_two_days_are_told_as_both():
    for text in ("3/4/2024", "03-04-2024", "3/4/24", "3.4.2024"):
        reading = read(text, TODAY)
        assert reading and reading.edtf is None and reading.doubt is Doubt.DAY, text
        assert set(reading.choices) == {"2024-04-03", "2024-03-04"}
    assert _told("Wednesday, 3/4/2024") == "2024-04-03"  # only one of the two is a Wednesday
    # Dots begin with the day in all the languages but English; words tell the language, too.
    assert _told("3.4.2024", "de") == _told("am 3.4.2024") == "2024-04-03"


def test_a_weekday_that_is_not_the_dates_own_is_asked_about():
    assert _told("Monday, 26 March 2024") == "2024-03-26 or 2024-03-25"


def test_a_year_that_is_not_told_is_asked_for_unless_the_record_can_leave_it_open():
    reading = read("since May", TODAY)
    assert reading and reading.doubt is Doubt.YEAR
    assert _told("5 May") == "XXXX-05-05"
    assert _told("29 February") == "XXXX-02-29"
    assert _told("from 28 December to 3 January") == "2023-12-28/2024-01-03 or 2022-12-28/2023-01-03"


def test_years_written_like_a_season_are_asked_about():
    assert _told("2022-23") == "2022/2023 or 2022-23"


def test_words_that_are_no_date_or_more_than_one_are_not_read():
    for text in (
        "may we", "march for peace", "5 people 2023", "sat", "mar", "hello", "12 May and 3", "31 June 2023",
        "", "?", "-", "5", "May May", "to 2023 to", "x" * 70, "5 May 2023 " * 9,
    ):  # fmt: skip
        assert read(text, TODAY) is None, text


def test_digits_of_any_script_and_odd_spacing_are_read():
    assert _told("٢٧.٣.٢٠٢٤") == "2024-03-27"
    assert _told("５ May ２０２３") == "2023-05-05"
    assert _told("5\N{NO-BREAK SPACE}вересня 2023") == "2023-09-05"


_WORDS = sorted({" ".join(form) for each in languages() for form in each.meanings})
_PIECES = st.sampled_from(
    [*_WORDS, "-", "/", "3", "31", "2023", "90-х", "14:30", "3.4.24", "XIX", "Q1", "..", "0000"]
)


@given(st.one_of(st.text(max_size=LONGEST), st.lists(_PIECES, max_size=9).map(" ".join)))
@example("Monday, 1 January 0001")
def test_whatever_is_typed_is_read_or_not_and_never_fails(text):
    for today in (TODAY, date(2024, 2, 29)):
        reading = read(text, today)
        assert reading is None or all(dates.canonical(choice) for choice in reading.choices)


def test_plain_folds_what_makes_no_difference():
    assert plain("L’été") == "ete"
    assert plain("П’ятниця") == plain("Пʼятниця") == "пятниця"


def test_what_the_record_tells_of_a_date_is_never_read_as_another(subtests):
    for edtf in (
        "2024-01-04", "2024-01", "2024", "2023/2024", "2023-07-18?", "2023-21", "2023-24", "18XX", "190X",
        "1XXX",
        "2024-XX-15", "2024-03-14~", "2023-05/..", "../2023-05", "2023-33", "2023-40", "2024-01-04T14:30Z",
        "2024-01-04T14:30+02:00", "XXXX-07-18", "2023-05-03/2023-05-05", "2024-03-01~/2024-03-10~",
        "[2023,2024]",
        "2022-12/2023-02", "2023-25", "2022~",
    ):  # fmt: skip
        with subtests.test(edtf=edtf):
            assert _told(in_words(edtf)) in (edtf, "-")
