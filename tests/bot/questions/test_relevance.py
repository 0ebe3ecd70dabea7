"""What bears on a question: its words, synonyms, slips and names; and whether the kind of answer is there."""

from hypothesis import given
from hypothesis import strategies as st

from bot.questions.relevance import Subject, best, stating_words, surrounding_words, weigh
from bot.questions.wording import read
from storage.domain.models import Attribution, Entity, EntityKind, Fact, Figure, Source, SourceKind, Stance

ARTICLE = Source(
    id=1, story_id=1, ref="a", kind=SourceKind.ARTICLE, name="the article", published="2024-01-04"
)


def entity(number, name, kind=EntityKind.PERSON, **fields):
    return Entity(id=number, story_id=1, ref=f"e{number}", kind=kind, name=name, **fields)


CAPTAIN = entity(1, "Ada Stroud", role="captain of the ferry")
OWNER = entity(2, "Blue Line", EntityKind.ORGANISATION)
PORT = entity(3, "Velm", EntityKind.PLACE)
GROUP = entity(4, "passengers", EntityKind.GROUP, aliases=("people aboard",))


def fact(number, statement, speaker=None, stance=Stance.ASSERTS, **fields):
    item = Attribution(source=ARTICLE, speaker=speaker, stance=stance)
    return Fact(id=number, story_id=1, ref=f"f{number}", statement=statement, attributions=(item,), **fields)


SAILED = fact(1, "the ferry left the harbour", CAPTAIN, occurred="2024-01-02", places=(PORT,))
DENIED = fact(2, "the engine had failed before", OWNER, Stance.DENIES)
RESCUED = fact(
    3,
    "at least 41 passengers were rescued",
    CAPTAIN,
    figures=(Figure(amount=41, qualifier="at least", counts="passengers rescued"),),
    about=(GROUP,),
)
DRIFTED = fact(4, "the ferry drifted for 3 hours without power", OWNER)
FACTS = [SAILED, DENIED, RESCUED, DRIFTED]


def answering(text, *named, facts=FACTS):
    question = read(text)
    words = tuple(
        word for word in question.subject if not any(word in each.name.casefold() for each in named)
    )
    return [item.fact.id for item in best(weigh(question, Subject(words, named), facts), 5)]


def test_a_fact_answers_by_its_words_their_kin_synonyms_and_slips(subtests):
    for text, number in [
        ("Did the ferry leave the harbour?", 1),
        ("engine failed", 2),
        ("who was rescued", 3),
        ("who was saved", 3),
        ("rescue of passengers", 3),
        ("passangers rescueed", 3),
        ("drifting", 4),
    ]:
        with subtests.test(text=text):
            assert answering(text)[:1] == [number]


def test_what_no_fact_tells_of_is_answered_by_none(subtests):
    for text in ["Did a whale attack the zoo?", "bitcoin price", "who shot the sheriff"]:
        with subtests.test(text=text):
            assert answering(text) == []


def test_a_question_of_nothing_weighs_facts_without_failing():
    assert len(weigh(read("?"), Subject((), ()), FACTS)) == len(FACTS)
    assert weigh(read("ferry"), Subject(("ferry",), ()), []) == []
    assert best([], 5) == []


def test_when_is_answered_only_by_a_fact_with_a_date():
    assert answering("When did the ferry leave the harbour?") == [1]
    assert answering("When had the engine failed?") == []


def test_how_many_is_answered_only_by_a_fact_with_a_figure():
    assert answering("How many passengers were rescued?") == [3]
    assert answering("How many engines failed?") == []


def test_how_long_is_answered_only_by_a_fact_with_a_span():
    assert answering("How long did the ferry drift?") == [4]
    assert answering("How long did the engine fail?") == []


def test_where_is_answered_only_by_a_fact_with_a_place():
    assert answering("Where did the ferry leave the harbour?") == [1]
    assert answering("Where was the engine failed?") == []


def test_a_speaker_that_the_question_names_must_have_a_part_in_the_fact():
    assert answering("What did Blue Line say of the engine?", OWNER) == [2]
    assert answering("What did Ada Stroud say of the engine?", CAPTAIN) == []


def test_one_of_two_numbers_asked_for_is_enough():
    assert answering("Were 41 or 52 passengers rescued?") == [3]
    assert answering("Were 52 passengers rescued?", facts=[RESCUED]) == [3]


def test_a_fact_dated_to_another_time_bears_less():
    dated = read("Did the ferry leave the harbour in 2019?")
    plain = read("Did the ferry leave the harbour?")
    subject = Subject(plain.subject, ())
    assert weigh(dated, subject, [SAILED])[0].share < weigh(plain, subject, [SAILED])[0].share


def test_the_best_are_never_more_than_asked_for_and_sorted_best_first():
    many = [fact(number, "the ferry left the harbour") for number in range(1, 30)]
    found = best(weigh(read("ferry harbour"), Subject(("ferry", "harbour"), ()), many), 5)
    assert [item.fact.id for item in found] == [1, 2, 3, 4, 5]


def test_what_a_fact_says_is_told_from_what_stands_around_it():
    assert {"41", "passengers", "rescued"} <= stating_words(RESCUED)
    assert "captain" in surrounding_words(RESCUED) - stating_words(RESCUED)
    assert "aboard" in surrounding_words(RESCUED)


@given(
    st.lists(
        st.sampled_from(
            "who when where how many long ferry harbor resqued 41 in 2024 Blue Line ? left".split()
        ),
        max_size=8,
    ),
    st.permutations(FACTS),
)
def test_the_order_in_which_facts_come_makes_no_difference_and_shares_stay_within_bounds(tokens, facts):
    question = read(" ".join(tokens))
    subject = Subject(question.subject, ())
    bearings = weigh(question, subject, facts)
    assert [item.fact.id for item in bearings] == [item.fact.id for item in weigh(question, subject, FACTS)]
    assert all(0 <= share <= 1 for item in bearings for share in (item.share, item.words, item.names))


@given(st.text(max_size=80))
def test_any_question_can_be_weighed(text):
    question = read(text)
    assert len(weigh(question, Subject(question.subject, (CAPTAIN,)), FACTS)) == len(FACTS)
