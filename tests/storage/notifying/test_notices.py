"""Notices: written with their change; fanned out in chunks, to whom they concern, each once."""

from __future__ import annotations

import pytest

from storage.changing.ledger import Ledger
from storage.domain.changes import Publish
from storage.domain.clock import moment_text, read_moment
from storage.domain.errors import Refused
from storage.domain.models import NoticeKind
from storage.record import Record
from tests.storage.conftest import fact, put
from tests.storage.making import ANN, entry, publish, restore, retract, revise, revision, supersede
from tests.storage.subscribing import (
    AFTER,
    LATER,
    deliveries,
    fan_out,
    notice_of,
    said,
    send_all,
    subscribe,
    subscribe_all,
    take,
    told,
)


@pytest.fixture
async def flood(record: Record, tmp_path) -> Record:
    """Three facts of one story: F1 `a`, F2 `b`, F3 `c`."""
    await put(record, tmp_path, fact("a"), fact("b", "it was dry"), fact("c", "it hailed"))
    return record


async def states(record: Record) -> list[str]:
    return [row[0] for row in await record.database.read("SELECT state FROM notice ORDER BY id")]


async def test_each_change_to_a_fact_leaves_its_notice(flood):
    new = await publish(flood, "d", "it snowed")
    await revise(flood, new.id, statement="it snowed a little")
    ours = (await flood.facts.entry(new.id)).attributions
    await revise(flood, new.id, "attributed", attributions=[*ours, {"source": {"title": "The Gauge"}}])
    await revise(flood, new.id, "related", contradicts=[{"fact": "b"}])
    await supersede(flood, new.id, "c")
    await supersede(flood, new.id, None)
    await retract(flood, new.id)
    await restore(flood, new.id)
    found = await flood.notices.of_fact(new.id)
    assert [(item.kind, item.revision, item.material) for item in found] == [
        (NoticeKind.PUBLISHED, 1, True),
        (NoticeKind.CORRECTED, 2, True),
        (NoticeKind.ATTRIBUTED, 3, False),
        (NoticeKind.RELATED, 4, False),
        (NoticeKind.SUPERSEDED, 5, True),
        (NoticeKind.SUPERSEDED, 6, True),
        (NoticeKind.RETRACTED, 7, True),
        (NoticeKind.RESTORED, 8, True),
    ]
    trail = [item.audit_id for item in found]
    assert trail == sorted(trail)
    assert [item.made_at for item in found] == [item.due_at for item in found]


async def test_a_correction_that_is_not_material_is_told_apart(flood):
    change = (await revision(flood, 1, statement="it rained!")).model_copy(update={"material": False})
    await flood.ledger.make(change, by=ANN)
    (notice,) = await flood.notices.of_fact(1)
    assert (notice.kind, notice.material) == (NoticeKind.CORRECTED, False)


async def test_a_change_that_is_refused_or_rehearsed_or_breaks_off_leaves_no_notice(flood, monkeypatch):
    with pytest.raises(Refused):
        await restore(flood, 1)
    await flood.ledger.rehearse(Publish(story_id=1, fact=entry("d")), by=ANN)
    monkeypatch.setattr("storage.changing.fact_changes.announce", None)
    with pytest.raises(TypeError):
        await publish(flood, "d")
    assert await states(flood) == []
    assert await flood.facts.ids(1, ["d"]) == {}


async def test_a_new_fact_is_held_for_as_long_as_its_change_says(flood):
    made = await flood.ledger.make(Publish(story_id=1, fact=entry("d"), hold=5), by=ANN)
    notice = await notice_of(flood, made.fact)
    held = read_moment(notice.due_at) - read_moment(notice.made_at)
    assert held.total_seconds() == 300
    assert await flood.notices.next_new(notice.made_at) is None
    assert await flood.notices.first_held(notice.made_at) == made.audit_id
    assert await flood.notices.next_new(notice.due_at) == notice
    assert await flood.notices.first_held(notice.due_at) is None


