"""Putting right what was said: who is edited, who is told in reply, and who hears nothing of it."""

from __future__ import annotations

import pytest

from bot.answers.lines import fact_lines
from bot.notices import amending
from bot.notices.delivery_status import DeliveryStatus, Outcome
from bot.notices.message_corrections import corrected_message
from bot.notices.receipt_buffer import MOST_GATHERED, ReceiptBuffer
from bot.replies import Heading, Note, Reply
from storage.domain.errors import BusyRecord
from storage.notifying.outbox import MOST_ATTEMPTS
from storage.notifying.receipts import Receipts
from tests.bot.wire import Wire, open_wire

REFUSED = Outcome(DeliveryStatus.REFUSED, error="Bad Request: message can't be edited")


@pytest.fixture
async def wire(tmp_path):
    async with open_wire(tmp_path) as opened:
        yield opened


async def reply_of(wire: Wire, *facts: int) -> Reply:
    found = await wire.record.facts.load(facts)
    lines = [line for fact in found for line in fact_lines(fact)]
    return Reply(blocks=(Heading(text="What is known", level=1), *lines))


async def answered(wire: Wire, chat: str, message: int, *facts: int, topic: int = 0, pieces: int = 1) -> None:
    """Remember that a message (or several) of the bot's has cited some facts as they read now."""
    memory = ReceiptBuffer(wire.record)
    messages = tuple(range(message, message + pieces))
    memory.note(chat, topic, messages, await reply_of(wire, *facts), "en")
    await memory.flush()


def edited(wire: Wire) -> list[tuple[str, int]]:
    edits = [(chat, message) for chat, message, _text in wire.far.edits]
    return sorted(edits)


async def test_messages_that_cited_a_fact_are_edited_in_place_and_nothing_else_is_said(wire: Wire):
    await answered(wire, "telegram:1", 10, 1, 2)
    await answered(wire, "telegram:1", 11, 2)
    await answered(wire, "telegram:2", 12, 1)
    await wire.change(1, statement="It rained for four days.")
    await wire.deliver()
    assert edited(wire) == [("telegram:1", 10), ("telegram:2", 12)]
    (text,) = [text for chat, _message, text in wire.far.edits if chat == "telegram:1"]
    assert "Before: Ann Ray said that it rained for three days" in text
    assert "Now: Ann Ray said that it rained for four days" in text
    assert "the dam holds" in text
    assert wire.far.sent == []
    for _look in range(2):
        await wire.deliver(hours=1)
    assert len(wire.far.edits) == 2


async def test_a_chat_that_never_saw_the_fact_hears_nothing_of_it(wire: Wire):
    await answered(wire, "telegram:1", 10, 2)
    await wire.set("telegram:2", silent=True)
    await wire.change(1, statement="It rained for four days.")
    await wire.retract(1)
    await wire.deliver(hours=1)
    assert (wire.far.edits, wire.far.sent) == ([], [])


async def test_a_message_that_cites_several_changed_facts_is_edited_once(wire: Wire):
    await answered(wire, "telegram:1", 10, 1, 2, 3)
    await wire.change(1, statement="It rained for four days.")
    await wire.change(2, statement="The dam leaks.")
    await wire.change(1, statement="It rained for five days.")
    await wire.deliver()
    ((_chat, _message, text),) = wire.far.edits
    assert text.count("Before:") == 2
    assert "five days" in text and "leaks" in text and "four" not in text


async def test_what_was_put_right_before_stays_so(wire: Wire):
    await answered(wire, "telegram:1", 10, 1, 2)
    await wire.change(1, statement="It rained for four days.")
    await wire.deliver()
    await wire.change(2, statement="The dam leaks.")
    await wire.deliver()
    text = wire.far.edits[-1][2]
    assert text.count("Before:") == 2 and "four days" in text and "leaks" in text
    await wire.change(1, statement="It rained for five days.")
    await wire.deliver()
    text = wire.far.edits[-1][2]
    assert "five days" in text and "four" not in text and "three" in text


async def test_a_retraction_is_told_in_reply_as_well(wire: Wire):
    await answered(wire, "telegram:1", 10, 1, topic=4)
    await wire.retract(1, "the gauge was broken")
    await wire.deliver()
    ((_chat, _message, text),) = wire.far.edits
    assert "F1 was retracted: the gauge was broken" in text and "three days" not in text
    ((chat, topic, remark),) = wire.far.sent
    assert (chat, topic, wire.far.answered) == ("telegram:1", 4, [10])
    assert "Correction to this message" in remark and "the gauge was broken" in remark


async def test_what_is_restored_is_put_right_again(wire: Wire):
    await answered(wire, "telegram:1", 10, 1)
    await wire.retract(1)
    await wire.deliver()
    await wire.change(1, "restored", retracted=None)
    await wire.deliver()
    text = wire.far.edits[-1][2]
    assert "rained for three days" in text and "on record again" in text
    assert wire.far.answered == [10, 10]


async def test_where_editing_is_refused_one_short_reply_tells_of_it(wire: Wire):
    await answered(wire, "telegram:1", 10, 1, 2)
    wire.far.planned_edits["telegram:1"] = [REFUSED]
    await wire.change(1, statement="It rained for four days.")
    await wire.change(2, statement="The dam leaks.")
    await wire.deliver()
    ((_chat, _topic, remark),) = wire.far.sent
    assert wire.far.answered == [10]
    assert "four days" in remark and "leaks" in remark
    await wire.deliver(hours=1)
    assert len(wire.far.sent) == 1


async def test_a_reply_in_several_messages_cannot_be_edited(wire: Wire):
    await answered(wire, "telegram:1", 10, 1, pieces=2)
    await wire.change(1, statement="It rained for four days.")
    await wire.deliver()
    assert wire.far.edits == []
    assert len(wire.far.answered) == 1


