"""The shipped story holds all that its article reports, as precisely as the article does, and no more.

Invariants over the record as it is read, not copies of the sheet: words may change, content may not.
"""

import re
import tomllib
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest_asyncio

from bot.answers.citations import describe
from bot.answers.date_text import when_text
from bot.answers.lines import amount
from bot.answers.sentences import sentence
from storage.domain.folding import fold
from storage.domain.models import Entity, EntityKind, Fact, RelationKind, Source, SourceKind, Stance, Standing
from storage.record import Record

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


class Story:
    """The shipped story as the record hands it out."""

    def __init__(self, facts: list[Fact], entities: list[Entity], sources: list[Source]) -> None:
        self.facts = facts
        self.entities = {entity.name: entity for entity in entities}
        self.sources = sources
        self.by_id = {fact.id: fact for fact in facts}

    def telling(self, *words: str, paragraph: str | None = None) -> list[Fact]:
        """Return the facts whose statements hold all of some beginnings of words."""
        return [
            fact
            for fact in self.facts
            if all(re.search(rf"\b{re.escape(word)}", fact.statement, re.IGNORECASE) for word in words)
            and (paragraph is None or paragraph in locators(fact))
        ]

    def one(self, *words: str, paragraph: str | None = None) -> Fact:
        (found,) = self.telling(*words, paragraph=paragraph)
        return found

    def source(self, kind: SourceKind) -> Source:
        (found,) = [item for item in self.sources if item.kind is kind]
        return found


def locators(fact: Fact) -> set[str | None]:
    return {item.locator for item in fact.attributions}


def speakers(fact: Fact) -> list[str | None]:
    return [item.speaker.name if item.speaker else None for item in fact.attributions]


def texts(fact: Fact) -> Iterable[str]:
    yield fact.statement
    for item in fact.attributions:
        yield from filter(None, (item.cue, item.quote))
    for figure in fact.figures:
        yield from filter(None, (figure.counts, figure.words, figure.qualifier))


@pytest_asyncio.fixture
async def story(record: Record) -> AsyncIterator[Story]:
    first = (await record.stories.all())[0]
    yield Story(
        await record.listings.all(first.id, limit=500),
        await record.entities.page(first.id, limit=500),
        await record.sources.page(first.id, limit=500),
    )


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


def test_each_figure_keeps_its_qualifier_what_it_counts_and_its_paragraph(story, subtests):
    for shown, paragraph, counts in [
        ("hundreds", "¶2", ("children", "resettled", "Russia")),
        ("3,000", "¶2", ("attendees", "party")),
        ("at least 2,100", "¶7", ("Ukrainian children", "abduction")),
        ("over 2,400", "¶9", ("Ukrainian children", "Belarus")),
        ("6 to 17", "¶9", ("years of age",)),
    ]:
        with subtests.test(shown=shown):
            (found,) = [
                (fact, figure) for fact in story.facts for figure in fact.figures if amount(figure) == shown
            ]
            fact, figure = found
            assert locators(fact) == {paragraph}
            assert all(word in figure.counts for word in counts)


def test_there_is_no_figure_but_the_articles(story):
    figures = sorted(amount(figure) for fact in story.facts for figure in fact.figures)
    assert figures == ["3,000", "6 to 17", "at least 2,100", "hundreds", "over 2,400"]
    numbers = {n for fact in story.facts for text in texts(fact) for n in re.findall(r"\d[\d,]*", text)}
    assert numbers <= {"3,000", "2,100", "2,400", "6", "17"}


def test_a_number_in_a_statement_stands_with_its_qualifier(story):
    for fact in story.facts:
        for figure in fact.figures:
            if figure.qualifier and f"{figure.amount:,.0f}" in fact.statement:
                assert f"{figure.qualifier} {figure.amount:,.0f}" in fact.statement


def test_the_two_figures_for_children_taken_are_of_the_same_measure(story):
    measures = {amount(figure): figure.measure for fact in story.facts for figure in fact.figures}
    assert measures["at least 2,100"] == measures["over 2,400"]
    assert len(set(measures.values())) == len(measures) - 1


def test_who_relays_whom_ends_with_the_article(story):
    study, report, article = story.source(SourceKind.STUDY).chain()
    assert (study.author, study.published) == ("Yale University", None)
    assert (report.kind, report.publisher) == (SourceKind.REPORT, "Kyiv Independent")
    assert article == story.source(SourceKind.ARTICLE)
    assert {source.chain()[-1] for source in story.sources} == {article}


def test_only_the_report_of_4_january_is_dated_to_that_day_beside_the_article(story):
    dated = [source for source in story.sources if source.published == "2024-01-04"]
    assert {source.kind for source in dated} == {SourceKind.ARTICLE, SourceKind.REPORT}
    assert len(dated) == 2


def test_the_article_names_no_publisher_author_title_or_address(story):
    article = story.source(SourceKind.ARTICLE)
    assert (article.publisher, article.author, article.title, article.url) == (None, None, None, None)
    assert article.published == "2024-01-04"
    assert "publisher not named" in describe(article)


