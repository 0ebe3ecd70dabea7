"""Whether a statement may be on record already in other words."""

from hypothesis import given
from hypothesis import strategies as st

from bot.parsing.fuzzy import ALIKE, word_overlap


def test_the_same_in_other_words(subtests):
    for left, right in [
        ("The bridge was closed on Monday", "The bridge was closed on Monday"),
        ("The bridge was closed on Monday", "On Monday the bridges were closed by police"),
        ("Children were taken to Belarus", "children from Ukraine had been taken to Belarus by bus"),
        # Two words tell something where there are no others.
        ("children Belarus", "Belarus, the children"),
        ("The ferry sank.", "the ferry sank"),
    ]:
        with subtests.test(left=left, right=right):
            assert word_overlap(left, right) >= ALIKE


def test_something_else_or_too_few_words_to_tell(subtests):
    for left, right in [
        ("The bridge was closed on Monday", "The ferry ran aground near Tarrow"),
        ("Belarus", "Belarus"),
        ("children Belarus", "children taken to Belarus"),
        ("", ""),
        ("!!!", "???"),
        ("Children were taken to Belarus", "Belarus has a president"),
    ]:
        with subtests.test(left=left):
            assert word_overlap(left, right) < ALIKE


WORDS = st.lists(
    st.sampled_from("bridge closed monday police ferry children taken belarus ran the of".split())
)


@given(WORDS, WORDS)
def test_likeness_is_a_share_and_the_same_either_way(left, right):
    one, other = " ".join(left), " ".join(right)
    assert word_overlap(one, other) == word_overlap(other, one)
    assert 0.0 <= word_overlap(one, other) <= 1.0
    assert word_overlap(one, one) in (0.0, 1.0)


@given(st.text(max_size=100), st.text(max_size=100))
def test_any_texts_can_be_compared(left, right):
    assert 0.0 <= word_overlap(left, right) <= 1.0
