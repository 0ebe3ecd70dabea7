"""Delivering goes on: when it is stopped, when the record is busy, when one parcel cannot be told."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from contextlib import closing

import pytest

from bot.metrics import Metrics
from bot.notices import delivering
from bot.notices.delivering import Deliverer
from bot.notices.delivery_status import DeliveryStatus, Outcome
from storage.domain.errors import BusyRecord
from storage.domain.models import Cadence
from storage.notifying.outbox import Outbox
from tests.bot.wire import Wire, open_wire

FAILED = Outcome(DeliveryStatus.FAILED, error="timed out")


@pytest.fixture
async def wire(tmp_path):
    async with open_wire(tmp_path) as opened:
        yield opened


async def test_being_stopped_waits_until_what_was_sent_is_on_record(wire: Wire):
    await wire.subscribe("telegram:1", "telegram:2")
    await wire.publish("snow", "It snows.")
    wire.far.gate = asyncio.Event()
    running = asyncio.create_task(wire.deliverer.run())
    await wire.far.begun.wait()
    running.cancel()
    await asyncio.sleep(0)
    assert not running.done()
    wire.far.gate.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await wire.states() == {"telegram:1": "sent", "telegram:2": "sent"}


async def test_being_stopped_is_not_held_up_for_ever(wire: Wire, monkeypatch):
    monkeypatch.setattr(delivering, "LAST_SECONDS", 0.01)
    await wire.subscribe("telegram:1")
    await wire.publish("snow", "It snows.")
    wire.far.gate = asyncio.Event()
    running = asyncio.create_task(wire.deliverer.run())
    await wire.far.begun.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await wire.states() == {"telegram:1": "sending"}  # to be sent again after the next start


async def test_being_stopped_while_others_wait_for_room_loses_none_of_them(wire: Wire):
    await wire.subscribe(*(f"telegram:{number}" for number in range(1, 6)))
    await wire.publish("snow", "It snows.")
    wire.far.gate = asyncio.Event()
    deliverer = wire.begin(at_once=2)
    running = asyncio.create_task(deliverer.run())
    await wire.far.begun.wait()
    running.cancel()
    wire.far.gate.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    sent = wire.far.chats()
    assert len(sent) == 2
    wire.deliverer = wire.begin()
    await wire.record.outbox.recover("telegram")
    await wire.deliver()
    assert sorted(sent + wire.far.chats()) == [f"telegram:{number}" for number in range(1, 6)]


async def test_what_was_sent_is_recorded_also_where_the_record_is_busy_for_a_while(wire: Wire, monkeypatch):
    await wire.subscribe("telegram:1")
    await wire.publish("snow", "It snows.")
    real, failures = Outbox.sent, 2

    async def busy_at_first(self, *given):
        nonlocal failures
        failures -= 1
        if failures >= 0:
            raise BusyRecord("busy")
        await real(self, *given)

    monkeypatch.setattr(Outbox, "sent", busy_at_first)
    await wire.deliver()
    assert wire.far.chats() == ["telegram:1"]
    assert await wire.states() == {"telegram:1": "sent"}


async def test_a_parcel_that_cannot_be_made_into_a_message_holds_up_no_other(wire: Wire, caplog):
    await wire.subscribe("telegram:1", "telegram:2")
    await wire.set("telegram:1", zone="Nowhere/Land", cadence=Cadence.DAILY)
    await wire.publish("snow", "It snows.")
    await wire.deliver()
    assert wire.far.chats() == ["telegram:2"]
    assert (await wire.states())["telegram:1"] == "failed"
    assert "cannot be told to telegram:1" in caplog.text
    await wire.set("telegram:1", zone="UTC", cadence=Cadence.AT_ONCE)
    await wire.deliver(minutes=1)
    assert wire.far.chats() == ["telegram:1"]


async def test_it_goes_on_after_trouble_and_gives_a_sign_of_life_only_where_it_works(wire: Wire, caplog):
    seconds = 0.0
    looks = 0
    metrics = Metrics(lambda: seconds)

    async def look() -> None:
        nonlocal looks, seconds
        looks += 1
        seconds += 100
        if looks < 4:
            raise (BusyRecord("busy") if looks == 1 else ZeroDivisionError)

    async def sleep(_seconds: float) -> None:
        stuck.append(metrics.stuck())
        if looks >= 4:
            raise asyncio.CancelledError

    stuck: list[list[str]] = []
    await wire.subscribe("telegram:1")
    await wire.publish("snow", "It snows.")
    deliverer = Deliverer(wire.record, wire.far, look, metrics=metrics, sleep=sleep)
    with pytest.raises(asyncio.CancelledError):
        await deliverer.run()
    assert stuck == [[], ["telegram sender"], ["telegram sender"], []]
    assert wire.far.chats() == ["telegram:1"]
    assert "ZeroDivisionError" in caplog.text


async def test_what_is_gathered_last_is_written_when_it_is_stopped(wire: Wire):
    looked = []

    async def look() -> None:
        looked.append(len(looked))

    async def sleep(_seconds: float) -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await Deliverer(wire.record, wire.far, look, sleep=sleep).run()
    assert looked == [0, 1]


async def test_the_log_names_ids_and_never_what_was_said(wire: Wire, caplog):
    caplog.set_level(logging.DEBUG, logger="bot.notices")
    await wire.subscribe("telegram:1", "telegram:2", "telegram:3", words="secretword")
    wire.far.planned["telegram:2"] = [Outcome(DeliveryStatus.UNREACHABLE, error="Forbidden")]
    wire.far.planned["telegram:3"] = [Outcome(DeliveryStatus.REFUSED, error="Bad Request")]
    await wire.publish("snow", "The secretword is snow.")
    await wire.deliver()
    assert len(caplog.records) == 3
    assert "secretword" not in caplog.text and "snow" not in caplog.text
    assert all("telegram:" in entry.getMessage() for entry in caplog.records)


async def test_each_outcome_is_counted(wire: Wire, monkeypatch):
    counted = []
    metrics = Metrics(lambda: 0.0)
    monkeypatch.setattr(metrics, "delivered", counted.append)
    await wire.subscribe("telegram:1", "telegram:2")
    wire.far.planned["telegram:2"] = [FAILED]
    await wire.publish("snow", "It snows.")
    wire.deliverer = wire.begin(metrics=metrics)
    await wire.deliver()
    assert sorted(counted) == ["failed", "sent"]


async def test_what_was_told_is_forgotten_after_the_retention(wire: Wire, tmp_path):
    await wire.subscribe("telegram:1")
    await wire.publish("snow", "It snows.")
    await wire.deliver()

    def kept() -> int:
        with closing(sqlite3.connect(tmp_path / "flood.db")) as connection:
            return connection.execute("SELECT count(*) FROM receipt").fetchone()[0]

    assert kept() == 1
    await wire.deliver(days=29)
    assert kept() == 1
    await wire.deliver(days=2)
    assert kept() == 0
