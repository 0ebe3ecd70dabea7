"""What is changed and then taken back: what is told of it, and how messages read that told of the change."""

from __future__ import annotations

import pytest

from bot.answers.lines import fact_lines
from bot.notices.receipt_buffer import ReceiptBuffer
from bot.replies import Heading, Reply
from tests.bot.wire import ANN, Wire, open_wire

READER, ASKER = "telegram:7", "telegram:8"


@pytest.fixture
async def wire(tmp_path):
    async with open_wire(tmp_path) as opened:
        await opened.subscribe(READER)
        reply = Reply(blocks=(Heading(text="What is known", level=1), *await lines(opened, 1)))
        memory = ReceiptBuffer(opened.record)
        memory.note(ASKER, 0, (10,), reply, "en")
        await memory.flush()
        yield opened


async def lines(wire: Wire, *ids: int) -> list:
    return [line for fact in await wire.record.facts.load(ids) for line in fact_lines(fact)]


async def undo(wire: Wire) -> None:
    await wire.record.ledger.undo(by=ANN, within_minutes=10)
    wire.clock.go_on(milliseconds=1)


async def told(wire: Wire) -> str:
    await wire.deliver()
    (text,) = [text for chat, _topic, text in wire.far.sent if chat == READER]
    wire.far.sent.clear()
    return text


def reads(wire: Wire, chat: str = READER) -> list[str]:
    """Return the lines of the first message of a chat as it reads now, but for its sources."""
    text = [text for of, message, text in wire.far.edits if of == chat and message in (10, 1001)][-1]
    return [line for line in text.partition("\nSources")[0].splitlines()[1:] if line]


async def test_a_correction_that_is_undone_leaves_the_statement_as_it_was_first_told(wire: Wire):
    await wire.change(1, statement="It rained for four days.", reason="misread")
    assert "Reason given: misread" in await told(wire)
    await undo(wire)
    text = await told(wire)
    assert text.index("was: Ann Ray said that it rained for four days") < text.index("now: Ann Ray said")
    assert "F1 stands again as it was first told." in text
    assert "Reason given: undone by the moderator who made it" in text and "misread" not in text
    assert reads(wire) == [
        "Corrected: F1 · The flood",
        "Before: Ann Ray said that it rained for four days [1 ¶2] F1",
        "Now: Ann Ray said that it rained for three days [1 ¶2]",
        "F1 stands again as it was first told.",
    ]
    assert reads(wire, ASKER)[1:] == [
        "Ann Ray said that it rained for three days [1 ¶2] F1",
        "F1 read otherwise for some time and stands again as it was first told.",
    ]


async def test_two_corrections_are_taken_back_one_by_one(wire: Wire):
    await wire.change(1, statement="It rained for four days.", reason="misread")
    await told(wire)
    await wire.change(1, statement="It rained for five days.", reason="counted")
    await told(wire)
    assert reads(wire)[-1] == "Now: Ann Ray said that it rained for five days [1 ¶2]"
    await undo(wire)
    assert "F1 stands again as before." in await told(wire)
    await wire.change(1, statement="It rained for three days.", reason="read again")
    text = await told(wire)
    assert "F1 stands again as it was first told." in text
    assert "Reason given: read again" in text and "misread" not in text
    assert reads(wire)[1:] == [
        "Before: Ann Ray said that it rained for four days [1 ¶2] F1",
        "Now: Ann Ray said that it rained for three days [1 ¶2]",
        "F1 stands again as it was first told.",
    ]


async def test_a_retraction_that_is_undone_is_no_longer_told_in_the_message_of_it(wire: Wire):
    await wire.retract(1, "a hoax")
    await told(wire)
    await undo(wire)
    text = await told(wire)
    assert "Restored: F1" in text and "On record again:" in text and "hoax" not in text
    assert reads(wire) == [
        "Retracted: F1 · The flood",
        "Ann Ray said that it rained for three days [1 ¶2] F1",
        "F1 was retracted for some time and is on record again.",
        "Ann Ray said that it rained for three days [1 ¶2] F1",
    ]
    assert "hoax" not in "".join(reads(wire, ASKER))


async def test_a_voice_that_is_taken_back_is_told_as_no_longer_there(wire: Wire):
    ours = (await wire.record.facts.entry(1)).attributions
    bo = {"speaker": "Bo Sky", "stance": "confirms", "source": "town", "quote": "three whole days"}
    await wire.change(1, "attributed", attributions=[*ours, bo])
    await told(wire)
    await undo(wire)
    text = await told(wire)
    assert "no longer: Bo Sky confirms it" in text and "was:" not in text
    assert "F1 stands again as it was first told." in text
    assert "no longer: Bo Sky confirms it" in "\n".join(reads(wire))


async def test_a_figure_that_is_changed_back_is_told_once_as_it_is(wire: Wire):
    await wire.change(1, figures=[{"amount": 300, "counts": "houses"}], reason="counted")
    await told(wire)
    await wire.change(1, figures=[], reason="not counted after all")
    text = await told(wire)
    assert "the figure was 300 (houses), now none" in text and "stands again as it was first told" in text
    assert "Reason given: not counted after all" in text
    assert reads(wire) == [
        "Corrected: F1 · The flood",
        "Ann Ray said that it rained for three days [1 ¶2] F1",
        "  Before: the figure was none, now 300 (houses) [1 ¶2]",
        "  the figure was 300 (houses), now none [1 ¶2]",
        "F1 stands again as it was first told.",
    ]


async def test_what_was_superseded_and_is_in_force_again_is_not_told_as_superseded(wire: Wire):
    week = await wire.publish("week", "It rained for a week.")
    await told(wire)
    await wire.change(1, "superseded", superseded_by="week")
    await told(wire)
    await wire.retract(week.id, "a hoax")
    await told(wire)
    (text,) = {text for chat, message, text in wire.far.edits if (chat, message) == (READER, 1002)}
    assert "superseded by" not in text and "replaced it" not in text
    assert "In force again: F4 no longer replaces it." in text and "F4 was retracted: a hoax" in text


async def test_a_reason_of_what_was_taken_back_is_none_of_what_is_told_later(wire: Wire):
    await wire.change(1, statement="It rained for four days.", reason="misread")
    await undo(wire)
    await wire.change(1, statement="It rained for five days.", reason="counted")
    text = await told(wire)
    assert "Reason given: counted" in text and "misread" not in text and "undone" not in text