def test_no_source_gets_an_address_or_a_title_that_the_article_does_not_give(story):
    assert {(source.url, source.title) for source in story.sources} == {(None, None)}


def test_nothing_is_corroborated_because_all_rests_on_one_article(story):
    standings = Counter(fact.standing for fact in story.facts)
    assert set(standings) == {Standing.ATTRIBUTED, Standing.DISPUTED}


def test_the_denial_and_the_admission_dispute_each_other_seen_from_either(story):
    denial = next(f for f in story.facts for item in f.attributions if item.stance is Stance.DENIES)
    admitted = story.one("Donetsk", "Luhansk", "occupies", paragraph="¶4")
    for near, far in ((denial, admitted), (admitted, denial)):
        relations = [item for item in near.relations if item.other_id == far.id]
        assert [item.kind for item in relations] == [RelationKind.CONTRADICTS]
        assert near.standing is Standing.DISPUTED


def test_every_relation_is_seen_from_both_ends_and_every_contradiction_asks_a_question(story):
    for fact in story.facts:
        for relation in fact.relations:
            back = [
                item
                for item in story.by_id[relation.other_id].relations
                if (item.kind, item.other_id) == (relation.kind, fact.id)
            ]
            assert len(back) == 1
            assert back[0].outgoing is not relation.outgoing
            assert back[0].about == relation.about
            assert relation.about and "?" in relation.about
            if relation.kind is RelationKind.CONTRADICTS:
                assert {fact.standing, story.by_id[relation.other_id].standing} == {Standing.DISPUTED}


def test_what_confirms_nam_is_said_by_the_study_through_the_report(story):
    confirming = story.one("confirmed", paragraph="¶9")
    assert "NAM" in confirming.statement
    supports = [
        (fact, relation)
        for fact in story.facts
        for relation in fact.relations
        if relation.kind is RelationKind.SUPPORTS and relation.outgoing and "¶9" in locators(fact)
    ]
    assert [story.by_id[relation.other_id].figures[0].amount for _fact, relation in supports] == [2100]


def test_the_evidence_of_nam_supports_a_view_and_does_not_prove_it(story):
    view = next(fact for fact in story.facts if any(figure.amount == 2100 for figure in fact.figures))
    assert [item.stance for item in view.attributions] == [Stance.SUPPORTS]
    assert re.search(r"\bsupports\b.*\bview\b", sentence(view))
    assert view.attributions[0].source.author == "National Anti-Crisis Management"


def test_quotes_are_short_and_stand_in_the_statement_or_with_the_speaker(story):
    quotes = [item for fact in story.facts for item in fact.attributions if item.quote]
    assert {item.speaker.name for item in quotes} == {"Alexander Lukashenko"}
    assert {fold(item.quote) for item in quotes} >= {"alien children"}
    for fact in story.facts:
        marked = [quote for text in texts(fact) for quote in re.findall(r"[\"“]([^\"”]+)[\"”]", text)]
        for quote in (*marked, *(item.quote or "" for item in fact.attributions)):
            assert len(quote.split()) <= 8, quote


def test_quotation_marks_come_in_pairs_and_only_around_quoted_speech(story):
    for fact in story.facts:
        assert fact.statement.count('"') % 2 == 0
        if '"' in fact.statement:
            spoken = {fold(item.quote) for item in fact.attributions if item.quote}
            inside = {fold(quote) for quote in re.findall(r'"([^"]+)"', fact.statement)}
            assert any(quote in phrase for quote in spoken for phrase in inside), fact.ref


def test_no_statement_is_long(story):
    assert {fact.ref for fact in story.facts if len(fact.statement) > 300} == set()


def test_every_sentence_begins_with_the_word_of_somebody(story):
    for fact in story.facts:
        first = fact.attributions[0]
        who = first.speaker.called if first.speaker else first.source.name
        assert sentence(fact).casefold().startswith(who.casefold())


def test_the_charge_and_its_being_documented_are_the_articles_own_voice(story):
    for fact in (story.one("charged", "issued", paragraph="¶8"), story.one("documented")):
        assert speakers(fact) == [None]
        assert fact.attributions[0].source.ref == "article"
        assert sentence(fact).startswith("The article ")


def test_the_sheet_reads_in_the_order_of_the_article(root: Path):
    sheet = tomllib.loads((root / "storage/stories/belarus.toml").read_text(encoding="utf-8"))
    order = [int(fact["attributions"][0]["locator"].removeprefix("¶")) for fact in sheet["facts"]]
    assert order == sorted(order)


def test_the_story_in_a_few_lines_tells_both_sides_of_its_dispute(record_leads):
    stances = {item.stance for fact in record_leads for item in fact.attributions}
    assert {Stance.DENIES, Stance.ADMITS, Stance.ALLEGES, Stance.CALLS_FOR} <= stances


@pytest_asyncio.fixture
async def record_leads(record: Record) -> list[Fact]:
    first = (await record.stories.all())[0]
    return await record.listings.summary(first.id)
