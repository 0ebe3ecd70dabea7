"""The outbox: what is handed out in which order, once; and what becomes of each delivery."""

from __future__ import annotations

import asyncio

import pytest

from storage.domain.errors import BusyRecord
from storage.notifying.notices import post
from storage.notifying.outbox import MOST_ATTEMPTS, Outbox
from storage.notifying.outbox_depth import Failure
from storage.record import Record
from tests.storage.making import publish
from tests.storage.subscribing import (
    AFTER,
    LATER,
    SOON,
    deliveries,
    fan_out,
    notice_of,
    row,
    said,
    subscribe,
    subscribe_all,
    take,
    told,
)


async def test_what_waits_is_handed_out_in_order_and_once(flood):
    chats = await subscribe_all(flood, 7)
    notice = await told(flood)
    handed = []
    while parcels := await take(flood, limit=3):
        assert len(parcels) <= 3
        handed += parcels
    assert [(each.listener.chat, each.notices, each.attempts) for each in handed] == [
        (chat, (notice.id,), 0) for chat in chats
    ]
    assert set((await deliveries(flood)).values()) == {"sending"}


async def test_all_that_waits_for_a_chat_is_one_parcel(flood):
    await subscribe_all(flood, 3)
    first, second, third = [await told(flood, ref) for ref in ("x", "y", "z")]
    parcels = await take(flood)
    assert [each.notices for each in parcels] == [(first.id, second.id, third.id)] * 3
    assert await take(flood) == []


async def test_the_earliest_notice_is_told_first(flood):
    await subscribe(flood, "telegram:1", words="rain")
    await subscribe(flood, "telegram:2", words="hail")
    later, sooner = await told(flood, "x", words=["rain"]), await told(flood, "y", words=["hail"])
    async with flood.database.transaction() as tx:
        await tx.run("UPDATE notice SET due_at = '2024-01-01' WHERE id = ?", (sooner.id,))
    assert [each.notices for each in await take(flood, limit=1)] == [(sooner.id,)]
    assert [each.notices for each in await take(flood, limit=1)] == [(later.id,)]


async def test_each_platform_takes_its_own(flood):
    for chat in ("discord:1", "telegram:1", "telegrams:1", "telegram:-2"):
        await subscribe(flood, chat)
    await told(flood)
    assert [each.listener.chat for each in await take(flood)] == ["telegram:1", "telegram:-2"]
    (other,) = await flood.outbox.take("discord", LATER, 9)
    assert other.listener.chat == "discord:1"


async def test_nothing_is_handed_out_twice_however_many_take_at_once(flood):
    await subscribe_all(flood, 20)
    await told(flood)
    handed = await asyncio.gather(*(take(flood, limit=5) for _ in range(12)))
    chats = [parcel.listener.chat for parcels in handed for parcel in parcels]
    assert len(chats) == len(set(chats))
    # What two had looked for at once is still there for the next.
    chats += [parcel.listener.chat for parcel in await take(Record(flood.database, flood.ledger.clock))]
    assert len(chats) == len(set(chats)) == 20


async def test_what_could_not_be_handed_out_is_found_again(flood, monkeypatch):
    await subscribe_all(flood, 3)
    await told(flood)

    async def busy(*_args):
        raise BusyRecord("busy")

    with monkeypatch.context() as patched:
        patched.setattr(Outbox, "_pack", busy)
        with pytest.raises(BusyRecord):
            await take(flood)
    assert len(await take(flood)) == 3


async def test_a_sent_parcel_is_told_with_its_message_and_what_it_cited(flood):
    await subscribe(flood, "telegram:1")
    await told(flood)
    (parcel,) = await take(flood)
    await flood.outbox.sent(parcel, (77, 78), said("telegram:1", 77, {1: 1}, more=1), SOON)
    assert await row(flood) == ("sent", 1, None, 77)
    rows = await flood.database.read("SELECT message, fact_id, revision FROM receipt ORDER BY message")
    assert [tuple(each) for each in rows] == [(77, 1, 1), (78, 1, 1)]
    assert await flood.outbox.sent_since(SOON) == 1
    assert await flood.outbox.sent_since(AFTER) == 0


async def test_a_held_parcel_waits_for_its_moment_and_costs_no_attempt(flood):
    await subscribe(flood, "telegram:1")
    first = await told(flood, "x")
    (parcel,) = await take(flood)
    await flood.outbox.hold(parcel, SOON)
    assert await row(flood) == ("held", 0, None, None)
    assert await take(flood, LATER) == []
    second = await told(flood, "y")  # held from the first, for its chat is closed
    assert set((await deliveries(flood, second)).values()) == {"held"}
    (parcel,) = await take(flood, SOON)
    assert (parcel.notices, parcel.attempts) == ((first.id, second.id), 0)
    assert (await flood.listeners.find("telegram:1")).open_at == ""


