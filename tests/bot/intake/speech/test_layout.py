"""Paragraphs and sentences of a text."""

from bot.intake.speech.layout import Span, sentences


def cut(text: str) -> list[str]:
    return [span.of(text) for span in sentences(text, Span(0, len(text)))]


def test_a_sentence_does_not_end_after_a_title_an_initial_or_an_abbreviation_of_a_month() -> None:
    text = "Mr. Hale met Gov. J. R. Lind on Jan. 5. The U.S. ship had left."
    assert cut(text) == ["Mr. Hale met Gov. J. R. Lind on Jan. 5.", "The U.S. ship had left."]


def test_who_asked_stays_with_the_question_that_ends_in_a_mark() -> None:
    assert cut("“Was it you?” Tom Hale asked. “Yes!” she said. “No.” Then he left.") == [
        "“Was it you?” Tom Hale asked.",
        "“Yes!” she said.",
        "“No.”",
        "Then he left.",
    ]
