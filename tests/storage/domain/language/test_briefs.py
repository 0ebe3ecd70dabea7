"""A brief says less than its statement, and nothing else."""

from __future__ import annotations

import pytest

from storage.domain.entries import FactEntry
from storage.domain.language.briefs import disagreements
from tests.storage.conftest import fact


def told(
    statement: str, brief: str, language: str = "en", names: tuple[str, ...] = (), **fields
) -> list[str]:
    return disagreements(FactEntry(**fact("a", statement, brief=brief, **fields)), names, language)


AGREE = {
    "shorter": (
        "Five houses in Lukiv were burnt down by the flood's looters",
        "Five houses in Lukiv were burnt down",
    ),
    "digits": ("Five houses were burnt", "5 houses were burnt"),
    "words": ("2,100 children were taken", "Two thousand one hundred children were taken"),
    "a number left out": ("At least 2,100 children were taken in 2023", "Children were taken"),
    "a hedge by another word": ("It allegedly rained in Lukiv", "It reportedly rained in Lukiv"),
    "about": ("Around 300 people are missing", "About 300 people missing"),
    "the month": ("In May 2023 it rained", "In May it rained"),
    "may": ("Belarus might serve as a staging point", "Belarus may serve as a staging point"),
    "neither": ("The court did not hear him", "The court didn't hear him"),
    "an aside in short": ("it rained (the article does not say where)", "it rained (not said where)"),
    "inflected": ("The Belarusian army crossed the river in May", "The Belarus army crossed the river"),
    "another form of a verb": ("Houses have fallen and are burning", "Houses fell and burned"),
    "pronouns": ("The children whom he had taken came home", "Children he took came home"),
    "one of several": ("Russia and Belarus took children", "Russia took children"),
    "one figure of two": ("5 people died and 10 people were hurt", "10 people were hurt"),
    "no one": ("No one was hurt when one of the houses fell", "No one was hurt"),
}
DISAGREE = {
    "another number": ("Five houses were burnt", "Six houses were burnt"),
    "a number added": ("Houses were burnt in 2023", "2,000 houses were burnt"),
    "a day taken for a count": ("On 5 January houses were burnt", "5 houses were burnt"),
    "a hedge of a number left out": ("At least 2,100 children were taken", "2,100 children were taken"),
    "a hedge put to another number": ("At least 5 died, 300 are missing", "5 died, at least 300 are missing"),
    "one end of a range": ("From 5 to 10 people died", "5 people died"),
    "more than": ("More than 300 died", "At least 300 died"),
    "a negation left out": ("No files were burnt", "Files were burnt"),
    "a negation added": ("Files were burnt", "No files were burnt"),
    "one negation of two": ("It is not true that no files were burnt", "No files were burnt"),
    "n't": ("The files weren't burnt", "The files were burnt"),
    "without": ("He left without his files", "He left his files"),
    "a denial": ("The mayor denied the fire", "The mayor on the fire"),
    "allegedly": ("He allegedly stole the files", "He stole the files"),
    "may": ("He may have stolen the files", "He stole the files"),
    "planned": ("He plans to close the archive", "The archive is closed"),
    "some": ("Some children came back", "Children came back"),
    "most": ("Most children came back", "Some children came back"),
    "only": ("Only the clerk came back", "The clerk came back"),
    "all": ("Children came back", "All children came back"),
    "a name": ("The children came to Belarus", "The children came to Poland"),
    "a name at the beginning": ("The children came to Belarus", "Paris took the children"),
    "a month": ("The children came", "The children came in June"),
    "a weekday": ("The children came", "The children came on Tuesday"),
    "hundreds": ("Children came", "Hundreds of children came"),
    "half": ("Children came", "Half of the children came"),
    "unarmed": ("The guards were unarmed", "The guards were armed"),
    "the opposite": ("The river rose by 3 metres", "The river fell by 3 metres"),
    "another unit": ("The river rose by 3 metres", "The river rose by 3 feet"),
    "another sign": ("It cost €5 in all", "It cost $5 in all"),
    "the unit left out": ("The river rose by 3 metres", "The river rose by 3"),
    "a percentage": ("5% of houses fell", "5 of houses fell"),
    "another one's number": ("5 people died and 10 were hurt", "5 were hurt"),
    "who did it to whom": ("Russia attacked Ukraine", "Ukraine attacked Russia"),
    "put in the passive": ("Russia attacked Ukraine", "Russia was attacked by Ukraine"),
    "put in the active": ("Ukraine was attacked by Russia", "Ukraine attacked Russia"),
    "the other way": ("They went from Minsk to Lukiv", "They went to Minsk from Lukiv"),
    "whose": ("The mayor's son was arrested", "The mayor was arrested"),
    "of whom": ("The mayor of Lukiv was arrested", "Lukiv was arrested"),
    "one of two alternatives": ("Bo or Cy took the files", "Bo took the files"),
    "a negation elsewhere": ("Bo did not come, Cy did come", "Bo did come, Cy did not come"),
    "another word": ("Children were killed", "Children were murdered"),
}


