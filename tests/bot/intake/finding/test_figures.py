"""Figures in what is said."""

import pytest

from bot.intake.finding.figures import figures
from bot.intake.speech.layout import Span


def read(text: str) -> list[dict[str, object]]:
    found = figures(text, Span(0, len(text)), {})
    return [each.model_dump(exclude={"at"}, exclude_none=True) for each in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("at least 2,100 boats sank", {"qualifier": "at least", "amount": 2100, "counts": "boats"}),
        ("no fewer than 40 boats.", {"qualifier": "no fewer than", "amount": 40, "counts": "boats"}),
        ("some two hundred people.", {"qualifier": "some", "amount": 200, "counts": "people"}),
        ("1.5 million litres of oil", {"amount": 1_500_000, "counts": "litres"}),
        ("between the 40 to 50 boats.", {"amount": 40, "upper": 50, "counts": "boats"}),
        ("nearly 40% of the catch.", {"qualifier": "nearly", "amount": 40, "counts": "% of catch"}),
        ("hundreds of boats.", {"words": "hundreds", "counts": "of boats"}),
        ("about $3.5 million.", {"qualifier": "about", "words": "$3.5 million", "counts": "money"}),
        ("three armed men fled", {"amount": 3, "counts": "armed men"}),
        ("two of its doors.", {"amount": 2, "counts": "doors"}),
        ("Two of its four doors.", {"amount": 2, "counts": "of its four doors"}),
        ("one of the 14 doors.", {"amount": 1, "counts": "of the 14 doors"}),
        ("half full, 40% of its two tanks.", {"amount": 40, "counts": "% of its two tanks"}),
        ("7 out of 10 boats sank", {"amount": 7, "counts": "out of 10 boats"}),
        ("below minus 6 degrees", {"qualifier": "below", "words": "minus 6", "counts": "degrees"}),
        ("dozens of the 300 boats.", {"words": "dozens", "counts": "of the 300 boats"}),
        ("twenty-one sailors.", {"amount": 21, "counts": "sailors"}),
    ],
)
def test_a_figure_has_its_number_its_qualifier_and_what_it_counts(
    text: str, expected: dict[str, object]
) -> None:
    assert read(text) == [expected]


@pytest.mark.parametrize(
    "text",
    ["in 2019 the gate broke", "Ann Reed, 25, said so", "one of them", "the F16 jet", "one in three wells"],
)
def test_a_year_an_age_a_pronoun_and_a_share_are_no_figures(text: str) -> None:
    assert read(text) == []


def test_tags_tell_how_far_what_is_counted_reaches() -> None:
    text = "at least 40 small fishing boats sank"
    tags = {12: "JJ", 18: "NN", 26: "NNS", 32: "VBD"}
    assert figures(text, Span(0, len(text)), tags)[0].counts == "small fishing boats"
