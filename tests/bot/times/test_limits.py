"""Time limits that share one timer end what takes too long, and only that."""

from __future__ import annotations

import asyncio

import pytest

from bot.times.limits import Deadlines, TimeLimit


async def test_what_takes_too_long_is_late_in_order_and_what_has_ended_is_not():
    late: list[str] = []
    deadlines = Deadlines(0.02, late.append)
    for name in ("first", "ended", "last"):
        deadlines.begin(name)
    deadlines.end("ended")
    while len(late) < 2:
        await asyncio.sleep(0.005)
    assert late == ["first", "last"]
    # The next one after all have ended is timed again.
    deadlines.begin("again")
    while len(late) < 3:
        await asyncio.sleep(0.005)
    assert late[-1] == "again"


async def test_many_take_one_timer(monkeypatch):
    loop, timers = asyncio.get_running_loop(), []
    plain = loop.call_at

    def call_at(*args, **kwargs):
        timers.append(plain(*args, **kwargs))
        return timers[-1]

    monkeypatch.setattr(loop, "call_at", call_at)
    limit, go = TimeLimit(60), asyncio.Event()
    tasks = [asyncio.create_task(limit.within(go.wait())) for _ in range(50)]
    await asyncio.sleep(0)
    go.set()
    assert await asyncio.gather(*tasks) == [True] * 50
    assert len(timers) == 1 and timers[0].cancelled()


async def test_work_that_takes_too_long_is_ended_with_a_timeout():
    async def endless() -> None:
        await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        await TimeLimit(0.01).within(endless())
    task = asyncio.current_task()
    assert task is not None and task.cancelling() == 0


async def test_work_that_is_cancelled_by_others_stays_cancelled():
    task = asyncio.create_task(TimeLimit(60).within(asyncio.Event().wait()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_error_of_late_work_is_its_own():
    async def stubborn() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise ValueError("its own") from None

    with pytest.raises(ValueError, match="its own"):
        await TimeLimit(0.01).within(stubborn())
    task = asyncio.current_task()
    assert task is not None and task.cancelling() == 0
