"""Disputes: each claim stands once under its question, with what stands against it below."""

from bot.answers.disputes import disputes
from bot.replies import Heading, Line
from storage.domain.models import Attribution, Fact, Relation, RelationKind, Source, SourceKind, Stance

ARTICLE = Source(id=1, story_id=1, ref="a", kind=SourceKind.ARTICLE, name="the article")
QUESTION = "Was the bridge closed?"


def fact(number, *relations, stances=(Stance.ASSERTS,), **fields):
    return Fact(
        id=number,
        story_id=1,
        ref=f"f{number}",
        statement=f"statement {number}",
        attributions=tuple(Attribution(source=ARTICLE, stance=stance) for stance in stances),
        relations=relations,
        **fields,
    )


def against(number, *, outgoing=True, about=QUESTION, kind=RelationKind.CONTRADICTS):
    return Relation(kind=kind, other_id=number, outgoing=outgoing, other_in_force=True, about=about)


def sides(blocks):
    """Return the question, the claims, and those against them."""
    heading, *lines = blocks
    assert isinstance(heading, Heading) and all(isinstance(line, Line) for line in lines)
    against_it = [line for line in lines if line.nested]
    assert all(line.label == "against it" for line in against_it)
    return heading.text, [line.fact for line in lines if not line.nested], [line.fact for line in against_it]


def test_the_one_that_contradicts_stands_against_the_one_contradicted():
    held, denied = fact(1, against(2)), fact(2, against(1, outgoing=False))
    assert sides(disputes([held, denied], [held, denied])) == (QUESTION, [2], [1])


def test_a_dispute_is_shown_once_whichever_side_is_listed():
    held, denied = fact(1, against(2)), fact(2, against(1, outgoing=False))
    assert disputes([denied], [held, denied]) == disputes([held], [held, denied])
    assert disputes([denied, held], [held, denied]) == disputes([held], [held, denied])


def test_several_facts_against_one_stand_under_it():
    first, second = fact(1, against(3)), fact(2, against(3))
    denied = fact(3, against(1, outgoing=False), against(2, outgoing=False))
    every = [first, second, denied]
    assert sides(disputes(every, every)) == (QUESTION, [3], [1, 2])


def test_of_a_chain_each_link_is_told_once_beside_what_it_is_against():
    first, second = fact(1, against(4)), fact(2, against(3))
    third = fact(3, against(2, outgoing=False), against(4, outgoing=False))
    fourth = fact(4, against(1, outgoing=False), against(3))
    every = [first, second, third, fourth]
    blocks = disputes(every, every)
    assert sides(blocks) == (QUESTION, [3, 1], [2, 4])
    marked = [(line.fact, line.mark) for line in blocks if isinstance(line, Line) and line.mark]
    assert marked == [(1, "against it: F4")]


def test_a_denial_in_the_middle_keeps_its_side_though_it_contradicts_another():
    first = fact(1, against(2, outgoing=False))
    denial = fact(2, against(1), against(3, outgoing=False))
    later = fact(3, against(2))
    question, one, other = sides(disputes([first, denial, later], [first, denial, later]))
    assert question == QUESTION
    assert {frozenset(one), frozenset(other)} == {frozenset({1, 3}), frozenset({2})}


def test_of_three_that_contradict_each_other_each_is_shown_once():
    first = fact(1, against(2), against(3))
    second = fact(2, against(1, outgoing=False), against(3))
    third = fact(3, against(1, outgoing=False), against(2, outgoing=False))
    _question, one, other = sides(disputes([first, second, third], [first, second, third]))
    assert sorted(one + other) == [1, 2, 3]
    assert one and other


def test_it_is_told_where_the_source_itself_sets_one_against_another():
    by_source = against(1).model_copy(update={"source": ARTICLE})
    every = [fact(1), fact(2, by_source), fact(3, against(1))]
    labels = [line.label for line in disputes(every, every) if isinstance(line, Line)]
    assert labels == [None, "against it, by the source", "against it"]


def test_each_question_is_a_dispute_of_its_own():
    first = fact(1, against(2), against(3, about="Who closed it?"))
    second, third = fact(2), fact(3)
    blocks = disputes([first, second, third], [first, second, third])
    assert [block.text for block in blocks if isinstance(block, Heading)] == [QUESTION, "Who closed it?"]


def test_without_a_question_the_facts_name_the_dispute():
    held, denied = fact(1, against(2, about=None)), fact(2)
    assert sides(disputes([held], [held, denied]))[0] == "F1 and F2"


def test_what_supports_or_is_no_longer_in_force_or_unknown_disputes_nothing():
    held = fact(1, against(2, kind=RelationKind.SUPPORTS), against(3), against(4), against(9))
    others = [fact(2), fact(3, retracted="an error"), fact(4, superseded_by=2)]
    assert disputes([held], [held, *others]) == []


def test_a_fact_that_its_own_voices_divide_is_shown_with_all_of_them():
    split = fact(1, stances=(Stance.ASSERTS, Stance.DENIES))
    blocks = disputes([split], [split])
    assert isinstance(blocks[0], Heading)
    assert [block.fact for block in blocks if isinstance(block, Line)] == [1, 1]
    assert "denies it" in blocks[2].text


def test_no_dispute_makes_no_blocks():
    assert disputes([], []) == disputes([fact(1)], [fact(1)]) == []


def test_every_claim_of_a_dispute_is_cited_and_none_is_marked_as_disputed_once_more():
    held, denied = fact(1, against(2)), fact(2, against(1, outgoing=False))
    lines = [block for block in disputes([held, denied], [held, denied]) if isinstance(block, Line)]
    assert all(line.citations and line.mark is None for line in lines)
