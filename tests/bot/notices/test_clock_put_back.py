"""The clock is a day ahead for a while, then right again: order is the trail's, sending goes by the clock."""

from __future__ import annotations

import pytest

from bot.notices.delivery_status import DeliveryStatus, Outcome
from bot.replies import Note, Reply
from storage.domain.clock import moment_text
from storage.domain.errors import Refused
from storage.domain.models import Cadence
from storage.notifying.receipts import SentMessage
from tests.bot.wire import ANN, Wire, open_wire

FAILED = Outcome(DeliveryStatus.FAILED, error="timed out")
LATER = Outcome(DeliveryStatus.LATER, wait=5.0)


@pytest.fixture
async def wire(tmp_path):
    async with open_wire(tmp_path) as opened:
        yield opened


async def a_day_ahead(wire: Wire, *, delivering: bool) -> None:
    """Correct a fact while the clock is a day ahead; it is right again a minute later."""
    wire.clock.go_on(days=1)
    await wire.change(2, statement="The dam leaks.")
    if delivering:
        await wire.deliver()
    wire.clock.go_on(days=-1, minutes=1)


@pytest.mark.parametrize("delivering", [True, False])
async def test_what_is_changed_afterwards_and_before_is_told_at_once(wire: Wire, delivering):
    await wire.subscribe("telegram:1")
    await a_day_ahead(wire, delivering=delivering)
    await wire.change(1, statement="It rained for four days.")
    await wire.publish("snow", "It snows.")
    await wire.deliver()
    told = "\n".join(wire.far.texts())
    for statement in ("dam leaks", "four days", "it snows"):
        assert told.count(statement) == 1
    assert told.index("dam leaks") < told.index("four") < told.index("snows")
    assert (await wire.record.outbox.depth()).oldest is None


@pytest.mark.parametrize("delivering", [True, False])
async def test_messages_are_corrected_at_once_and_with_all_that_was_corrected(wire: Wire, delivering):
    at = moment_text(wire.clock())
    reply = Reply(blocks=(Note(text="Some words."),)).model_dump_json()
    await wire.record.receipts.keep([SentMessage("telegram:1", 0, (5,), {1: 1, 2: 1}, "en", at, reply)])
    await a_day_ahead(wire, delivering=delivering)
    await wire.change(1, statement="It rained for four days.")
    (before,) = await wire.record.notices.of_fact(2)
    await wire.deliver()
    assert (await wire.record.outbox.depth()).amendments == 0
    wire.clock.go_on(minutes=1)
    await wire.change(1, statement="It rained for five days.")
    await wire.record.notices.fan_out(
        (await wire.record.notices.of_fact(1))[-1], entities=(), words=(), now=wire.record.ledger.now()
    )
    (amendment,) = await wire.record.receipts.take("telegram", wire.record.ledger.now(), 9)
    assert before.id in amendment.earlier and len(amendment.earlier) == 2


async def test_a_new_fact_is_held_for_its_minutes_from_when_the_clock_is_right(wire: Wire):
    await wire.subscribe("telegram:1")
    wire.clock.go_on(days=1)
    await wire.publish("snow", "It snows.", hold=10)
    wire.clock.go_on(days=-1)
    await wire.deliver()
    await wire.deliver(minutes=9)
    assert wire.far.chats() == []
    await wire.deliver(minutes=1)
    assert wire.far.chats() == ["telegram:1"]


async def test_what_waited_for_another_attempt_or_its_chat_does_not_wait_for_the_day(wire: Wire):
    await wire.subscribe("telegram:1", "telegram:2")
    wire.far.planned = {"telegram:1": [FAILED], "telegram:2": [LATER]}
    await a_day_ahead(wire, delivering=True)
    wire.far.chats()
    await wire.deliver()
    assert sorted(wire.far.chats()) == ["telegram:1", "telegram:2"]
    await wire.publish("snow", "It snows.")
    await wire.deliver()
    assert sorted(wire.far.chats()) == ["telegram:1", "telegram:2"]


async def test_a_digest_comes_on_the_right_day(wire: Wire):
    await wire.subscribe("telegram:1")
    await wire.set("telegram:1", cadence=Cadence.DAILY, time="09:00")
    await a_day_ahead(wire, delivering=True)
    await wire.deliver()
    assert wire.far.chats() == []
    await wire.deliver(hours=21)
    assert wire.far.chats() == ["telegram:1"]


async def test_a_change_is_taken_back_within_ten_minutes_by_the_clock(wire: Wire):
    await a_day_ahead(wire, delivering=False)
    await wire.change(1, statement="It rained for four days.")
    wire.clock.go_on(minutes=11)
    with pytest.raises(Refused, match="more than 10 minutes ago"):
        await wire.record.ledger.undo(by=ANN, within_minutes=10)
    await wire.change(1, statement="It rained for five days.")
    wire.clock.go_on(minutes=9)
    await wire.record.ledger.undo(by=ANN, within_minutes=10)
    assert (await wire.record.facts.find(1)).statement == "It rained for four days."
    assert (await wire.record.audit.verify()).problem is None


async def test_an_account_that_is_linked_hears_at_once(wire: Wire):
    await wire.subscribe("telegram:1")
    await wire.set("telegram:1", zone="Europe/Kyiv")
    await a_day_ahead(wire, delivering=False)
    code = await wire.record.accounts.issue("telegram:1")
    await wire.record.accounts.redeem(code, "telegram:2", chat="telegram:2")
    await wire.subscribe("telegram:2")
    await wire.publish("snow", "It snows.")
    await wire.deliver()
    assert set(wire.far.chats()) == {"telegram:1", "telegram:2"}


async def test_whom_it_told_is_forgotten_after_the_retention_by_the_clock(wire: Wire):
    await wire.subscribe("telegram:1")
    await a_day_ahead(wire, delivering=False)
    await wire.publish("snow", "It snows.")
    await wire.deliver()
    await wire.deliver(days=30, minutes=1)
    assert await wire.record.database.read("SELECT 1 FROM delivery") == []
