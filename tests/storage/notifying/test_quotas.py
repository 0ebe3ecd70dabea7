"""What may be done only so often is counted over restarts and processes."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from storage.record import Record

HOUR = timedelta(hours=1)


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = datetime(2024, 1, 4, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


async def test_two_processes_and_a_restart_take_no_more_than_one_alone(path: Path) -> None:
    clock = Clock()
    one, two = [await Record.open(path, clock=clock) for _process in range(2)]
    taken = await asyncio.gather(*(each.quotas.take("a", 3, HOUR) for each in (one, two) * 4))
    assert sum(taken) == 3
    assert await two.quotas.take("b", 3, HOUR), "another name is counted apart"
    await one.close()
    await two.close()
    again = await Record.open(path, clock=clock)
    assert not await again.quotas.take("a", 3, HOUR)
    clock.now += HOUR
    assert [await again.quotas.take("a", 3, HOUR) for _time in range(4)] == [True] * 3 + [False]
    await again.close()


async def test_what_may_be_done_once_is_never_forgotten(path: Path) -> None:
    clock = Clock()
    record = await Record.open(path, clock=clock)
    assert await record.quotas.take("a", 1)
    clock.now += timedelta(days=10_000)
    assert not await record.quotas.take("a", 1)
    await record.close()


async def test_a_clock_that_is_put_back_stops_nothing_for_long(path: Path) -> None:
    clock = Clock()
    record = await Record.open(path, clock=clock)
    assert await record.quotas.take("a", 1, HOUR)
    clock.now -= timedelta(days=300)
    assert await record.quotas.take("a", 1, HOUR)
    assert not await record.quotas.take("a", 1, HOUR)
    await record.close()
