"""Attributions by patterns alone."""

import pytest

from bot.intake.reading.plain import read_plain
from bot.intake.speech.direct_speech import Surroundings
from bot.intake.speech.layout import Span, numbered
from bot.intake.speech.patterns import attributions
from bot.intake.speech.quotations import passages


def read(text: str) -> list[tuple[str, str, str]]:
    whole = numbered(read_plain(text).spans)
    quoted = passages(text, whole)

    def words(spans: tuple[Span, ...]) -> str:
        return " / ".join(span.of(text) for span in spans)

    return [
        (words(raw.source), words(raw.cue), words(raw.content))
        for each in whole
        for raw in attributions(Surroundings(text, each.span, quoted))
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ann Reed said the gate had been open.", ("Ann Reed", "said", "the gate had been open")),
        ("The owners denied that it had broken.", ("The owners", "denied", "that it had broken")),
        ("“It broke,” said Jo Lind, a deputy.", ("Jo Lind, a deputy", "said", "“It broke,”")),
        ("“It broke,” she said. “All of it.”", ("she", "said", "“It broke,” / “All of it.”")),
        ("Ann Reed, the mayor, told reporters: “It broke.”", ("Ann Reed, the mayor,", "told", "“It broke.”")),
        ("The gate, he said, is safe.", ("he", "said", "The gate / is safe")),
        ("According to the police, 40 boats sank.", ("the police", "According to", "40 boats sank")),
        ("The gate had been open, Hale has said.", ("Hale", "has said", "The gate had been open")),
    ],
)
def test_who_says_what_is_found_without_a_parser(text: str, expected: tuple[str, str, str]) -> None:
    assert read(text) == [expected]


@pytest.mark.parametrize(
    "text", ["The report was long.", "They asked for help.", "He has more claims than boats."]
)
def test_what_reports_no_speech_is_left(text: str) -> None:
    assert read(text) == []
