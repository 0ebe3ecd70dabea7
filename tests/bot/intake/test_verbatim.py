"""Quotations against a copy: what is word for word there is found, and no planted change passes for it."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.intake.verbatim import CopyText, Verdict

COPY = (
    'The harbour master said: "We never left the gate open, and 1,500 people can\'t have seen it."',
    "“It isn’t true that 12 of the 40 lamps — all of them new — were broken,” Ms Ortega told the council.",
    "It rose 3.5 metres between 4–6 a.m.; some 12 500 households were not warned. The anti-flood wall held.",
    "She denied it. The pro-council paper, in its 2023-24 report, wrote that Ortega's men had fled.",
    "“We will not pay,” the minister said, “until the work is done.”",
)
TEXT = CopyText(COPY)


def verdict(quote: str, locator: str | None = None) -> Verdict:
    return TEXT.check(quote, locator).verdict


def test_kinds_of_marks_dashes_and_spaces_are_one(subtests):
    for quote in (
        "We never left the gate open, and 1,500 people can’t have seen it.",
        "“We never left the gate open, and 1,500 people can't have seen it”",
        "«We never  left\nthe gate\u00a0open»",
        "It isn't true that 12 of the 40 lamps – all of them new - were broken",
        '"We will not pay"',
        "'We will not pay'",
        "We will not pay.",
        "12\u202f500 households were not warned",
        "between 4-6 a.m.",
        "4—6 a.m.; some 12 500",
        "were broken,” Ms Ortega",
        "Ortega",
        "The anti-flood wall held. She denied it.",  # goes on in the next paragraph
    ):
        with subtests.test(quote):
            assert verdict(quote) is Verdict.VERBATIM


def test_another_word_number_or_negation_is_not_in_the_copy(subtests):
    for quote in (
        "We left the gate open",
        "We never left the gates open",
        "We never left the gate closed",
        "we never left the gate open",
        "We never left the open gate",
        "We never left ... open",
        "We never left … open",
        "500 people can't have seen it",
        "1,50",
        "1.500 people",
        "15,00 people",
        "1,500 people can",
        "people can have seen it",
        "It is true that 12 of the 40 lamps",
        "It isn't true that 12 of the 40 lamps all of them new",
        "It isn't true that 12 of the 41 lamps",
        "3.5 meters",
        "5 metres",
        "3 metres",
        "some 500 households",
        "500 households were not warned",
        "households were warned",
        "6 a.m.; some 12",
        "flood wall held",
        "council paper",
        "2023",
        "he denied it",
        "She denied i",
        "We will not pay until the work is done",
        "",
        "...",
        "“ ”",
    ):
        with subtests.test(quote):
            assert verdict(quote) is Verdict.NOT_FOUND


def test_a_locator_tells_the_paragraph(subtests):
    cases = {
        ("We will not pay", "¶5"): (Verdict.VERBATIM, 5),
        ("We will not pay", "para 5"): (Verdict.VERBATIM, 5),
        ("We will not pay", "headline"): (Verdict.VERBATIM, 5),
        ("We will not pay", None): (Verdict.VERBATIM, 5),
        ("We will not pay", "¶ 4"): (Verdict.ELSEWHERE, 5),
        ("We will not pay", "p. 50"): (Verdict.ELSEWHERE, 5),
        ("We will pay", "¶5"): (Verdict.NOT_FOUND, None),
    }
    for (quote, locator), expected in cases.items():
        with subtests.test(quote, locator=locator):
            assert TEXT.check(quote, locator) == expected
    assert TEXT.check(None, "¶5") is None and TEXT.check(None, "headline") is None
    assert TEXT.check(None, "¶6") == (Verdict.NO_PARAGRAPH, 6)


def test_a_word_that_a_line_parted_is_whole(subtests):
    broken = CopyText(["They depor\u00adted a well\u00adknown man to safety."])
    for quote in ("They deported", "a well-known man", "known man to safety"):
        with subtests.test(quote):
            found = broken.check(quote).verdict is Verdict.VERBATIM
            assert found is (quote != "known man to safety")


def test_spellings_of_one_letter_are_one():
    assert CopyText(["Cafe\u0301 Lu\u200bna"]).check("Café Luna").verdict is Verdict.VERBATIM


WORDS = "the gate was not left open by any of 240 men whom she had never seen in May no one denied it".split()
SENTENCES = st.lists(st.sampled_from(WORDS), min_size=4, max_size=25)


@given(
    SENTENCES,
    st.integers(0, 10**6),
    st.sampled_from(["word", "number", "negation", "gone", "twice", "order"]),
)
def test_no_planted_change_passes(words, seed, kind):
    chance = random.Random(seed)
    start = chance.randrange(len(words) - 2)
    quote = words[start : start + chance.randint(3, 12)]
    copy = CopyText(["It began so. " + " ".join(words) + ". So it ended."])
    assert copy.check(" ".join(quote)).verdict is Verdict.VERBATIM
    at = chance.randrange(len(quote))
    planted = list(quote)
    if kind == "word":
        planted[at] = "quay"
    elif kind == "number":
        planted[at] = "241"
    elif kind == "negation":
        planted.insert(at, "hardly")
    elif kind == "gone":
        del planted[at]
    elif kind == "twice":
        planted.insert(at, planted[at])
    else:
        planted[at - 1], planted[at] = planted[at], planted[at - 1]
    changed = " ".join(planted)
    assume(f" {changed} " not in f" {' '.join(words)} ")
    assert copy.check(changed).verdict is Verdict.NOT_FOUND


@pytest.mark.parametrize("paragraph", COPY)
def test_no_changed_digit_passes(paragraph):
    for match in re.finditer(r"\d", paragraph):
        other = str((int(match[0]) + 1) % 10)
        changed = paragraph[: match.start()] + other + paragraph[match.end() :]
        assert verdict(changed) is Verdict.NOT_FOUND


@given(st.text("a'-–— .,1\u00ad\"’", max_size=30), st.text("a'-–— .,1\u00ad\"’", max_size=6))
def test_any_text_can_be_checked(copy, quote):
    CopyText(copy.split(".")).check(quote)
