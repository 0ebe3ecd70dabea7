"""Who is told beside the correction of a message: each chat once, and whoever made the change not at all."""

from __future__ import annotations

import pytest

from bot.answers.lines import fact_lines
from bot.notices.delivery_status import DeliveryStatus, Outcome
from bot.notices.receipt_buffer import ReceiptBuffer
from bot.replies import Heading, Reply
from storage.domain.changes import Revise
from storage.trail.audit import Actor
from tests.bot.wire import ANN, Wire, open_wire

REFUSED = Outcome(DeliveryStatus.REFUSED, error="Bad Request: message can't be edited")
GONE = Outcome(DeliveryStatus.REFUSED, error="Bad Request: message to edit not found", gone=True)
OWN = ANN.address


@pytest.fixture
async def wire(tmp_path):
    async with open_wire(tmp_path) as opened:
        yield opened


async def answered(wire: Wire, chat: str, *messages: int, facts: tuple[int, ...] = (1,), **how) -> None:
    """Remember that some messages of the bot's, each by itself, have cited some facts as they read now."""
    memory = ReceiptBuffer(wire.record)
    found = await wire.record.facts.load(facts)
    lines = [line for fact in found for line in fact_lines(fact)]
    reply = Reply(blocks=(Heading(text="What is known", level=1), *lines), **how)
    for message in messages:
        memory.note(chat, 0, (message,), reply, "en")
    await memory.flush()


async def test_a_chat_hears_of_a_retraction_once_however_many_of_its_messages_cited_the_fact(wire: Wire):
    await answered(wire, "telegram:5", 10, 11, 12, 13, 14)
    await answered(wire, "telegram:6", 10)
    await wire.retract(1)
    await wire.deliver()
    await wire.deliver(hours=1)
    assert sorted(wire.far.chats()) == ["telegram:5", "telegram:6"]
    assert len(wire.far.edits) == 6


async def test_a_chat_whose_messages_cannot_be_edited_hears_once_as_well(wire: Wire):
    await answered(wire, "telegram:5", 10, 11, 12)
    wire.far.planned_edits["telegram:5"] = [REFUSED] * 3
    await wire.change(1, statement="It rained for four days.")
    await wire.deliver()
    assert wire.far.chats() == ["telegram:5"]


async def test_whom_the_notice_tells_the_correction_does_not_tell_again(wire: Wire):
    await wire.subscribe("telegram:5")
    await answered(wire, "telegram:5", 10, 11)
    await wire.retract(1)
    await wire.deliver()
    (text,) = wire.far.texts()
    assert text.startswith("Retracted: F1") and wire.far.answered == [None]


async def test_of_two_retractions_each_is_told_once(wire: Wire):
    await answered(wire, "telegram:5", 10, facts=(1,))
    await answered(wire, "telegram:5", 11, facts=(1, 2))
    await answered(wire, "telegram:5", 12, facts=(2,))
    await wire.retract(1)
    await wire.retract(2)
    await wire.deliver()
    whole = "\n".join(wire.far.texts())
    assert (whole.count("Retracted: F1"), whole.count("Retracted: F2")) == (1, 1)


async def test_a_retraction_that_has_to_wait_is_told_once_when_it_may_be(wire: Wire):
    await answered(wire, "telegram:5", 10, 11)
    await wire.set("telegram:5", muted_until="2026-11-24T14:00:00.000000Z")
    await wire.retract(1)
    await wire.deliver()
    assert wire.far.chats() == []
    await wire.deliver(hours=3)
    assert wire.far.chats() == ["telegram:5"]


async def test_whoever_made_a_change_is_not_told_of_it(wire: Wire):
    await wire.subscribe(OWN, "telegram:5", "telegram:-5")
    await answered(wire, OWN, 10)
    await wire.publish("snow", "It snows.")
    await wire.retract(1)
    await wire.deliver()
    assert sorted(set(wire.far.chats())) == ["telegram:-5", "telegram:5"]
    assert [(chat, message) for chat, message, _text in wire.far.edits] == [(OWN, 10)]


async def test_whoever_put_a_fact_on_record_hears_what_others_make_of_it_while_it_is_held(wire: Wire):
    bo = Actor("telegram:98", "telegram:98")
    await wire.subscribe(OWN, bo.address, "telegram:5")
    snow = await wire.publish("snow", "It snows.", hold=10)
    entry = (await wire.record.facts.entry(snow.id)).model_copy(update={"statement": "It snows a little."})
    change = Revise(story_id=1, fact_id=snow.id, expected=1, kind="corrected", fact=entry)
    await wire.record.ledger.make(change, by=bo)
    await wire.deliver(minutes=1)
    ((chat, _topic, text),) = wire.far.sent
    assert chat == OWN and "Corrected: F4" in text and "snows a little" in text
    wire.far.sent.clear()
    await wire.deliver(minutes=10)
    assert sorted(chat for chat, *_ in wire.far.sent) == ["telegram:5", bo.address]
    assert all("New on record: F4" in text and "a little" in text for *_, text in wire.far.sent)


