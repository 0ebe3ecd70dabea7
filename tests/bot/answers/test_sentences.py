"""Sentences: whose word it is comes first, the statement comes whole, and nothing is said by the bot."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.answers.sentences import further_voices, predicate, sentence
from storage.domain.folding import fold
from storage.domain.models import Attribution, Entity, EntityKind, Fact, Source, SourceKind, Stance

ARTICLE = Source(
    id=1, story_id=1, ref="a", kind=SourceKind.ARTICLE, name="the article", published="2024-01-04"
)
MAYOR = Entity(id=1, story_id=1, ref="m", kind=EntityKind.PERSON, name="Ada Mayor", short="Mayor")
COURT = Entity(id=2, story_id=1, ref="c", kind=EntityKind.ORGANISATION, name="the High Court")
ANYBODY = Attribution(source=ARTICLE)
WORDS = st.text(
    st.characters(categories=["L", "N", "P", "Zs"], exclude_characters="\xa0"), min_size=1, max_size=80
).filter(str.strip)


def fact(statement="the bridge is closed", date_note=None, **attribution):
    item = Attribution(**{"source": ARTICLE, "speaker": MAYOR, **attribution})
    return Fact(id=1, story_id=1, ref="f", statement=statement, attributions=(item,), date_note=date_note)


def test_speaker_cue_and_statement_stand_in_that_order():
    assert sentence(fact(cue="reminded that")) == "Mayor reminded that the bridge is closed"


def test_a_speaker_is_called_by_the_short_name_or_else_the_full_one():
    assert sentence(fact(cue="ruled that", speaker=COURT)) == "The High Court ruled that the bridge is closed"


def test_a_sentence_begins_as_its_script_does(subtests):
    # Georgian has capitals in Unicode, and writes whole words with them, or none.
    for name, begins in [("მაია გახარია", "მაია"), ("anna", "Anna"), ("ჯორჯია", "ჯორჯია"), ("ǆon", "ǅon")]:
        with subtests.test(name):
            speaker = Entity(id=3, story_id=1, ref="s", name=name, kind=EntityKind.PERSON)
            assert sentence(fact(cue="said that", speaker=speaker)).startswith(begins)


def test_without_a_speaker_the_source_speaks():
    assert sentence(fact(cue="states that", speaker=None)) == "The article states that the bridge is closed"


def test_a_bare_assertion_stands_behind_a_colon_as_it_was_worded():
    assert sentence(fact(statement="The bridge is closed.")) == "Mayor: The bridge is closed."


def test_a_stance_is_said_even_where_no_cue_is_given(subtests):
    for stance in [item for item in Stance if item is not Stance.ASSERTS]:
        with subtests.test(stance=stance):
            said = sentence(fact(stance=stance))
            assert said.startswith("Mayor ") and said.endswith(" the bridge is closed")
            assert stance.value.split(" ")[0].rstrip("es")[:3] in said


def test_a_denial_never_reads_like_an_assertion():
    assert sentence(fact(stance=Stance.DENIES)) == "Mayor denies that the bridge is closed"


def test_a_statement_reads_on_after_its_cue_and_names_keep_their_capitals(subtests):
    for statement, reads in [
        ("The bridge is closed.", "the bridge is closed"),
        ("Any of them came", "any of them came"),
        ("Any", "any"),
        ("NATO met.", "NATO met"),
        ("Ukraine called", "Ukraine called"),
        ("They waited...", "they waited..."),
        ("About 300 people came.", "about 300 people came"),
        ("Several Ukrainian villages burnt.", "several Ukrainian villages burnt"),
        ("Soldiers had warned them.", "soldiers had warned them"),
        ("Red Crescent volunteers came.", "Red Crescent volunteers came"),
        ("May 2023 saw a flood.", "May 2023 saw a flood"),
        ("Turkey sent aid.", "Turkey sent aid"),
        ("Mayor left.", "Mayor left"),
        ("It began at 5 a.m.", "it began at 5 a.m."),
        ("The ship left for the U.S.", "the ship left for the U.S."),
        ("The dam was built by Arsel Inc.", "the dam was built by Arsel Inc."),
    ]:
        with subtests.test(statement=statement):
            assert sentence(fact(statement, cue="said that")) == f"Mayor said that {reads}"


def test_which_words_keep_their_capital_is_told_by_the_language_and_the_names_on_record(subtests):
    for statement, language, opening, reads in [
        ("Angriffe gab es", "de", (), "Angriffe gab es"),
        ("Mehrere Häuser brannten", "de", (), "mehrere Häuser brannten"),
        ("Несколько домов сгорели", "ru", (), "несколько домов сгорели"),
        ("Власти молчат", "ru", (), "власти молчат"),
        ("Москва молчит", "ru", (), "Москва молчит"),
        ("Banks was hurt", "en", ("Banks",), "Banks was hurt"),
        ("Banks were closed", "en", (), "banks were closed"),
    ]:
        with subtests.test(statement):
            item = fact(statement, cue="said that").model_copy(
                update={"language": language, "opening": opening}
            )
            assert sentence(item) == f"Mayor said that {reads}"


def test_a_quote_is_added_unless_the_statement_holds_it():
    assert sentence(fact(cue="said that", quote="not one day")) == (
        "Mayor said that the bridge is closed (“not one day”)"
    )
    assert "“" not in sentence(fact(cue="said that", quote='"Bridge is"'))


def test_when_it_was_said_is_told_unless_the_citation_tells_it():
    assert "(said 3 March 2023)" in sentence(fact(cue="said that", said="2023-03-03"))
    assert "2024" not in sentence(fact(cue="said that", said="2024-01-04"))


def test_on_a_timeline_when_it_was_said_stands_in_the_label_unless_the_event_is_dated():
    item = fact(cue="said that", said="2023-12-03")
    assert "December" not in sentence(item, dated=True)
    dated = item.model_copy(update={"occurred": "2023-03"})
    assert "(said 3 December 2023)" in sentence(dated, dated=True)


def test_what_a_source_leaves_open_stands_under_the_fact_and_not_in_lists():
    item = fact(cue="said that", date_note="no year is given")
    assert "no year" not in sentence(item, dated=True) and "no year" not in sentence(item)


def test_any_attribution_of_a_fact_can_speak_its_sentence():
    item = fact(cue="said that")
    other = Attribution(source=ARTICLE, speaker=COURT, cue="denied that", stance=Stance.DENIES)
    assert sentence(item, other) == "The High Court denied that the bridge is closed"


def test_further_voices_are_named_with_their_stance(subtests):
    for stance in list(Stance):
        with subtests.test(stance=stance):
            first = Attribution(source=ARTICLE)
            one = Attribution(source=ARTICLE, speaker=COURT, stance=stance)
            both = [one, Attribution(source=ARTICLE, speaker=MAYOR, stance=stance)]
            assert further_voices([one], first).startswith("The High Court ")
            assert further_voices(both, first).startswith("The High Court and Mayor ")
            assert ("denies" in further_voices([one], first)) == (stance is Stance.DENIES)


def test_under_a_denial_whoever_does_not_deny_holds_what_is_denied(subtests):
    for stance in list(Stance):
        with subtests.test(stance=stance):
            """“Supported by the court” would read as if the court supported the denial."""
            first = Attribution(source=ARTICLE, speaker=MAYOR, stance=Stance.DENIES)
            said = further_voices([Attribution(source=ARTICLE, speaker=COURT, stance=stance)], first)
            told = {
                Stance.DENIES: "The High Court denies it",
                Stance.RATES: "The High Court rates the statement",
            }
            assert said == told.get(stance, "stated, not denied, by the High Court")


def test_a_rating_stands_in_the_words_of_whoever_gives_it():
    rated = Attribution(source=ARTICLE, speaker=COURT, cue="Denied", stance=Stance.RATES)
    told = "rates this as “Denied”: the bridge is closed"
    assert sentence(fact(), rated) == f"The High Court {told}" and predicate(fact(), rated) == told
    both = [rated, rated.model_copy(update={"speaker": MAYOR})]
    said = further_voices(both, Attribution(source=ARTICLE))
    assert said == "The High Court and Mayor rate the statement as “Denied”"
    for stance, reads in {
        Stance.ASSERTS: "stated by Mayor", Stance.SUPPORTS: "stated by Mayor",
        Stance.DENIES: "Mayor denies the statement",
    }.items():  # fmt: skip
        assert further_voices([Attribution(source=ARTICLE, speaker=MAYOR, stance=stance)], rated) == reads


def test_under_its_speaker_a_statement_keeps_its_cue_and_names_nobody(subtests):
    told: list[tuple[dict[str, Any], str]] = [
        ({"cue": "alleged that"}, "alleged that the bridge is closed"),
        ({"stance": Stance.DENIES}, "denies that the bridge is closed"),
        ({}, "says: the bridge is closed"),
    ]
    for attribution, reads in told:
        with subtests.test(reads):
            item = fact(**attribution)
            assert predicate(item, item.attributions[0]) == reads


def test_lists_show_a_statement_in_short(subtests):
    item = fact("the bridge over the river has been closed since May", cue="said that", quote="not one day")
    short = item.model_copy(update={"brief": "the bridge is closed"})
    assert sentence(short, short=True) == "Mayor said that the bridge is closed"
    assert sentence(short) == sentence(item)
    assert sentence(item, short=True) == "Mayor said that the bridge over the river has been closed since May"


@given(statement=WORDS, cue=st.none() | WORDS, stance=st.sampled_from(Stance), dated=st.booleans())
def test_a_sentence_loses_no_word_of_its_statement_and_always_names_the_speaker(
    statement, cue, stance, dated
):
    said = sentence(fact(statement, cue=cue, stance=stance, said="2020", date_note="open"), dated=dated)
    assert said.startswith("Mayor")
    assert f" {fold(statement)} ".replace("  ", " ") in f" {fold(said)} "


@given(statement=WORDS, quote=WORDS)
def test_a_quote_is_never_lost(statement, quote):
    said = sentence(fact(statement, cue="said that", quote=quote))
    bare = quote.strip("\"“”'")
    assert bare.casefold() in said.casefold() or fold(bare) in fold(said)
