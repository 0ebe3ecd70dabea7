"""Tasks of one key run in order, those of different keys side by side, and a lock leaves nothing behind."""

import asyncio

import pytest

from bot.frontends.shared.keyed_lock import KeyedLock


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_an_error_frees_the_key_and_nothing_is_remembered() -> None:
    lock = KeyedLock(2)
    with pytest.raises(ValueError, match="on purpose"):
        async with lock.turn("a"):
            raise ValueError("on purpose")
    async with lock.turn("a"):
        assert len(lock) == 1
    assert not lock


async def test_without_a_key_only_the_slots_count() -> None:
    lock, gate, begun = KeyedLock(2), asyncio.Event(), []

    async def work(number: int) -> None:
        async with lock.turn(None):
            begun.append(number)
            await gate.wait()

    tasks = [asyncio.create_task(work(number)) for number in range(3)]
    await settle()
    assert begun == [0, 1]
    gate.set()
    await asyncio.gather(*tasks)
    assert begun == [0, 1, 2]
    assert not lock


@pytest.mark.parametrize("keys", ["aaa", "aba", "abc"])
async def test_a_task_cancelled_while_it_waits_gives_its_place_to_the_next(keys: str) -> None:
    lock, gate, done = KeyedLock(1), asyncio.Event(), []

    async def work(number: int) -> None:
        async with lock.turn(keys[number]):
            await gate.wait()
            done.append(number)

    first, second, third = (asyncio.create_task(work(number)) for number in range(3))
    await settle()
    second.cancel()
    await settle()
    assert second.cancelled()
    gate.set()
    await asyncio.gather(first, third)
    assert done == [0, 2]
    assert not lock


def test_needs_a_slot() -> None:
    with pytest.raises(ValueError, match="at least one"):
        KeyedLock(0)
