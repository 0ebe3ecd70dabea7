"""Two processes on one file: what one is sending is claimed for a time, and marked by it alone."""

from __future__ import annotations

import random

import pytest

from storage.domain.leases import LONGEST, Leases, later
from storage.notifying.outbox import MOST_ATTEMPTS, Parcel
from storage.record import Record
from tests.storage.making import revise
from tests.storage.subscribing import (
    LATER,
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

LEASE = 30.0
OVER = later(LATER, LEASE)
STILL = later(LATER, LEASE - 1)


@pytest.fixture
async def other(flood, path):
    """Another process on the same file."""
    opened = await Record.open(path, Leases(delivery=LEASE))
    yield opened
    await opened.close()


def chats(parcels: list[Parcel]) -> list[str]:
    return [parcel.listener.chat for parcel in parcels]


async def test_what_a_process_was_sending_is_free_when_its_lease_is_over(flood, other):
    every = await subscribe_all(flood, 4)
    await told(flood)
    parcels = await take(flood, limit=3)
    await flood.outbox.sent(parcels[0], (9,), None, LATER)
    assert chats(await take(other)) == every[3:]
    assert await take(other, STILL) == []
    assert chats(await take(other, OVER)) == every[1:3]
    assert await take(other, OVER) == []


async def test_beginning_anew_frees_nothing_that_another_is_sending(flood, other):
    await subscribe_all(flood, 2)
    await flood.receipts.keep([said("telegram:1", 5, {1: 1})])
    notice = await told(flood)
    await fan_out(flood, await notice_of(flood, await revise(flood, 1, statement="it poured")))
    await take(flood)
    assert len(await flood.receipts.take("telegram", LATER, 9)) == 1
    await other.outbox.recover("telegram")
    assert await take(other) == [] == await other.receipts.take("telegram", LATER, 9)
    assert set((await deliveries(flood, notice)).values()) == {"sending"}


async def test_a_lease_that_is_renewed_is_not_over(flood, other):
    await subscribe(flood, "telegram:1")
    await flood.receipts.keep([said("telegram:1", 5, {1: 1})])
    await told(flood)
    await fan_out(flood, await notice_of(flood, await revise(flood, 1, statement="it poured")))
    (parcel,), (amendment,) = await take(flood), await flood.receipts.take("telegram", LATER, 9)
    await flood.claims.renew(STILL)
    assert await take(other, OVER) == [] == await other.receipts.take("telegram", OVER, 9)
    # What nobody works at any more, because it broke off, is not renewed.
    flood.claims.settle(parcel.listener.id, parcel.notices)
    flood.claims.settle(amendment.key, amendment.notices)
    await flood.claims.renew(OVER)
    again = later(STILL, LEASE)
    assert len(await take(flood, again)) == len(await other.receipts.take("telegram", again, 9)) == 1


async def test_what_was_lost_to_another_is_marked_by_the_other_alone(flood, other, subtests):
    ways = {
        "sent": lambda parcel: flood.outbox.sent(parcel, (7,), None, LATER),
        "hold": lambda parcel: flood.outbox.hold(parcel, LATER),
        "failed": lambda parcel: flood.outbox.failed(parcel, "timed out", LATER),
        "give up": lambda parcel: flood.outbox.give_up(parcel, "refused", LATER),
        "moved": lambda parcel: flood.outbox.moved(parcel, "telegram:-100", LATER),
    }
    await subscribe(flood, "telegram:1")
    for name, mark in ways.items():
        with subtests.test(name=name):
            await told(flood, name)
            (slow,) = await take(flood, LATER)
            (quick,) = await take(other, OVER)
            assert slow.notices == quick.notices
            before = await flood.database.read("SELECT * FROM delivery WHERE state = 'sending'")
            await mark(slow)
            assert await flood.database.read("SELECT * FROM delivery WHERE state = 'sending'") == before
            await other.outbox.sent(quick, (8,), None, OVER)
            async with flood.database.transaction() as tx:
                await tx.run("UPDATE listener SET chat = 'telegram:1', open_at = ''")


async def test_both_messages_are_remembered_where_one_was_sent_twice(flood, other):
    await subscribe(flood, "telegram:1")
    await told(flood)
    (slow,), (quick,) = await take(flood), await take(other, OVER)
    await flood.outbox.sent(slow, (7,), said("telegram:1", 7, {1: 1}), OVER)
    await other.outbox.sent(quick, (8,), said("telegram:1", 8, {1: 1}), OVER)
    assert await row(flood) == ("sent", 1, None, 8)
    await fan_out(flood, await notice_of(flood, await revise(flood, 1, statement="it poured")))
    assert [each.message for each in await flood.receipts.take("telegram", OVER, 9)] == [7, 8]


async def test_a_correction_that_was_lost_to_another_is_marked_by_the_other_alone(flood, other):
    await flood.receipts.keep([said("telegram:1", 5, {1: 1})])
    await fan_out(flood, await notice_of(flood, await revise(flood, 1, statement="it poured")))
    (slow,) = await flood.receipts.take("telegram", LATER, 9)
    assert await other.receipts.take("telegram", STILL, 9) == []
    (quick,) = await other.receipts.take("telegram", OVER, 9)
    for mark in (
        flood.receipts.done(slow, {1: 99}),
        flood.receipts.failed(slow, "gone", None),
        flood.receipts.put_off(slow, LATER),
    ):
        await mark
        assert [tuple(each) for each in await flood.database.read("SELECT state, sender FROM amendment")] == [
            ("sending", other.claims.sender)
        ]
    await other.receipts.done(quick, {1: 2})
    assert (await flood.outbox.depth()).amendments == 0
    assert (await flood.database.read("SELECT max(revision) FROM receipt"))[0][0] == 2


async def test_a_claim_that_its_process_died_with_counts_as_no_attempt(flood, path):
    await subscribe(flood, "telegram:1")
    await told(flood)
    now = LATER
    for _death in range(MOST_ATTEMPTS + 1):
        process = await Record.open(path)
        (parcel,) = await take(process, now)
        assert parcel.attempts == 0
        await process.close()
        now = later(now, LEASE)


async def test_a_lease_of_a_clock_that_was_a_day_ahead_holds_nothing_up(flood, other):
    await subscribe(flood, "telegram:1")
    await told(flood)
    await take(flood, later(LATER, 86_400))
    assert len(await take(other, LATER)) == 1
    assert LEASE < LONGEST


async def test_a_process_that_ends_in_order_leaves_what_it_had_not_sent(flood, other):
    await subscribe_all(flood, 2)
    notice = await told(flood)
    await take(flood)
    await flood.claims.release("discord", LATER)
    assert await take(other) == []
    await flood.claims.release("telegram", LATER)
    assert len(await take(other)) == 2
    assert set((await deliveries(flood, notice)).values()) == {"sending"}


@pytest.mark.parametrize("seed", range(3))
async def test_two_senders_that_die_again_and_again_lose_and_repeat_nothing_but_what_was_under_way(
    flood, path, seed
):
    chance = random.Random(seed)
    every = await subscribe_all(flood, 60)
    await told(flood, "x")
    now, sent, under_way = LATER, [], []
    senders = [await Record.open(path), await Record.open(path)]
    for step in range(120):
        now = later(now, 1.0)
        number = chance.randrange(2)
        for parcel in await take(senders[number], now, limit=7):
            if chance.random() < 0.1:
                under_way.append(parcel.listener.chat)  # it has arrived, and the process dies
                sent.append(parcel.listener.chat)
                await senders[number].close()
                senders[number] = await Record.open(path)
                await senders[number].outbox.recover("telegram")
                break
            sent.append(parcel.listener.chat)
            await senders[number].outbox.sent(parcel, (1,), None, now)
        if step == 8:
            await told(flood, "y")
    now = later(now, LEASE)
    while parcels := await take(senders[0], now):
        for parcel in parcels:
            sent.append(parcel.listener.chat)
            await senders[0].outbox.sent(parcel, (1,), None, now)
    for process in senders:
        await process.close()
    times = {chat: sent.count(chat) for chat in every}
    assert min(times.values()) >= 1 and set(sent) == set(every)
    assert sum(times.values()) <= 2 * len(every) + len(under_way)
    rows = await flood.database.read("SELECT DISTINCT state FROM delivery")
    assert [each[0] for each in rows] == ["sent"]


async def test_who_finds_much_claimed_by_others_looks_first_at_what_is_left(flood, other, monkeypatch):
    every = await subscribe_all(flood, 6)
    await told(flood)
    found = await other.outbox._next("telegram", 6)
    first = await take(flood, limit=4)
    for parcel in first[:2]:
        await flood.outbox.sent(parcel, (9,), None, LATER)

    async def all_of_them(_platform: str, _limit: int) -> list[int]:
        return found  # as they were read before the others claimed them

    monkeypatch.setattr(other.outbox, "_next", all_of_them)
    assert chats(await take(other, limit=6)) == every[4:]
    assert other.claims._contended
    # It still hears of those who have waited for a moment that has come.
    await flood.listeners.change(every[0], 0, {"open_at": LATER})
    assert await take(other, limit=6) == []
    assert (await flood.listeners.find(every[0])).open_at == ""
    assert chats(await take(other, OVER)) == every[2:4]
