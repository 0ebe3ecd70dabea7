"""What is no longer known of the outbox: to whom something was told, long after."""

from __future__ import annotations

from storage.notifying.notices import post
from storage.record import Record
from tests.storage.subscribing import (
    AFTER,
    LATER,
    SOON,
    deliveries,
    fan_out,
    send_all,
    subscribe_all,
    take,
    told,
)


async def tell_all(record: Record) -> None:
    """Send all that is due, and close what has been told to all."""
    await send_all(record, now=SOON)
    await record.outbox.finish()


async def test_who_was_told_is_forgotten_a_little_at_a_time_and_the_notice_kept(flood):
    await subscribe_all(flood, 5)
    notice = await told(flood)
    await tell_all(flood)
    assert await flood.outbox.forget_before(notice.made_at) == 0
    assert await flood.outbox.forget_before(AFTER, limit=3) == 3
    assert list(await deliveries(flood)) == ["telegram:4", "telegram:5"]
    assert await flood.outbox.forget_before(AFTER) == 2
    assert await flood.outbox.forget_before(AFTER) == 0
    assert await flood.notices.state(notice.id) == "done"


async def test_what_is_still_to_be_told_is_kept_and_all_after_it(flood):
    await subscribe_all(flood, 2)
    first = await told(flood, "x")
    parcels = await take(flood, now=SOON)
    await flood.outbox.sent(parcels[0], (1,), None, SOON)
    await flood.outbox.failed(parcels[1], "timed out", SOON)
    await flood.outbox.finish()
    assert await flood.outbox.forget_before(AFTER) == 0
    await tell_all(flood)
    assert await flood.notices.state(first.id) == "done"
    assert await flood.outbox.forget_before(AFTER) == 2


async def test_a_ready_made_reply_is_forgotten_whole(flood):
    async with flood.database.transaction() as tx:
        await post(tx, "telegram:1", '{"blocks": [{"text": "You asked"}]}', LATER, "en")
    await tell_all(flood)
    assert await flood.outbox.forget_before(AFTER) == 1
    assert await flood.database.read("SELECT 1 FROM notice WHERE reply IS NOT NULL") == []


async def test_a_fan_out_after_it_tells_whoever_listens(flood):
    await subscribe_all(flood, 2)
    await told(flood, "x")
    await tell_all(flood)
    await flood.outbox.forget_before(AFTER)
    later = await told(flood, "y")
    await fan_out(flood, later)
    assert set((await deliveries(flood, later)).values()) == {"due"}
