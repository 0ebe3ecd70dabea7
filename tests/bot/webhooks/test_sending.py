"""Changes of a public story reach an end signed, once, in order, and never with words that are gone."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import pytest
from aiohttp import web

from bot.intake.fetching.places import Gate
from bot.webhooks.sending import WINDOW
from storage.domain.changes import SetStory, TakeDown
from storage.domain.models import Ground
from storage.record import Record
from storage.webhooks.models import State
from tests.bot.webhooks.hooks import Hooks, open_hooks
from tests.bot.webhooks.receiver import HOST, hangs, receiver
from tests.bot.wire import ANN

CERTIFICATE = Path(__file__).with_name("certificate.pem")


@pytest.fixture
async def hooks(tmp_path):
    async with open_hooks(tmp_path) as opened:
        yield opened


async def take_down(hooks: Hooks, subject: str) -> None:
    await hooks.wire.make(TakeDown(story_id=1, subject=subject, ground=Ground.PRIVACY))


async def test_each_change_is_sent_once_with_whose_word_it_is_and_its_source(hooks):
    fact = await hooks.wire.publish("snow", "It snows.")
    await hooks.deliver()
    (event,) = hooks.end.events
    assert (event.type, event.data["id"], event.data["kind"]) == (
        "fact.published",
        f"F{fact.id}.1",
        "published",
    )
    assert event.data["fact"]["address"] == f"https://news.example/f/F{fact.id}"
    (voice,) = event.data["fact"]["voices"]
    assert voice["sentence"].startswith("Ann Ray said that") and voice["stance"] == "asserts"
    assert voice["citation"]["source"] and voice["citation"]["locator"] == "¶3" and event.data["cursor"]
    for _look in range(3):
        await hooks.deliver(hours=1)
    assert len(hooks.end.tried) == 1


async def test_what_is_done_to_a_statement_comes_in_order_each_with_its_own_id(hooks):
    await hooks.wire.change(1, statement="It rained for four days.", reason="counted again")
    await hooks.wire.retract(2, "nobody said so")
    await hooks.deliver()
    await hooks.wire.change(2, "restored", retracted=None, reason="somebody did")
    await hooks.wire.retract(3, "a slip")
    await hooks.wire.change(3, "restored", retracted=None, reason="it is on record")
    await hooks.deliver()
    assert [(each.type, each.data["id"], each.data["reason"]) for each in hooks.end.events] == [
        ("fact.corrected", "F1.2", "counted again"), ("fact.retracted", "F2.2", "nobody said so"),
        ("fact.restored", "F2.3", "somebody did"), ("fact.restored", "F3.3", "it is on record"),
    ]  # fmt: skip
    assert hooks.end.events[0].data["fact"]["statement"] == "It rained for four days."
    assert hooks.end.events[1].data["fact"] is None
    cursors = [each.data["cursor"] for each in hooks.end.events]
    assert cursors == sorted(cursors) and len(set(hooks.end.tried)) == 4


async def test_words_that_are_gone_by_the_time_are_never_sent(hooks):
    hooks.end.planned = [500]
    await hooks.wire.publish("snow", "Nobody counted snowflakes yesterday evening.")
    await hooks.wire.publish("ice", "Somebody walked over thin ice yesterday.")
    await hooks.wire.change(1, statement="Rain washed seven bridges away.")
    await hooks.deliver()
    hooks.end.bodies.clear()
    await hooks.wire.retract(4, "it did not snow")
    await take_down(hooks, "F5")
    await hooks.wire.change(1, statement="It rained for four days.")
    await hooks.deliver(hours=1)
    sent = b"\n".join(hooks.end.bodies).decode()
    for words in ("snowflakes", "thin ice", "seven bridges", "Somebody walked"):
        assert words not in sent
    assert [each.type for each in hooks.end.events] == [
        "fact.corrected", "fact.retracted", "fact.taken_down", "fact.corrected",
    ]  # fmt: skip
    _first, retracted, down, _last = hooks.end.events
    assert retracted.data["fact"] is None and retracted.data["gone"]["reason"] == "it did not snow"
    assert down.data["gone"]["ground"] == "privacy" and down.data["gone"]["reason"] is None


async def test_words_that_go_while_the_event_before_them_is_under_way_are_not_sent(hooks):
    """What is behind is made ahead: it is made anew where anything has changed since."""

    async def takes_down(_request):
        await take_down(hooks, "F5")
        await hooks.wire.retract(6, "it did not thaw")
        return web.Response(status=204)

    async with receiver(lambda: hooks.wire.clock().timestamp()) as other:
        hooks.sender = hooks.begin(gate=Gate([hooks.end.host, other.host]))
        _number, secret = await hooks.record.webhooks.add(1, other.url, by=ANN, language="en")
        other.secrets.append(secret)
        hooks.end.planned = [takes_down]
        other.planned = [500]
        await hooks.wire.publish("snow", "It snows.")
        await hooks.wire.publish("ice", "Somebody walked over thin ice yesterday.")
        await hooks.wire.publish("thaw", "All of it thaws.")
        await hooks.deliver()
        await hooks.deliver(hours=1)
        for end in (hooks.end, other):
            types = [each.type for each in end.events]
            assert types == ["fact.published", "fact.taken_down", "fact.retracted"]
            sent = b"".join(end.bodies)
            assert b"thin ice" not in sent and b"thaws" not in sent


async def test_a_source_or_a_name_that_is_taken_down_is_told_by_its_id(hooks):
    await take_down(hooks, "S1")
    await hooks.deliver()
    (event,) = hooks.end.events
    assert event.type == "source.taken_down"
    assert (event.data["gone"]["id"], event.data["gone"]["ground"]) == ("S1", "privacy")


async def test_what_is_held_is_sent_when_its_time_has_come_and_what_is_taken_back_before_never(hooks):
    await hooks.wire.publish("snow", "It snows.", hold=10)
    ice = await hooks.wire.publish("ice", "The river is frozen.", hold=10)
    await hooks.deliver(minutes=9)
    await hooks.wire.retract(ice.id)
    await take_down(hooks, f"F{ice.id}")
    await hooks.deliver()
    assert hooks.end.tried == []
    await hooks.deliver(minutes=2)
    assert [each.data["id"] for each in hooks.end.events] == ["F4.1"]
    assert b"frozen" not in b"".join(hooks.end.bodies)


async def test_a_story_that_is_withdrawn_ends_its_webhooks_and_what_waits_is_not_sent(hooks):
    hooks.end.planned = [500]
    await hooks.wire.publish("snow", "It snows.")
    await hooks.deliver()
    await hooks.wire.make(SetStory(story_id=1, public=False))
    await hooks.deliver(days=1)
    (told,) = await hooks.told()
    assert "has ended: its story is not public any more." in told
    assert len(hooks.end.tried) == 1 and (await hooks.find()).state is State.STOPPED


async def test_nothing_is_connected_to_where_a_name_leads_to_by_then(hooks, monkeypatch, subtests):
    tried: list[str] = []
    connect = asyncio.SelectorEventLoop.sock_connect

    async def noting(self, sock, address):
        tried.append(address[0])
        return await connect(self, sock, address)

    monkeypatch.setattr(asyncio.SelectorEventLoop, "sock_connect", noting)
    for number, addresses in enumerate((["10.0.0.7"], ["93.184.215.14", "127.0.0.1"], ["::1"], [])):
        with subtests.test(addresses=addresses):

            async def resolve(_host, _port, addresses=addresses):
                return addresses

            hooks.sender = hooks.begin(gate=Gate((), resolve))
            hook = await hooks.add(f"https://hooks.example.org/{number}")
            await hooks.wire.publish(f"snow {number}", f"It snows {number}.")
            await hooks.deliver()
            assert (await hooks.find(hook.id)).failure
    assert tried == []


async def test_by_http_only_where_the_settings_name_the_host(hooks):
    async def resolve(_host, _port):
        return ["93.184.215.14"]

    hooks.sender = hooks.begin(gate=Gate((), resolve))
    hook = await hooks.add("http://hooks.example.org/")
    await hooks.wire.publish("snow", "It snows.")
    await hooks.deliver()
    assert (await hooks.find(hook.id)).failure == "Only addresses that begin with https:// are sent to"


async def test_a_certificate_has_to_be_one_that_is_trusted(tmp_path):
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(CERTIFICATE)
    async with open_hooks(tmp_path, tls=server) as hooks:
        await hooks.wire.publish("snow", "It snows.")
        await hooks.deliver()
        assert (hooks.end.tried, (await hooks.find()).failure) == ([], "no valid certificate")
        hooks.sender = hooks.begin(trust=ssl.create_default_context(cafile=CERTIFICATE))
        await hooks.deliver(hours=1)
        assert hooks.end.types() == ["fact.published"]


async def test_two_processes_send_each_event_once(hooks):
    other = await Record.open(hooks.record.database.path, clock=hooks.wire.clock)
    try:
        for number in range(20):
            await hooks.wire.publish(f"snow {number}", f"It snows {number}.")
        senders = (hooks.sender, hooks.begin(other))
        for _look in range(10):
            await asyncio.gather(*(sender.once() for sender in senders))
    finally:
        await other.close()
    assert len(hooks.end.tried) == len(set(hooks.end.tried)) == 20
    statements = [each.data["fact"]["statement"] for each in hooks.end.events]
    assert statements == [f"It snows {number}." for number in range(20)]


async def test_a_test_goes_before_what_waits_and_what_came_of_it_is_told(hooks):
    hooks.end.planned = [500]
    await hooks.wire.publish("snow", "It snows.")
    await hooks.deliver()
    for status, reads in ((503, "has not taken the test: it answered 503"), (204, "has taken the test.")):
        hooks.end.planned = [status]
        await hooks.record.webhooks.test(await hooks.find(), "telegram:7")
        await hooks.deliver()
        assert hooks.wire.far.sent == []
        (told,) = await hooks.told()
        assert told == f"Webhook 1 ({HOST}) {reads}"
    assert hooks.end.types() == ["webhook.test", "fact.published"]


async def test_one_slow_end_does_not_hold_up_another(hooks, monkeypatch):
    async with receiver(lambda: hooks.wire.clock().timestamp()) as other:
        hooks.sender = hooks.begin(gate=Gate([hooks.end.host, other.host]))
        number, secret = await hooks.record.webhooks.add(1, other.url, by=ANN, language="en")
        other.secrets.append(secret)
        hooks.end.planned = [hangs]
        await hooks.wire.publish("snow", "It snows.")
        looking = asyncio.create_task(hooks.sender.run())
        while not other.events:
            await asyncio.sleep(0.01)
        assert hooks.end.tried and not hooks.end.events and number == 2
        looking.cancel()
        hooks.wire.clock.go_on(seconds=1)
        monkeypatch.setattr("bot.notices.delivering.LAST_SECONDS", 0.1)
        await asyncio.gather(looking, return_exceptions=True)


async def test_what_is_taken_is_written_down_behind_and_each_is_sent_once(hooks, monkeypatch):
    """Whatever it takes to write that down: no more than the window are not written, and none is lost."""
    begun = asyncio.Event()
    sent = type(hooks.record.outbox).sent

    async def slow(outbox, parcel, *rest):
        begun.set()
        await go_on.wait()
        await sent(outbox, parcel, *rest)

    go_on = asyncio.Event()
    monkeypatch.setattr(type(hooks.record.outbox), "sent", slow)
    for number in range(3 * WINDOW):
        await hooks.wire.publish(f"snow {number}", f"It snows {number}.")
    looking = asyncio.create_task(hooks.deliver())
    while len(hooks.end.events) < WINDOW:
        await asyncio.sleep(0.01)
    rows = await hooks.record.database.read("SELECT count(*) FROM delivery WHERE state = 'sent'")
    assert (len(hooks.end.events), rows[0][0]) == (WINDOW, 0)
    go_on.set()
    await looking
    assert len(hooks.end.tried) == len(set(hooks.end.tried)) == 3 * WINDOW


async def test_who_stood_still_sends_no_more_and_what_it_had_is_sent_by_who_does(hooks):
    await hooks.wire.publish("snow", "It snows.")
    hooks.sender.may_send = lambda: False
    await hooks.deliver()
    assert hooks.end.events == []
    hooks.sender = hooks.begin()
    await hooks.deliver(seconds=60)
    assert len(hooks.end.events) == 1
