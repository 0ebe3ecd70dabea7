"""Reading a question: the kind of answer it wants, its subject, its date, and its parts."""

from hypothesis import given
from hypothesis import strategies as st

from bot.commands import commands
from bot.questions.asking.kinds import Kind
from bot.questions.wording import about_the_record, parts, read, spoken_in, words


def test_the_kind_of_answer_wanted_is_read(subtests):
    for text, wanted in [
        ("Who denied it?", Kind.WHO_SAID),
        ("whose evidence was it", Kind.WHO),
        ("When did the ferry leave?", Kind.WHEN),
        ("What day was the crash?", Kind.WHEN),
        ("on which date", Kind.WHEN),
        ("Where did it sink?", Kind.WHERE),
        ("in which city was it", Kind.WHERE),
        ("How many passengers were aboard?", Kind.HOW_MANY),
        ("How much was paid?", Kind.HOW_MANY),
        ("how old are they", Kind.HOW_MANY),
        ("What is the number of passengers?", Kind.HOW_MANY),
        ("How long did the search last?", Kind.HOW_LONG),
        ("Did the captain deny it?", Kind.WHETHER),
        ("isn't the bridge closed", Kind.WHETHER),
        ("What did the captain say?", Kind.SAID),
        ("captain drunk", Kind.WHAT),
        ("", Kind.WHAT),
        ("😀", Kind.WHAT),
    ]:
        with subtests.test(text=text):
            assert read(text).kind is wanted


def test_slips_in_question_words_are_mended(subtests):
    for text, wanted in [
        ("wen did it sink", Kind.WHEN),
        ("whre did it sink", Kind.WHERE),
        ("how mnay people", Kind.HOW_MANY),
        ("hwo many people", Kind.HOW_MANY),
    ]:
        with subtests.test(text=text):
            assert read(text).kind is wanted


def test_the_subject_leaves_out_words_of_grammar_and_of_asking():
    assert read("How many of the passengers were rescued?").subject == ("passengers", "rescued")


def test_the_subject_names_each_word_once():
    assert read("bridge bridge closed bridge").subject == ("bridge", "closed")


def test_figures_keep_their_thousands_and_possessives_lose_their_s():
    assert read("Is it 2,100 or 2,400?").subject == ("2100", "2400")
    assert "captain" in read("the captain’s word").subject


def test_a_date_stands_apart_from_the_subject(subtests):
    for text, date in [
        ("What happened on 18 July?", "18 July"),
        ("what happened in March 2023", "March 2023"),
        ("what happened in 2023?", "2023"),
        ("what happened on 2024-01-04?", "2024-01-04"),
        ("were there 2100 people?", None),
        ("may they go", None),
        ("what happened", None),
    ]:
        with subtests.test(text=text):
            question = read(text)
            assert question.date == date
            assert not date or not set(date.casefold().split()) & set(question.tokens)


def test_a_compound_question_is_taken_apart(subtests):
    for text, pieces in [
        ("Who is Ada and what did she say?", ["Who is Ada", "what did she say?"]),
        ("Who is Ada? When was it?", ["Who is Ada", "When was it?"]),
        ("bread and butter", ["bread and butter"]),
        ("?", ["?"]),
        ("", [""]),
    ]:
        with subtests.test(text=text):
            assert parts(text) == pieces


def test_a_question_has_at_most_four_parts():
    assert len(parts("who is it? " * 50)) == 4


def test_a_question_about_the_record_itself_is_told_from_one_about_the_story(subtests):
    for text, command in [
        ("What are your sources?", "sources"),
        ("what is disputed", "disputed"),
        ("Which places are named?", "where"),
        ("what is the latest", "latest"),
        ("is the arrest disputed", None),
        ("what is the source of the fire", None),
        ("", None),
    ]:
        with subtests.test(text=text):
            assert about_the_record(read(text)) == command


def test_every_command_that_the_words_point_to_exists():
    assert {name for name in words().about_the_record if commands.find(name) is None} == set()


@given(st.text(max_size=200))
def test_any_text_can_be_read_as_a_question(text):
    question = read(text)
    assert question.text == text
    assert set(question.subject) <= set(question.tokens)
    assert question.date is None or question.date in text
    assert 1 <= len(parts(text)) <= 4
    about_the_record(question)


@given(
    st.lists(
        st.sampled_from("who when denied bridge 2,100 18 July in 2023 after 9999 before 0001 ?".split()),
        max_size=8,
    )
)
def test_any_order_of_words_can_be_read_as_a_question(tokens):
    question = read(" ".join(tokens))
    assert set(question.topic) <= set(question.tokens)


def test_a_turned_question_mark_tells_spanish_however_short_the_question_is():
    assert spoken_in("¿Qué dijo?") == "es"
    assert spoken_in("Qué dijo") is None
