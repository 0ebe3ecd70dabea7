"""Pacing where replies count like any other message: no second ever sees more than is permitted."""

from __future__ import annotations

import asyncio
import random
from bisect import bisect_left
from itertools import pairwise

import pytest

from bot.frontends.discord.request_rate import PACE
from bot.frontends.shared.send_rate import Pacer
from tests.bot.virtual import VirtualTime

PERMITTED = 50
WAY = 0.025


class Scene:
    """A strict pacer, when each message arrived at the far end, and how long each reply waited."""

    def __init__(self) -> None:
        self.time = VirtualTime()
        self.chance = random.Random("strictly")
        self.longest_way = WAY
        self.pacer = Pacer(self.time, PACE, sleep=self.time.sleep)
        self.told: list[float] = []
        self.answered: list[float] = []
        self.waited: list[float] = []

    async def broadcast(self, count: int) -> None:
        for _each in range(count):
            with await self.pacer.broadcast():
                await self.time.sleep(self.way())
                self.told.append(self.time())
                await self.time.sleep(self.way())

    async def reply(self, at: float) -> None:
        await self.time.sleep(at)
        asked = self.time()
        with await self.pacer.reply():
            self.waited.append(self.time() - asked)
            await self.time.sleep(WAY)
            self.answered.append(self.time())
            await self.time.sleep(WAY)

    def way(self) -> float:
        return self.chance.uniform(WAY, self.longest_way)

    def busiest(self) -> int:
        at = sorted(self.told + self.answered)
        return max(bisect_left(at, begin + 1 - 1e-6) - number for number, begin in enumerate(at))


@pytest.fixture
def scene() -> Scene:
    return Scene()


async def test_a_broadcast_is_even_and_just_under_what_is_permitted(scene: Scene):
    await scene.time.run(*(scene.broadcast(60) for _ in range(10)))
    steps = [later - sooner for sooner, later in pairwise(scene.told)]
    assert scene.busiest() <= PERMITTED
    assert 600 / (scene.told[-1] - scene.told[0]) >= 0.97 * PERMITTED
    assert max(steps) < 3 / PERMITTED


@pytest.mark.parametrize("longest_way", [0.03, 0.05])
async def test_no_second_sees_too_many_where_the_network_wavers(scene: Scene, longest_way: float):
    scene.longest_way = longest_way
    await scene.time.run(*(scene.broadcast(50) for _ in range(64)))
    assert len(scene.told) == 3200 and scene.busiest() <= PERMITTED


async def test_replies_alone_go_at_once_as_long_as_the_second_has_room(scene: Scene):
    await scene.time.run(*(scene.reply(0) for _ in range(int(PACE.rate))))
    assert scene.waited == [0.0] * int(PACE.rate)


async def test_no_second_sees_too_many_replies_either(scene: Scene):
    await scene.time.run(*(scene.reply(0) for _ in range(200)))
    assert len(scene.answered) == 200 and scene.busiest() <= PERMITTED
    assert max(scene.waited) < 200 / PERMITTED + 0.1


async def test_replies_during_a_broadcast_take_the_place_of_its_messages(scene: Scene):
    replies = [scene.reply(1 + 0.21 * number) for number in range(40)]
    await scene.time.run(*(scene.broadcast(60) for _ in range(10)), *replies)
    assert scene.busiest() <= PERMITTED
    assert max(scene.waited) <= 3 / PERMITTED


async def test_a_broadcast_comes_to_its_end_however_many_ask(scene: Scene):
    began = scene.time()
    replies = [scene.reply(0.01 * number) for number in range(1500)]  # a hundred a second
    await scene.time.run(*(scene.broadcast(6) for _ in range(10)), *replies)
    assert scene.busiest() <= PERMITTED
    assert max(scene.told) - began < 10


async def test_being_told_to_wait_holds_up_replies_as_well(scene: Scene):
    scene.pacer.on_retry_after(7)
    await scene.time.run(scene.reply(0), scene.broadcast(1))
    assert scene.waited == [pytest.approx(7)]


async def test_one_who_is_cancelled_while_waiting_holds_up_nobody(scene: Scene):
    scene.pacer.on_retry_after(7)

    async def leave() -> None:
        task = asyncio.create_task(scene.pacer.reply())
        other = asyncio.create_task(scene.pacer.broadcast())
        await scene.time.sleep(1)
        for each in (task, other):
            each.cancel()
            with pytest.raises(asyncio.CancelledError):
                await each

    await scene.time.run(leave(), scene.reply(2), scene.broadcast(1))
    assert len(scene.answered) == len(scene.told) == 1
