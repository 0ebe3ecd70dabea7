"""The shipped story holds all that its article reports, as precisely as the article does, and no more.

Invariants over the record as it is read, not copies of the sheet: words may change, content may not. Here is
who speaks, who and what is named, and when it was; what is claimed is in `test_first_story_claims.py`.
"""

import re
from collections import Counter

import pytest_asyncio

from bot.answers.date_text import when_text
from bot.answers.sentences import sentence
from storage.domain.folding import fold
from storage.domain.models import EntityKind, Stance, Standing
from storage.record import Record
from tests.bot.first_story import Story, locators, read, speakers

PARAGRAPHS = [f"¶{number}" for number in range(1, 11)]
ROLES = {
    "Alexander Lukashenko": ("Belarusian President", "¶1"),
    "Dmytro Lubinets": ("Ukraine's Commissioner for Human Rights", "¶5"),
    "National Anti-Crisis Management": ("opposition organisation", "¶7"),
}
NAMED = {
    EntityKind.PERSON: {"Alexander Lukashenko", "Dmytro Lubinets", "Putin"},
    EntityKind.ORGANISATION: {
        "Kyiv Independent",
        "Lukashenko's press office",
        "Parliamentary Assembly of the Council of Europe",
        "Ukraine's Prosecutor General's Office",
        "National Anti-Crisis Management",
        "International Criminal Court",
        "Yale University",
    },
    EntityKind.PLACE: {
        "Belarus",
        "Russia",
        "Ukraine",
        "Donetsk oblast",
        "Luhansk oblast",
        "occupied Ukrainian regions",
    },
}
# Who speaks in which stance in which paragraph, by the article's own verbs.
VOICES = {
    ("Kyiv Independent", Stance.ASSERTS, "¶1"),
    ("Alexander Lukashenko", Stance.DENIES, "¶2"),
    ("Alexander Lukashenko", Stance.ASSERTS, "¶2"),
    ("Alexander Lukashenko", Stance.ASSERTS, "¶3"),
    ("Lukashenko's press office", Stance.ADMITS, "¶4"),
    ("Dmytro Lubinets", Stance.ASSERTS, "¶5"),
    ("Dmytro Lubinets", Stance.ALLEGES, "¶6"),
    ("Parliamentary Assembly of the Council of Europe", Stance.SUPPORTS, "¶6"),
    ("Ukraine's Prosecutor General's Office", Stance.SUPPORTS, "¶6"),
    ("International Criminal Court", Stance.ASSERTS, "¶8"),
    ("Kyiv Independent", Stance.ASSERTS, "¶9"),
    ("Parliamentary Assembly of the Council of Europe", Stance.CALLS_FOR, "¶10"),
}


@pytest_asyncio.fixture
async def story(record: Record) -> Story:
    return await read(record)


def test_every_paragraph_is_covered_and_every_attribution_says_in_which_it_stands(story):
    found = Counter(item.locator for fact in story.facts for item in fact.attributions)
    assert set(found) == set(PARAGRAPHS)


def test_the_stances_and_speakers_are_those_of_the_articles_own_verbs(story):
    found = {
        (item.speaker.name, item.stance, item.locator)
        for fact in story.facts
        for item in fact.attributions
        if item.speaker
    }
    assert found == VOICES


def test_everyone_and_everything_that_the_article_names_is_on_record_and_nobody_else(story, subtests):
    for kind in list(NAMED):
        with subtests.test(kind=kind):
            assert {entity.name for entity in story.entities.values() if entity.kind is kind} == NAMED[kind]


def test_each_role_is_the_one_that_the_article_gives_and_none_is_added(story):
    roles = {
        entity.name: (entity.role, entity.role_locator)
        for entity in story.entities.values()
        if entity.role and entity.kind is not EntityKind.PLACE
    }
    assert roles == ROLES
    assert {entity.role_source.ref for entity in story.entities.values() if entity.role} == {"article"}


def test_a_place_is_described_only_where_the_article_describes_it(story):
    described = {e.name: e for e in story.entities.values() if e.role and e.kind is EntityKind.PLACE}
    assert set(described) <= {"Donetsk oblast", "Luhansk oblast"}
    for place in described.values():
        assert place.role_locator == "¶4"
        assert "Ukraine" in place.role and "occupied" in place.role


