"""Stories in other languages than English: their words are found in any form, and their language is kept."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from storage.domain.changes import OpenStory, TakeDown
from storage.domain.entries import StoryEntry
from storage.domain.errors import InvalidSheet
from storage.domain.models import Ground
from storage.engines import migrations
from storage.record import Record
from storage.sheets import importing
from tests.storage.conftest import fact, put
from tests.storage.engines.old_records import downgrade
from tests.storage.making import ANN, exported, publish

# A story of three facts, and questions about the first in other forms of its words.
TOLD = {
    "uk": (
        ("Мешканці селища повернулися додому після повені", "Міст закрили через ремонт дороги на півдні",
         "Школи залишилися без опалення"),
        ("коли мешканцям дозволили повернення?", "хто повернувся", "що було з мешканцями"),
    ),
    "be": (
        ("Жыхары вёскі вярнуліся дадому пасля паводкі", "Мост закрылі з-за рамонту дарогі на поўдні",
         "Школы засталіся без ацяплення"),
        ("што кажуць жыхарам пра паводку?", "колькі жыхароў"),
    ),
    "ru": (
        ("Жители посёлка вернулись домой после наводнения", "Мост закрыли из-за ремонта дороги на юге",
         "Школы остались без отопления"),
        ("что было с наводнением?", "сколько жителей вернулось", "о жителях поселка"),
    ),
    "pl": (
        ("Mieszkańcy wioski wrócili do domów po powodzi", "Most zamknięto z powodu remontu drogi na południu",
         "Szkoły pozostały bez ogrzewania"),
        ("ilu mieszkańców wróciło?", "co z wioską", "mieszkancom powodz"),
    ),
    "de": (
        ("Die Bewohner des Dorfes kehrten nach der Überschwemmung zurück",
         "Die Brücke wurde wegen der Arbeiten an der Straße gesperrt", "Alle Schulen blieben ohne Heizung"),
        ("wie viele Bewohnern?", "was war mit den überschwemmungen", "welche Dörfer"),
    ),
    "fr": (
        ("Les habitants du village sont revenus après les inondations",
         "Le pont a été fermé à cause des travaux sur la route", "Les écoles sont restées sans chauffage"),
        ("qui habitait au village ?", "quelle inondation", "les villages"),
    ),
    "es": (
        ("Los habitantes del pueblo regresaron después de las inundaciones",
         "El puente fue cerrado por las obras en la carretera", "Las escuelas siguen sin calefacción"),
        ("cuántos regresaban", "qué pueblos?", "la inundacion del habitante"),
    ),
}  # fmt: skip
REFS = ("a", "b", "c")


def facts(language: str) -> list[dict]:
    return [fact(ref, text) for ref, text in zip(REFS, TOLD[language][0], strict=True)]


async def found(record: Record, query: str, story: str | None = None) -> list[str]:
    known = await record.stories.find(story) if story else None
    return [hit.ref for hit in await record.search.find(query, story_id=known.id if known else None)]


async def test_questions_find_the_words_of_a_story_in_other_forms(record, tmp_path, subtests):
    for language in TOLD:
        await put(record, tmp_path, *facts(language), story=language)
    for language, (_texts, questions) in TOLD.items():
        story = await record.stories.find(language)
        assert story.language == language
        for question in questions:
            with subtests.test(question):
                # Found alone, and not by its words of grammar.
                assert await found(record, question, language) == ["a"]


async def test_all_stories_are_searched_in_their_own_languages(record, tmp_path):
    await put(record, tmp_path, *facts("de"), story="de")
    await put(record, tmp_path, *facts("uk"), story="uk")
    await put(record, tmp_path, fact("a", "The inhabitants came back after the floods"), story="en")
    for query, story in (("мешканцям", "uk"), ("überschwemmungen", "de"), ("flooded", "en")):
        hits = await record.search.find(query)
        assert [await record.stories.owning(f"F{hit.fact_id}") for hit in hits] == [
            (await record.stories.find(story)).id
        ]


async def test_names_and_numbers_are_found_by_a_question_in_another_language(record, tmp_path):
    await put(
        record,
        tmp_path,
        fact("a", "Unter den 1200 Bewohnern war auch Miloš Zeman"),
        fact("b", "Die Brücke wurde gesperrt, weil die Straße unter Wasser steht"),
    )
    assert await found(record, "did Zeman die there?", "flood") == ["a"]
    assert await found(record, "who were the 1200", "flood") == ["a"]


async def test_what_is_begun_is_completed_in_the_language_of_the_story(record, tmp_path):
    await put(record, tmp_path, *facts("uk"), story="uk")
    for typed in ("мешк", "мешканця", "мешканцями", "повен", "повені", "після пов"):
        assert await record.search.with_prefix(typed, story_id=1, limit=3) == [1], typed
    assert await record.search.with_prefix("мешт", story_id=1, limit=3) == []


async def test_a_language_that_is_told_comes_before_the_one_that_shows(record, tmp_path, subtests):
    for name in ("told.jsonl", "told.toml"):
        with subtests.test(name):
            path = tmp_path / name
            story = name.replace(".", "-")
            path.write_text(
                f'[story]\nname = "{story}"\ntitle = "T"\nlanguage = "pl"\n'
                if name.endswith("toml")
                else f'{{"story": {{"name": "{story}", "title": "T", "language": "pl"}}}}\n',
                encoding="utf-8",
            )
            await importing.import_sheet(record, path, actor="tester")
            assert (await record.stories.find(story)).language == "pl"
    await put(record, tmp_path, fact("a", "The bridge was closed in the night"), story="told-jsonl")
    assert (await record.stories.find("told-jsonl")).language == "pl"


async def test_the_language_survives_export_and_import(record, tmp_path):
    await put(record, tmp_path, *facts("uk"), story="uk")
    before = await exported(record)
    assert '"language": "uk"' in before.splitlines()[0]
    (tmp_path / "exported.jsonl").write_text(before, encoding="utf-8")
    other = await Record.open(tmp_path / "other.db")
    try:
        await importing.import_sheet(other, tmp_path / "exported.jsonl", actor="tester")
        assert await exported(other) == before
        assert await found(other, "хто повернувся", "uk") == ["a"]
    finally:
        await other.close()


async def test_a_language_that_is_not_kept_is_refused(record, tmp_path):
    with pytest.raises(InvalidSheet, match=r"line 1, language: should be 'en', 'uk', .* or 'es'"):
        await put(record, tmp_path, {"story": {"name": "x", "title": "T", "language": "xx"}})
    assert await record.stories.all() == []


async def test_texts_that_show_no_language_leave_it_open_until_some_do(record, tmp_path):
    await put(record, tmp_path, fact("x", "Miloš Zeman"))
    assert (await record.stories.find("flood")).language is None
    await put(record, tmp_path, *facts("de"))
    assert (await record.stories.find("flood")).language == "de"
    assert await found(record, "welche Dörfer", "flood") == ["a"]


async def test_facts_that_moderators_add_tell_the_language_too(record, tmp_path):
    await record.ledger.make(OpenStory(story=StoryEntry(name="flood", title="Повінь")), by=ANN)
    await put(record, tmp_path, {"source": {"ref": "news", "title": "Новини"}})
    await publish(record, "a", TOLD["uk"][0][0])
    assert (await record.stories.find("flood")).language == "uk"
    assert await found(record, "хто повернувся", "flood") == ["a"]


@pytest.mark.parametrize("staged_from", [0, importing.STAGED_FROM])
async def test_another_language_indexes_the_story_anew(staged_from, record, tmp_path, monkeypatch):
    monkeypatch.setattr(importing, "STAGED_FROM", staged_from)
    await put(record, tmp_path, *facts("de"))
    for language, query in (("en", "Dorfes"), ("de", "Dörfern"), ("fr", "Dorfes"), ("de", "Dörfern")):
        await put(record, tmp_path, {"story": {"name": "flood", "title": "T", "language": language}})
        assert (await record.stories.find("flood")).language == language
        assert await found(record, query, "flood") == ["a"]
    # Each of these imports has its entry in the trail, though it brought no fact.
    assert await record.audit.last() == 5


async def test_a_source_that_is_taken_down_is_found_by_no_form_of_its_title(record, tmp_path):
    cited = {
        "speaker": "Ann",
        "cue": "sagte",
        "source": {"ref": "zeitung", "title": "Gemeldete Vermisstenzahlen"},
    }
    await put(record, tmp_path, fact("a", TOLD["de"][0][0], attributions=[cited]), *facts("de")[1:])
    assert await found(record, "Vermisstenzahl", "flood") == ["a"]
    await record.ledger.make(TakeDown(story_id=1, subject="S1", ground=Ground.PRIVACY), by=ANN)
    assert await found(record, "Vermisstenzahl", "flood") == []


@pytest.mark.sqlite
async def test_a_record_from_before_stories_had_a_language(path, tmp_path):
    record = await Record.open(tmp_path / "present.db")
    for language in ("uk", "de"):
        await put(record, tmp_path, *facts(language), story=language)
    await put(record, tmp_path, fact("a", "The inhabitants came back after the floods"), story="en")
    await record.close()
    downgrade(tmp_path / "present.db", path, 15)
    with closing(sqlite3.connect(path)) as old:
        # Then the index held words as they are.
        old.executemany(
            "UPDATE fact_text SET statement = ? WHERE rowid = ?",
            [(text.lower(), number) for number, text in enumerate((*TOLD["uk"][0], *TOLD["de"][0]), 1)],
        )
        old.commit()
    record = await Record.open(path)
    try:
        assert await record.database.version() == migrations.latest()
        assert {story.name: story.language for story in await record.stories.all()} == {
            "uk": "uk", "de": "de", "en": "en",
        }  # fmt: skip
        for query, story in (("хто повернувся", "uk"), ("welche Dorf", "de"), ("flooded", "en")):
            assert await found(record, query, story) == ["a"]
    finally:
        await record.close()


def test_english_is_stemmed_by_the_index_itself():
    from storage.domain.language.stemming import stem_in
    from storage.domain.words import indexed, query_words

    text = "The inhabitants' villages were flooded: О'Брайен said so twice"
    assert indexed(text, "en") == indexed(text)
    assert query_words(text, "en") == query_words(text)
    assert stem_in("en", "flooded") == stem_in(None, "flooded") == "flooded"
