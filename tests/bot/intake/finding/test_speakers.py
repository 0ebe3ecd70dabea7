"""Whom the words for a speaker mean."""

import pytest

from bot.intake.finding.speakers import People, Person, read
from bot.intake.speech.layout import Span


def people(text: str, *named: tuple[str, str]) -> People:
    """Return those who are named in a text, each as the subject of a sentence."""
    found = [(text.index(name), name, gender) for name, gender in named]
    return People(Person(name, Span(at, at + len(name)), 1, gender, leads=True) for at, name, gender in found)


@pytest.mark.parametrize(
    ("words", "name", "role"),
    [
        ("Ann Reed, the harbour master,", "Ann Reed", "the harbour master"),
        ("the harbour master, Ann Reed,", "Ann Reed", "the harbour master"),
        ("harbour master Ann Reed", "Ann Reed", "harbour master"),
        ("Abdel Fattah al-Najar", "Abdel Fattah al-Najar", None),
        ("commander Omar el-Said", "Omar el-Said", "commander"),
        ("the owners of the Grey Gull", "the owners of the Grey Gull", None),
        ("the Sellmouth Gazette", "the Sellmouth Gazette", None),
        ("Sellmouth's mayor", "Sellmouth's mayor", None),
    ],
)
def test_a_name_is_told_from_the_role_beside_it(words: str, name: str, role: str | None) -> None:
    speaker = read(words, Span(0, len(words)), 1, People())
    assert (speaker.name, speaker.role, speaker.read_from) == (name, role, None)


def test_a_pronoun_is_read_as_whoever_it_fits_and_is_marked() -> None:
    text = "Mr Tom Hale met Ann Reed. She said so."
    named = people(text, ("Tom Hale", "m"), ("Ann Reed", ""))
    speaker = read(text, Span(26, 29), 1, named)
    assert (speaker.name, speaker.read_from, speaker.sure) == ("Ann Reed", "She", True)


def test_where_two_fit_a_pronoun_the_speaker_is_not_sure_and_both_are_candidates() -> None:
    text = "Tom Hale met Jo Lind. He said so."
    speaker = read(text, Span(22, 24), 1, people(text, ("Tom Hale", "m"), ("Jo Lind", "")))
    assert not speaker.sure
    assert set(speaker.candidates) == {"Tom Hale", "Jo Lind"}


def test_a_pronoun_that_fits_nobody_stays_a_pronoun() -> None:
    speaker = read("They said so.", Span(0, 4), 1, People())
    assert (speaker.name, speaker.read_from, speaker.sure) == ("They", "They", False)


def test_a_family_name_is_given_as_the_whole_name_that_came_before() -> None:
    text = "Ann Reed spoke. Reed said so."
    assert read(text, Span(16, 20), 1, people(text, ("Ann Reed", ""))).name == "Ann Reed"


def test_words_that_begin_with_space_are_read_as_well() -> None:
    text = "\xa0 Reed"
    assert read(text, Span(0, len(text)), 1, People()).name == "Reed"
