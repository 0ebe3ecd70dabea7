"""Dates in a text, read against the day of its source."""

from datetime import date

import pytest

from bot.intake.finding.dating import dates
from bot.intake.speech.layout import Span

PUBLISHED = date(2024, 1, 4)  # a Thursday


def read(text: str, published: date | None = PUBLISHED) -> list[tuple[str, str | None]]:
    return [(each.phrase, each.edtf) for each in dates(text, Span(0, len(text)), published)]


@pytest.mark.parametrize(
    ("text", "phrase", "edtf"),
    [
        ("said on Tuesday that", "Tuesday", "2024-01-02"),
        ("the gate will open on Friday", "Friday", "2024-01-05"),
        ("it broke yesterday", "yesterday", "2024-01-03"),
        ("on January 3 the gate broke", "January 3", "2024-01-03"),
        ("the gate broke in March 2023", "March 2023", "2023-03"),
        ("it had been inspected in February", "February", "XXXX-02"),
        ("it will be inspected in February", "February", "2024-02"),
        ("it had been inspected in December", "December", "2023-12"),
        ("it has stood open since May", "since May", "2023-05/.."),
        ("it would be mended by May", "by May", "../2024-05"),
        ("40 letters had come by Tuesday", "by Tuesday", "../2024-01-02"),
        ("it will stay closed until Friday", "until Friday", "../2024-01-05"),
    ],
)
def test_a_date_is_read_against_the_day_of_the_source_and_keeps_its_phrase(
    text: str, phrase: str, edtf: str
) -> None:
    ((found, meant),) = read(text)
    assert phrase in found
    assert meant == edtf


def test_what_hangs_on_an_unknown_day_stays_open() -> None:
    assert [edtf for _phrase, edtf in read("it broke yesterday", None)] == [None]
    assert [edtf for _phrase, edtf in read("it broke on Tuesday", None)] == [None]
    assert [edtf for _phrase, edtf in read("it broke on 3 March 2023", None)] == ["2023-03-03"]


def test_several_dates_are_found_in_their_order() -> None:
    found = read("opened on 3 March 2023 and closed on 5 May 2023")
    assert [edtf for _phrase, edtf in found] == ["2023-03-03", "2023-05-05"]


def test_a_text_without_dates_has_none() -> None:
    assert read("the gate may be open, and 40 boats sank") == []
