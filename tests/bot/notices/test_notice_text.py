"""What a notice says of a change, and on whose word."""

from __future__ import annotations

import pytest

from bot.notices.digest import message_of
from bot.notices.notice_text import listener_name
from bot.replies import Heading, Line, Note, Reply
from storage.domain.models import Listener, Notice, NoticeKind
from tests.bot.wire import Wire, open_wire


@pytest.fixture
async def wire(tmp_path):
    async with open_wire(tmp_path) as opened:
        yield opened


async def last(wire: Wire, count: int = 1) -> list[Notice]:
    rows = await wire.record.database.read("SELECT id FROM notice ORDER BY id DESC LIMIT ?", (count,))
    return await wire.record.notices.by_id([row[0] for row in rows])


async def told(wire: Wire, count: int = 1) -> Reply:
    reply = await message_of(wire.record, await last(wire, count))
    assert reply is not None
    return reply


def lines(reply: Reply) -> list[tuple[str | None, str]]:
    return [(block.label, block.text) for block in reply.blocks if isinstance(block, Line)]


def headings(reply: Reply) -> list[str]:
    return [block.text for block in reply.blocks if isinstance(block, Heading)]


async def test_a_correction_stands_beside_what_was_told_each_on_its_own_word(wire: Wire):
    said = {"speaker": "Bo Sky", "cue": "announced that", "source": "town", "locator": "notice 4"}
    await wire.change(1, statement="It rained for four days.", occurred="2026-11-18", attributions=[said])
    reply = await told(wire)
    assert lines(reply) == [
        ("was", "Ann Ray said that it rained for three days"),
        ("now", "Bo Sky announced that it rained for four days"),
        (None, "the date was 19 November 2026, now 18 November 2026"),
    ]
    was, now, _date = [block for block in reply.blocks if isinstance(block, Line)]
    assert was.citations[0].entry.startswith("“The Gauge”") and was.citations[0].locator == "¶2"
    assert now.citations[0].entry.startswith("“Town hall notices”") and now.citations[0].locator == "notice 4"
    # The message cites the fact as it reads now: a later correction finds it.
    assert reply.cited_revisions == {1: 2}


async def test_a_notice_tells_of_its_own_change_whatever_has_become_of_the_fact_since(wire: Wire):
    await wire.change(1, statement="It rained for four days.")
    (first,) = await last(wire)
    await wire.change(1, statement="It rained for five days.")
    reply = await message_of(wire.record, [first])
    assert reply is not None
    texts = [block.text for block in reply.blocks]
    assert "Ann Ray said that it rained for four days" in texts
    assert not any("five" in text for text in texts)


async def test_what_has_no_source_of_its_own_is_a_note_and_no_line(wire: Wire):
    await wire.retract(1, "the gauge was broken")
    reply = await told(wire)
    assert headings(reply) == ["Retracted: F1 · The flood"]
    assert [block.text for block in reply.blocks if isinstance(block, Note)] == [
        "No longer on record. It read:", "Reason given: the gauge was broken",
    ]  # fmt: skip


async def test_each_kind_of_change_names_the_story_the_statement_and_who_says_it(wire: Wire, subtests):
    ours = (await wire.record.facts.entry(1)).attributions
    for title, kind, fields in (
        ("New attribution", "attributed", {"attributions": [*ours, {"speaker": "Bo Sky", "source": "town"}]}),
        ("Related to another statement", "related", {"contradicts": [{"fact": "dam"}]}),
        ("Related to another statement", "related", {"contradicts": []}),
        ("Superseded", "superseded", {"superseded_by": "dam"}),
        ("Restored", "superseded", {"superseded_by": None}),
        (
            "Corrected",
            "corrected",
            {"figures": [{"amount": 300, "qualifier": "at least", "counts": "houses"}]},
        ),
        ("Retracted", "retracted", {"retracted": "wrong"}),
        ("Restored", "restored", {"retracted": None}),
    ):
        with subtests.test(kind=kind, fields=fields):
            await wire.change(1, kind, **fields)
            reply = await told(wire)
            assert headings(reply)[0] == f"{title}: F1 · The flood"
            assert any(text == "Ann Ray said that it rained for three days" for _label, text in lines(reply))


async def test_a_corrected_figure_is_told_with_the_statement_as_it_was_and_is(wire: Wire):
    await wire.change(1, figures=[{"amount": 300, "qualifier": "at least", "counts": "houses"}])
    assert lines(await told(wire)) == [
        (None, "Ann Ray said that it rained for three days"),
        (None, "the figure was none, now at least 300 (houses)"),
    ]


async def test_who_else_says_so_and_who_does_no_longer(wire: Wire):
    ours = (await wire.record.facts.entry(1)).attributions
    await wire.change(1, "attributed", attributions=[*ours, {"speaker": "Bo Sky", "source": "town"}])
    assert lines(await told(wire))[1:] == [("new", "Bo Sky says so too")]
    await wire.change(1, "attributed", attributions=ours)
    assert lines(await told(wire))[1:] == [("no longer", "Bo Sky says so too")]


async def test_every_kind_of_notice_can_be_told(wire: Wire):
    from bot.notices.notice_text import _TITLES

    assert set(_TITLES) == set(NoticeKind) - {NoticeKind.REPLY}


async def test_who_has_taken_a_facts_place_is_told_with_it(wire: Wire):
    await wire.change(1, "superseded", superseded_by="dam")
    reply = await told(wire)
    assert [text for _label, text in lines(reply)] == [
        "Ann Ray said that it rained for three days", "Bo Sky said that the dam holds",
    ]  # fmt: skip
    assert reply.cited_revisions == {1: 2, 2: 1}


async def test_a_change_of_two_stories_says_what_it_says_of_each(wire: Wire, tmp_path):
    await wire.publish("snow", "It snows.")
    await wire.change(2, statement="The dam leaks.")
    reply = await told(wire, 2)
    assert [action.command for action in reply.actions] == ["/fact F2", "/fact F4"]


async def test_a_notice_of_a_revision_that_never_was_tells_nothing(wire: Wire):
    at = wire.record.ledger.now()
    strange = Notice(id=9, kind=NoticeKind.CORRECTED, made_at=at, due_at=at, fact_id=1, revision=7)
    assert await message_of(wire.record, [strange]) is None


def test_a_log_names_a_chat_and_its_topic():
    assert listener_name(Listener(id=1, chat="telegram:-1")) == "telegram:-1"
    assert listener_name(Listener(id=1, chat="telegram:-1", topic=4)) == "telegram:-1/4"


async def test_a_fact_whose_place_is_taken_no_more_reads_as_it_stands(wire: Wire):
    await wire.change(1, "superseded", superseded_by="dam")
    await wire.change(1, "superseded", superseded_by=None)
    reply = await told(wire)
    assert [text for _label, text in lines(reply)] == ["Ann Ray said that it rained for three days"]
    assert Note(text="In force again: F2 no longer replaces it.") in reply.blocks
