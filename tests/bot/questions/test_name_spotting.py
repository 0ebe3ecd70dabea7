"""Recognising names in a question: the longest first, never overlapping, slips forgiven, common words not."""

from hypothesis import given
from hypothesis import strategies as st

from bot.questions.name_spotting import recognise, skeleton
from bot.questions.wording import read
from storage.reading.entities import Name

NAMES = [
    Name("harbour authority", 1, 0, "Harbour Authority"),
    Name("harbour", 1, 2, "harbour"),
    Name("authority", 1, 2, "authority"),
    Name("harbour police", 2, 0, "Harbour Police"),
    Name("harbour", 2, 2, "harbour"),
    Name("police", 2, 2, "police"),
    Name("dana krivic", 3, 0, "Dana Krivic"),
    Name("dana", 3, 2, "Dana"),
    Name("krivic", 3, 2, "Krivic"),
    Name("the gazette", 4, 0, "the Gazette"),
    Name("many", 5, 1, "Many"),
]
VOCABULARY = [
    "harbour",
    "authority",
    "police",
    "dana",
    "krivic",
    "krivich",
    "the",
    "gazette",
    "who",
    "many",
    "",
    "7",
]


def found(text):
    return [
        (item.start, item.end, item.entity_ids, item.rank) for item in recognise(read(text).tokens, NAMES)
    ]


def test_the_longest_name_is_taken_whole():
    assert found("did the Harbour Authority know") == [(2, 4, (1,), 0)]


def test_a_part_that_several_names_share_means_all_of_them():
    assert found("did the harbour know") == [(2, 3, (1, 2), 2)]


def test_several_names_are_found_in_the_order_they_stand():
    assert [item[2] for item in found("Dana Krivic and the harbour police")] == [(3,), (2,)]


def test_an_article_before_a_name_makes_no_difference():
    assert found("gazette")[0][2] == (4,)


def test_a_name_heard_but_never_read_is_recognised(subtests):
    for spelt in ["krivitch", "krivich", "krivik", "Dana Krivich", "dana krivik"]:
        with subtests.test(spelt=spelt):
            assert (3,) in [item[2] for item in found(f"what did {spelt} say")]


def test_common_words_numbers_and_strangers_name_nobody(subtests):
    for text in ["who", "people", "when was it", "dan", "12345", "xylophone", "😀", ""]:
        with subtests.test(text=text):
            assert found(text) == []


def test_without_names_nothing_is_recognised():
    assert recognise(("harbour",), []) == []


def test_names_that_sound_alike_have_one_skeleton(subtests):
    for one, other in [("lubinets", "lubinetz"), ("philip", "filip"), ("kovacs", "covaks"), ("anna", "ana")]:
        with subtests.test(one=one):
            assert skeleton(one) == skeleton(other)


def test_names_that_sound_apart_have_not():
    assert skeleton("dana") != skeleton("krivic")


@given(st.lists(st.sampled_from(VOCABULARY) | st.text(max_size=8), max_size=12))
def test_what_is_recognised_never_overlaps_and_stays_within_the_question(tokens):
    items = recognise(tokens, NAMES)
    taken = [position for item in items for position in range(item.start, item.end)]
    assert len(taken) == len(set(taken))
    assert all(0 <= position < len(tokens) for position in taken)
    assert all(item.start < item.end and item.entity_ids for item in items)
    assert [item.start for item in items] == sorted(item.start for item in items)
