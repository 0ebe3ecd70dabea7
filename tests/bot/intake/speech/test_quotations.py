"""Quoted passages, whatever the marks."""

import pytest

from bot.intake.reading.plain import read_plain
from bot.intake.speech.layout import numbered
from bot.intake.speech.quotations import Passage, passages


def quoted(text: str) -> list[tuple[str, bool]]:
    return [(each.span.of(text), each.closed) for each in found(text)]


def found(text: str) -> list[Passage]:
    return passages(text, numbered(read_plain(text).spans))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He said “it broke,” and left.", "“it broke,”"),
        ('He said "it broke," and left.', '"it broke,"'),
        ("He said «it broke», and left.", "«it broke»"),
        ("He said „it broke“, and left.", "„it broke“"),
        ("He said ''it broke,'' and left.", "''it broke,''"),
        ("He said ‘it broke,’ and left.", "‘it broke,’"),
        ("He said ”it broke,” and left.", "”it broke,”"),
        ('He said “it broke," and left.', '“it broke,"'),
        ("“It's the boys' boat,” he said.", "“It's the boys' boat,”"),
        ("“They call it the ‘boat,’ ” he said.", "“They call it the ‘boat,’ ”"),
    ],
)
def test_marks_of_every_kind_pair(text: str, expected: str) -> None:
    assert quoted(text) == [(expected, True)]


def test_apostrophes_quote_nothing() -> None:
    assert quoted("The boys' boat isn't Reed's, and it's 5 o'clock.") == []


def test_a_passage_that_is_not_closed_ends_with_its_paragraph() -> None:
    assert quoted("“It broke at noon.\n\nHale left.") == [("“It broke at noon.", False)]


def test_a_quotation_goes_on_over_paragraphs_that_open_with_a_mark_again() -> None:
    text = "“It broke at noon.\n\n“Nobody had closed it,” Reed said."
    assert quoted(text) == [("“It broke at noon.\n\n“Nobody had closed it,”", True)]


def test_a_mark_that_opens_within_an_open_passage_ends_that_one() -> None:
    assert quoted("He read “the gate and “it broke” and left.") == [
        ("“the gate and", False),
        ("“it broke”", True),
    ]
