"""What stands before a name and is no part of it: a role, or mere courtesy."""

from __future__ import annotations

import pytest

from bot.intake.finding.finding import find
from bot.intake.finding.honorifics import honorifics
from bot.intake.finding.one_sentence import read_report

ROLES = [
    ("Dr Ann Reed", "Ann Reed", "Dr"),
    ("Dr. Reed", "Reed", "Dr."),
    ("Prof. Dr. Uwe Brandt", "Uwe Brandt", "Prof. Dr."),
    ("Sen. Ann Reed", "Ann Reed", "Sen."),
    ("Rep. Reed", "Reed", "Rep."),
    ("Sen Ann Reed", "Ann Reed", "Sen"),
    ("Lt. Gov. Bo Lund", "Bo Lund", "Lt. Gov."),
    ("Maj. Gen. Omar Haddad", "Omar Haddad", "Maj. Gen."),
    ("the Rev. Ann Reed", "Ann Reed", "Rev."),
    ("Professor Ann Reed", "Ann Reed", "Professor"),
    ("Capt. van der Meer", "van der Meer", "Capt."),
    ("Prof Sir Tom Hale", "Tom Hale", "Prof"),
]
COURTESY = [
    ("Mr Hale", "Hale"),
    ("Mrs. Ann Reed", "Ann Reed"),
    ("Ms Ana-María Reyes", "Ana-María Reyes"),
    ("Sir Tom Hale", "Tom Hale"),
    ("Mme Curie", "Curie"),
    ("Herr Weber", "Weber"),
    ("Señora Díaz", "Díaz"),
]
# Names of bodies, places and people that begin as an honorific does, and words that are no name.
NAMES = [
    "Gen Digital", "Hon Hai Precision", "Col Agency", "Rep of the union", "Drake Mills", "Missouri Press",
    "Genoa Port", "Mr and Mrs Reed", "Dr", "Mr", "General Motors", "Major League", "Senator Reed",
    "Professor",
    "the Sirius Group", "Ann Reed", "Sen", "Seng Li Wei",
]  # fmt: skip


@pytest.mark.parametrize(("words", "name", "role"), ROLES)
def test_what_tells_a_rank_or_an_office_is_a_role(words: str, name: str, role: str) -> None:
    found = honorifics(words)
    assert (found.role, words[found.length :]) == (role, name)


@pytest.mark.parametrize(("words", "name"), COURTESY)
def test_what_is_mere_courtesy_is_left_out(words: str, name: str) -> None:
    found = honorifics(words)
    assert (found.role, words[found.length :]) == ("", name)


def test_names_that_begin_so_are_left_whole(subtests: pytest.Subtests) -> None:
    for words in NAMES:
        with subtests.test(words):
            assert honorifics(words) == ("", 0)


def test_articles_and_typed_sentences_tell_the_same(subtests: pytest.Subtests) -> None:
    pytest.importorskip("spacy")
    for words, name, role in [*ROLES, *((*each, None) for each in COURTESY)]:
        text = f"{words} said that the port would open on Monday."
        text = text[0].upper() + text[1:]
        report = read_report(text)
        assert report is not None
        with subtests.test(words):
            assert (report.speaker, report.role) == (name, role)
        for parser in (True, False):
            with subtests.test(words, parser=parser):
                (draft,) = find(text, [(0, len(text))], parser=parser, language="en").drafts
                found = draft.speaker
                assert (found.name, found.role, found.kind) == (name, role, "person")
                assert found.at.of(text) == name


def test_it_goes_before_other_words_for_a_role_and_ends_no_sentence() -> None:
    text = (
        "Adm. Ann Reed, head of the port, said that it was open. Dr Reed’s deputy, Cmdr. Bo Lund, denied it."
    )
    found = [
        (each.speaker.name, each.speaker.role) for each in find(text, [(0, len(text))], parser=False).drafts
    ]
    assert found[0] == ("Ann Reed", "Adm., head of the port")


def test_a_pronoun_and_a_last_name_mean_the_name_without_it() -> None:
    pytest.importorskip("spacy")
    text = "Dr Ann Reed said that it rained. She said that the port was shut. Dr Reed said that it was not."
    drafts = find(text, [(0, len(text))], parser=True, language="en").drafts
    assert [each.speaker.name for each in drafts] == ["Ann Reed"] * 3
