"""The turnstile: what discord.py really asks a real server for, paced, counted, and locked in time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import aiohttp
import discord
import pytest
from discord.http import Route

from bot.frontends.discord import request_rate
from bot.frontends.discord.refusals import outcome_of
from bot.frontends.discord.request_rate import (
    FEW_INVALID,
    MOST_INVALID,
    InvalidRequests,
    NotOurs,
    RequestRate,
    SendingStopped,
    in_background,
)
from bot.frontends.shared.send_rate import Turn
from bot.metrics import Metrics
from bot.notices.delivery_status import DeliveryStatus, Outcome
from tests.bot.frontends.discord.discord_end import MESSAGE, Far, connected, serving


class Seconds:
    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class Lanes:
    """Notes which lane each request takes, and that each turn is closed."""

    def __init__(self, pacer: Any) -> None:
        self.taken: list[str] = []
        self.open: list[Turn] = []
        self.well: list[bool] = []
        for lane in ("reply", "broadcast"):
            self._note(pacer, lane)
        on_response = pacer.on_response

        def note(turn: Turn, *, ok: bool) -> None:
            self.open.remove(turn)
            self.well.append(ok)
            on_response(turn, ok=ok)

        pacer.on_response = note

    def _note(self, pacer: Any, lane: str) -> None:
        take = getattr(pacer, lane)

        async def note() -> Turn:
            turn = await take()
            self.taken.append(lane)
            self.open.append(turn)
            return turn

        setattr(pacer, lane, note)


class Scene:
    def __init__(self, far: Far, seconds: Seconds, gate: RequestRate, client: discord.Client) -> None:
        self.far, self.seconds, self.gate, self.client = far, seconds, gate, client
        self.lanes = Lanes(gate.pacer)

    async def send(self, channel: int = 7) -> None:
        await self.client.get_partial_messageable(channel).send("x")


@asynccontextmanager
async def open_scene(monkeypatch: pytest.MonkeyPatch, metrics: Metrics | None = None) -> AsyncIterator[Scene]:
    seconds = Seconds()
    async with serving(monkeypatch) as far:
        gate = RequestRate(seconds, Route.BASE, metrics=metrics, sleep=seconds.sleep)
        async with connected(far, http_trace=gate.trace(), max_ratelimit_timeout=30) as client:
            yield Scene(far, seconds, gate, client)


@pytest.fixture
async def scene(monkeypatch) -> AsyncIterator[Scene]:
    async with open_scene(monkeypatch) as opened:
        yield opened


async def test_what_nobody_asked_for_takes_the_lane_of_broadcasts(scene: Scene):
    await scene.send()
    with in_background():
        await scene.send()
    await scene.send()
    assert scene.lanes.taken == ["reply", "broadcast", "reply"]
    assert scene.lanes.open == [] and scene.lanes.well == [True] * 3


async def test_each_repetition_passes_as_well(scene: Scene, monkeypatch):
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr("discord.http.asyncio.sleep", sleep)
    scene.far.planned = [(502, {}, {}), (429, {"Retry-After": "3"}, {"retry_after": 3}), (200, {}, MESSAGE)]
    with in_background():
        await scene.send()
    assert scene.lanes.taken == ["broadcast"] * 3 and scene.lanes.well == [False, False, True]
    assert len(scene.far.asked) == 3


async def test_answers_to_interactions_go_at_once(scene: Scene):
    scene.gate.pacer.on_retry_after(1000)
    session = aiohttp.ClientSession(trace_configs=[scene.gate.trace()])
    async with session:
        for path in (
            "/interactions/5/tok.en-1/callback",
            "/interactions/5/tok.en-1/callback?with_response=1",
            "/webhooks/2/tok/messages/@original",
            "/webhooks/2/t",
        ):
            await session.post(Route.BASE + path)
    assert scene.lanes.taken == [] and scene.seconds.slept == []


async def test_a_followup_of_discord_py_is_an_answer_too(scene: Scene):
    session = vars(scene.client.http)["_HTTPClient__session"]
    await discord.Webhook.partial(2, "token", session=session).send("x", wait=True)
    assert scene.far.asked == ["POST /webhooks/2/token"] and scene.lanes.taken == []


async def test_all_else_is_paced(monkeypatch, subtests):
    for path in ["/webhooks/2", "/interactions/5/tok/other", "/channels/7/messages"]:
        with subtests.test(path=path):
            async with open_scene(monkeypatch) as scene:
                async with aiohttp.ClientSession(trace_configs=[scene.gate.trace()]) as session:
                    await session.get(Route.BASE + path)
                assert scene.lanes.taken == ["reply"]


async def test_the_gateway_and_other_hosts_are_not_paced(scene: Scene):
    root = Route.BASE.removesuffix("/api")
    async with aiohttp.ClientSession(trace_configs=[scene.gate.trace()]) as session:
        await session.ws_connect(f"{Route.BASE}/gateway".replace("http", "ws"))
        await session.get(f"{root}/elsewhere")
        await session.get(f"{root}/apiary/channels/7")
    assert scene.lanes.taken == []


async def test_a_turn_ends_with_a_request_that_is_cancelled_or_breaks_off(scene: Scene):
    scene.far.stalled = asyncio.Event()
    sending = asyncio.create_task(scene.send())
    while not scene.far.asked:
        await asyncio.sleep(0.01)
    assert len(scene.lanes.open) == 1
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    assert scene.lanes.open == [] and scene.lanes.well == [False]


async def test_who_waits_for_a_turn_and_is_cancelled_asks_for_nothing(scene: Scene):
    never = asyncio.Event()
    scene.gate.pacer._sleep = lambda _seconds: cast("Any", never.wait())
    scene.gate.pacer.on_retry_after(10)
    sending = asyncio.create_task(scene.send())
    await asyncio.sleep(0.02)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    assert scene.far.asked == [] and scene.lanes.taken == []


async def test_a_429_slows_the_pace_and_a_global_one_stops_it(monkeypatch, subtests):
    for headers, stopped in [
        ({"X-RateLimit-Scope": "global", "Retry-After": "40"}, 40),
        ({"Retry-After": "40"}, 40),  # by the network in front of Discord
        ({"X-RateLimit-Scope": "user", "Retry-After": "40"}, 1),
        ({"X-RateLimit-Scope": "user", "Retry-After": "0.3"}, 0.3),
        ({"X-RateLimit-Scope": "shared", "Retry-After": "40"}, 0),
        ({"X-RateLimit-Scope": "global", "Retry-After": "soon"}, 1),
        ({"X-RateLimit-Scope": "global", "Retry-After": "inf"}, 1),
        ({"X-RateLimit-Scope": "global", "Retry-After": "nan"}, 1),
    ]:
        with subtests.test(headers=headers):
            async with open_scene(monkeypatch) as scene:
                full = scene.gate.pacer.rate
                scene.far.planned = [(429, headers, {"message": "slowly", "retry_after": 40.0})]
                with pytest.raises(discord.RateLimited):
                    await scene.send()
                assert (scene.gate.pacer.rate < full) is bool(stopped)
                before = scene.seconds.now
                await scene.send(8)
                assert scene.seconds.now - before == pytest.approx(stopped)


async def test_which_answers_count_as_invalid(monkeypatch, subtests):
    for status, headers, counted in [
        (401, {}, 1),
        (403, {}, 1),
        (429, {"X-RateLimit-Scope": "user", "Retry-After": "40"}, 1),
        (429, {"X-RateLimit-Scope": "shared", "Retry-After": "40"}, 0),
        (404, {}, 0),
        (400, {}, 0),
        (503, {}, 0),
    ]:
        with subtests.test(status=status, headers=headers):
            async with open_scene(monkeypatch) as scene:
                scene.far.planned = [(status, headers, {"retry_after": 40.0})]
                with pytest.raises(discord.DiscordException):
                    await scene.send()
                assert len(scene.gate._invalid) == counted


async def test_at_a_tenth_of_what_bans_sending_stops_and_the_operator_is_told_once(monkeypatch, caplog):
    monkeypatch.setattr(request_rate, "MOST_INVALID", 6)
    monkeypatch.setattr(request_rate, "FEW_INVALID", 3)
    metrics = Metrics(lambda: 0.0)
    async with open_scene(monkeypatch, metrics) as scene:
        for _each in range(6):
            scene.far.planned = [(403, {}, {"code": 50001})]
            with pytest.raises(discord.Forbidden):
                await scene.send()
            scene.seconds.now += 10
        asked = list(scene.far.asked)
        for _each in range(3):
            with pytest.raises(SendingStopped) as locked:
                await scene.send()
        # Three of six have left the ten minutes when the third has.
        assert locked.value.wait == pytest.approx(600 - 40)
        assert scene.far.asked == asked and scene.lanes.open == []
        (entry,) = [entry for entry in caplog.records if entry.name == "bot.frontends.discord.request_rate"]
        assert entry.levelname == "ERROR" and "6 requests" in entry.getMessage()
        assert list(metrics._troubles) == ["discord"]
        # What somebody has just asked for by a command is answered all the same.
        async with aiohttp.ClientSession(trace_configs=[scene.gate.trace()]) as session:
            assert (await session.post(f"{Route.BASE}/interactions/5/t/callback")).status == 200
        scene.seconds.now += locked.value.wait
        await scene.send()
        assert metrics._troubles == {"discord": ""}


async def test_who_waits_for_a_turn_when_it_is_locked_asks_for_nothing(scene: Scene, monkeypatch):
    async def lock(_seconds: float) -> None:
        scene.seconds.now += 10
        for _each in range(MOST_INVALID):
            scene.gate._count()

    scene.gate.pacer._sleep = lock
    scene.gate.pacer.on_retry_after(10)
    with pytest.raises(SendingStopped):
        await scene.send()
    assert scene.far.asked == [] and scene.lanes.open == []


def test_invalid_requests_are_forgotten_after_ten_minutes():
    seconds = Seconds()
    invalid = InvalidRequests(seconds)
    for _each in range(MOST_INVALID - 1):
        assert not invalid.add()
    seconds.now += 600
    assert len(invalid) == 0 and invalid.wait() == 0
    told = [invalid.add() for _each in range(MOST_INVALID + 40)]
    assert told.count(True) == 1 and told[MOST_INVALID - 1]
    assert invalid.wait() == 600
    for _second in range(601):
        seconds.now += 1
        if len(invalid) > FEW_INVALID:
            assert invalid.wait() > 0
    assert invalid.wait() == 0


def test_so_many_invalid_requests_are_a_tenth_of_what_bans():
    assert MOST_INVALID == 10_000 // 10


async def test_nothing_is_asked_for_once_another_process_may_have_the_gateway(monkeypatch):
    ours = [True]
    seconds = Seconds()
    async with serving(monkeypatch) as far:
        gate = RequestRate(seconds, Route.BASE, sleep=seconds.sleep, may_send=lambda: ours[0])
        async with connected(far, http_trace=gate.trace(), max_ratelimit_timeout=30) as client:
            scene = Scene(far, seconds, gate, client)
            await scene.send()
            ours[0] = False
            with pytest.raises(NotOurs) as refused:
                await scene.send()
            async with aiohttp.ClientSession(trace_configs=[gate.trace()]) as session:
                with pytest.raises(NotOurs):
                    await session.post(f"{Route.BASE}/interactions/5/token/callback", json={})
            assert len(far.asked) == 1
            assert outcome_of(refused.value) == Outcome(DeliveryStatus.LATER)
            assert scene.lanes.open == []
            ours[0] = True
            await scene.send()
            assert len(far.asked) == 2
