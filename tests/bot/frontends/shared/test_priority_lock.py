"""A lock for which some stand in front of others: their order, its end, and who leaves while waiting."""

from __future__ import annotations

import asyncio
import contextlib

from bot.frontends.shared.priority_lock import MOST_OVERTAKES, PriorityLock


class Scene:
    def __init__(self) -> None:
        self.lock = PriorityLock()
        self.order: list[str] = []
        self.all_there = asyncio.Event()

    async def hold(self, name: str, *, first: bool = False) -> None:
        async with self.lock.held(first=first):
            self.order.append(name)
            await self.all_there.wait()

    async def begin(self, *names: str) -> list[asyncio.Task[None]]:
        """Let some come one after the other while the first holds it; those in capitals stand in front."""
        self.all_there.clear()
        tasks = [asyncio.create_task(self.hold(name, first=name.isupper())) for name in names]
        await asyncio.sleep(0)
        self.all_there.set()
        return tasks


async def test_some_stand_in_front_and_each_line_keeps_its_order():
    scene = Scene()
    await asyncio.gather(*await scene.begin("a", "b", "c", "X", "Y"))
    assert scene.order == ["a", "X", "Y", "b", "c"]
    assert not scene.lock.locked()


async def test_nobody_is_held_up_for_ever():
    scene = Scene()
    await asyncio.gather(*await scene.begin("a", "b", "c", *"ABCDEFGHIJKL"))
    assert scene.order.index("b") == 1 + MOST_OVERTAKES
    assert scene.order.index("c") == 2 + 2 * MOST_OVERTAKES


async def test_who_was_not_in_anybodys_way_has_overtaken_nobody():
    scene = Scene()
    await asyncio.gather(*await scene.begin("A", *"BCDEFGHIJ"))
    await asyncio.gather(*await scene.begin("a", "b", "X"))
    assert scene.order[-3:] == ["a", "X", "b"]


async def test_who_leaves_while_waiting_takes_nothing_along():
    for passes in range(6):
        scene = Scene()
        tasks = await scene.begin("a", "b", "X", "c")
        for _pass in range(passes):
            await asyncio.sleep(0)
        for task in tasks[1:3]:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        assert (scene.order[0], scene.order[-1]) == ("a", "c")
        assert not scene.lock.locked()


async def test_who_fails_while_holding_it_passes_it_on():
    lock = PriorityLock()
    with contextlib.suppress(ZeroDivisionError):
        async with lock.held(first=True):
            raise ZeroDivisionError
    assert not lock.locked()