async def test_who_heard_of_a_held_fact_from_nobody_hears_of_it_as_new_once_it_is_restored(wire: Wire):
    bo = Actor("telegram:98", "telegram:98")
    await wire.subscribe(OWN, "telegram:5")
    snow = await wire.publish("snow", "It snows.", hold=10)
    heard = []
    for kind, retracted in (("retracted", "a hoax"), ("restored", None)):
        entry = (await wire.record.facts.entry(snow.id)).model_copy(update={"retracted": retracted})
        found = await wire.record.facts.find(snow.id)
        change = Revise(story_id=1, fact_id=snow.id, expected=found.revision, kind=kind, fact=entry)
        await wire.record.ledger.make(change, by=bo)
        await wire.deliver(minutes=1)
        await wire.deliver(minutes=10)
        heard.append([(chat, text.partition(" ·")[0]) for chat, _topic, text in wire.far.sent])
        wire.far.sent.clear()
    new = "New on record: F4"
    assert heard == [[(OWN, "Retracted: F4")], [(OWN, new), ("telegram:5", new)]]


async def test_linked_accounts_are_one_person(wire: Wire):
    code = await wire.record.accounts.issue(OWN)
    await wire.record.accounts.redeem(code, "telegram:98", chat="telegram:98")
    await wire.subscribe("telegram:98")
    await wire.publish("snow", "It snows.")
    await wire.deliver()
    assert wire.far.chats() == []


async def test_what_shows_the_past_stays_as_it_is_but_for_what_is_taken_down(wire: Wire):
    from storage.domain.changes import TakeDown
    from storage.domain.models import Ground

    await answered(wire, "telegram:5", 10, past=True)
    await answered(wire, "telegram:5", 11)
    await wire.change(1, statement="It rained for four days.")
    await wire.retract(1)
    await wire.deliver()
    assert {message for _chat, message, _text in wire.far.edits} == {11}
    await wire.make(TakeDown(story_id=1, subject="F1", ground=Ground.PRIVACY))
    await wire.deliver()
    assert {message for _chat, message, _text in wire.far.edits} == {10, 11}


async def test_of_a_split_answer_only_the_message_that_states_the_fact_is_answered(wire: Wire):
    memory = ReceiptBuffer(wire.record)
    found = await wire.record.facts.load([1, 2])
    reply = Reply(blocks=tuple(line for fact in found for line in fact_lines(fact)))
    memory.note("telegram:5", 0, (10, 11), reply, "en", (frozenset({1}), frozenset({2})))
    await memory.flush()
    await wire.change(2, statement="The dam leaks.")
    await wire.deliver()
    assert wire.far.answered == [11]


async def test_a_supergroup_is_told_once_and_in_reply_to_nothing_it_is_no_correction_to_this(wire: Wire):
    await answered(wire, "telegram:-5", 10, 11)
    moved = Outcome(DeliveryStatus.MOVED, moved_to="telegram:-1005")
    wire.far.planned_edits["telegram:-5"] = [moved, moved]
    await wire.retract(1)
    await wire.deliver()
    ((chat, _topic, text),) = wire.far.sent
    assert (chat, wire.far.answered) == ("telegram:-1005", [None])
    assert "Correction to an earlier message" in text and "The flood" in text and "three days" in text


async def test_a_correction_to_a_message_that_is_gone_replies_to_nothing_and_stands_alone(wire: Wire):
    await answered(wire, "telegram:5", 10)
    await answered(wire, OWN, 10)
    wire.far.planned_edits = {"telegram:5": [GONE], OWN: [GONE]}
    await wire.change(1, statement="It rained for four days.")
    await wire.deliver()
    ((chat, _topic, text),) = wire.far.sent
    assert (chat, wire.far.answered) == ("telegram:5", [None])
    assert "Correction to an earlier message" in text and "The flood" in text and "three days" in text


async def test_what_stands_again_as_it_was_first_told_says_so(wire: Wire):
    await answered(wire, "telegram:5", 10, facts=(1, 2))
    await wire.change(1, statement="It rained for four days.")
    await wire.deliver()
    await wire.change(1, statement="It rained for three days.")
    await wire.deliver()
    text = wire.far.edits[-1][2]
    assert "stands again as it was first told" in text
    assert "Before:" not in text and "Now:" not in text and "four" not in text


async def test_a_message_that_reads_the_same_is_not_edited(wire: Wire):
    await answered(wire, "telegram:5", 10)
    await wire.change(1, statement="It rained for four days.")
    await wire.change(1, statement="It rained for three days.")
    await wire.deliver()
    assert (wire.far.edits, wire.far.sent) == ([], [])


async def test_a_corrected_figure_and_date_show_in_the_message(wire: Wire):
    await answered(wire, "telegram:5", 10)
    await wire.change(1, figures=[{"amount": 300, "qualifier": "at least", "counts": "houses"}])
    await wire.deliver()
    text = wire.far.edits[-1][2]
    assert "it rained for three days" in text
    assert "the figure was none, now at least 300 (houses)" in text
    await wire.change(1, occurred="2026-11-18")
    await wire.deliver()
    assert "the date was 19 November 2026, now 18 November 2026" in wire.far.edits[-1][2]
    assert "at least 300" in wire.far.edits[-1][2]