def test_nobody_gets_a_name_or_alias_that_the_article_does_not_give(story):
    putin = story.entities["Putin"]
    assert (putin.short, putin.aliases, putin.role) == (None, (), None)
    spelled = fold(" ".join(" ".join((e.name, *e.aliases, e.role or "")) for e in story.entities.values()))
    assert not {"vladimir", "minsk", "moscow", "lvova", "belova", "kremlin", "dictator"} & set(
        spelled.split()
    )


def test_everyone_on_record_is_named_by_some_fact(story):
    named = {entity.id for fact in story.facts for entity in fact.entities()}
    assert {entity.name for entity in story.entities.values() if entity.id not in named} == set()


def test_abbreviations_and_full_names_both_find_the_same_body(story):
    for abbreviation in ("PACE", "NAM", "ICC"):
        bearing = [e for e in story.entities.values() if abbreviation in (e.short, *e.aliases)]
        assert len(bearing) == 1


def test_every_date_is_one_the_article_gives_at_the_precision_it_gives(story):
    dated = {fact.occurred for fact in story.facts} | {source.published for source in story.sources}
    said = {item.said for fact in story.facts for item in fact.attributions}
    assert (dated | said) - {None} == {"2024-01-04", "2023-03", "XXXX-07-18"}


def test_the_warrant_for_putin_is_of_march_2023_without_a_day(story):
    (warrant,) = [fact for fact in story.facts if fact.occurred == "2023-03"]
    assert speakers(warrant) == ["International Criminal Court"]
    assert "Putin" in [entity.name for entity in warrant.about]
    assert locators(warrant) == {"¶8"}
    assert "no day" in when_text(warrant)


def test_the_call_of_18_july_has_no_year_and_says_so(story):
    calls = [fact for fact in story.facts if fact.occurred == "XXXX-07-18"]
    assert calls and all(locators(fact) == {"¶10"} for fact in calls)
    assert all(item.stance is Stance.CALLS_FOR for fact in calls for item in fact.attributions)
    assert all("year not given" in when_text(fact) for fact in calls)
    assert any("Lukashenko" in fact.statement for fact in calls)
    assert any("Putin" in fact.statement and "same" in fact.statement for fact in calls)


def test_the_report_is_of_4_january_and_its_facts_were_said_then(story):
    reported = [
        item
        for fact in story.facts
        for item in fact.attributions
        if item.speaker and item.speaker.name == "Kyiv Independent" and item.locator == "¶1"
    ]
    assert reported and {item.said for item in reported} == {"2024-01-04"}


def test_the_party_has_no_date_and_no_place(story):
    party = story.telling("party")
    assert len(party) >= 5
    assert all(fact.occurred is None and fact.places == () for fact in party)
    assert all("no date" in when_text(fact) for fact in party if fact.occasion)


def test_an_undated_fact_says_that_the_article_leaves_it_open(story):
    for fact in story.facts:
        if fact.occurred is None and not fact.occasion and fact.date_note:
            assert re.search(r"\b(no|not|neither)\b", fact.date_note), fact.ref


def test_nobody_is_said_to_have_denied_anything_but_lukashenko(story):
    denials = [fact for fact in story.facts for item in fact.attributions if item.stance is Stance.DENIES]
    assert len(denials) == 1
    assert speakers(denials[0]) == ["Alexander Lukashenko"]
    assert re.search(r"\bden(y|ie)", sentence(denials[0]))


def test_what_the_press_office_said_is_an_admission(story):
    admitted = [fact for fact in story.facts if "Lukashenko's press office" in speakers(fact)]
    assert admitted
    for fact in admitted:
        assert {item.stance for item in fact.attributions} == {Stance.ADMITS}
        assert "admitted" in sentence(fact)
    assert any({"Donetsk oblast", "Luhansk oblast"} <= {e.name for e in fact.about} for fact in admitted)
    assert any("Belarusian children" in fact.statement for fact in admitted)
    assert any("academic" in fact.statement and "artistic" in fact.statement for fact in admitted)


def test_the_staging_point_is_alleged_by_one_and_supported_by_two(story):
    fact = story.one("staging")
    assert [(name, item.stance) for name, item in zip(speakers(fact), fact.attributions, strict=True)] == [
        ("Dmytro Lubinets", Stance.ALLEGES),
        ("Parliamentary Assembly of the Council of Europe", Stance.SUPPORTS),
        ("Ukraine's Prosecutor General's Office", Stance.SUPPORTS),
    ]
    assert re.search(r"\b(might|may|could)\b", fact.statement), "the article says that it might be"
    assert fact.standing is Standing.ATTRIBUTED
