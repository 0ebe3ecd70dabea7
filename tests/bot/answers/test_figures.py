"""Figures: each fact once, with what its words leave untold; numbers in statements count, dates do not."""

from bot.answers.figures import figure_lines, tells_numbers
from bot.replies import Heading, Line
from storage.domain.models import Attribution, Fact, Figure, Source, SourceKind

ARTICLE = Source(id=1, story_id=1, ref="a", kind=SourceKind.ARTICLE, name="the article")


def fact(number, statement, *figures, **fields):
    told = {"attributions": (Attribution(source=ARTICLE, cue="states that"),), "figures": figures} | fields
    return Fact(id=number, story_id=1, ref=f"f{number}", statement=statement, **told)


DEAD = Figure(amount=3, counts="people killed", measure="dead")
HURT = Figure(amount=41, qualifier="at least", counts="people injured", measure="hurt")


def test_a_fact_with_several_figures_is_told_once():
    lines = figure_lines([fact(1, "3 people died and at least 41 were hurt", DEAD, HURT)])
    assert [line.text for line in lines] == [
        "The article states that 3 people died and at least 41 were hurt"
    ]


def test_a_figure_that_the_words_do_not_hold_stands_under_them_with_what_it_counts():
    first, under = figure_lines([fact(1, "three people died", DEAD)])
    assert isinstance(under, Line) and under.nested and (under.label, under.text) == ("3", "people killed")
    assert isinstance(first, Line) and under.citations == first.citations


def test_figures_that_differ_for_one_matter_stand_together_each_fact_once():
    four = DEAD.model_copy(update={"amount": 4})
    facts = [fact(1, "3 died", DEAD), fact(2, "at least 41 hurt", HURT), fact(3, "4 died", four)]
    blocks = figure_lines(facts)
    assert [block.fact if isinstance(block, Line) else type(block) for block in blocks] == [2, Heading, 1, 3]


def test_the_whole_statement_is_shown_where_its_brief_leaves_a_number_out():
    (line,) = figure_lines([fact(1, "300 people came on foot", brief="people came on foot")])
    assert "300" in line.text


def test_numbers_count_and_dates_do_not(subtests):
    for statement, counts in [
        ("about 300 people came", True),
        ("the fine was 1.8 million dollars", True),
        ("2,400 children were taken in 2023", True),
        ("they met on 18 July 2023", False),
        ("they met on July 18, 2023", False),
        ("they met in the 1970s", False),
        ("it began at 5 a.m. on 3 May", False),
        ("вони зустрілися 5 травня 2023", False),
        ("an F-16 was seen", False),
        ("nobody came", False),
    ]:
        with subtests.test(statement):
            assert tells_numbers(fact(1, statement)) is counts
