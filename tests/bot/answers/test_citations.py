"""How a source is described: all that is known, what is missing said so, and who relays it."""

from bot.answers.citations import citation, cite, cite_relation, cite_role, describe, label, short, voice
from storage.domain.models import Attribution, Entity, Relation, RelationKind, Source, SourceKind

ARTICLE = Source(
    id=1, story_id=1, ref="a", kind=SourceKind.ARTICLE, name="the article", published="2024-01-04"
)
REPORT = Source(
    id=2,
    story_id=1,
    ref="r",
    kind=SourceKind.REPORT,
    name="the Gazette's report",
    publisher="Gazette",
    via=ARTICLE,
)


def source(kind=SourceKind.ARTICLE, **fields):
    return Source(id=5, story_id=1, ref="s", kind=kind, **fields)


def test_an_article_without_publisher_and_date_says_so():
    assert describe(source()) == "Article, publisher not named, date not given"


def test_an_author_stands_in_for_a_publisher():
    assert describe(source(author="A. Writer", published="2023")) == "Article, A. Writer, 2023"


def test_a_title_is_quoted_and_the_publisher_named_once():
    titled = source(title="Gazette finds more", publisher="Gazette", published="2024-01-04")
    assert describe(titled) == "“Gazette finds more”, Gazette, 4 January 2024"
    assert describe(titled.model_copy(update={"publisher": "Courier"})) == (
        "“Gazette finds more”, Courier, 4 January 2024"
    )


def test_only_what_is_published_by_nature_misses_a_publisher(subtests):
    for kind in [SourceKind.REPORT, SourceKind.STUDY, SourceKind.STATEMENT, SourceKind.LEGAL]:
        with subtests.test(kind=kind):
            assert "publisher" not in describe(source(kind))
            assert "date not given" in describe(source(kind))


def test_a_source_known_through_another_says_through_which():
    assert describe(REPORT) == (
        "Gazette's report, date not given, known only via the article of 4 January 2024"
    )


def test_a_description_begins_with_a_capital():
    assert describe(source(name="the évidence")).startswith("É")


def test_a_sentence_calls_a_source_by_the_best_name_it_has(subtests):
    for fields, called in [
        ({"name": "the study", "publisher": "P", "author": "A"}, "the study"),
        ({"publisher": "P", "author": "A"}, "P"),
        ({"author": "A"}, "A"),
        ({}, "the article"),
    ]:
        with subtests.test(fields=fields):
            assert voice(source(**fields)) == called


def test_every_kind_of_source_has_words_of_its_own(subtests):
    for kind in list(SourceKind):
        with subtests.test(kind=kind):
            assert voice(source(kind)).startswith("the ")
            assert len(describe(source(kind))) > len("date not given")


def test_in_passing_a_source_is_called_with_its_date_if_it_has_one():
    assert short(ARTICLE) == "the article of 4 January 2024"
    assert short(REPORT) == "the Gazette's report"


def test_a_citation_carries_source_entry_place_and_address():
    cited = citation(source(url="https://example.org/a"), "¶3")
    assert (cited.source, cited.locator, cited.url) == (5, "¶3", "https://example.org/a")
    assert cited.entry == describe(source())


def test_an_attribution_is_cited_where_it_stands():
    assert cite(Attribution(source=ARTICLE, locator="¶6")) == citation(ARTICLE, "¶6")


def test_a_role_is_cited_and_no_role_has_no_citation():
    nobody = Entity(id=1, story_id=1, ref="e", kind=None, name="Someone")
    assert cite_role(nobody) is None
    assert cite_role(nobody.model_copy(update={"role": "mayor"})) is None
    mayor = nobody.model_copy(update={"role": "mayor", "role_source": ARTICLE, "role_locator": "¶1"})
    assert cite_role(mayor) == citation(ARTICLE, "¶1")


def test_a_relation_is_cited_only_where_a_source_states_it():
    relation = Relation(kind=RelationKind.SUPPORTS, other_id=2, outgoing=True, other_in_force=True)
    assert cite_relation(relation) is None
    stated = relation.model_copy(update={"source": ARTICLE, "locator": "¶4"})
    assert cite_relation(stated) == citation(ARTICLE, "¶4")


def test_under_a_reply_a_source_stands_in_a_few_words(subtests):
    article = source(name="the article", published="2024-01-04")
    for told, known in [
        (
            "The Gazette, 4 Jan 2024",
            source(title="Who lied?", publisher="The Gazette", published="2024-01-04"),
        ),
        ("The Gazette, Mar 2023", source(publisher="The Gazette", published="2023-03")),
        ("The Gazette, date not given", source(publisher="The Gazette")),
        ("The Gazette, 4 May (year not given)", source(publisher="The Gazette", published="XXXX-05-04")),
        (
            "The Gazette, 2023, via the article",
            source(publisher="The Gazette", published="2023", via=article),
        ),
        (
            "Ann, Example Social, 2023",
            source(SourceKind.POST, author="Ann", publisher="Example Social", published="2023"),
        ),
        ("Article, 4 Jan 2024", article),
        ("“Who lied?”, 2023", source(title="Who lied?", published="2023")),
    ]:
        with subtests.test(told):
            assert label(known) == told


def test_a_chain_is_named_by_what_relays_and_cut_where_it_is_long():
    one = source(name="the article")
    two = source(publisher="Gazette", via=one)
    three = source(publisher="Courier", via=two)
    assert label(three) == "Courier, date not given, via Gazette and the article"
    assert label(source(publisher="Ledger", via=three)) == "Ledger, date not given, via Courier and 2 more"
