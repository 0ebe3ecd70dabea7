"""How a fact stands is told as who denies it or says it too: the record has no verdict of its own."""

from bot.answers.lines import fact_lines
from bot.answers.standing import mark
from bot.replies import Line
from storage.domain.models import (
    Attribution,
    Entity,
    EntityKind,
    Fact,
    Relation,
    RelationKind,
    Source,
    SourceKind,
    Stance,
)

GAZETTE = Source(id=1, story_id=1, ref="g", kind=SourceKind.ARTICLE, name="the Gazette")
COURIER = Source(id=2, story_id=1, ref="c", kind=SourceKind.ARTICLE, name="the Courier")
ANN = Entity(id=1, story_id=1, ref="a", kind=EntityKind.PERSON, name="Ann")
BOB = Entity(id=2, story_id=1, ref="b", kind=EntityKind.PERSON, name="Bob")
ANNS = Attribution(source=GAZETTE, speaker=ANN)


def fact(*relations, attributions=(ANNS,), **fields):
    return Fact(
        id=1,
        story_id=1,
        ref="f",
        statement="it burnt",
        attributions=attributions,
        relations=relations,
        **fields,
    )


def against(number, stance=Stance.DENIES, speaker=BOB, **fields):
    voice = Attribution(source=COURIER, speaker=speaker, stance=stance)
    told = {"outgoing": False, "other_in_force": True, "voice": voice} | fields
    return Relation(kind=RelationKind.CONTRADICTS, other_id=number, **told)


def test_it_is_said_who_stands_against_a_fact(subtests):
    for relations, told in [
        ((), None),
        ((against(5),), "denied by Bob, F5"),
        ((against(5, Stance.ASSERTS),), "against it: Bob, F5"),
        ((against(5, speaker=None),), "denied by the Courier, F5"),
        ((against(4, Stance.ASSERTS), against(5)), "denied by Bob, F5 and 1 more"),
        ((against(5, other_in_force=False),), None),
        ((against(5, voice=None),), "against it: F5"),
    ]:
        with subtests.test(told=told):
            assert mark(fact(*relations)) == told


def test_a_denial_of_one_part_does_not_stand_against_the_rest():
    dead, missing = against(5, part="the number of dead"), against(6, Stance.ASSERTS, part="the missing")
    assert mark(fact(dead)) == "the number of dead: denied by Bob, F5"
    assert (
        mark(fact(dead, missing)) == "the number of dead: denied by Bob, F5; the missing: against it: Bob, F6"
    )
    assert mark(fact(against(5, outgoing=True, part="the number of dead"))) == "denied by Bob, F5"


def test_who_says_it_too_is_not_told_to_be_independent_until_somebody_has_checked():
    one, other = Attribution(source=GAZETTE, speaker=ANN), Attribution(source=COURIER, speaker=BOB)
    both = fact(attributions=(one, other))
    assert mark(both) == "Bob says so too; independence not checked"
    assert mark(both, besides=False) is None
    checked = fact(attributions=(one, other.model_copy(update={"independent": True})))
    assert mark(checked) == "Bob says so too; checked to be independent"


def test_what_this_record_did_is_said_plainly():
    assert mark(fact(superseded_by=7)) == "superseded by F7"
    assert mark(fact(retracted="an error")) == "retracted"


def test_a_fact_that_its_own_voices_divide_names_who_denies_it():
    one = Attribution(source=GAZETTE, speaker=ANN)
    other = Attribution(source=GAZETTE, speaker=BOB, stance=Stance.DENIES)
    assert mark(fact(attributions=(one, other))) == "Bob denies it"


def marks(told: Fact) -> list[str | None]:
    return [each.mark for each in fact_lines(told) if isinstance(each, Line)]


def test_what_a_moderator_found_of_a_voice_is_told_of_a_contested_fact_too():
    voices = (ANNS, Attribution(source=COURIER, speaker=BOB, independent=True))
    told = marks(fact(against(5), attributions=voices))
    assert told == ["denied by Bob, F5", "checked to be independent"]
    unchecked = (ANNS, Attribution(source=COURIER, speaker=BOB))
    assert marks(fact(against(5), attributions=unchecked)) == ["denied by Bob, F5", None]
    denied = Attribution(source=COURIER, speaker=Entity(id=3, story_id=1, ref="c", kind=None, name="Cy"))
    split = (*voices, denied.model_copy(update={"stance": Stance.DENIES}))
    assert marks(fact(attributions=split)) == [None, "checked to be independent", None]


def test_one_text_in_several_papers_is_one_voice_and_the_answer_says_why():
    ids = frozenset(range(1, 9))
    papers = [
        Source(id=n, story_id=1, ref=f"p{n}", kind=SourceKind.ARTICLE, name=f"paper {n}", alike=ids - {n})
        for n in sorted(ids)
    ]
    two = tuple(Attribution(source=each) for each in papers[:2])
    assert mark(fact(attributions=two)) == "Paper 2 says so too; the same agency text, S1 and S2"
    lines = [line for line in fact_lines(fact(attributions=two)) if isinstance(line, Line)]
    assert [line.mark for line in lines] == [None, "the same agency text, S1 and S2"]
    other = Attribution(source=Source(id=9, story_id=1, ref="o", kind=SourceKind.ARTICLE, name="another"))
    told = mark(fact(attributions=(*two, other)))
    assert told is not None and told.endswith("independence not checked; the same agency text, S1 and S2")
    many = mark(fact(attributions=tuple(Attribution(source=each) for each in papers)))
    assert many is not None and many.endswith("the same agency text, S1, S2, S3, S4, S5 and 3 more")
    denials = tuple(Attribution(source=each, stance=Stance.DENIES) for each in papers[:2])
    assert "the same agency text" in str(fact_lines(fact(attributions=(*two, denials[0]))))
