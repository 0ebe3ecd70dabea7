"""Pacing: even, never more than is permitted, replies at once, and learning from being told to wait."""

from __future__ import annotations

from itertools import pairwise

import pytest

from bot.frontends.shared import chat_rate
from bot.frontends.shared.send_rate import LONGEST_REPLY_WAIT
from bot.frontends.telegram.transmitting import telegram_pacer
from tests.bot.virtual import VirtualTime

PERMITTED = 30
TURN = 1 / PERMITTED
# Half of what it takes until an answer is there.
WAY = 0.025


class Scene:
    """A pacer, and when each of its messages arrived at the far end."""

    def __init__(self, late: float = 0.0) -> None:
        self.time = VirtualTime()
        # `late`: how much longer than asked a busy machine sleeps.
        self.pacer = telegram_pacer(self.time, sleep=lambda seconds: self.time.sleep(seconds + late))
        self.arrived: list[tuple[float, int]] = []
        self.waited: list[float] = []

    async def _call(self, chat: int) -> None:
        await self.time.sleep(WAY)
        self.arrived.append((self.time(), chat))
        await self.time.sleep(WAY)

    async def broadcast(self, chats: list[int], *, patiently: bool = False) -> None:
        """Send to some chats, one after the other, as one of many who do so."""
        for chat in chats:
            with await self.pacer.broadcast(chat, patiently=patiently):
                await self._call(chat)

    async def reply(self, at: float, chat: int) -> None:
        await self.time.sleep(at)
        asked = self.time()
        with await self.pacer.reply(chat):
            self.waited.append(self.time() - asked)
            await self._call(chat)

    def many(self, count: int, workers: int = 8, first: int = 1) -> list:
        """Return the work of sending to so many chats."""
        chats = list(range(first, first + count))
        return [self.broadcast(chats[number::workers]) for number in range(workers)]

    def moments(self, chat: int | None = None) -> list[float]:
        return sorted(at for at, whose in self.arrived if chat in (None, whose))

    def busiest(self, span: float = 1.0, chat: int | None = None) -> int:
        """Return how many arrived in the fullest stretch of time, its end not counted."""
        at = self.moments(chat)
        return max(sum(1 for other in at if begin <= other < begin + span - 1e-6) for begin in at)


@pytest.fixture
def scene() -> Scene:
    return Scene()


async def test_a_broadcast_is_even_and_just_under_what_is_permitted(scene: Scene):
    await scene.time.run(*scene.many(600))
    at = scene.moments()
    steps = [later - sooner for sooner, later in pairwise(at)]
    assert len(at) == 600
    assert scene.busiest() <= PERMITTED
    assert 600 / (at[-1] - at[0]) >= 0.98 * PERMITTED
    assert max(steps) < 3 * TURN


async def test_it_stays_within_what_is_permitted_on_a_busy_machine():
    scene = Scene(late=0.004)
    await scene.time.run(*scene.many(300))
    assert scene.busiest() <= PERMITTED
    at = scene.moments()
    assert 300 / (at[-1] - at[0]) >= 0.95 * PERMITTED


async def test_replies_during_a_broadcast_take_the_place_of_its_messages(scene: Scene):
    replies = [scene.reply(1 + 0.37 * number, 10_000 + number) for number in range(40)]
    await scene.time.run(*scene.many(450), *replies)
    assert len(scene.arrived) == 490
    assert scene.busiest() <= PERMITTED
    assert max(scene.waited) <= TURN + 0.01


async def test_many_replies_at_once_are_each_let_go_in_no_time(scene: Scene):
    replies = [scene.reply(2, 10_000 + number) for number in range(20)]
    await scene.time.run(*scene.many(200), *replies)
    assert len(scene.arrived) == 220
    assert max(scene.waited) <= LONGEST_REPLY_WAIT + 1e-6


async def test_a_broadcast_comes_to_its_end_however_many_ask(scene: Scene):
    began = scene.time()
    replies = [scene.reply(0.02 * number, 10_000 + number) for number in range(600)]  # fifty a second
    await scene.time.run(*scene.many(60), *replies)
    assert max(at for at, chat in scene.arrived if chat < 10_000) - began < 30


async def test_without_a_broadcast_no_reply_waits(scene: Scene):
    await scene.time.run(*(scene.reply(0, number) for number in range(100)))
    assert scene.waited == [0.0] * 100


async def test_a_chat_gets_a_message_a_second_and_holds_up_no_other(scene: Scene):
    began = scene.time()
    await scene.time.run(*(scene.broadcast([5]) for _ in range(6)), *scene.many(30, first=100))
    mine = scene.moments(5)
    assert min(later - sooner for sooner, later in pairwise(mine)) >= 1 - 1e-6
    assert mine[-1] - mine[0] < 5.5
    assert max(at for at, chat in scene.arrived if chat >= 100) - began < 2


async def test_a_chat_that_was_just_answered_is_left_in_peace_for_a_second(scene: Scene):
    await scene.time.run(scene.reply(0, 5))
    await scene.time.run(scene.broadcast([5]))
    first, second = scene.moments(5)
    assert second - first >= 1 - 1e-6


async def test_a_group_gets_at_most_twenty_a_minute(scene: Scene):
    await scene.time.run(*(scene.broadcast([-7], patiently=True) for _ in range(50)), *scene.many(10))
    assert scene.busiest(60.0, -7) <= 20
    mine = scene.moments(-7)
    assert len(mine) == 50 and mine[-1] - mine[0] < 185


async def test_being_told_to_wait_stops_the_broadcast_for_so_long(scene: Scene):
    async def told() -> None:
        await scene.time.sleep(2)
        scene.pacer.on_retry_after(7)

    began = scene.time()
    await scene.time.run(*scene.many(200), told())
    at = scene.moments()
    gaps = [(later - sooner, sooner - began) for sooner, later in pairwise(at)]
    longest, when = max(gaps)
    assert 6.9 <= longest <= 7.2
    assert when == pytest.approx(2, abs=0.1)
    assert scene.busiest() <= PERMITTED


async def test_it_goes_on_more_slowly_and_recovers(scene: Scene):
    full = scene.pacer.rate
    scene.pacer.on_retry_after(1)
    assert scene.pacer.rate < full
    await scene.time.run(*scene.many(30))
    slower = 29 / (scene.moments()[-1] - scene.moments()[0])
    assert slower < 0.9 * PERMITTED
    await scene.time.run(*scene.many(1000, first=1000))
    assert scene.pacer.rate == full


async def test_those_who_are_told_at_the_same_time_teach_one_lesson(scene: Scene):
    scene.pacer.on_retry_after(3)
    once = scene.pacer.rate
    for _other in range(60):
        scene.pacer.on_retry_after(3)
    assert scene.pacer.rate == once


async def test_it_never_comes_to_a_standstill(scene: Scene):
    for _time in range(200):
        scene.pacer.on_retry_after(1)
        scene.time.now += 2
    assert scene.pacer.rate >= 1
    await scene.time.run(*scene.many(3))
    assert len(scene.arrived) == 3


async def test_what_is_remembered_of_chats_is_bounded(scene: Scene, monkeypatch):
    monkeypatch.setattr(chat_rate, "MOST_CHATS", 10)
    await scene.time.run(*scene.many(50))
    assert len(scene.pacer._chats) == 10
