"""`onrecord outbox` and `onrecord why`: what operators see of the outbox and may do about it."""

from __future__ import annotations

import pytest

from bot.config import Settings
from bot.errors import UserError
from bot.notices.delivery_status import DeliveryStatus, Outcome
from bot.operations import explain, show_outbox
from storage import record as records
from storage.domain.errors import UnreadableRecord
from tests.bot.wire import Wire, open_wire


@pytest.fixture
async def wire(tmp_path, monkeypatch):
    async with open_wire(tmp_path) as opened:
        # The operator's clock is that of the tests.
        method = vars(records.Record)["open"].__func__
        monkeypatch.setattr(method, "__kwdefaults__", {"create": True, "clock": opened.clock})
        yield opened


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(storage={"path": tmp_path / "flood.db"})


async def some_trouble(wire: Wire) -> None:
    await wire.subscribe(*(f"telegram:{number}" for number in range(1, 5)))
    await wire.set("telegram:4", cadence="daily")
    wire.far.planned["telegram:1"] = [Outcome(DeliveryStatus.REFUSED, error="Bad Request: no")]
    wire.far.planned["telegram:2"] = [Outcome(DeliveryStatus.FAILED, error="timed out")]
    await wire.publish("snow", "It snows.")
    await wire.deliver()


async def test_an_empty_outbox(settings, wire):
    assert await show_outbox(settings, retry=False, drop=False) == [
        "deliveries of open notices: none",
        "oldest due since: nothing waits",
        "messages to be corrected: 0",
        "sent in the last hour: 0",
    ]


async def test_depth_age_rate_and_failures(settings, wire):
    await some_trouble(wire)
    assert await show_outbox(settings, retry=False, drop=False) == [
        "deliveries of open notices: failed 1, given up 1, held 1, sent 1",
        "oldest due since: 2026-11-24T12:00:00.000000Z",
        "messages to be corrected: 0",
        "sent in the last hour: 1",
        "  telegram:1: given up, 1, Bad Request: no",
        "  telegram:2: failed, 1, timed out",
    ]
    wire.clock.go_on(hours=2)
    assert "sent in the last hour: 0" in await show_outbox(settings, retry=False, drop=False)


async def test_a_change_that_is_dated_in_the_future_is_said(settings, wire):
    wire.clock.go_on(days=1)
    await wire.publish("snow", "It snows.")
    wire.clock.go_on(days=-1)
    lines = await show_outbox(settings, retry=False, drop=False)
    assert any("2026-11-25T12:00:00" in line and "onrecord doctor" in line for line in lines)


async def test_what_was_given_up_is_tried_again_by_a_bot_that_runs(settings, wire):
    await some_trouble(wire)
    assert (await show_outbox(settings, retry=True, drop=False))[0] == "to be tried again: 1"
    wire.far.chats()
    await wire.deliver(minutes=1)
    assert sorted(wire.far.chats()) == ["telegram:1", "telegram:2"]


async def test_what_waits_is_dropped_for_a_bot_that_runs(settings, wire):
    await some_trouble(wire)
    lines = await show_outbox(settings, retry=False, drop=True)
    assert lines[:3] == [
        "given up: 2", "deliveries of open notices: none", "oldest due since: nothing waits",
    ]  # fmt: skip
    wire.far.chats()
    await wire.deliver(days=2)
    assert wire.far.chats() == []


async def test_without_a_record_there_is_no_outbox(tmp_path):
    with pytest.raises(UnreadableRecord, match="does not exist"):
        await show_outbox(Settings(storage={"path": tmp_path / "none.db"}), retry=False, drop=False)
    assert not (tmp_path / "none.db").exists()


async def test_why_a_chat_was_told_or_was_not(settings, wire):
    await some_trouble(wire)
    assert await explain(settings, "f4", "telegram:3", 0) == [
        "Came on record, 2026-11-24 12:00 UTC: sent 2026-11-24 12:00 UTC."
    ]
    assert "Bad Request: no" in (await explain(settings, "F4", "telegram:1", 0))[0]
    assert "has not subscribed" in (await explain(settings, "F4", "telegram:3", 9))[0]
    assert await explain(settings, "F1", "telegram:3", 0) == ["F1: no notices are kept"]
    assert "has not subscribed" in (await explain(settings, "F4", "\udcff", 0))[0]


async def test_why_of_what_is_no_fact(settings, wire, subtests):
    for fact, said in [
        ("F99", "F99 is not on record"),
        ("x", "is not a fact's id"),
        ("F0", "is not a fact's id"),
        ("", "is not a fact"),
    ]:
        with subtests.test(fact=fact), pytest.raises(UserError, match=said):
            await explain(settings, fact, "telegram:3", 0)
