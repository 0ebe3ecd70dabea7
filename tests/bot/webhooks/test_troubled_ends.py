"""Ends in trouble: what they do not take waits in order, for how long, what is left out, and who is told."""

from __future__ import annotations

import pytest
from aiohttp import web

from storage.domain.clock import read_moment
from storage.webhooks.models import State
from tests.bot.webhooks.hooks import Hooks, open_hooks
from tests.bot.webhooks.receiver import HOST, babbles, hangs, hangs_up, says, trickles
from tests.bot.wire import ANN


@pytest.fixture
async def hooks(tmp_path):
    async with open_hooks(tmp_path) as opened:
        yield opened


FAILURES = {
    "500": 500,
    "404": 404,
    "400": 400,
    "a redirect to what is private": says(302, Location="http://127.0.0.1/"),
    "a redirect that keeps the method": says(307, Location="https://example.org/"),
    "no answer": hangs,
    "a header that does not end": trickles,
    "a closed connection": hangs_up,
}


async def test_whatever_fails_nothing_is_lost_and_the_order_stays(hooks, subtests):
    hooks.sender = hooks.begin(seconds=0.3)
    for name, failure in FAILURES.items():
        with subtests.test(name):
            hooks.end.planned = [failure, failure]
            await hooks.wire.publish(name, f"It {name} snows.")
            await hooks.wire.publish(f"{name} 2", f"It {name} freezes.")
            await hooks.deliver()
            for _try in range(4):
                await hooks.deliver(hours=1)
            first, second = hooks.end.events[-2:]
            assert "snows" in first.body.decode() and "freezes" in second.body.decode()
            assert hooks.end.tried[-4:] == [first.id, first.id, first.id, second.id]
    assert hooks.end.planned == [] and len(hooks.end.events) == 2 * len(FAILURES)


async def test_a_huge_answer_is_neither_read_nor_in_the_way(hooks):
    hooks.end.planned = [babbles]
    for name in ("a", "b"):
        await hooks.wire.publish(name, f"It snows {name}.")
    await hooks.deliver()
    assert hooks.end.types() == ["fact.published", "fact.published"]


async def waits(hooks: Hooks) -> float:
    """Return the seconds until the end is tried again."""
    listener = await hooks.record.listeners.by_id((await hooks.find()).listener_id)
    return (read_moment(listener.open_at) - hooks.wire.clock()).total_seconds()


async def test_pauses_grow_with_jitter_and_nothing_else_is_sent_meanwhile(hooks):
    await hooks.wire.publish("snow", "It snows.")
    hooks.end.planned = [500] * 6
    pauses: list[float] = []
    for _try in range(5):
        await hooks.deliver(seconds=pauses[-1] if pauses else 0)
        pauses.append(await waits(hooks))
    assert pauses == pytest.approx([5, 5, 10, 20, 40], abs=0.1)
    hooks.sender = hooks.begin(chance=lambda: 1.0)
    await hooks.deliver(seconds=pauses[-1])
    assert await waits(hooks) == pytest.approx(1.5 * 80, abs=0.5), "jitter"
    tried = len(hooks.end.tried)
    await hooks.wire.publish("ice", "It freezes.")
    await hooks.deliver(seconds=100)
    assert len(hooks.end.tried) == tried
    await hooks.deliver(seconds=30)
    assert hooks.end.types() == ["fact.published", "fact.published"]


async def test_an_end_says_itself_how_long_to_wait(hooks, subtests):
    for number, (asked, wait) in enumerate([
        ("7200", 7200), ("Thu, 26 Nov 2026 12:00:00 GMT", 86_400), ("9" * 400, 86_400), ("0", 5), ("soon", 5),
        ("Thu, 26 Nov 2009 12:00:00 GMT", 5), ("-1", 5), ("٣٠٠", 5),
    ]):  # fmt: skip
        with subtests.test(asked):
            hooks.end.planned = [says(429, Retry_After=asked)]
            await hooks.wire.publish(f"snow {number}", f"It snows {number}.")
            await hooks.deliver()
            assert await waits(hooks) == pytest.approx(wait, abs=0.1)
            await hooks.record.webhooks.go_on(await hooks.find(), by=ANN)
            await hooks.deliver()
            assert hooks.end.types() == ["fact.published"]


