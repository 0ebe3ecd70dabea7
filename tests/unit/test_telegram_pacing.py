"""Even pacing: never one too many in any second as Telegram sees it, and replies before broadcasts."""

import asyncio
import random
from itertools import pairwise

import pytest

from bot.frontends.telegram.pacing import GROUP_PER_MINUTE, MOST_OVERTAKING, Crowded, Pacer

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


async def test_a_broadcast_is_even_and_just_under_what_is_permitted(loop: Loop) -> None:
    pacer = Pacer(loop.clock, sleep=loop.sleep)

    async def tell(chat: int) -> float:
        return await send(loop, await pacer.broadcast(chat))

    arrivals = sorted(await loop.run(*(tell(chat) for chat in range(1, 301))))
    assert 0.98 * 30 < 299 / (arrivals[-1] - arrivals[0]) <= 30
    assert most_in_a_second(arrivals) <= 30
    assert max(after - before for before, after in pairwise(arrivals)) < 0.06


async def test_no_second_sees_too_many_however_slow_some_calls_are(loop: Loop) -> None:
    pacer, chance = Pacer(loop.clock, sleep=loop.sleep), random.Random(4)

    async def tell(chat: int) -> float:
        there = 0.02 + (chance.random() * 0.2 if chance.random() < 0.1 else 0)
        return await send(loop, await pacer.broadcast(chat), there=there)

    arrivals = await loop.run(*(tell(chat) for chat in range(1, 301)))
    assert most_in_a_second(arrivals) <= 30


async def test_a_reply_takes_the_place_of_the_next_message(loop: Loop) -> None:
    pacer = Pacer(loop.clock, sleep=loop.sleep)
    waits: list[float] = []

    async def tell(chat: int) -> float:
        return await send(loop, await pacer.broadcast(chat))

    async def answer(after: float) -> float:
        await loop.sleep(after)
        asked = loop.now
        turn = await pacer.reply(PERSON)
        waits.append(loop.now - asked)
        return await send(loop, turn)

    arrivals = await loop.run(
        *(tell(chat) for chat in range(1000, 1200)), *(answer(0.5 + 0.31 * number) for number in range(15))
    )
    assert most_in_a_second(arrivals) <= 30
    assert max(waits) < 0.06


async def test_replies_wait_for_nobody_without_a_broadcast(loop: Loop) -> None:
    pacer = Pacer(loop.clock, sleep=loop.sleep)
    began = loop.now
    await loop.run(*(pacer.reply(chat) for chat in range(100)))
    assert loop.now == began


async def test_a_broadcast_comes_to_its_end_however_many_ask(loop: Loop) -> None:
    pacer = Pacer(loop.clock, sleep=loop.sleep)
    done: list[int] = []

    async def tell(chat: int) -> None:
        await send(loop, await pacer.broadcast(chat))
        done.append(chat)

    async def ask() -> None:
        while len(done) < 20:
            await pacer.reply(PERSON)
            await loop.sleep(0.005)

    began = loop.now
    await loop.run(*(tell(chat) for chat in range(1000, 1020)), ask())
    assert loop.now - began < (20 + 2) * (MOST_OVERTAKING + 1) / 29


async def test_being_told_to_wait_is_obeyed_and_learnt_from_once(loop: Loop) -> None:
    pacer = Pacer(loop.clock, sleep=loop.sleep)
    began = loop.now
    pacer.told_to_wait(3)
    pacer.told_to_wait(2.5)
    assert pacer.rate == pytest.approx(24)
    await loop.run(pacer.broadcast(PERSON))
    assert loop.now - began >= 3
    await loop.run(*(pacer.broadcast(chat) for chat in range(1000, 1200)))
    assert pacer.rate == 30


async def test_a_chat_is_left_in_peace_for_a_second(loop: Loop) -> None:
    pacer = Pacer(loop.clock, sleep=loop.sleep)
    began = loop.now
    await loop.run(pacer.broadcast(PERSON), pacer.broadcast(PERSON), pacer.broadcast(PERSON + 1))
    assert 1 <= loop.now - began < 1.1


async def test_a_group_that_has_had_its_share_of_a_minute_holds_up_nobody(loop: Loop) -> None:
    pacer = Pacer(loop.clock, sleep=loop.sleep)
    for _ in range(GROUP_PER_MINUTE):
        await loop.run(pacer.broadcast(GROUP))
    began = loop.now
    with pytest.raises(Crowded) as crowded:
        await loop.run(pacer.broadcast(GROUP))
    assert 35 < crowded.value.wait < 60 and loop.now == began
    await loop.run(pacer.broadcast(GROUP, patiently=True))
    assert loop.now - began == pytest.approx(crowded.value.wait)


async def test_only_a_few_wait_for_one_chat(loop: Loop) -> None:
    pacer = Pacer(loop.clock, sleep=loop.sleep)

    async def tell() -> bool:
        try:
            await pacer.broadcast(GROUP)
        except Crowded:
            return False
        return True

    told = await loop.run(*(tell() for _ in range(40)))
    assert 4 <= sum(told) <= 7
