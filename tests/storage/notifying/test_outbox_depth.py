"""The outbox as operators see it: when notices are done, how full it is, retrying and dropping."""

from __future__ import annotations

import pytest

from tests.storage.making import retract
from tests.storage.subscribing import (
    AFTER,
    LATER,
    SOON,
    deliveries,
    fan_out,
    notice_of,
    row,
    said,
    send_all,
    subscribe,
    subscribe_all,
    take,
    told,
)


async def test_a_notice_is_done_when_all_have_been_told(flood):
    await subscribe_all(flood, 2)
    notice = await told(flood)
    first, second = await take(flood)
    await flood.outbox.sent(first, (9,), None, LATER)
    await flood.outbox.finish()
    assert await flood.notices.state(notice.id) == "fanned out"
    await flood.outbox.give_up(second, "refused", LATER)
    await flood.outbox.finish()
    assert await flood.notices.state(notice.id) == "done"
    await flood.outbox.finish()


async def test_a_notice_that_was_held_for_all_is_done_as_well(flood):
    await subscribe(flood, "telegram:1")
    await flood.listeners.change("telegram:1", 0, {"open_at": SOON})
    notice = await told(flood)
    await flood.outbox.finish()
    assert await flood.notices.state(notice.id) == "fanned out"
    assert len(await send_all(flood, SOON)) == 1
    await flood.outbox.finish()
    assert await flood.notices.state(notice.id) == "done"


@pytest.mark.sqlite
async def test_an_idle_outbox_writes_nothing(flood):
    await subscribe(flood, "telegram:1")
    await told(flood)
    await send_all(flood)
    await flood.outbox.finish()
    (before,) = await flood.database.read("PRAGMA data_version")
    for _look in range(3):
        assert await take(flood) == []
        await flood.outbox.finish()
        assert await flood.receipts.take("telegram", LATER, 9) == []
        assert await flood.receipts.forget_before(LATER) == 0
    assert await flood.database.read("PRAGMA data_version") == [before]


async def test_an_operator_has_what_was_given_up_tried_again(flood):
    await subscribe_all(flood, 2)
    notice = await told(flood)
    first, second = await take(flood)
    await flood.outbox.sent(first, (9,), None, LATER)
    await flood.outbox.give_up(second, "refused", LATER)
    await flood.outbox.finish()
    assert await flood.outbox.retry(SOON) == 1
    (parcel,) = await take(flood, SOON)
    assert (parcel.listener.chat, parcel.notices, parcel.attempts) == ("telegram:2", (notice.id,), 0)
    assert await flood.outbox.retry(SOON) == 0


async def test_an_operator_drops_what_waits_and_leaves_what_is_under_way(flood):
    await subscribe_all(flood, 3)
    await flood.listeners.change("telegram:3", 0, {"open_at": AFTER})
    notice = await told(flood)
    (parcel,) = await take(flood, limit=1)
    assert await flood.outbox.drop(SOON) == 2
    assert await take(flood, AFTER) == []
    await flood.outbox.sent(parcel, (9,), None, SOON)
    assert await deliveries(flood, notice) == {
        "telegram:1": "sent", "telegram:2": "given up", "telegram:3": "given up",
    }  # fmt: skip
    assert (await row(flood, "telegram:2"))[2] == "dropped by an operator"
    assert (await flood.outbox.depth()).oldest is None


async def test_what_fails_after_it_was_dropped_is_not_tried_again(flood):
    await subscribe(flood, "telegram:1")
    await told(flood)
    (parcel,) = await take(flood)
    await flood.outbox.drop(SOON)
    await flood.outbox.failed(parcel, "timed out", SOON)
    assert await take(flood, AFTER) == []


async def test_how_full_it_is_and_since_when(flood):
    assert await flood.outbox.depth() == ({}, None, 0)
    await subscribe_all(flood, 4)
    await flood.listeners.change("telegram:4", 0, {"open_at": AFTER})
    notice = await told(flood)
    first, second = await take(flood, limit=2)
    await flood.outbox.sent(first, (9,), None, LATER)
    await flood.outbox.failed(second, "timed out", AFTER)
    depth = await flood.outbox.depth()
    assert depth.states == {"sent": 1, "failed": 1, "due": 1, "held": 1}
    assert depth.oldest == notice.due_at
    await flood.receipts.keep([said("telegram:1", 9, {1: 1})])

    await fan_out(flood, await notice_of(flood, await retract(flood, 1)))
    assert (await flood.outbox.depth()).amendments == 1


async def test_what_is_only_held_is_nothing_that_is_late(flood):
    await subscribe(flood, "telegram:1")
    await flood.listeners.change("telegram:1", 0, {"open_at": AFTER})
    await told(flood)
    assert await flood.outbox.depth() == ({"held": 1}, None, 0)
