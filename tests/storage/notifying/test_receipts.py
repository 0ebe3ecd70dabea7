"""Receipts: what was said where, for how long, and which messages a change makes wrong."""

from __future__ import annotations

import pytest

from storage.notifying.notices import post
from storage.notifying.receipts import Amendment
from storage.record import Record
from storage.trail.audit import Actor
from tests.storage.conftest import fact, put
from tests.storage.making import ANN, content, retract, revise, revision, supersede
from tests.storage.subscribing import LATER, fan_out, notice_of, said, subscribe, take, told

SOON = "2024-02-01T00:00:05.000000Z"


@pytest.fixture
async def flood(record: Record, tmp_path) -> Record:
    """Three facts of one story: F1 `a`, F2 `b`, F3 `c`."""
    await put(record, tmp_path, fact("a"), fact("b", "it was dry"), fact("c", "it hailed"))
    return record


async def kept(record: Record) -> list[tuple]:
    rows = await record.database.read(
        "SELECT chat, message, fact_id, revision FROM receipt ORDER BY chat, message, fact_id"
    )
    return [tuple(row) for row in rows]


async def wrong(record: Record, now: str = LATER) -> list[Amendment]:
    return await record.receipts.take("telegram", now, 50)


async def changed(record: Record, fact_id: int, **given):
    """Correct a fact and fan its notice out."""
    notice = await notice_of(record, await revise(record, fact_id, **given))
    await fan_out(record, notice)
    return notice


async def test_what_each_message_cited_is_kept_and_its_words_only_where_it_is_whole(flood):
    await flood.receipts.keep([said("telegram:1", 5, {1: 1, 2: 1}), said("telegram:2", 7, {1: 1}, more=1)])
    assert await kept(flood) == [
        ("telegram:1", 5, 1, 1), ("telegram:1", 5, 2, 1), ("telegram:2", 7, 1, 1), ("telegram:2", 8, 1, 1),
    ]  # fmt: skip
    await changed(flood, 1, statement="it poured")
    assert [(each.chat, each.message, each.reply) for each in await wrong(flood)] == [
        ("telegram:1", 5, '{"message": 5}'), ("telegram:2", 7, None), ("telegram:2", 8, None),
    ]  # fmt: skip


async def test_a_page_that_takes_the_place_of_another_cites_only_what_it_shows(flood):
    await flood.receipts.keep([said("telegram:1", 5, {1: 1, 2: 1})])
    await flood.receipts.keep([said("telegram:1", 5, {2: 1, 3: 1})])
    assert [row[2] for row in await kept(flood)] == [2, 3]
    await changed(flood, 1, statement="it poured")
    assert await wrong(flood) == []


async def test_what_was_said_is_forgotten_after_some_time_and_not_before(flood):
    days = [f"2024-01-{day:02}T00:00:00.000000Z" for day in (1, 2, 3)]
    for number, day in enumerate(days):
        await flood.receipts.keep([said("telegram:1", number, {1: 1}, at=day)])
    assert await flood.receipts.forget_before(days[0]) == 0
    assert await flood.receipts.forget_before(days[2], limit=1) == 1
    assert [row[1] for row in await kept(flood)] == [1, 2]
    assert await flood.receipts.forget_before(days[2]) == 1
    assert [row[1] for row in await kept(flood)] == [2]
    await changed(flood, 1, statement="it poured")
    assert [each.message for each in await wrong(flood)] == [2]


async def test_only_messages_that_cited_what_has_changed_are_wrong(flood):
    await flood.receipts.keep([said("telegram:1", 1, {1: 1})])
    await changed(flood, 1, statement="it poured")
    await flood.receipts.keep([said("telegram:1", 2, {1: 2}), said("telegram:1", 3, {2: 1})])
    (first,) = await wrong(flood)
    assert first.message == 1
    again = await changed(flood, 1, statement="it drizzled")
    assert [each.message for each in await wrong(flood)] == [2]
    # The first is still being put right: what has changed since comes after that.
    await flood.receipts.done(first, {1: 2})
    assert [(each.message, each.notices) for each in await wrong(flood)] == [(1, (again.id,))]


async def test_a_message_that_cites_several_changed_facts_is_put_right_once(flood):
    await flood.receipts.keep([said("telegram:1", 1, {1: 1, 2: 1, 3: 1}), said("telegram:1", 2, {2: 1})])
    first = await changed(flood, 1, statement="it poured")
    second = await notice_of(flood, await retract(flood, 2))
    await fan_out(flood, second)
    third = await notice_of(flood, await supersede(flood, 1, "c"))
    await fan_out(flood, third)
    assert [(each.message, each.notices) for each in await wrong(flood)] == [
        (1, (first.id, second.id, third.id)), (2, (second.id,)),
    ]  # fmt: skip
    assert await wrong(flood) == []


