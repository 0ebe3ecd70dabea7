"""What the shipped story claims, counts, quotes and sets against each other is what its article does."""

import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest_asyncio

from bot.answers.citations import describe
from bot.answers.lines import amount
from bot.answers.sentences import sentence
from storage.domain.folding import fold
from storage.domain.models import Fact, RelationKind, SourceKind, Stance, Standing
from storage.record import Record
from tests.bot.first_story import Story, locators, read, speakers, texts


@pytest_asyncio.fixture
async def story(record: Record) -> Story:
    return await read(record)


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
