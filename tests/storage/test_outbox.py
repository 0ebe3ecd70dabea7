"""The outbox: each delivery taken by one, sent, tried again or given up, and none lost by a crash."""

from __future__ import annotations

import asyncio

import pytest

from storage import outbox
from storage.outbox import MOST_ATTEMPTS, Delivery
from storage.record import Record
from tests.storage.conftest import Ticking


async def post(record: Record, *chats: str) -> None:
    async with record.database.transaction() as tx:
        for chat in chats:
            await outbox.post(tx, chat, '{"blocks": []}', record.ledger.now())


async def due(record: Record, platform: str = "telegram", limit: int = 9) -> list[Delivery]:
    return await record.outbox.due(platform, limit)


async def states(record: Record) -> list[tuple]:
    rows = await record.database.read("SELECT state, attempts, error FROM delivery ORDER BY id")
    return [tuple(row) for row in rows]


async def test_each_platform_is_handed_its_own_oldest_first(record):
    await post(record, "telegram:1", "terminal:", "telegram:-100", "telegramme:1", "telegram:2")
    assert [each.chat for each in await due(record)] == ["telegram:1", "telegram:-100", "telegram:2"]
    assert [each.chat for each in await due(record, "terminal")] == ["terminal:"]
    assert [each.id for each in await due(record, limit=2)] == [1, 3]


async def test_a_delivery_is_taken_by_one_and_sent_once(record):
    await post(record, "telegram:1")
    (one,) = await due(record)
    taken = await asyncio.gather(*(record.outbox.begin(one) for _ in range(4)))
    assert sorted(taken) == [False, False, False, True]
    assert await due(record) == []
    await record.outbox.sent(one)
    assert await states(record) == [("sent", 1, None)]
    await record.outbox.failed(one, "too late")
    assert await states(record) == [("sent", 1, None)]


async def test_what_fails_is_due_again_until_it_is_given_up(record):
    await post(record, "telegram:1")
    for attempt in range(1, MOST_ATTEMPTS + 1):
        (one,) = await due(record)
        assert one.attempts == attempt - 1
        assert await record.outbox.begin(one)
        await record.outbox.failed(one, f"no answer {attempt}")
    assert await due(record) == []
    assert await states(record) == [("given up", MOST_ATTEMPTS, f"no answer {MOST_ATTEMPTS}")]


async def test_what_can_never_arrive_is_given_up_at_once(record):
    await post(record, "telegram:1")
    (one,) = await due(record)
    await record.outbox.begin(one)
    await record.outbox.failed(one, "blocked by the user", for_good=True)
    assert await states(record) == [("given up", 1, "blocked by the user")]


async def test_what_was_being_sent_when_the_process_died_is_due_again(record, path):
    await post(record, "telegram:1", "telegram:2", "terminal:")
    first, second = await due(record)
    (other,) = await due(record, "terminal")
    for each in (first, second, other):
        await record.outbox.begin(each)
    await record.outbox.sent(second)
    restarted = await Record.open(path, clock=Ticking())
    try:
        assert await due(restarted) == []
        await restarted.outbox.recover("telegram")
        assert [(each.id, each.attempts) for each in await due(restarted)] == [(1, 1)]
        # Another platform's sender may still be at work.
        assert await due(restarted, "terminal") == []
    finally:
        await restarted.close()


async def test_what_tells_of_a_change_goes_out_only_if_the_change_was_made(record):
    with pytest.raises(ZeroDivisionError):  # noqa: PT012  # reason: the block is what is tested
        async with record.database.transaction() as tx:
            await outbox.post(tx, "telegram:1", "{}", record.ledger.now())
            1 / 0  # noqa: B018  # reason: any exception will do
    assert await due(record) == []
