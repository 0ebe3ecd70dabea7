"""A reply is built whole or not at all: no line without a citation, one name for each source."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.replies import Action, Citation, Heading, Item, Line, Note, Reply

ARTICLE = Citation(source=1, entry="Article, 4 January 2024", locator="¶2")
STUDY = Citation(source=9, entry="Study, date not given", url="https://example.org/study")
TEXTS = st.text(min_size=1)
CITATIONS = st.integers(1, 5).flatmap(
    lambda source: st.builds(
        Citation,
        source=st.just(source),
        entry=st.just(f"Source number {source}"),
        locator=st.none() | st.sampled_from(["¶1", "¶2", "p. 7"]),
    )
)
LINES = st.builds(
    Line,
    text=TEXTS,
    citations=st.lists(CITATIONS, min_size=1, max_size=3).map(tuple),
    fact=st.none() | st.integers(1, 6),
)
BLOCKS = LINES | st.builds(Note, text=TEXTS) | st.builds(Heading, text=TEXTS)


@given(text=TEXTS, fact=st.none() | st.integers(1), label=st.none() | TEXTS)
def test_a_line_without_citation_cannot_be_built(text, fact, label):
    with pytest.raises(ValidationError, match="citations"):
        Line(text=text, citations=(), fact=fact, label=label)
    with pytest.raises(ValidationError, match="citations"):
        Line.model_validate({"text": text, "fact": fact, "label": label})


def test_a_reply_without_blocks_cannot_be_built(subtests):
    for blocks in [(), None]:
        with subtests.test(blocks=blocks), pytest.raises(ValidationError, match="blocks"):
            Reply(blocks=blocks)


def test_a_part_without_its_words_cannot_be_built(subtests):
    cases: list[tuple[type, dict[str, Any]]] = [
        (Line, {"text": "", "citations": (ARTICLE,)}),
        (Note, {"text": ""}),
        (Heading, {"text": ""}),
        (Item, {"label": "", "text": "x"}),
        (Action, {"label": "", "command": "/who"}),
        (Action, {"label": "who", "command": ""}),
        (Citation, {"source": 1, "entry": ""}),
    ]
    for kind, fields in cases:
        with subtests.test(kind=kind, fields=fields), pytest.raises(ValidationError):
            kind(**fields)


def test_parts_refuse_fields_that_they_do_not_know():
    with pytest.raises(ValidationError, match="Extra inputs"):
        Note.model_validate({"text": "x", "html": "<b>x</b>"})


def test_parts_are_frozen():
    with pytest.raises(ValidationError, match="frozen"):
        setattr(Note(text="x"), "text", "y")  # noqa: B010  # reason: a type checker refuses it as well


def test_a_source_cannot_be_cited_under_two_names():
    lines = (
        Line(text="a", citations=(ARTICLE,)),
        Line(text="b", citations=(ARTICLE.model_copy(update={"entry": "Another name"}),)),
    )
    with pytest.raises(ValidationError, match="source 1 is cited under two names"):
        Reply(blocks=lines)


def test_sources_are_numbered_by_first_appearance_whatever_their_ids():
    reply = Reply(blocks=(Line(text="a", citations=(STUDY, ARTICLE)), Line(text="b", citations=(ARTICLE,))))
    assert [(cited.number, cited.source, cited.entry) for cited in reply.sources] == [
        (1, 9, STUDY.entry),
        (2, 1, ARTICLE.entry),
    ]
    assert reply.sources[0].url == STUDY.url


def test_marks_show_number_and_place_once_each():
    line = Line(text="a", citations=(ARTICLE, STUDY, ARTICLE))
    assert Reply(blocks=(line,)).marks(line) == "[1 ¶2] [2]"


def test_two_places_in_one_source_are_two_marks_of_one_number():
    line = Line(text="a", citations=(ARTICLE, ARTICLE.model_copy(update={"locator": "¶7"})))
    reply = Reply(blocks=(line,))
    assert reply.marks(line) == "[1 ¶2] [1 ¶7]"
    assert len(reply.sources) == 1


def test_headings_notes_and_items_cite_nothing_and_state_no_fact():
    reply = Reply(blocks=(Heading(text="h"), Note(text="n"), Item(label="i", text="t")))
    assert (reply.citations(), reply.sources, reply.facts) == ([], (), ())


def test_facts_are_named_once_each_in_order_and_roles_are_none():
    lines = [Line(text="x", citations=(ARTICLE,), fact=fact) for fact in (7, 3, None, 7)]
    assert Reply(blocks=tuple(lines)).facts == (7, 3)


@given(st.lists(BLOCKS, min_size=1, max_size=12))
def test_every_line_of_any_reply_has_marks_that_point_to_its_own_sources(blocks):
    reply = Reply(blocks=tuple(blocks))
    entries = {cited.number: cited.entry for cited in reply.sources}
    assert list(entries) == list(range(1, len(entries) + 1))
    for line in (block for block in reply.blocks if isinstance(block, Line)):
        marks = reply.marks(line).split("] ")
        numbers = {int(mark.strip("[]").split(" ")[0]) for mark in marks}
        assert {entries[number] for number in numbers} == {citation.entry for citation in line.citations}


@given(st.lists(BLOCKS | st.builds(Item, label=TEXTS, text=st.text()), min_size=1, max_size=6), st.booleans())
def test_a_reply_that_waits_in_the_outbox_as_json_is_sent_as_it_was_made(blocks, aside):
    reply = Reply(blocks=tuple(blocks), actions=(Action(label="who", command="/who"),), aside=aside)
    read = Reply.model_validate_json(reply.model_dump_json())
    assert read == reply
    assert [type(block) for block in read.blocks] == [type(block) for block in blocks]
