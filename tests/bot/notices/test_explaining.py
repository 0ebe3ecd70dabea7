"""Whether, when and why a chat was told of a fact's changes, or was not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.notices.delivery_status import DeliveryStatus, Outcome
from bot.notices.explaining import notice_history
from bot.notices.receipt_buffer import ReceiptBuffer
from bot.notices.schedule import UNGATHERED, text_of
from storage.domain.models import Cadence
from tests.bot.notices.test_message_corrections import reply_of
from tests.bot.wire import Wire, open_wire

DAY = timedelta(days=1)


@pytest.fixture
async def wire(tmp_path):
    async with open_wire(tmp_path) as opened:
        yield opened


async def why(wire: Wire, fact_id: int, chat: str = "telegram:1", topic: int = 0) -> list[str]:
    notices = await wire.record.notices.of_fact(fact_id)
    return [
        f"{row.label}: {row.text}"
        for row in await notice_history(wire.record, notices, chat, topic, retention=UNGATHERED.retention)
    ]


async def test_a_fact_without_notices_has_nothing_to_explain(wire: Wire):
    assert await why(wire, 1) == []


async def test_who_has_not_subscribed_is_told_so(wire: Wire):
    await wire.change(1, statement="It rained for four days.")
    await wire.deliver()
    assert await why(wire, 1) == [
        "Corrected, 2026-11-24 12:00 UTC: not sent: this chat has not subscribed (/subscribe)."
    ]


async def test_each_change_and_what_became_of_it(wire: Wire):
    await wire.subscribe("telegram:1")
    fact = await wire.publish("snow", "It snows.")
    await wire.deliver(minutes=1)
    wire.far.planned["telegram:1"] = [Outcome(DeliveryStatus.REFUSED, error="Bad Request: no")]
    await wire.change(fact.id, statement="It snows a little.")
    await wire.deliver(minutes=1)
    wire.far.planned["telegram:1"] = [Outcome(DeliveryStatus.FAILED, error="timed out")]
    await wire.change(fact.id, statement="It snows a lot.")
    await wire.deliver()
    also = " Messages here that cited the fact and were corrected: 1."
    assert await why(wire, fact.id) == [
        "Came on record, 2026-11-24 12:00 UTC: sent 2026-11-24 12:01 UTC.",
        f"Corrected, 2026-11-24 12:01 UTC: not sent: Bad Request: no{also}",
        f"Corrected, 2026-11-24 12:02 UTC: not sent yet: timed out; the bot tries again.{also}",
    ]


async def test_what_is_held_for_all_or_for_this_chat(wire: Wire):
    await wire.subscribe("telegram:1")
    await wire.set("telegram:1", cadence=Cadence.DAILY)
    held = await wire.publish("snow", "It snows.", hold=10)
    later = await wire.publish("ice", "The river is frozen.")
    await wire.deliver()
    assert await why(wire, held.id) == [
        "Came on record, 2026-11-24 12:00 UTC: not sent yet: it is held until 2026-11-24 12:10 UTC."
    ]
    assert await why(wire, later.id) == [
        "Came on record, 2026-11-24 12:00 UTC: waits for a time that the /settings of this chat allow."
    ]


async def test_what_was_undone_before_anybody_was_told(wire: Wire):
    await wire.subscribe("telegram:1")
    held = await wire.publish("snow", "It snows.", hold=10)
    await wire.retract(held.id)
    await wire.deliver(hours=1)
    text = "sent to nobody: the fact changed again before anybody was told."
    assert [row.partition("UTC: ")[2] for row in await why(wire, held.id)] == [text, text]


async def test_what_settings_did_not_let_through(wire: Wire):
    await wire.subscribe("telegram:1")
    await wire.set("telegram:1", material_only=True)
    await wire.change(1, statement="It rained for 3 days.", material=False)
    await wire.deliver()
    ((row),) = await why(wire, 1)
    assert row.endswith(
        "not sent: no subscription here covered it then, or its settings left it out (/subscriptions)."
    )


async def test_a_paused_chat(wire: Wire):
    await wire.subscribe("telegram:1")
    now = wire.record.ledger.now()
    await wire.record.listeners.pause(
        "telegram:1", "blocked or removed", now, text_of(wire.clock.moment + DAY)
    )
    await wire.change(1, statement="It rained for four days.")
    await wire.deliver(minutes=5)
    ((row),) = await why(wire, 1)
    assert (
        "UTC: waits. This chat has taken no messages from the bot since 2026-11-24 12:00 UTC (blocked" in row
    )
    await wire.record.listeners.resume("telegram:1")
    await wire.deliver()
    assert "sent 2026-11-24 12:05 UTC" in (await why(wire, 1))[0]
    # What no subscription let through is not said to wait.
    await wire.record.listeners.unsubscribe("telegram:1", 0)
    await wire.record.listeners.pause(
        "telegram:1", "blocked or removed", now, text_of(wire.clock.moment + DAY)
    )
    await wire.change(1, statement="It rained for five days.")
    await wire.deliver()
    assert "no subscription here covered it" in (await why(wire, 1))[1]


async def test_corrections_that_wait_are_told(wire: Wire):
    memory = ReceiptBuffer(wire.record)
    memory.note("telegram:1", 0, (10,), await reply_of(wire, 1), "en")
    await memory.flush()
    wire.far.planned_edits["telegram:1"] = [Outcome(DeliveryStatus.UNREACHABLE, error="blocked")]
    await wire.change(1, statement="It rained for four days.")
    await wire.deliver()
    ((row),) = await why(wire, 1)
    assert row.endswith(" Messages here that cited the fact and are yet to be corrected: 1.")


async def test_what_is_due_or_being_sent(wire: Wire):
    await wire.subscribe("telegram:1")
    fact = await wire.publish("snow", "It snows.")
    from bot.notices.fan_out import fan_out

    await fan_out(wire.record)
    assert (await why(wire, fact.id))[0].endswith("will be sent in a moment.")
    await wire.record.outbox.take("telegram", wire.record.ledger.now(), 9)
    assert (await why(wire, fact.id))[0].endswith("is being sent.")


async def test_each_topic_is_explained_for_itself(wire: Wire):
    await wire.subscribe("telegram:-1", topic=4)
    fact = await wire.publish("snow", "It snows.")
    await wire.deliver()
    assert "sent 2026" in (await why(wire, fact.id, "telegram:-1", 4))[0]
    assert "has not subscribed" in (await why(wire, fact.id, "telegram:-1"))[0]


async def test_messages_put_right_are_told_also_where_nobody_has_subscribed(wire: Wire):
    memory = ReceiptBuffer(wire.record)
    memory.note("telegram:1", 0, (10,), await reply_of(wire, 1), "en")
    await memory.flush()
    await wire.change(1, statement="It rained for four days.")
    await wire.deliver()
    ((row),) = await why(wire, 1)
    assert row.endswith("(/subscribe). Messages here that cited the fact and were corrected: 1.")


async def test_after_the_retention_nobody_knows_who_was_told(wire: Wire):
    await wire.subscribe("telegram:1")
    fact = await wire.publish("snow", "It snows.")
    await wire.deliver()
    assert "sent 2026" in (await why(wire, fact.id))[0]
    await wire.deliver(days=31)
    assert await wire.states() == {}
    assert await why(wire, fact.id) == [
        "Came on record, 2026-11-24 12:00 UTC: the bot remembers whom it told for 30 days only."
    ]


async def test_what_still_waits_after_the_retention_is_known(wire: Wire):
    await wire.subscribe("telegram:1")
    await wire.set("telegram:1", muted_until="2027-02-01T00:00:00.000000Z")
    fact = await wire.publish("snow", "It snows.")
    await wire.deliver(days=31)
    assert "waits for a time that the /settings of this chat allow" in (await why(wire, fact.id))[0]
