"""A title with a capital before a name: the role of whoever speaks, or a choice."""

import pytest

from bot.intake.finding.drafts import Draft, Tier
from bot.intake.finding.finding import find
from bot.intake.finding.one_sentence import read_report


def drafted(text: str) -> list[Draft]:
    """Return what is found in a text, by the parser."""
    pytest.importorskip("spacy")
    return list(find(text, [(0, len(text))], parser=True, language="en").drafts)


@pytest.mark.parametrize(
    ("words", "name", "role"),
    [
        ("Mayor Ida Holt", "Ida Holt", "Mayor"),
        ("Harbour Master Bo Lund", "Bo Lund", "Harbour Master"),
        ("New York Mayor Eric Adams", "Eric Adams", "New York Mayor"),
        ("Captain Lena Ford, the pilot,", "Lena Ford", "Captain, the pilot"),
        ("Mr Ivan Brandt", "Ivan Brandt", None),
        ("Mary Ann Smith", "Mary Ann Smith", None),
        ("The Sellmouth Gazette", "The Sellmouth Gazette", None),
        ("Mr Holt", "Holt", None),
        ("Harbour Master Dr Bo Lund", "Bo Lund", "Harbour Master Dr"),
    ],
)
def test_a_title_is_the_role_of_whoever_speaks(words: str, name: str, role: str | None) -> None:
    (draft,) = drafted(f"{words} said that the port would open on Monday.")
    assert (draft.speaker.name, draft.speaker.role, draft.speaker.sure) == (name, role, True)


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("Lawyer Eva Moor", ("Eva Moor", "Lawyer Eva Moor")),
        ("Mayor Holt", ("Mayor Holt", "Holt")),
    ],
)
def test_what_may_be_a_title_or_a_name_is_for_a_person_to_choose(words: str, names: tuple[str, ...]) -> None:
    (draft,) = drafted(f"{words} told the court that the bridge was unsafe.")
    assert (draft.speaker.candidates, draft.tier) == (names, Tier.CHECK_SPEAKER)
    long = drafted(f"{words} told the court that the bridge was unsafe{' and old' * 80}.")
    assert all(each.tier is not Tier.CONFIDENT or each.speaker.name == words for each in long)


def test_a_title_before_a_last_name_is_of_whoever_was_named_in_whole() -> None:
    text = "Ida Holt, the mayor, opened the port on Monday. Mayor Holt said that the bridge was safe."
    (draft,) = drafted(text)
    assert (draft.speaker.name, draft.speaker.role) == ("Ida Holt", "Mayor")


@pytest.mark.parametrize(
    "said",
    [
        "<b>nothing</b> had", "*nothing* had", "**nothing** had", "[nothing] had", "{nothing} had",
        "😀 nothing had",
        "https://example.org/x nothing had", "`nothing` had", "_nothing_ had", "that <b>nothing</b> had",
    ],
)  # fmt: skip
def test_signs_between_a_verb_and_what_is_said_stay_and_are_for_a_person_to_check(said: str) -> None:
    (draft,) = drafted(f"The police said {said} been stolen from the house on Monday.")
    assert draft.statement == f"{said.removeprefix('that ')} been stolen from the house on Monday"
    assert (draft.cue_words, draft.tier) == ("said", Tier.CHECK_SPEAKER)


def test_brackets_of_prose_are_kept_whole() -> None:
    (draft,) = drafted("The police said (nothing) had been stolen from the house on Monday.")
    assert draft.statement == "(nothing) had been stolen from the house on Monday"
    (draft,) = drafted("Nothing had been <b>stolen</b>, the police said.")
    assert draft.statement == "Nothing had been <b>stolen</b>"


@pytest.mark.parametrize(
    ("words", "name", "role"),
    [
        ("Mayor Helen Grant", "Helen Grant", "Mayor"),
        ("New York Mayor Eric Adams", "Eric Adams", "New York Mayor"),
        ("Police Chief Inspector Anna Doyle", "Anna Doyle", "Police Chief Inspector"),
        ("Mary Ann Smith", "Mary Ann Smith", None),
        ("Mayor Grant", "Mayor Grant", None),
        ("The Sellmouth Gazette", "The Sellmouth Gazette", None),
        ("Sellmouth Grace Hospital", "Sellmouth Grace Hospital", None),
    ],
)
def test_where_nothing_is_parsed_a_title_ends_before_a_given_name(
    words: str, name: str, role: str | None
) -> None:
    for text in (f"{words} said that the port would open.", f"{words} said nobody was hurt at the port."):
        report = read_report(text)
        assert report is not None
        assert (report.speaker, report.role) == (name, role)