async def test_a_chat_that_may_hear_again_sooner_does(flood):
    await subscribe(flood, "telegram:1")
    await told(flood)
    (parcel,) = await take(flood)
    await flood.outbox.hold(parcel, AFTER)
    await flood.listeners.change("telegram:1", 0, {"open_at": LATER})
    assert len(await take(flood, LATER)) == 1


async def test_what_is_held_while_it_is_fanned_out_is_released_with_the_rest(flood, monkeypatch):
    """A chat opens in the middle of a long fan-out: what was held for it must not be forgotten."""
    monkeypatch.setattr("storage.notifying.deliveries.CHUNK", 1)
    await subscribe_all(flood, 3)
    await flood.listeners.change("telegram:1", 0, {"open_at": SOON})

    notice = await notice_of(flood, await publish(flood, "x", "it was x"))
    await flood.notices.fan_out(notice, entities=(), words=(), now=LATER)
    (parcel,) = await take(flood, SOON)
    assert (parcel.listener.chat, parcel.notices) == ("telegram:1", (notice.id,))
    await fan_out(flood, notice)
    assert [each.listener.chat for each in await take(flood, SOON)] == ["telegram:2", "telegram:3"]


async def test_a_failed_parcel_is_tried_again_at_its_moment_until_it_is_given_up(flood):
    await subscribe(flood, "telegram:1")
    await told(flood)
    now = LATER
    for attempt in range(MOST_ATTEMPTS):
        (parcel,) = await take(flood, now)
        assert parcel.attempts == attempt
        given_up = await flood.outbox.failed(parcel, "timed out", now)
        assert given_up == (attempt == MOST_ATTEMPTS - 1)
        assert await take(flood, "2024-01-31") == []
    assert await row(flood) == ("given up", MOST_ATTEMPTS, "timed out", None)
    assert await take(flood, now) == []
    assert await flood.outbox.failures(9) == [Failure("telegram:1", "given up", 1, "timed out")]


async def test_what_fails_does_not_hold_up_the_others(flood):
    await subscribe_all(flood, 4)
    await told(flood)
    for parcel in await take(flood, limit=2):
        await flood.outbox.failed(parcel, "timed out", AFTER)
    assert [each.listener.chat for each in await take(flood, limit=2)] == ["telegram:3", "telegram:4"]
    assert [each.listener.chat for each in await take(flood, AFTER)] == ["telegram:1", "telegram:2"]


async def refused(flood, parcel, again_at=AFTER) -> None:
    await flood.outbox.wait_for(parcel, "Forbidden: bot was blocked", LATER, again_at)


async def test_what_a_chat_does_not_take_waits_with_all_that_comes_after_it(flood):
    await subscribe(flood, "telegram:1")
    await subscribe(flood, "telegram:1", topic=3)
    first = await told(flood, "x")
    general, topic = await take(flood)
    await refused(flood, general)
    await refused(flood, topic)
    second = await told(flood, "y")
    assert set((await deliveries(flood)).values()) == {"held"}
    assert await flood.outbox.failures(9) == [Failure("telegram:1", "held", 4, "Forbidden: bot was blocked")]
    await flood.outbox.finish()
    assert [await flood.notices.state(each.id) for each in (first, second)] == ["done", "done"]
    assert await take(flood, SOON) == []
    await flood.listeners.resume("telegram:1")
    third = await told(flood, "z")
    parcels = await take(flood, SOON)
    assert [(each.notices, each.attempts) for each in parcels] == [((first.id, second.id, third.id), 0)] * 2
    for parcel in parcels:
        await flood.outbox.sent(parcel, (7,), None, SOON)
    assert set((await deliveries(flood)).values()) == {"sent"}


async def test_a_chat_that_takes_no_messages_is_tried_again_at_its_moment_and_resumed_if_it_takes_one(flood):
    await subscribe(flood, "telegram:1")
    first = await told(flood, "x")
    (parcel,) = await take(flood)
    await refused(flood, parcel, SOON)
    await flood.outbox.finish()
    (parcel,) = await take(flood, SOON)
    assert (parcel.notices, parcel.waited, parcel.listener.paused_at) == ((first.id,), True, LATER)
    await refused(flood, parcel, AFTER)
    assert (await flood.listeners.find("telegram:1")).paused_at == LATER
    (parcel,) = await take(flood, AFTER)
    await flood.outbox.sent(parcel, (7,), None, AFTER)
    assert not await flood.listeners.is_paused("telegram:1")
    assert await row(flood) == ("sent", 1, None, 7)


