"""How a fact reads before and after a change: only what differs, each line with its source."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.answers.diff import before_and_after, changed_meanwhile, differences, preview, revision_row
from bot.replies import Heading, Line, Note
from storage.domain.models import (
    Attribution,
    Entity,
    EntityKind,
    Fact,
    Figure,
    Relation,
    RelationKind,
    Revision,
    RevisionKind,
    Source,
    SourceKind,
)

ARTICLE = Source(id=1, story_id=1, ref="a", kind=SourceKind.ARTICLE, name="the article")
REPORT = Source(id=2, story_id=1, ref="r", kind=SourceKind.REPORT, name="the report")
ANN = Entity(id=1, story_id=1, ref="ann", kind=EntityKind.PERSON, name="Ann")
TARROW = Entity(id=2, story_id=1, ref="tarrow", kind=EntityKind.PLACE, name="Tarrow")


def fact(statement="the bridge is closed", **fields):
    given = {"attributions": (Attribution(source=ARTICLE, speaker=ANN, cue="said that"),), "revision": 1}
    return Fact(id=7, story_id=1, ref="f", statement=statement, **given | fields)


def relation(kind=RelationKind.CONTRADICTS, *, outgoing=True, other=3):
    return Relation(kind=kind, other_id=other, outgoing=outgoing, other_in_force=True)


# What a change does, and the words that must stand on the side before and on the side after.
CHANGES: dict[str, tuple[dict[str, Any], str, str]] = {
    "statement": ({"statement": "the bridge is open"}, "is closed", "is open"),
    "date": ({"occurred": "2024-01-04"}, "When", "4 January 2024"),
    "place": ({"places": (TARROW,)}, "Places none", "Places Tarrow"),
    "about": ({"about": (ANN,)}, "About none", "About Ann"),
    "brief": ({"brief": "it is closed"}, "Brief none", "Brief “it is closed”"),
    "figure": ({"figures": (Figure(amount=5, counts="boats"),)}, "Figures given none", "5: boats"),
    "quote": (
        {"attributions": (Attribution(source=ARTICLE, speaker=ANN, cue="said that", quote="shut"),)},
        "Quotes none",
        "Quotes “shut”",
    ),
    "voice": (
        {
            "attributions": (
                Attribution(source=ARTICLE, speaker=ANN, cue="said that"),
                Attribution(source=REPORT),
            )
        },
        "",
        "Marked: The report says so too; independence not checked",
    ),
    "contradicts": ({"relations": (relation(),)}, "Not related to any other statement", "Contradicts: F3"),
    "contradicted": (
        {"relations": (relation(outgoing=False),)},
        "Marked: none",
        "Contradicted by: F3",
    ),
    "supports": (
        {"relations": (relation(RelationKind.SUPPORTS),)},
        "Not related to any other statement",
        "Supports: F3",
    ),
    "superseded": ({"superseded_by": 9}, "Marked: none", "Superseded by F9"),
}


def test_what_a_change_does_stands_on_both_sides(subtests):
    for change, (fields, before, after) in CHANGES.items():
        with subtests.test(change=change):
            was, now = fact(), fact(**fields)
            one, _heading, other = parted(preview(was, now))
            assert before in one and after not in one
            assert after in other
            assert parted(preview(now, was)) == (other, _heading, one)


def parted(blocks):
    """Return the words before and after the second heading, and how many headings there are."""
    headings = [position for position, block in enumerate(blocks) if isinstance(block, Heading)]
    assert headings[0] == 0 and len(headings) == 2
    return words(blocks[1 : headings[1]]), len(headings), words(blocks[headings[1] + 1 :])


def words(blocks):
    return "\n".join(
        " ".join(filter(None, (getattr(b, "label", None), b.text, getattr(b, "mark", None)))) for b in blocks
    )


def test_what_does_not_differ_is_left_out_beside_the_sentences(subtests):
    for change, (fields, *_) in CHANGES.items():
        with subtests.test(change=change):
            same = fact(**fields)
            one, _headings, other = parted(before_and_after(same, same))
            assert one == other
            assert not any(
                label in one for label in ("When", "Places", "About", "Figures", "Marked", "Contradict")
            )


def test_where_voices_change_each_is_shown_in_a_whole_sentence_on_both_sides():
    denied = Attribution(source=ARTICLE, speaker=ANN, cue="denied that", stance="denies")
    held = Attribution(source=REPORT, speaker=TARROW, cue="confirmed that", stance="confirms")
    was, now = (
        fact(attributions=(denied, held)),
        fact(attributions=(denied, held, Attribution(source=REPORT))),
    )
    for blocks in (preview(was, now), preview(now, was), changed_meanwhile(was, now, [], {})):
        shown = words(blocks)
        assert shown.count("Tarrow confirmed that the bridge is closed") == 2, shown
        assert "held by" not in shown
    one, other = differences(was, now)
    assert "The report: the bridge is closed" in words(other) and "The report" not in words(one)
    assert "Tarrow confirmed that the bridge is closed" in words(one)
    lines = [block for block in other if isinstance(block, Line)]
    assert [line.nested for line in lines] == [False, True, True]
    # What changes nothing of them shows them in short.
    dated = fact(attributions=(denied, held), occurred="2024-01-04")
    assert words(preview(was, dated)).count("stated, not denied, by Tarrow") == 2


def test_a_retracted_fact_is_shown_by_its_reason_alone():
    was, now = fact(), fact(retracted="The source withdrew it")
    one, _, other = parted(preview(was, now))
    assert "the bridge is closed" in one and "the bridge" not in other
    assert "The source withdrew it" in other
    assert parted(preview(now, was)) == (other, _, one)


def test_each_line_states_on_the_word_of_a_source(subtests):
    for change in CHANGES:
        with subtests.test(change=change):
            now = fact(**CHANGES[change][0])
            for shown in (preview(fact(), now), before_and_after(now, fact())):
                stating = [block for block in shown if isinstance(block, Line)]
                assert stating and all(block.citations for block in stating)


def test_the_trail_shows_the_sentences_only_where_they_differ():
    was, dated = fact(), fact(occurred="2024-01-04")
    one, other = differences(was, dated)
    assert "the bridge" not in words(one) + words(other)
    one, other = differences(was, fact("the bridge is open"))
    assert "is closed" in words(one) and "is open" in words(other)
    one, other = differences(was, fact(retracted="wrong"))
    assert "is closed" in words(one) and words(other).count("wrong") == 1


def revision(number, kind=RevisionKind.CORRECTED, actor="telegram:8", **fields):
    given = {"material": True, "at": "2026-11-22T12:00:00.000000Z", "state": "{}"}
    return Revision(fact_id=7, number=number, kind=kind, actor=actor, **given | fields)


def test_what_happened_meanwhile_is_told_with_who_did_it_and_why():
    later = [revision(2, reason="the report says so"), revision(3, RevisionKind.ATTRIBUTED, "telegram:9")]
    blocks = changed_meanwhile(fact(), fact("the bridge is open", revision=3), later, {"telegram:8": "@bob"})
    text = words(blocks)
    assert isinstance(blocks[0], Note) and "in the meantime" in blocks[0].text
    for told in ("@bob", "the report says so", "telegram:9", "is closed", "is open", "Revision 3"):
        assert told in text


def test_readers_learn_no_moderators_address():
    assert "telegram:8" not in revision_row(revision(2)).text
    assert "a moderator" in revision_row(revision(2)).text
    assert "onrecord" in revision_row(revision(1, RevisionKind.PUBLISHED, "onrecord")).text
    assert "not material" in revision_row(revision(2, material=False)).text
    assert "@bob" in revision_row(revision(2), {"telegram:8": "@bob"}).text


def test_every_kind_of_revision_has_its_words(subtests):
    for kind in RevisionKind:
        with subtests.test(kind=kind):
            assert revision_row(revision(2, kind)).text


STATES = st.builds(
    fact,
    st.sampled_from(["the bridge is closed", "the bridge is open"]),
    occurred=st.sampled_from([None, "2024", "XXXX-07-18"]),
    places=st.sampled_from([(), (TARROW,)]),
    superseded_by=st.sampled_from([None, 9]),
    retracted=st.sampled_from([None, "wrong"]),
    relations=st.sampled_from([(), (relation(),), (relation(RelationKind.SUPPORTS, outgoing=False),)]),
)


@given(STATES, STATES)
def test_two_states_that_read_alike_are_the_same_but_for_what_no_reader_sees(was, now):
    one, _, other = parted(preview(was, now))
    same = was == now or (was.retracted is not None and was.retracted == now.retracted)
    assert (one == other) == same


def test_comparing_many_relations_follows_no_chain_of_sources(monkeypatch):
    far = ARTICLE
    for number in range(2, 60):
        far = Source(id=number, story_id=1, ref=f"s{number}", kind=SourceKind.ARTICLE, name="x", via=far)
    was, now = (
        fact(text, relations=(relation().model_copy(update={"source": far.model_copy()}),) * 100)
        for text in ("the bridge is closed", "the bridge is shut")
    )
    compared = []

    def equal(one, other):
        compared.append(one)
        return one is other

    monkeypatch.setattr(Source, "__eq__", equal)
    assert not [block for block in differences(was, now)[1] if isinstance(block, Note)]
    assert not compared
