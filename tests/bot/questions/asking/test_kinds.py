"""The kind of answer that a question wants, as people ask in chats, in each language that is read."""

import tomllib
from pathlib import Path

import pytest

from bot.questions.asking.kinds import OF_THE_STORY, Kind
from bot.questions.wording import read
from storage.domain.language.detection import LANGUAGES

ASKED = tomllib.loads(Path(__file__).with_name("asking.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_kind_of_answer_that_a_question_wants_is_read(language, subtests):
    for kind, questions in ASKED[language].items():
        for text in questions:
            for written in (text, f"{text.lower()} 🙏"):
                with subtests.test(text=written):
                    assert read(written, spoken=language).kind is Kind[kind.upper()]


def test_every_kind_is_asked_for_in_every_language():
    kinds = {kind.name.lower() for kind in Kind}
    assert {language: set(ASKED[language]) for language in LANGUAGES} == dict.fromkeys(LANGUAGES, kinds)
    assert all(sum(map(len, ASKED[language].values())) >= 20 for language in LANGUAGES)


def test_a_question_in_another_language_than_it_was_taken_for_is_read_all_the_same(subtests):
    for text, kind, language in [
        ("коли затонув пором", Kind.WHEN, "uk"),
        ("сколько людей погибло", Kind.HOW_MANY, "ru"),
        ("cuántos muertos hubo", Kind.HOW_MANY, "es"),
        ("warum brach die Brücke", Kind.WHY, "de"),
        ("dlaczego most runął", Kind.WHY, "pl"),
        ("bridge collapse чому", Kind.WHY, "uk"),
    ]:
        with subtests.test(text=text):
            question = read(text)
            assert (question.kind, question.language) == (kind, language)


def test_what_is_left_of_a_question_of_the_story_is_its_topic(subtests):
    for text, language, topic in [
        ("what happened", "en", ()),
        ("so what's new pls", "en", ()),
        ("any update on the ferry trial", "en", ("ferry", "trial")),
        ("what was corrected about the bridge", "en", ("bridge",)),
        ("sources for the ferry?", "en", ("ferry",)),
        ("що сталося", "uk", ()),
        ("що нового про пором", "uk", ("пором",)),
        ("что нового", "ru", ()),
        ("што вядома пра паром", "be", ("паром",)),
        ("co się stało", "pl", ()),
        ("was gibt es Neues zur Brücke", "de", ("brucke",)),
        ("que s'est-il passé", "fr", ()),
        ("qué pasó con el puente", "es", ("puente",)),
    ]:
        with subtests.test(text=text):
            question = read(text, spoken=language)
            assert question.kind in OF_THE_STORY
            assert question.topic == topic


def test_a_question_may_want_the_newest_of_any_kind(subtests):
    for text, language, kind, latest in [
        ("whats the latest toll", "en", Kind.HOW_MANY, True),
        ("what is the toll", "en", Kind.HOW_MANY, False),
        ("most recent number of passengers", "en", Kind.HOW_MANY, True),
        ("яка остання кількість загиблих", "uk", Kind.HOW_MANY, True),
        ("wie hoch ist die aktuelle Zahl der Toten", "de", Kind.HOW_MANY, True),
        ("news?", "en", Kind.LATEST, True),
    ]:
        with subtests.test(text=text):
            question = read(text, spoken=language)
            assert (question.kind, question.latest) == (kind, latest)


def test_a_negation_is_told_from_a_question_that_expects_a_yes(subtests):
    for text, language, negated in [
        ("why didn't they stop", "en", True),
        ("nobody was punished for it, right?", "en", True),
        ("didnt they stop", "en", False),
        ("they stopped, didn't they", "en", False),
        ("чому не зупинили пором", "uk", True),
        ("warum wurde niemand bestraft", "de", True),
        ("pourquoi personne n'a été puni", "fr", True),
        ("dlaczego nikt nie zginął", "pl", True),
        ("quién lo dijo", "es", False),
    ]:
        with subtests.test(text=text):
            assert read(text, spoken=language).negated is negated
