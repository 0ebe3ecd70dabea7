"""What tells a process that its role is lost before it sends anything more, on one machine and on several."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

import pytest

from bot.frontends.shared import role_lease
from bot.frontends.shared.role_lease import RoleLease, uptime
from bot.metrics import Metrics
from storage.domain.errors import BusyRecord, UnwritableRecord
from storage.domain.leases import Leases
from storage.notifying.roles import Roles
from storage.record import Record
from tests.bot.frontends.shared.test_role_lease import until
from tests.bot.wire import Clock

LEASE = 15.0


class Holder:
    """A process that holds a role, whose count of seconds and clock go on as a test says."""

    def __init__(self, record: Record) -> None:
        self.now = 1000.0
        self.works = False
        self.lease = RoleLease(
            record, "sender", Metrics(lambda: 0.0), sleep=self._sleep, seconds=lambda: self.now
        )
        self.task = asyncio.create_task(self.lease.hold(self._work))

    async def _sleep(self, _seconds: float) -> None:
        await asyncio.sleep(0.002)

    async def _work(self) -> None:
        self.works = True
        try:
            await asyncio.Event().wait()
        finally:
            self.works = False


@pytest.fixture
async def record(tmp_path):
    opened = await Record.open(tmp_path / "record.db", Leases(role=LEASE), clock=Clock())
    yield opened
    await opened.close()


@pytest.fixture
async def holder(record):
    made = Holder(record)
    await until(lambda: made.works)
    yield made
    made.task.cancel()
    with suppress(asyncio.CancelledError):
        await made.task


def out_of_reach(monkeypatch, error: Exception) -> None:
    async def fail(_self, _role):
        raise error

    monkeypatch.setattr(Roles, "renew", fail)
    monkeypatch.setattr(Roles, "take", fail)


async def test_the_seconds_of_a_lease_count_whatever_the_clock_tells(holder, monkeypatch):
    out_of_reach(monkeypatch, BusyRecord("busy"))
    await asyncio.sleep(0.02)
    holder.now += LEASE - 0.1
    assert holder.lease.may_work()
    holder.now += 0.2
    assert not holder.lease.may_work()


async def test_a_lease_is_counted_from_before_it_was_asked_for(record, monkeypatch):
    real = Roles.take
    holders: list[Holder] = []

    async def slowly(self, role):
        until = await real(self, role)
        holders[0].now += LEASE - 1  # the answer was a long time on its way
        return until

    async def out(_self, _role):
        raise BusyRecord("busy")

    monkeypatch.setattr(Roles, "take", slowly)
    monkeypatch.setattr(Roles, "renew", out)
    holders.append(Holder(record))
    await until(lambda: holders[0].works)
    assert holders[0].lease.may_work()
    holders[0].now += 1
    assert not holders[0].lease.may_work()
    holders[0].task.cancel()
    with suppress(asyncio.CancelledError):
        await holders[0].task


async def test_on_one_machine_a_role_that_nobody_can_write_is_kept(holder, monkeypatch):
    out_of_reach(monkeypatch, UnwritableRecord("full"))
    holder.now += 10 * LEASE
    await asyncio.sleep(0.05)
    assert holder.works and not holder.lease.may_work()


async def test_elsewhere_another_may_have_it_so_the_work_ends_and_begins_anew(
    holder, record, monkeypatch, caplog
):
    caplog.set_level(logging.INFO, logger="bot.frontends.shared")
    record.roles.one_machine = False
    holder.task.cancel()
    with suppress(asyncio.CancelledError):
        await holder.task
    other = Holder(record)
    await until(lambda: other.works)
    with monkeypatch.context() as patch:
        out_of_reach(patch, UnwritableRecord("full"))
        await asyncio.sleep(0.02)
        assert other.works, "it may be renewed yet"
        other.now += LEASE
        await until(lambda: not other.works)
        await asyncio.sleep(0.02)
        assert not other.works, "who cannot write the role does not take it"
    assert any("could not tell the record in time" in entry.getMessage() for entry in caplog.records)
    await until(lambda: other.works)
    assert other.lease.may_work()
    other.task.cancel()
    with suppress(asyncio.CancelledError):
        await other.task


def test_seconds_go_on(monkeypatch):
    first = uptime()
    assert uptime() >= first > 0
    monkeypatch.setattr(role_lease, "_CLOCK", None)
    assert uptime() > 0
