"""A role is held by one process at a time, renewed, left in order, and taken from who died or stood still."""

from __future__ import annotations

import asyncio
import logging
import os
from contextlib import suppress

import pytest

from bot.frontends.shared.role_lease import RoleLease
from bot.metrics import Metrics
from storage.domain.errors import BusyRecord, UnwritableRecord
from storage.domain.leases import LONGEST, Leases
from storage.engines.presence import Presence
from storage.notifying.roles import Roles
from storage.record import Record
from tests.bot.wire import Clock

LEASE = 15.0


class Process:
    """One process: its record, its lease, and what it did."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.metrics = Metrics(lambda: 0.0)
        self.lease = RoleLease(record, "sender", self.metrics, sleep=self._sleep)
        self.begun, self.ended, self.looks = 0, 0, 0
        self.task: asyncio.Task[None] | None = None

    async def _sleep(self, _seconds: float) -> None:
        await asyncio.sleep(0.002)

    async def _work(self) -> None:
        self.begun += 1
        try:
            await asyncio.Event().wait()
        finally:
            self.ended += 1

    async def _look(self) -> None:
        self.looks += 1

    @property
    def works(self) -> bool:
        return self.begun > self.ended

    def start(self) -> None:
        self.task = asyncio.create_task(self.lease.hold(self._work, self._look))

    async def stop(self) -> None:
        assert self.task
        self.task.cancel()
        with suppress(asyncio.CancelledError):
            await self.task


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def processes(tmp_path, clock):
    made = []

    async def begin() -> Process:
        record = await Record.open(tmp_path / "record.db", Leases(role=LEASE), clock=clock)
        made.append(Process(record))
        made[-1].start()
        return made[-1]

    yield begin
    for process in made:
        await process.stop()
        await process.record.close()


async def until(condition) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.002)


async def looked(process: Process, times: int = 3) -> None:
    before = process.looks
    await until(lambda: process.looks >= before + times)


async def test_one_works_and_the_other_waits_and_says_so_once(processes, caplog):
    caplog.set_level(logging.INFO, logger="bot.frontends.shared")
    first = await processes()
    await until(lambda: first.works)
    second = await processes()
    await looked(second, 5)
    assert not second.begun
    assert [entry.getMessage() for entry in caplog.records] == [
        "another process is the sender: this one waits for its end"
    ]
    await first.stop()
    await until(lambda: second.works)
    assert not first.works
    assert caplog.records[-1].getMessage() == "this process is the sender now"


async def test_what_is_still_being_ended_keeps_the_role(processes, clock):
    first = await processes()
    await until(lambda: first.works)
    second = await processes()
    held = asyncio.Event()

    async def slowly() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await held.wait()

    await first.stop()
    await until(lambda: second.works)
    await second.stop()
    first.lease = RoleLease(first.record, "sender", first.metrics, sleep=first._sleep)
    first.task = asyncio.create_task(first.lease.hold(slowly))
    await asyncio.sleep(0.05)
    first.task.cancel()
    second.start()
    for _ in range(4):
        clock.go_on(seconds=LEASE / 2)
        await looked(second)
    assert second.begun == 1
    held.set()
    await until(lambda: second.begun == 2)


async def test_a_role_is_renewed_for_longer_than_its_lease(processes, clock):
    first = await processes()
    await until(lambda: first.works)
    second = await processes()
    for _ in range(5):
        clock.go_on(seconds=LEASE / 2)
        await looked(second)
    assert first.works and not second.begun


async def test_the_role_of_a_process_that_stands_still_is_taken_when_its_lease_is_over(
    processes, clock, monkeypatch
):
    first = await processes()
    await until(lambda: first.works)
    second = await processes()
    real = Roles.renew
    still = asyncio.Event()

    async def renew(self, role):
        if self is first.record.roles:
            await still.wait()
        return await real(self, role)

    monkeypatch.setattr(Roles, "renew", renew)
    await asyncio.sleep(0.05)
    clock.go_on(seconds=LEASE - 1)
    await looked(second)
    assert first.lease.may_work() and not second.begun
    clock.go_on(seconds=1)
    assert not first.lease.may_work()
    await until(lambda: second.works)
    still.set()
    await until(lambda: not first.works)
    await looked(first)
    assert second.works and first.begun == 1


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="Linux tells whether a process lives")
async def test_the_role_of_a_process_that_died_is_taken_at_once_and_what_it_sent_is_free(
    processes, tmp_path, clock
):
    dead = await Record.open(tmp_path / "record.db", clock=clock)
    assert await dead.roles.take("sender")
    dead.claims.begin(1, [1])
    async with dead.database.transaction() as tx:
        await tx.run("INSERT INTO listener (chat) VALUES ('telegram:1')")
        await tx.run(
            "INSERT INTO delivery (notice_id, listener_id, state, sender, lease_until)"
            " VALUES (1, 1, 'sending', ?, '2999')",
            (dead.claims.sender,),
        )
    second = await processes()
    await looked(second)
    assert not second.begun
    await dead.close()  # the system lets go of its lock, as it does when a process dies
    await until(lambda: second.works)
    rows = await second.record.database.read("SELECT lease_until FROM delivery")
    assert rows[0][0] == second.record.ledger.now()


async def test_where_nobody_can_tell_who_lives_the_lease_has_to_end(processes, tmp_path, clock, monkeypatch):
    monkeypatch.setattr(Presence, "show", lambda _self: None)
    dead = await Record.open(tmp_path / "record.db", Leases(role=LEASE), clock=clock)
    assert await dead.roles.take("sender")
    await dead.close()
    second = await processes()
    await looked(second)
    assert not second.begun
    clock.go_on(seconds=LEASE)
    await until(lambda: second.works)


async def test_a_role_held_by_a_clock_that_was_ahead_is_free(processes, tmp_path, clock, monkeypatch):
    monkeypatch.setattr(Presence, "show", lambda _self: None)
    clock.go_on(days=1)
    dead = await Record.open(tmp_path / "record.db", clock=clock)
    assert await dead.roles.take("sender")
    await dead.listeners.change("telegram:1", 0, {"open_at": dead.ledger.now()})
    await dead.close()
    clock.go_on(days=-1)
    assert LONGEST < 86_400
    second = await processes()
    await until(lambda: second.works)
    listener = await second.record.listeners.find("telegram:1")
    assert listener.open_at == second.record.ledger.now(), "it is looked at anew"


async def test_a_busy_record_is_tried_again_and_one_that_cannot_be_written_is_read(processes, monkeypatch):
    real = Roles.take
    planned = [BusyRecord("busy"), UnwritableRecord("full")]

    async def take(self, role):
        if planned:
            raise planned.pop(0)
        return await real(self, role)

    monkeypatch.setattr(Roles, "take", take)
    first = await processes()
    await until(lambda: first.works)
    assert planned == []
    # As soon as it can be written, the role is taken.
    await until(lambda: first.lease._until)
    assert first.begun == 1


async def test_work_that_ends_or_fails_ends_the_holding(processes, clock):
    first = await processes()
    await until(lambda: first.works)
    await first.stop()

    async def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await first.lease.hold(fail)
    await first.lease.hold(lambda: asyncio.sleep(0))
    assert [each.holder for each in await first.record.roles.holders()] == [""]
