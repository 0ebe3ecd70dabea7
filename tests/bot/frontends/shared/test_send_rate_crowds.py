"""Pacing where some calls are slow, and where one chat has had its share: others do not wait behind it."""

import asyncio
import random

import pytest

from bot.frontends.shared.chat_rate import ChatBusy
from bot.frontends.telegram.transmitting import GROUP_PER_MINUTE, telegram_pacer

GROUP, PERSON = -100, 100


class Loop:
    """A clock that jumps to the next one who sleeps as soon as all others wait."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self._sleeping: list[tuple[float, int, asyncio.Event]] = []

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.Event()
        self._sleeping.append((self.now + seconds, len(self._sleeping), woken))
        await woken.wait()

    async def run(self, *work) -> list:
        tasks = [asyncio.ensure_future(each) for each in work]
        while not all(task.done() for task in tasks):
            for _ in range(50):
                await asyncio.sleep(0)
            if self._sleeping:
                self._sleeping.sort(key=lambda each: each[:2])
                at, _order, woken = self._sleeping.pop(0)
                self.now = max(self.now, at)
                woken.set()
        return [task.result() for task in tasks]


@pytest.fixture
def loop() -> Loop:
    return Loop()


async def send(loop: Loop, turn, *, there: float = 0.02, back: float = 0.03) -> float:
    """Make a call in a turn and return when it arrived."""
    with turn:
        await loop.sleep(there)
        arrived = loop.now
        await loop.sleep(back)
    return arrived


def most_in_a_second(arrivals: list[float]) -> int:
    ordered = sorted(arrivals)
    return max(sum(at < other <= at + 1 for other in ordered) for at in [ordered[0] - 1, *ordered])


async def test_no_second_sees_too_many_however_slow_some_calls_are(loop: Loop) -> None:
    pacer, chance = telegram_pacer(loop.clock, sleep=loop.sleep), random.Random(4)

    async def tell(chat: int) -> float:
        there = 0.02 + (chance.random() * 0.2 if chance.random() < 0.1 else 0)
        return await send(loop, await pacer.broadcast(chat), there=there)

    arrivals = await loop.run(*(tell(chat) for chat in range(1, 301)))
    assert most_in_a_second(arrivals) <= 30


async def test_a_group_that_has_had_its_share_of_a_minute_holds_up_nobody(loop: Loop) -> None:
    pacer = telegram_pacer(loop.clock, sleep=loop.sleep)
    for _ in range(GROUP_PER_MINUTE):
        await loop.run(pacer.broadcast(GROUP))
    began = loop.now
    with pytest.raises(ChatBusy) as crowded:
        await loop.run(pacer.broadcast(GROUP))
    assert 35 < crowded.value.wait < 60 and loop.now == began
    await loop.run(pacer.broadcast(GROUP, patiently=True))
    assert loop.now - began == pytest.approx(crowded.value.wait)


async def test_only_a_few_wait_for_one_chat(loop: Loop) -> None:
    pacer = telegram_pacer(loop.clock, sleep=loop.sleep)

    async def tell() -> bool:
        try:
            await pacer.broadcast(GROUP)
        except ChatBusy:
            return False
        return True

    told = await loop.run(*(tell() for _ in range(40)))
    assert 4 <= sum(told) <= 7
