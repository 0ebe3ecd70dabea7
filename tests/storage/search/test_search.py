"""What search finds, and that nothing typed at it makes it fail."""

from __future__ import annotations

import sqlite3
import unicodedata
from collections import Counter
from contextlib import closing

from hypothesis import given
from hypothesis import strategies as st

from storage.domain.words import Written, query_words, split, stem
from storage.record import Record
from tests.benchmarks import corpus
from tests.storage.conftest import fact, put


def refs(hits) -> list[str]:
    return [hit.ref for hit in hits]


async def test_words_match_in_any_form_case_and_accent(record, tmp_path):
    await put(
        record,
        tmp_path,
        fact("a", "The mayor's office evacuated Café Liberté"),
        fact("b", "Flooding closed the bridges"),
        fact("c", "Мэр закрыл мосты"),
    )
    assert refs(await record.search.find("EVACUATING cafe liberte")) == ["a"]
    assert refs(await record.search.find("was the bridge flooded?")) == ["b"]
    assert refs(await record.search.find("мэр")) == ["c"]
    assert await record.search.find("volcano") == []
    assert await record.search.find("") == []


async def test_a_word_is_found_in_any_spelling_of_its_letters(record, tmp_path, subtests):
    texts = {
        "a": "Łódź and İstanbul are twinned",
        "b": "the Straße was closed, says Seán O’Brien",
        "c": "राम ने कहा",
        "d": "the war\u00adrant of Вʼячеслав",
    }
    await put(record, tmp_path, *(fact(ref, text) for ref, text in texts.items()))
    for ref, queries in {
        "a": ("łódź", "LODZ", "Łodz", "istanbul", "İSTANBUL", "ISTANBUL", "ıstanbul", "ｌｏｄｚ"),
        "b": ("strasse", "STRASSE", "STRAẞE", "o'brien", "O’Brien", "obrien", "O Brien"),
        "c": ("राम", "कहा"),
        "d": ("warrant", "WAR\u00adRANT", "в'ячеслав", "вячеслав", "В’ЯЧЕСЛАВ"),
    }.items():
        for query in queries:
            with subtests.test(query=query):
                assert refs(await record.search.find(query)) == [ref]
                assert len(await record.search.with_prefix(query, story_id=1, limit=5)) == 1
    assert await record.search.find("रोम") == []


async def test_a_word_that_is_begun_is_found_by_each_of_its_letters_from_the_second_on(record, tmp_path):
    await put(
        record,
        tmp_path,
        fact("a", "the organisation alleged abductions and deportations"),
        fact("b", "Мэр закрыл Café Liberté"),
        fact("c", "nothing of the kind"),
    )
    begins = record.search.with_prefix
    for word in ("organisation", "alleged", "abductions", "deportations"):
        for letters in range(2, 1 + len(word)):
            assert await begins(word[:letters].upper(), story_id=1, limit=5) == [1], word[:letters]
    for typed in ("мэ", "закр", "caf", "CAFÉ lib", "liberté мэр за"):
        assert await begins(typed, story_id=1, limit=5) == [2], typed
    assert await begins("of th", story_id=1, limit=5) == [3]
    assert await begins("th", story_id=1, limit=1) == [3]
    assert await begins("organisation kin", story_id=1, limit=5) == []
    # Grammar is looked for where there is nothing else, and then by its beginning too.
    assert await begins("the", story_id=1, limit=5) == [3, 1]
    for nothing in ("", "o", "organisationx", "organization", "\ue0001", "qq", '"', "story", "a* OR b"):
        assert await begins(nothing, story_id=1, limit=5) == [], nothing
    assert await begins("org", story_id=2, limit=5) == []


async def test_nothing_that_is_typed_makes_a_beginning_fail(record, tmp_path):
    await put(record, tmp_path, fact("a", "the bridge is closed"))
    marks = [
        "²²",
        "१२",
        "ª º",
        "\u0301\u0301",
        "e\u0301",
        "\ud800x",
        "\x00 br",
        "ǅǅ",
        "ﬁﬁ",
        "İstanbul",
        "ß" * 3000,
    ]
    for mark in (*marks, '" OR "x', "NEAR(a b)", "{story} : x", "-br", "^br", "br*", "a AND", "%_"):
        for typed in (mark, f"{mark} br", f"the {mark}", f"br {mark}"):
            assert await record.search.with_prefix(typed, story_id=1, limit=3) in ([], [1]), typed
    assert await record.search.with_prefix("^br*", story_id=1, limit=3) == [1]


async def test_speaker_quote_figure_and_source_are_searched_too(record, tmp_path):
    voice = {"speaker": "Zelda Quill", "quote": "utter havoc", "source": {"title": "Gazette of Record"}}
    await put(
        record,
        tmp_path,
        fact("a") | {"attributions": [voice], "figures": [{"amount": 3, "counts": "lorries"}]},
    )
    await put(record, tmp_path, fact("b"))
    for query in ("quill", "havoc", "gazette", "lorry"):
        assert refs(await record.search.find(query)) == ["a"], query