def test_a_brief_that_says_less_agrees(subtests):
    for name, (statement, brief) in AGREE.items():
        with subtests.test(name):
            assert told(statement, brief) == []


def test_a_brief_that_says_anything_else_does_not(subtests):
    for name, (statement, brief) in DISAGREE.items():
        with subtests.test(name):
            assert told(statement, brief)


def test_what_stands_beside_the_statement_is_as_good():
    figures = [{"qualifier": "at least", "amount": 2100, "counts": "children"}]
    assert told("Children were taken", "At least 2,100 children were taken", figures=figures) == []
    assert told("Children were taken", "2,100 children were taken", figures=figures)
    assert told("Children were taken", "Children were taken on 4 January 2024", occurred="2024-01-04") == []
    assert told("Children were taken", "4 children were taken", occurred="2024-01-04")
    assert told("Children were taken", "Children were taken on Thursday", occurred="2024-01-04") == []
    assert told("Children were taken", "Minsk: children were taken", names=("Minsk",)) == []


# A statement, a brief that agrees, and one that does not.
OTHERS = {
    "uk": (
        "Щонайменше п'ять будинків згоріли, нікого не поранено",
        "Щонайменше 5 будинків згоріли, нікого не поранено",
        "П'ять будинків згоріли",
    ),
    "ru": (
        "По меньшей мере пять домов в Минске сгорели, никто не пострадал",
        "Не менее 5 домов сгорели, никто не пострадал",
        "В Минске сгорели пять домов, никто не пострадал",
    ),
    "be": (
        "Каля трохсот чалавек нібыта прапалі ў Мінску",
        "Каля трохсот чалавек нібыта прапалі",
        "Каля трохсот чалавек прапалі",
    ),
    "pl": (
        "Co najmniej pięć domów rzekomo spłonęło w Mińsku",
        "Co najmniej 5 domów rzekomo spłonęło",
        "Spłonęło 5 domów",
    ),
    "de": (
        "Mindestens fünf Häuser in Minsk sind angeblich verbrannt",
        "Mindestens 5 Häuser angeblich verbrannt",
        "Mindestens 5 Häuser verbrannt",
    ),
    "fr": (
        "Environ 300 personnes seraient mortes, et personne n'a été arrêté",
        "Environ 300 personnes seraient mortes, aucun arrêté",
        "Environ 300 personnes sont mortes",
    ),
    "es": (
        "Al menos cinco casas se habrían quemado y no hay heridos",
        "Al menos 5 casas se habrían quemado, no hay heridos",
        "Al menos 5 casas se habrían quemado, hay heridos",
    ),
}


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_that_is_read_has_its_words(language):
    statement, agreeing, other = OTHERS[language]
    assert told(statement, agreeing, language) == []
    assert told(statement, other, language)


def test_all_faults_are_named_at_once():
    statement = "The mayor allegedly said that at least 3 houses never fell on Tuesday"
    assert told(statement, "The minister said that 4 flats collapsed, on Monday") == [
        "it says 4, which the statement does not",
        "the statement says “allegedly”, which it leaves out",
        "the statement says “never”, which it leaves out",
        "“minister”, “flats”, “collapsed” and “Monday” are not in the statement",
    ]
    assert told("Russia attacked Ukraine", "Ukraine attacked Russia") == [
        "“attacked” does not stand behind “Ukraine” in the statement: keep its order",
        "“Russia” does not stand behind “Ukraine” in the statement: keep its order",
    ]


# A language has its own words of negation and of doubt, or none at all: its words stay as they are.
FORMS = {
    "ru": ("Россия атаковала Украину в мае", "Россия атаковала Украину", "Россию атаковала Украина"),
    "pl": ("Rosja zaatakowała Ukrainę w maju", "Rosja zaatakowała Ukrainę", "Rosję zaatakowała Ukraina"),
    "de": ("Den Hund biss der Mann am Abend", "Den Hund biss der Mann", "Der Hund biss den Mann"),
    None: ("Huizen stonden drie dagen onder water", "Huizen stonden onder water", "Huizen ston onder water"),
}


@pytest.mark.parametrize("language", FORMS)
def test_other_languages_than_english_keep_the_forms_of_their_words(language):
    statement, agreeing, other = FORMS[language]
    assert told(statement, agreeing, language, ("Россия", "Украина", "Rosja", "Ukraina")) == []
    assert told(statement, other, language, ("Россия", "Украина", "Rosja", "Ukraina"))