async def test_what_fails_is_tried_again_and_then_given_up(wire: Wire):
    await answered(wire, "telegram:1", 10, 1)
    wire.far.planned_edits["telegram:1"] = [Outcome(DeliveryStatus.FAILED, error="timed out")] * 99
    await wire.change(1, statement="It rained for four days.")
    await wire.deliver()
    await wire.deliver()
    assert len(wire.far.edits) == 1
    for _time in range(MOST_ATTEMPTS + 4):
        await wire.deliver(hours=1)
    assert len(wire.far.edits) == MOST_ATTEMPTS
    assert wire.far.sent == []


async def test_a_retraction_whose_reply_failed_is_edited_and_told_again(wire: Wire):
    await answered(wire, "telegram:1", 10, 1)
    wire.far.planned["telegram:1"] = [Outcome(DeliveryStatus.FAILED, error="told to wait", wait=30)]
    await wire.retract(1)
    await wire.deliver()
    await wire.deliver(seconds=31)
    assert wire.far.answered == [10, 10]
    await wire.deliver(hours=1)
    assert wire.far.answered == [10, 10]


async def test_in_the_supergroup_that_a_group_has_become_it_is_said_anew(wire: Wire):
    await answered(wire, "telegram:-1", 10, 1)
    await wire.set("telegram:-1", silent=True)
    wire.far.planned_edits["telegram:-1"] = [Outcome(DeliveryStatus.MOVED, moved_to="telegram:-1001")]
    await wire.change(1, statement="It rained for four days.")
    await wire.deliver()
    ((chat, _topic, text),) = wire.far.sent
    assert (chat, wire.far.answered, wire.far.silent) == ("telegram:-1001", [None], [True])
    assert "Correction" in text
    assert await wire.record.listeners.find("telegram:-1") is None


async def test_corrections_are_as_silent_as_the_chat_wants(wire: Wire):
    await wire.set("telegram:1", silent=True)
    await answered(wire, "telegram:1", 10, 1)
    await wire.retract(1)
    await wire.deliver()
    assert wire.far.silent == [True]


async def test_a_message_that_cannot_be_worked_out_holds_up_no_other(wire: Wire, monkeypatch, caplog):
    await answered(wire, "telegram:1", 10, 1)
    await answered(wire, "telegram:2", 11, 1)

    async def broken(record, amendment, studio):
        if amendment.chat == "telegram:1":
            raise ZeroDivisionError
        return await corrected_message(record, amendment, studio)

    monkeypatch.setattr(amending, "corrected_message", broken)
    await wire.change(1, statement="It rained for four days.")
    await wire.deliver()
    assert edited(wire) == [("telegram:2", 11)]
    assert "message 10 in telegram:1 cannot be put right" in caplog.text
    monkeypatch.undo()
    await wire.deliver(minutes=1)
    assert edited(wire) == [("telegram:1", 10), ("telegram:2", 11)]


async def test_a_notice_is_put_right_like_an_answer(wire: Wire):
    await wire.subscribe("telegram:1")
    held = await wire.publish("snow", "It snows.")
    await wire.deliver()
    await wire.record.listeners.unsubscribe("telegram:1", 0)
    await wire.change(held.id, statement="It snows a little.")
    await wire.deliver()
    assert edited(wire) == [("telegram:1", 1001)]


async def test_a_message_put_right_cites_the_fact_that_took_anothers_place(wire: Wire):
    await answered(wire, "telegram:1", 10, 1)
    await wire.change(1, "superseded", superseded_by="dam")
    await wire.deliver()
    assert "the dam holds" in wire.far.edits[-1][2]
    await wire.change(2, statement="The dam leaks.")
    await wire.deliver()
    assert "the dam leaks" in wire.far.edits[-1][2] and "holds" not in wire.far.edits[-1][2]


async def test_what_is_not_material_edits_nothing(wire: Wire):
    await answered(wire, "telegram:1", 10, 1)
    await wire.change(1, statement="It rained for 3 days.", material=False)
    await wire.deliver()
    assert wire.far.edits == []


async def test_nothing_is_put_right_after_the_retention(wire: Wire):
    await answered(wire, "telegram:1", 10, 1)
    await wire.deliver(days=31)
    await wire.retract(1)
    await wire.deliver()
    assert (wire.far.edits, wire.far.sent) == ([], [])


async def test_what_was_said_is_gathered_and_written_together(wire: Wire, monkeypatch):
    memory = ReceiptBuffer(wire.record)
    reply = await reply_of(wire, 1)
    memory.note("telegram:1", 0, (10,), reply, "en")
    memory.note("telegram:1", 0, (), reply, "en")  # nothing arrived
    memory.note("telegram:1", 0, (11,), Reply(blocks=(Note(text="no fact"),)), "en")
    real = Receipts.keep

    async def busy(*_given) -> None:
        raise BusyRecord("busy")

    monkeypatch.setattr(Receipts, "keep", busy)
    with pytest.raises(BusyRecord):
        await memory.flush()
    memory.note("telegram:2", 0, (12,), reply, "en")
    monkeypatch.setattr(Receipts, "keep", real)
    await memory.flush()
    await memory.flush()
    rows = await wire.record.database.read("SELECT chat, message FROM receipt ORDER BY message")
    assert [tuple(row) for row in rows] == [("telegram:1", 10), ("telegram:2", 12)]


async def test_what_is_gathered_is_bounded(wire: Wire):
    memory = ReceiptBuffer(wire.record)
    reply = await reply_of(wire, 1)
    for number in range(MOST_GATHERED + 5):
        memory.note("telegram:1", 0, (number,), reply, "en")
    assert len(memory._gathered) == MOST_GATHERED