async def test_what_is_no_longer_in_force_is_not_found(record, tmp_path):
    await put(record, tmp_path, fact("a", "snow fell"), fact("b", "snow melted"), fact("c", "ice came"))
    await put(record, tmp_path, fact("a", "snow fell", retracted="it was ash"))
    await put(record, tmp_path, fact("b", "snow melted", superseded_by="c"))
    assert await record.search.find("snow") == []
    await put(record, tmp_path, fact("a", "snow fell"))
    assert refs(await record.search.find("snow")) == ["a"]


async def test_a_corrected_fact_is_found_by_its_new_words_only(record, tmp_path):
    await put(record, tmp_path, fact("a", "ten barns burnt"))
    await put(record, tmp_path, fact("a", "ten stables burnt"))
    assert await record.search.find("barns") == []
    assert refs(await record.search.find("stables")) == ["a"]


async def test_stories_are_searched_apart(record, tmp_path):
    await put(record, tmp_path, fact("a", "rain in town"))
    await put(record, tmp_path, fact("b", "rain at sea"), story="storm")
    flood, storm = await record.stories.all()
    assert refs(await record.search.find("rain", story_id=flood.id)) == ["a"]
    assert refs(await record.search.find("rain", story_id=storm.id)) == ["b"]
    assert sorted(refs(await record.search.find("rain"))) == ["a", "b"]


async def test_the_syntax_of_full_text_search_means_nothing(record, tmp_path, subtests):
    await put(record, tmp_path, fact("a", "rain in town"))
    for query in [
        "rain*",
        "NEAR(rain town)",
        "rain OR",
        "NOT rain",
        "statement:rain",
        "^rain",
        "rain\x00town",
        "rain " * 5_000,
    ]:
        with subtests.test(query=query):
            for story_id in (None, 1):
                assert refs(await record.search.find(query, story_id=story_id)) == ["a"]


async def test_syntax_alone_finds_nothing(record, tmp_path, subtests):
    await put(record, tmp_path, fact("a", "rain in town"))
    strange = ["\ue0001", "🌧", "\u202e", "\ud800", "a" * 10_000]
    for query in ['"', '"unclosed', "AND", "-", "'; DROP TABLE fact; --", "(", "{a b}: c", *strange]:
        with subtests.test(query=query):
            for story_id in (None, 1):
                assert await record.search.find(query, story_id=story_id) == []


async def test_a_query_cannot_name_the_mark_of_a_story(record, tmp_path):
    await put(record, tmp_path, fact("a"))
    assert await record.search.find("\ue0001") == []


@given(st.text(max_size=60))
def test_query_words_are_of_letters_and_digits_and_distinct(text):
    words = query_words(text)
    # Nothing that a full-text query would take for syntax.
    assert all(unicodedata.category(sign)[0] in "LNM" for word in words for sign in word.written)
    assert len({word.stem for word in words}) == len(words) <= 48


def test_tags_are_told_apart_and_addresses_dropped():
    words = [
        word.written
        for word in query_words("Smoke! #AustralianFires @BBCNews https://t.co/abc pic.twitter.com/x1")
    ]
    assert words == ["smoke", "australianfires", "australian", "fires", "bbcnews", "bbc", "news"]


@given(
    st.lists(st.from_regex(r"\A[a-z]{1,12}\Z"), max_size=8),
    st.sets(st.from_regex(r"\A[a-z]{1,12}\Z"), max_size=3),
)
def test_skipping_words_by_their_beginning_loses_none(words, wanted):
    stems = {stem(word) for word in wanted}
    text, found = " ".join(words), Counter[str]()
    for stemmed, times in Written.of(text).matching(stems):
        found[stemmed] += times
    assert found == Counter(stem(word) for word in split(text) if stem(word) in stems)


def test_stems_are_those_of_the_index():
    words = sorted({word for sample in corpus.samples(50) for word in split(sample.statement)})
    words += split("Łódź straßen İstanbulda राम रोम ประยุทธ์ й мой мои がくせい გამარჯობა 𞤀𞤁")
    words += [
        "eyed",
        "bridges",
        "flooding",
        "relational",
        "capability",
        "happy",
        "agreed",
        "sensibility",
        "flying",
    ]
    with closing(sqlite3.connect(":memory:")) as raw:
        raw.execute(
            "CREATE VIRTUAL TABLE t USING fts5 (x, tokenize ="
            " \"porter unicode61 remove_diacritics 0 categories 'L* N* M* C*'\")"
        )
        raw.execute("CREATE VIRTUAL TABLE v USING fts5vocab (t, 'row')")
        for word in words:
            raw.execute("INSERT INTO t VALUES (?)", (word,))
        assert {row[0] for row in raw.execute("SELECT term FROM v")} == {stem(word) for word in words}


async def test_common_words_do_not_hide_the_best_fact(tmp_path):
    path = tmp_path / "corpus.db"
    corpus.write(path, 3000)
    record = await Record.open(path)
    try:
        kept = 0
        queries = corpus.queries(path, 40)
        for query in queries:
            with closing(sqlite3.connect(path)) as raw:
                (best,) = raw.execute(
                    "SELECT rowid FROM fact_text WHERE fact_text MATCH ? ORDER BY bm25(fact_text) LIMIT 1",
                    (" OR ".join(query.split()),),
                ).fetchone()
            kept += best in [hit.fact_id for hit in await record.search.find(query, limit=5)]
        assert kept >= 38
    finally:
        await record.close()
