"""Long polling confirms what is handled and no more, hands nothing on twice, and neither spins nor stalls."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest

from bot.frontends.telegram.inbox import Inbox
from bot.frontends.telegram.polling import BATCH, Poller
from tests.bot.frontends.telegram.test_inbox import Work, message
from tests.conftest import PATIENCE


class Telegram:
    """getUpdates as the platform does it: it forgets what lies below the offset, and gives all else again."""

    def __init__(self) -> None:
        self.updates: list[dict[str, Any]] = []
        self.offsets: list[int] = []
        self._more = asyncio.Event()
        # What happens between a call and its answer.
        self.meanwhile: Callable[[], Awaitable[object]] | None = None

    def give(self, *updates: dict[str, Any]) -> None:
        self.updates += updates
        self._more.set()

    async def take(self, offset: int, *, seconds: int, limit: int, kinds: object) -> list[Any]:
        self.offsets.append(offset)
        self.updates = [update for update in self.updates if update["update_id"] >= offset]
        if not self.updates and seconds:
            self._more.clear()
            await self._more.wait()
        shown = self.updates[:limit]
        if self.meanwhile is not None:
            await self.meanwhile()
        return shown


class Scene:
    def __init__(self, **limits: float) -> None:
        self.far = Telegram()
        self.work = Work()
        self.inbox = Inbox(cast("Any", self.work), at_once=64, **limits)
        self.poller = Poller(cast("Any", self.far), self.inbox, kinds=())

    async def until(self, ready: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not ready():
                await asyncio.sleep(0.002)


@asynccontextmanager
async def polling(**limits: float) -> AsyncIterator[Scene]:
    scene = Scene(**limits)
    task = asyncio.create_task(scene.poller.run())
    try:
        yield scene
    finally:
        scene.work.let_go(*range(1, 1000))
        task.cancel()
        await scene.inbox.drain(5)


async def test_nothing_is_confirmed_before_all_before_it_is_handled() -> None:
    async with polling() as scene:
        scene.far.give(*(message(number, chat=number) for number in (1, 2, 3)))
        scene.work.let_go(2, 3)
        await scene.until(lambda: scene.work.done == [2, 3])
        scene.far.give(message(4, chat=4))
        scene.work.let_go(4)
        await scene.until(lambda: 4 in scene.work.done)
        assert set(scene.far.offsets) == {0, 1}
        scene.work.let_go(1)
        await scene.until(lambda: scene.far.offsets[-1] == 5)
        assert scene.far.updates == []
        assert sorted(scene.work.begun) == [1, 2, 3, 4], "each was handled once, though it was given again"


async def test_what_waits_in_one_chat_lets_the_others_pass_and_stays_unconfirmed() -> None:
    async with polling() as scene:
        scene.far.give(*(message(number) for number in range(1, 51)), message(51, chat=2))
        scene.work.let_go(51)
        await scene.until(lambda: scene.work.done == [51])
        scene.far.give(message(52, chat=2))
        scene.work.let_go(52)
        await scene.until(lambda: scene.work.done == [51, 52])
        assert scene.work.begun == [1, 51, 52] and scene.poller.offset == 1


async def test_a_hundred_open_ones_are_waited_for_and_not_asked_for_again_and_again() -> None:
    async with polling() as scene:
        scene.far.give(*(message(number, chat=number % 64) for number in range(1, BATCH + 2)))
        await scene.until(lambda: len(scene.far.offsets) == 2)
        await asyncio.sleep(0.3)
        assert scene.far.offsets == [0, 1], "nothing more is shown: there was no use in asking"
        assert len(scene.inbox) == BATCH
        scene.work.let_go(1)
        await scene.until(lambda: scene.far.offsets == [0, 1, 2])
        await scene.until(lambda: len(scene.inbox) == BATCH)


async def test_a_hundred_that_are_handled_while_they_are_fetched_again_do_not_end_the_polling() -> None:
    async with polling() as scene:

        async def all_are_handled() -> None:
            if scene.far.offsets[-1] == 1:
                scene.work.let_go(*range(1, BATCH + 1))
                await scene.until(lambda: len(scene.work.done) == BATCH)

        scene.far.meanwhile = all_are_handled
        scene.far.give(*(message(number, chat=number % 64) for number in range(1, BATCH + 2)))
        scene.work.let_go(BATCH + 1)
        await scene.until(lambda: BATCH + 1 in scene.work.done)


async def test_one_that_hangs_holds_the_offset_for_its_time_only() -> None:
    async with polling(closed_after=0.2) as scene:
        scene.far.give(*(message(number) for number in range(1, BATCH + 1)))
        scene.far.give(message(BATCH + 1, chat=2))
        scene.work.let_go(BATCH + 1)
        await scene.until(lambda: scene.work.done == [BATCH + 1])
        await scene.until(lambda: scene.far.updates == [])
        scene.work.let_go(*range(1, BATCH + 1))
        await scene.until(lambda: len(scene.work.done) == BATCH + 1)
        assert scene.work.done[1:] == list(range(1, BATCH + 1)), "those that waited are handled all the same"


async def test_a_stop_confirms_up_to_what_was_given_up() -> None:
    scene = Scene()
    task = asyncio.create_task(scene.poller.run())
    scene.far.give(*(message(number, chat=number) for number in (1, 2, 3)))
    scene.work.let_go(1, 3)
    await scene.until(lambda: scene.work.done == [1, 3])
    task.cancel()
    await scene.inbox.drain(0.05)
    await scene.poller.confirm()
    assert [update["update_id"] for update in scene.far.updates] == [2, 3]


@pytest.mark.parametrize("gone", [False, True], ids=["kept", "handled by another process"])
async def test_who_polls_again_takes_what_was_given_up_unless_it_is_gone(gone: bool) -> None:
    scene = Scene()
    task = asyncio.create_task(scene.poller.run())
    scene.far.give(message(1), message(2, chat=2))
    scene.work.let_go(2)
    await scene.until(lambda: 2 in scene.work.done)
    task.cancel()
    await scene.inbox.drain(0.05)
    await scene.poller.confirm()
    if gone:
        scene.far.updates.clear()
    again = asyncio.create_task(scene.poller.run())
    scene.far.give(message(3, chat=3))
    scene.work.let_go(1, 3)
    await scene.until(lambda: scene.far.offsets[-1] == 4)
    assert sorted(scene.work.done) == [2, 3] if gone else [1, 2, 3]
    again.cancel()


async def test_a_malformed_update_is_passed_over_and_told_of_once(caplog) -> None:
    async with polling() as scene:
        scene.far.give(message(1), {"update_id": 2, "message": 5})
        await scene.until(lambda: len(scene.far.offsets) > 2)
        scene.work.let_go(1)
        await scene.until(lambda: scene.far.updates == [])
    assert caplog.text.count("malformed update 2 is left out") == 1
