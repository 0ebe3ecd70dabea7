"""Drafts from a text, by the parser: who says what, as a person who reads the article would put it."""

from __future__ import annotations

from datetime import date

import pytest

from bot.intake.finding.drafts import Draft, Found, Tier
from bot.intake.finding.finding import find
from bot.intake.reading.plain import read_plain
from bot.intake.speech.layout import Span
from storage.domain.models import Stance

ARTICLE = """\
Ann Reed, the harbour master of Sellmouth, denied on Tuesday that the gate had been left open. "We saw it," \
she said. "Nobody had touched it."

According to the coast guard, at least 40 fishing boats sank on January 2. The owners' spokesman, Tom Hale,
told reporters \\ that nobody had warned them, adding that "the whole town heard the noise."

"Was it the wind?" the mayor asked. The bridge, she noted, had been closed since 3 March 2023.

Hale said the owners had called for an inquiry. The council, which said it had known nothing, met in May.

“It was the worst night of my life.”
"""
PUBLISHED = date(2024, 1, 4)


def read(text: str, published: date | None = PUBLISHED, *, parser: bool = True) -> Found:
    return find(text, read_plain(text).spans, published, parser=parser)


@pytest.fixture(scope="module")
def found() -> Found:
    return read(ARTICLE)


def words(spans: tuple[Span, ...]) -> str:
    return " / ".join(span.of(ARTICLE) for span in spans)


def drafted(found: Found, cue: str, speaker: str) -> Draft:
    (draft,) = (each for each in found.drafts if each.cue_words == cue and each.speaker.name == speaker)
    return draft


def test_each_part_is_where_the_text_has_it(found: Found) -> None:
    parts = [(words(each.source), words(each.cue), words(each.content)) for each in found.drafts]
    assert parts == [
        ("Ann Reed, the harbour master of Sellmouth", "denied", "that the gate had been left open"),
        ("she", "said", '"We saw it," / "Nobody had touched it."'),
        ("the coast guard", "According to", "at least 40 fishing boats sank on January 2"),
        ("The owners' spokesman, Tom Hale", "told", "that nobody had warned them"),
        ("The owners' spokesman, Tom Hale", "adding", 'that "the whole town heard the noise."'),
        ("the mayor", "asked", '"Was it the wind?"'),
        ("she", "noted", "The bridge / had been closed since 3 March 2023"),
        ("Hale", "said", "the owners had called for an inquiry"),
        ("which", "said", "it had known nothing"),
    ]


def test_a_draft_knows_its_paragraph_and_the_stance_of_its_cue(found: Found) -> None:
    denied = drafted(found, "denied", "Ann Reed")
    assert (denied.paragraph, denied.stance) == (1, Stance.DENIES)
    assert drafted(found, "adding", "Tom Hale").stance is Stance.ASSERTS


def test_what_stands_behind_a_name_is_a_role(found: Found) -> None:
    assert drafted(found, "denied", "Ann Reed").speaker.role == "the harbour master of Sellmouth"


def test_a_pronoun_is_read_as_the_speaker_before_it_and_marked(found: Found) -> None:
    said = drafted(found, "said", "Ann Reed")
    assert (said.speaker.read_from, said.quoted) == ("she", True)


def test_a_relative_pronoun_means_the_noun_before_it(found: Found) -> None:
    assert drafted(found, "said", "The council").speaker.read_from == "which"


def test_the_day_on_which_it_was_said_is_told_from_that_of_which_it_tells(found: Found) -> None:
    denied = drafted(found, "denied", "Ann Reed")
    assert denied.said is not None
    assert (denied.said.edtf, denied.dates) == ("2024-01-02", ())
    (sank,) = drafted(found, "According to", "the coast guard").dates
    assert sank.edtf == "2024-01-02"


def test_figures_keep_their_qualifier(found: Found) -> None:
    (boats,) = drafted(found, "According to", "the coast guard").figures
    assert (boats.qualifier, boats.amount, boats.counts) == ("at least", 40, "fishing boats")


def test_what_somebody_reports_of_another_stands_within(found: Found) -> None:
    (inner,) = drafted(found, "said", "Tom Hale").inner
    assert (inner.cue_words, inner.statement) == ("had called for", "an inquiry")


def test_a_quotation_that_no_draft_covers_is_listed(found: Found) -> None:
    assert [each.at.of(ARTICLE) for each in found.uncovered] == ["“It was the worst night of my life.”"]


def test_a_plain_report_by_name_is_confident(found: Found) -> None:
    assert drafted(found, "said", "Tom Hale").tier is Tier.CONFIDENT


def test_what_patterns_find_is_never_confident_and_says_how_it_was_found() -> None:
    found = read(ARTICLE, parser=False)
    assert found.finder == "patterns"
    assert len(found.drafts) > 5
    assert all(draft.tier is not Tier.CONFIDENT for draft in found.drafts)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (
            "Der Bürgermeister sagte am Dienstag, dass die Brücke seit März gesperrt sei und niemand litt.",
            "de",
        ),
        (
            "Мэр сказал во вторник, что мост закрыт с марта и никто не пострадал.",
            "ru",
        ),
    ],
)
def test_nothing_is_drafted_from_another_language(text: str, language: str) -> None:
    found = read(text)
    assert (found.language, found.drafts) == (language, ())


def test_who_said_so_is_found_in_turned_and_passive_sentences() -> None:
    text = "The gate is safe, said Jo Lind. The owners had been told by the council that it would close."
    assert [(each.speaker.name, each.statement) for each in read(text).drafts] == [
        ("Jo Lind", "The gate is safe"),
        ("the council", "it would close"),
    ]


def test_a_quotation_below_a_colon_is_the_speakers() -> None:
    text = "Ann Reed later said:\n\n“The gate was open all night, and nobody came to close it.”"
    (draft,) = read(text).drafts
    assert draft.statement == "“The gate was open all night, and nobody came to close it.”"


def test_marks_that_do_not_pair_cost_no_more_than_their_paragraph() -> None:
    text = '“It broke," Reed said. ”And it" was “loud.\n\nHale denied that he had left.'
    found = read(text)
    assert [each.cue_words for each in found.drafts][-1] == "denied"
    assert found.drafts[-1].content[0].of(text) == "that he had left"


def test_of_a_very_long_text_the_beginning_is_read_and_this_is_told() -> None:
    line = "Ann Reed said that the gate had been left open all night. "
    text = "\n\n".join([line * 3] * 1_200)
    found = read(text, parser=False)
    assert found.read_to == 200_000 < len(text)
    assert found.drafts[-1].content[-1].end <= found.read_to


def test_a_text_without_words_has_nothing() -> None:
    found = read("***\n\n“”\n")
    assert (found.drafts, found.uncovered) == ((), ())
