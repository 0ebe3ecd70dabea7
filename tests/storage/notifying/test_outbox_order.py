"""One parcel at a time to each chat: what comes later is told later, and nothing is left behind."""

from __future__ import annotations

from storage.notifying.notices import post
from tests.storage.subscribing import AFTER, LATER, SOON, deliveries, subscribe, take, told


async def test_what_comes_while_something_is_under_way_waits_for_its_end(flood):
    await subscribe(flood, "telegram:1")
    first = await told(flood, "x")
    (under_way,) = await take(flood)
    second, third = await told(flood, "y"), await told(flood, "z")
    for _look in range(3):
        assert await take(flood) == []
    await flood.outbox.sent(under_way, (9,), None, LATER)
    (after,) = await take(flood)
    assert (under_way.notices, after.notices, after.attempts) == ((first.id,), (second.id, third.id), 0)
    await flood.outbox.sent(after, (10,), None, LATER)
    assert await take(flood) == []
    assert set((await deliveries(flood)).values()) == {"sent"}


async def test_other_chats_do_not_wait_for_it(flood):
    await subscribe(flood, "telegram:1")
    await told(flood, "x")
    await take(flood)
    await subscribe(flood, "telegram:2")
    await told(flood, "y")
    assert [each.listener.chat for each in await take(flood)] == ["telegram:2"]


async def test_what_failed_comes_before_what_came_later(flood):
    await subscribe(flood, "telegram:1")
    first = await told(flood, "x")
    (under_way,) = await take(flood)
    second = await told(flood, "y")
    assert await take(flood) == []
    await flood.outbox.failed(under_way, "timed out", SOON)
    assert [each.notices for each in await take(flood, now=AFTER)] == [(first.id, second.id)]


async def test_what_somebody_waits_for_is_not_kept_for_the_next_digest(flood):
    await subscribe(flood, "telegram:1")
    await told(flood, "x")
    (under_way,) = await take(flood)
    async with flood.database.transaction() as tx:
        await post(tx, "telegram:1", "{}", LATER)
    assert await take(flood) == []
    # Only now is it seen that it does not want to hear of changes before some later moment.
    await flood.outbox.hold(under_way, "2024-03-01T00:00:00.000000Z")
    (parcel,) = await take(flood)
    assert len(parcel.notices) == 2


async def test_what_was_under_way_and_what_waited_for_it_survive_a_crash(flood):
    await subscribe(flood, "telegram:1")
    first = await told(flood, "x")
    await take(flood)
    second = await told(flood, "y")
    assert await take(flood) == []
    await flood.outbox.recover("telegram")
    assert [each.notices for each in await take(flood)] == [(first.id, second.id)]