async def test_what_is_not_material_makes_no_message_wrong(flood):
    await flood.receipts.keep([said("telegram:1", 1, {1: 1})])
    change = (await revision(flood, 1, statement="it rained!")).model_copy(update={"material": False})
    made = await flood.ledger.make(change, by=ANN)
    await fan_out(flood, await notice_of(flood, made.fact))
    ours = (await flood.facts.entry(1)).attributions
    await changed(flood, 1, kind="attributed", attributions=[*ours, {"source": {"title": "The Gauge"}}])
    await changed(flood, 1, kind="related", contradicts=[{"fact": "b"}])
    assert await wrong(flood) == []


async def test_running_a_fan_out_again_marks_nothing_twice(flood):
    await flood.receipts.keep([said("telegram:1", 1, {1: 1})])
    notice = await changed(flood, 1, statement="it poured")
    (amendment,) = await wrong(flood)
    await flood.receipts.done(amendment, {1: 2})
    async with flood.database.transaction() as tx:
        await tx.run("UPDATE notice SET state = 'new', fanned_to = 0")
    await fan_out(flood, notice)
    assert await wrong(flood) == []
    assert await kept(flood) == [("telegram:1", 1, 1, 2)]
    assert await flood.notices.amended(notice.id, "telegram:1") == (1, 0)
    assert await flood.notices.amended(notice.id, "telegram:2") == (0, 0)


async def test_a_message_that_was_put_right_knows_what_it_was_put_right_for(flood):
    await flood.receipts.keep([said("telegram:1", 1, {1: 1, 2: 1})])
    first = await changed(flood, 1, statement="it poured")
    (amendment,) = await wrong(flood)
    assert amendment.earlier == ()
    await flood.receipts.done(amendment, {1: 2})
    second = await changed(flood, 2, statement="it was damp")
    (amendment,) = await wrong(flood)
    assert (amendment.notices, amendment.earlier) == ((second.id,), (first.id,))


async def test_a_new_page_in_a_message_was_never_put_right(flood):
    await flood.receipts.keep([said("telegram:1", 1, {1: 1})])
    await changed(flood, 1, statement="it poured")
    (amendment,) = await wrong(flood)
    await flood.receipts.done(amendment, {1: 2})
    await flood.receipts.keep([said("telegram:1", 1, {2: 1}, at=SOON)])
    await changed(flood, 2, statement="it was damp")
    (amendment,) = await wrong(flood, SOON)
    assert amendment.earlier == ()


async def test_a_message_that_could_not_be_put_right_is_tried_again_or_given_up(flood):
    await flood.receipts.keep([said("telegram:1", 1, {1: 1})])
    await changed(flood, 1, statement="it poured")
    (amendment,) = await wrong(flood)
    assert amendment.attempts == 0
    await flood.receipts.failed(amendment, "timed out", SOON)
    assert await wrong(flood) == []
    (amendment,) = await wrong(flood, SOON)
    assert amendment.attempts == 1
    await flood.receipts.failed(amendment, "gone", None)
    assert await wrong(flood, SOON) == []
    assert (await flood.outbox.depth()).amendments == 0


async def test_what_was_being_put_right_when_the_process_died_is_due_again(flood):
    await flood.receipts.keep([said("telegram:1", 1, {1: 1}), said("discord:1", 1, {1: 1})])
    await changed(flood, 1, statement="it poured")
    assert len(await wrong(flood)) == 1
    await flood.outbox.recover("telegram")
    assert len(await wrong(flood)) == 1
    assert len(await flood.receipts.take("discord", LATER, 9)) == 1


async def test_a_person_is_forgotten_with_all_that_was_said_to_them(flood, path):
    me, other = "telegram:101", "telegram:102"
    for chat in (me, other):
        await subscribe(flood, chat, words="rain")
        await flood.receipts.keep([said(chat, 1, {1: 1})])
    await flood.listeners.change(me, 0, {"zone": "Europe/Kyiv", "muted_until": SOON})
    async with flood.database.transaction() as tx:
        await post(tx, me, '{"blocks": "what I asked"}', LATER)
    await told(flood, words=["rain"])
    await changed(flood, 1, statement="it poured")
    await flood.erasure.forget(Actor(me, me))
    left = content(path)
    assert me not in left and "what I asked" not in left and "Europe/Kyiv" not in left
    assert len(await wrong(flood)) == 1
    assert [each.listener.chat for each in await take(flood)] == [other]


async def test_what_somebody_subscribed_a_group_to_ends_when_they_are_forgotten(flood):
    await flood.listeners.subscribe("telegram:-1", 0, 1, person="telegram:101", language="en", at=LATER)
    await flood.listeners.subscribe(
        "telegram:-1", 0, 1, words="rain", person="telegram:102", language="en", at=LATER
    )
    await flood.erasure.forget(Actor("telegram:101"))
    assert [each.words for each in await flood.listeners.subscriptions("telegram:-1")] == ["rain"]