async def test_those_who_are_told_are_those_whom_it_concerns(flood, tmp_path):
    await put(flood, tmp_path, fact("z"), story="storm")
    await subscribe(flood, "telegram:story")
    await subscribe(flood, "telegram:elsewhere", story=2)
    await subscribe(flood, "telegram:ann", entity_id=1)
    await subscribe(flood, "telegram:bo", entity_id=2)
    await subscribe(flood, "telegram:rain", words="rain")
    await subscribe(flood, "telegram:hail", words="hail")
    await subscribe(flood, "telegram:filtered", entity_id=1)
    await flood.listeners.change("telegram:filtered", 0, {"words": "hail"})
    await subscribe(flood, "telegram:let through")
    await flood.listeners.change("telegram:let through", 0, {"words": "rain"})
    await subscribe(flood, "telegram:-1", topic=7)
    await subscribe(flood, "telegram:paused")
    await flood.listeners.pause("telegram:paused", "blocked", LATER, AFTER)
    await flood.listeners.change("telegram:nobody", 0, {"silent": True})
    assert sorted(await flood.notices.words_asked(1)) == ["hail", "rain"]
    notice = await told(flood, entities=[1, 9], words=["rain"])
    hearing = ("telegram:story", "telegram:ann", "telegram:rain", "telegram:let through", "telegram:-1/7")
    assert await deliveries(flood, notice) == {**dict.fromkeys(hearing, "due"), "telegram:paused": "held"}


async def test_who_wants_only_what_is_material_hears_of_nothing_else(flood):
    await subscribe(flood, "telegram:all")
    await subscribe(flood, "telegram:material")
    await flood.listeners.change("telegram:material", 0, {"material_only": True})
    change = (await revision(flood, 1, statement="it rained!")).model_copy(update={"material": False})
    await flood.ledger.make(change, by=ANN)
    await revise(flood, 1, statement="it poured")
    small, large = await flood.notices.of_fact(1)
    await fan_out(flood, small)
    await fan_out(flood, large)
    assert set(await deliveries(flood, small)) == {"telegram:all"}
    assert set(await deliveries(flood, large)) == {"telegram:all", "telegram:material"}


async def test_who_listens_in_several_ways_is_told_once(flood):
    await subscribe(flood, "telegram:1")
    await subscribe(flood, "telegram:1", entity_id=1)
    await subscribe(flood, "telegram:1", words="rain")
    notice = await told(flood, entities=[1], words=["rain"])
    assert await deliveries(flood, notice) == {"telegram:1": "due"}


async def test_who_may_not_hear_before_some_moment_has_it_held(flood):
    listener = await subscribe(flood, "telegram:1")
    await subscribe(flood, "telegram:2")
    await flood.listeners.change("telegram:1", 0, {"open_at": "2024-03-01T00:00:00.000000Z"})
    notice = await told(flood)
    assert await deliveries(flood, notice) == {"telegram:1": "held", "telegram:2": "due"}
    assert (await flood.notices.delivered(notice.id, listener))[0] == "held"
    assert await flood.notices.delivered(notice.id, listener + 99) is None


async def test_a_fan_out_is_made_of_bounded_steps_and_neither_skips_nor_repeats(flood, monkeypatch):
    monkeypatch.setattr("storage.notifying.deliveries.CHUNK", 3)
    chats = await subscribe_all(flood, 10)
    for chat in chats[2:5]:  # a chunk's end in the middle of one listener's subscriptions
        await subscribe(flood, chat, words="rain")
    notice = await notice_of(flood, await publish(flood, "d"))
    most = 0
    steps = 0
    done = False
    while not done:
        before = len(await deliveries(flood, notice))
        done = await flood.notices.fan_out(notice, entities=(), words=(), now=LATER)
        most = max(most, len(await deliveries(flood, notice)) - before)
        steps += 1
    assert (most, steps >= 4) == (3, True)
    assert set(await deliveries(flood, notice)) == set(chats)


async def test_a_fan_out_can_be_run_again_any_number_of_times(flood, monkeypatch):
    monkeypatch.setattr("storage.notifying.deliveries.CHUNK", 2)
    chats = await subscribe_all(flood, 5)
    notice = await told(flood)
    assert len(await send_all(flood)) == 5
    for _again in range(3):
        assert await flood.notices.fan_out(notice, entities=(), words=(), now=LATER)
    # Even where its end was never written.
    async with flood.database.transaction() as tx:
        await tx.run("UPDATE notice SET state = 'new', fanned_to = 0")
    await fan_out(flood, notice)
    assert await deliveries(flood, notice) == dict.fromkeys(sorted(chats), "sent")
    assert await take(flood) == []