async def test_what_has_waited_and_then_fails_is_tried_again_too(flood):
    await subscribe(flood, "telegram:1")
    await told(flood, "x")
    (parcel,) = await take(flood)
    await refused(flood, parcel)
    await flood.outbox.finish()
    await flood.listeners.resume("telegram:1")
    (parcel,) = await take(flood)
    await flood.outbox.failed(parcel, "timed out", SOON)
    assert await take(flood) == []
    (parcel,) = await take(flood, SOON)
    await flood.outbox.moved(parcel, "telegram:-100", SOON)
    (parcel,) = await take(flood, SOON)
    assert (parcel.listener.chat, parcel.attempts) == ("telegram:-100", 2)


async def test_what_has_waited_is_found_again_after_a_crash(flood, path):
    await subscribe(flood, "telegram:1")
    first = await told(flood, "x")
    (parcel,) = await take(flood)
    await refused(flood, parcel)
    await flood.outbox.finish()
    await flood.listeners.resume("telegram:1")
    assert len(await take(flood)) == 1
    await flood.outbox.recover("telegram")
    assert [each.notices for each in await take(flood)] == [(first.id,)]
    again = await Record.open(path)
    try:
        assert await take(again) == []
        assert [each.notices for each in await take(again, "2024-03-01T00:00:00.000000Z")] == [(first.id,)]
    finally:
        await again.close()


async def test_what_waits_for_a_chat_is_forgotten_after_the_retention(flood):
    await subscribe(flood, "telegram:1")
    await told(flood, "x")
    (parcel,) = await take(flood)
    await refused(flood, parcel)
    await flood.outbox.finish()
    assert await flood.outbox.forget_before("2030") == 1
    await flood.listeners.resume("telegram:1")
    assert await take(flood, AFTER) == []


async def test_an_operator_drops_also_what_waits_for_a_chat(flood):
    await subscribe(flood, "telegram:1")
    await told(flood, "x")
    (parcel,) = await take(flood)
    await refused(flood, parcel)
    await flood.outbox.finish()
    assert await flood.outbox.drop(SOON) == 1
    await flood.listeners.resume("telegram:1")
    assert await take(flood, AFTER) == []


async def test_a_reply_does_not_make_a_chat_be_asked_that_takes_none(flood):
    await flood.listeners.pause("telegram:1", "blocked", LATER, AFTER)
    async with flood.database.transaction() as tx:
        await post(tx, "telegram:1", '{"blocks": []}', LATER)
    assert await take(flood, SOON) == []
    assert len(await take(flood, AFTER)) == 1


async def test_a_refused_parcel_is_given_up_and_its_chat_hears_of_the_next(flood):
    await subscribe(flood, "telegram:1")
    await told(flood, "x")
    (parcel,) = await take(flood)
    await flood.outbox.give_up(parcel, "Bad Request: too long", LATER)
    second = await told(flood, "y")
    assert [each.notices for each in await take(flood)] == [(second.id,)]


async def test_a_chat_that_has_moved_gets_its_parcel_at_its_new_address(flood):
    await subscribe(flood, "telegram:-1")
    notice = await told(flood)
    (parcel,) = await take(flood)
    await flood.outbox.moved(parcel, "telegram:-1001", LATER)
    (parcel,) = await take(flood)
    assert (parcel.listener.chat, parcel.notices, parcel.attempts) == ("telegram:-1001", (notice.id,), 1)


async def test_a_chat_that_moves_to_one_that_listens_already_is_not_told_twice(flood):
    await subscribe(flood, "telegram:-1", words="rain")
    await subscribe(flood, "telegram:-1001")
    only, both = await told(flood, "x", words=["rain"]), await told(flood, "y")
    parcels = {each.listener.chat: each for each in await take(flood)}
    await flood.outbox.sent(parcels["telegram:-1001"], (5,), None, LATER)
    await flood.outbox.moved(parcels["telegram:-1"], "telegram:-1001", LATER)
    assert await take(flood) == []  # it has heard of both
    assert set((await deliveries(flood, both)).values()) == {"sent"}
    assert only.id in parcels["telegram:-1"].notices


async def test_a_ready_made_reply_goes_to_one_chat_listener_or_not(flood):
    await subscribe(flood, "telegram:2")
    async with flood.database.transaction() as tx:
        await post(tx, "telegram:1", '{"blocks": []}', LATER, "uk")
    (parcel,) = await take(flood)
    assert (parcel.listener.chat, parcel.listener.language) == ("telegram:1", "uk")
    (notice,) = await flood.notices.by_id(parcel.notices)
    assert (notice.kind, notice.reply) == ("reply", '{"blocks": []}')
    assert await take(flood) == []


async def test_a_clock_that_was_put_back_loses_and_repeats_nothing(flood):
    await subscribe_all(flood, 3)
    await told(flood)
    first = await take(flood, LATER, limit=1)
    rest = await take(flood, "2023-01-01T00:00:00.000000Z")
    assert [each.listener.chat for each in (*first, *rest)] == [f"telegram:{n}" for n in (1, 2, 3)]
