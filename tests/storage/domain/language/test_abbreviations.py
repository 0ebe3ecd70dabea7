"""Whether a full stop ends a sentence or belongs to its last word."""

import pytest

from storage.domain.language.abbreviations import ends_abbreviated, without_stop


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("The pump failed at 4 p.m.", "The pump failed at 4 p.m."),
        ("It was sold to Tarn Water Inc.", "It was sold to Tarn Water Inc."),
        ("The gate was open.", "The gate was open"),
        ("The gate was open...", "The gate was open"),
        ("He answered no.", "He answered no"),
        ("The gate was open . ", "The gate was open"),
        ("The gate was open", "The gate was open"),
        ("", ""),
        (".", ""),
    ],
)
def test_the_last_full_stop_stays_only_where_it_belongs_to_a_word(text: str, left: str) -> None:
    assert without_stop(text) == left


def test_a_title_before_a_name_ends_no_sentence(subtests: pytest.Subtests) -> None:
    for title in ("Dr.", "Sen.", "Lt. Gov.", "Adm.", "Cmdr.", "Supt.", "Hon."):
        with subtests.test(title):
            assert ends_abbreviated(f"It was {title}")