async def test_a_fan_out_that_was_killed_goes_on_where_it_was(flood, path, monkeypatch):
    monkeypatch.setattr("storage.notifying.deliveries.CHUNK", 2)
    chats = await subscribe_all(flood, 7)
    notice = await notice_of(flood, await publish(flood, "d"))
    for _step in range(2):
        assert not await flood.notices.fan_out(notice, entities=(), words=(), now=LATER)
    again = await Record.open(path)
    try:
        assert await again.notices.next_new(LATER) == notice
        assert await fan_out(again, notice) == 2
        assert set(await deliveries(again, notice)) == set(chats)
        assert await again.notices.next_new(LATER) is None
    finally:
        await again.close()


async def test_who_begins_to_listen_during_a_fan_out_is_told_at_most_once(flood, monkeypatch):
    monkeypatch.setattr("storage.notifying.deliveries.CHUNK", 2)
    await subscribe_all(flood, 4)
    notice = await notice_of(flood, await publish(flood, "d"))
    await flood.notices.fan_out(notice, entities=(), words=(), now=LATER)
    await subscribe(flood, "telegram:1", words="rain")
    await subscribe(flood, "telegram:late")
    await fan_out(flood, notice, words=["rain"])
    assert set(await deliveries(flood, notice)) == {*(f"telegram:{n}" for n in range(1, 5)), "telegram:late"}


async def test_what_concerns_nobody_is_done_with_at_once(flood):
    notice = await told(flood)
    assert await flood.notices.state(notice.id) == "done"
    assert (await flood.outbox.depth()).oldest is None


async def test_a_dropped_notice_is_told_to_nobody_any_more(flood, monkeypatch):
    monkeypatch.setattr("storage.notifying.deliveries.CHUNK", 2)
    await subscribe_all(flood, 4)
    notice = await notice_of(flood, await publish(flood, "d"))
    await flood.notices.fan_out(notice, entities=(), words=(), now=LATER)
    await flood.notices.drop(notice, LATER)
    assert await flood.notices.next_new(LATER) is None
    assert await deliveries(flood, notice) == {"telegram:1": "given up", "telegram:2": "given up"}
    assert await take(flood) == []
    assert await flood.outbox.retry(LATER) == 0


async def test_a_held_fact_is_told_as_it_is_in_the_end(flood):
    made = await flood.ledger.make(Publish(story_id=1, fact=entry("d"), hold=5), by=ANN)
    await revise(flood, made.fact.id, statement="it snowed after all")
    held, change = await flood.notices.of_fact(made.fact.id)
    assert await flood.notices.held_before(change) == held
    assert await flood.notices.held_before(held) is None
    await flood.notices.drop(change, LATER, instead=held)
    (held,) = await flood.notices.by_id([held.id])
    assert (held.revision, await states(flood)) == (2, ["new", "dropped"])
    await subscribe(flood, "telegram:1")
    await fan_out(flood, held)
    assert await flood.notices.held_before(change) is None


async def test_messages_that_cited_a_fact_are_put_right_also_where_its_notice_is_dropped(flood):
    await flood.receipts.keep([said("telegram:1", 5, {1: 1})])
    await retract(flood, 1)
    (notice,) = await flood.notices.of_fact(1)
    await flood.notices.drop(notice, LATER)
    (amendment,) = await flood.receipts.take("telegram", LATER, 9)
    assert amendment.notices == (notice.id,)


async def test_what_has_changed_since_an_entry_of_the_trail(flood):
    before = await flood.audit.last()
    first = await publish(flood, "d", "it snowed")
    held = await flood.ledger.make(Publish(story_id=1, fact=entry("e", "it froze"), hold=60), by=ANN)
    last = await revise(flood, first.id, statement="it snowed a lot")
    assert isinstance(flood.ledger, Ledger)
    now = moment_text(flood.ledger.clock())

    async def since(audit_id: int, moment: str = now) -> list[tuple[int, str]]:
        found = await flood.notices.since(1, audit_id, moment, limit=9)
        return [(item.fact_id, item.kind) for item in found]

    assert await since(before) == [(first.id, "published"), (last.id, "corrected")]
    assert await since(held.audit_id) == [(last.id, "corrected")]
    assert await since(before, LATER) == [
        (first.id, "published"), (held.fact.id, "published"), (last.id, "corrected"),
    ]  # fmt: skip
    assert await flood.notices.since(2, 0, LATER, limit=9) == []