async def test_an_end_that_fails_for_a_week_is_paused_and_told_of_and_goes_on_where_it_stood(hooks):
    await hooks.wire.publish("snow", "It snows.")
    hooks.end.planned = [500] * 100
    for _try in range(40):
        await hooks.deliver(hours=6)
    hook = await hooks.find()
    assert hook.state is State.PAUSED
    (told,) = await hooks.told()
    assert told.startswith(
        f"Webhook 1 ({HOST}) is paused: its end has taken nothing for a week (it answered 500)."
    )
    tried = len(hooks.end.tried)
    await hooks.wire.publish("ice", "It freezes.")
    await hooks.deliver(days=9)
    assert len(hooks.end.tried) == tried and await hooks.told() == []
    hooks.end.planned = []
    assert await hooks.record.webhooks.go_on(hook, by=ANN)
    await hooks.deliver()
    assert [each.data["fact"]["statement"] for each in hooks.end.events] == ["It snows.", "It freezes."]
    assert hooks.end.events[0].id == hooks.end.tried[0], "what is repeated keeps its id"
    assert (await hooks.find()).failure is None


async def test_an_end_that_is_gone_is_told_of_and_nothing_is_sent_there_any_more(hooks):
    hooks.end.planned = [410]
    for name in ("a", "b"):
        await hooks.wire.publish(name, f"It snows {name}.")
    await hooks.deliver()
    (told,) = await hooks.told()
    assert told.startswith(f"Webhook 1 ({HOST}) has ended: its end says that it is gone (410).")
    await hooks.wire.publish("c", "It snows c.")
    await hooks.deliver(days=1)
    hook = await hooks.find()
    assert (len(hooks.end.tried), hook.state, hook.salt) == (1, State.STOPPED, "")


async def test_one_event_that_an_end_never_takes_is_left_out_after_an_hour_and_owners_are_told(hooks):
    """What is behind it is taken: so the event is what is refused, and no others wait for it."""

    async def refuses(request):
        poison = b"poison" in await request.read()
        return web.Response(status=500 if poison else 204)

    hooks.end.planned = [refuses] * 200
    await hooks.wire.publish("a", "It snows.")
    await hooks.wire.publish("b", "There is poison in it.")
    await hooks.wire.publish("c", "More poison is in it.")
    await hooks.wire.publish("d", "It freezes.")
    await hooks.wire.publish("e", "It thaws.")
    await hooks.deliver()
    for _minute in range(50):
        await hooks.deliver(minutes=1)
    assert [each.data["id"] for each in hooks.end.events] == ["F4.1"], "for an hour the order is kept"
    assert await hooks.told() == []
    await hooks.deliver(hours=2)
    assert [each.data["id"] for each in hooks.end.events] == ["F4.1", "F7.1", "F8.1"]
    (told,) = await hooks.told()
    assert "has not taken F5.1, F6.1 for an hour (it answered 500), but what came after it." in " ".join(
        told.split()
    )
    assert (await hooks.find()).failure is None
    tried = len(hooks.end.tried)
    await hooks.deliver(days=2)
    assert len(hooks.end.tried) == tried, "they are tried no more"


async def test_an_end_that_takes_nothing_loses_nothing_whatever_it_answers(hooks, subtests):
    for status in (400, 401, 403, 404, 413, 422, 429, 500, 503):
        with subtests.test(status=status):
            for name in ("snow", "ice", "rain"):
                await hooks.wire.publish(f"{name} {status}", f"It {name} {status}.")
            hooks.end.planned = [status] * 100
            for _day in range(8):
                await hooks.deliver(hours=7)
            hooks.end.planned = []
            await hooks.deliver(hours=12)
            statements = [each.data["fact"]["statement"] for each in hooks.end.events[-3:]]
            assert statements == [f"It {name} {status}." for name in ("snow", "ice", "rain")]
            assert await hooks.told() == []
