"""Processes show that they live, take Telegram's updates in one way, and are told how their clocks differ."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.domain.clock import TOLERATED, SharedClock
from storage.domain.leases import Leases
from storage.engines.presence import Presence
from storage.notifying.shared_moments import now_of_all
from storage.record import Record

LEASE = 15.0
BEGIN = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)


class Time:
    def __init__(self) -> None:
        self.now = BEGIN

    def __call__(self) -> datetime:
        return self.now


@asynccontextmanager
async def process(path: Path, time: Time) -> AsyncIterator[Record]:
    opened = await Record.open(path, Leases(role=LEASE), clock=time)
    try:
        yield opened
    finally:
        await opened.close()


async def test_a_process_is_known_while_its_lease_lasts(tmp_path, monkeypatch):
    monkeypatch.setattr(Presence, "show", lambda _self: None)
    path, time = tmp_path / "r.db", Time()
    async with process(path, time) as one, process(path, time) as two:
        assert await one.processes.show("polling") is None
        assert await two.processes.show("") is None
        assert {each.id for each in await two.processes.living()} == {one.roles.me, two.roles.me}
        time.now += timedelta(seconds=LEASE - 1)
        assert await two.processes.show("") is None
        time.now += timedelta(seconds=2)
        assert [each.id for each in await one.processes.living()] == [two.roles.me]
        await two.processes.leave()
        assert await one.processes.living() == []


async def test_updates_come_in_one_way_to_all(tmp_path, monkeypatch, subtests):
    monkeypatch.setattr(Presence, "show", lambda _self: None)
    for first, second in (("polling", "webhook"), ("webhook", "polling")):
        path, time = tmp_path / f"{first}.db", Time()
        with subtests.test(first=first, second=second):
            async with process(path, time) as one, process(path, time) as two, process(path, time) as three:
                assert await one.processes.show(first) is None
                assert await two.processes.show(first) is None
                other = await three.processes.show(second)
                assert other is not None and other.telegram == first
                assert len(await three.processes.living()) == 2, "nothing is shown of who is refused"
                assert await three.processes.show("") is None, "whoever takes no updates is in nobody's way"
                time.now += timedelta(seconds=LEASE)
                assert await three.processes.show(second) is None
                assert (await one.processes.show(first)) is not None


async def test_who_has_died_on_this_machine_is_in_nobodys_way(tmp_path):
    path, time = tmp_path / "r.db", Time()
    async with process(path, time) as one:
        async with process(path, time) as dead:
            if dead.roles.presence.show() is None:
                pytest.skip("this system does not tell who lives")
            assert await dead.processes.show("polling") is None
            assert await one.processes.show("webhook") is not None
        assert await one.processes.show("webhook") is None


class Server:
    """Stands for a database whose server has a clock of its own."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    async def clock(self) -> datetime:
        return self.at


async def test_a_clock_that_many_share_is_put_right_by_the_servers(subtests):
    for ahead in (0.0, TOLERATED / 2, -TOLERATED / 2, 90.0, -90.0, 86_400.0):
        with subtests.test(ahead=ahead):
            own = Time()
            own.now += timedelta(seconds=ahead)
            clock = SharedClock(own)
            assert clock() == BEGIN + timedelta(seconds=ahead)
            told = await now_of_all(Server(BEGIN), clock)  # type: ignore[arg-type]  # reason: all that is asked
            assert told.startswith("2026-11-29T12:00:00.000000")
            assert clock.ahead == ahead
            assert clock() == (BEGIN if abs(ahead) > TOLERATED else BEGIN + timedelta(seconds=ahead))


def test_what_took_long_on_its_way_tells_nothing_of_a_clock():
    clock = SharedClock(lambda: BEGIN)
    clock.compare(BEGIN - timedelta(hours=1), BEGIN, BEGIN + timedelta(seconds=TOLERATED * 2))
    clock.compare(BEGIN - timedelta(hours=1), BEGIN, BEGIN - timedelta(seconds=1))
    assert clock.ahead == 0.0 and clock() == BEGIN
