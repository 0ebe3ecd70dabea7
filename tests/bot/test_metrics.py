"""What operators' programs look at: /metrics and /healthz over HTTP."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

from bot.commands import commands
from bot.commands.dispatch import Dispatcher
from bot.config import Settings
from bot.errors import SettingsError
from bot.metrics import STUCK, Metrics
from bot.notices.delivery_status import DeliveryStatus, Outcome
from bot.requests import Request
from bot.serving import _serve_metrics
from tests.bot.webhooks.hooks import open_hooks
from tests.bot.webhooks.receiver import HOST
from tests.bot.wire import ANN, Wire, open_wire


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def wire(tmp_path):
    async with open_wire(tmp_path) as opened:
        yield opened


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def address() -> str:
    return free_address()


def free_address() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"


@pytest_asyncio.fixture
async def metrics(wire: Wire, seconds: Seconds, address: str) -> AsyncIterator[Metrics]:
    served = Metrics(seconds)
    await served.start(address, wire.record)
    yield served
    await served.stop()


async def get(address: str, path: str) -> tuple[int, str, str]:
    async with aiohttp.ClientSession() as session, session.get(f"http://{address}{path}") as answer:
        return answer.status, await answer.text(), answer.headers["Content-Type"]


async def values(address: str) -> dict[str, float]:
    """Return the samples of /metrics by name and labels."""
    status, text, kind = await get(address, "/metrics")
    assert (status, kind.partition(";")[0]) == (200, "text/plain")
    lines = [line.rpartition(" ") for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _space, value in lines}


async def test_commands_are_counted_with_how_long_they_take(wire, metrics, seconds, address):
    dispatcher = Dispatcher(wire.record, commands, Settings(), seconds, metrics)
    for text in ("/who", "/who", "/stories", "/nosuch"):
        await dispatcher.answer(Request(text, "telegram:7", "telegram:7"))
    found = await values(address)
    assert found['onrecord_command_seconds_count{command="who"}'] == 2
    assert found['onrecord_command_seconds_count{command="stories"}'] == 1
    # What somebody makes up is no label.
    assert not any("nosuch" in name for name in found)


async def test_a_command_that_fails_is_counted_as_well(metrics, seconds, address):
    def fail() -> None:
        with metrics.command("why"):
            seconds.now += 3
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    found = await values(address)
    assert found['onrecord_command_seconds_sum{command="why"}'] == 3


async def test_deliveries_are_counted_by_outcome_and_the_outbox_by_state(wire, metrics, address):
    await wire.subscribe("telegram:1", "telegram:2", "telegram:3")
    await wire.set("telegram:3", cadence="daily")
    wire.far.planned["telegram:2"] = [Outcome(DeliveryStatus.FAILED, error="timed out")]
    wire.deliverer = wire.begin(metrics=metrics)
    await wire.publish("snow", "It snows.")
    await wire.deliver()
    wire.clock.go_on(seconds=1)
    found = await values(address)
    assert found['onrecord_deliveries_total{outcome="sent"}'] == 1
    assert found['onrecord_deliveries_total{outcome="failed"}'] == 1
    states = {"sent": 1, "failed": 1, "held": 1, "due": 0, "sending": 0, "given up": 0}
    for state, count in states.items():
        assert found[f'onrecord_outbox_depth{{state="{state}"}}'] == count
    assert found["onrecord_changes"] == await wire.record.audit.last() == 2


async def test_what_is_sent_to_webhooks_is_counted_and_how_they_stand(metrics, address, tmp_path):
    for how in ("on", "failing", "paused"):
        assert (await values(address))[f'onrecord_webhooks{{state="{how}"}}'] == 0
    (tmp_path / "hooks").mkdir()
    async with open_hooks(tmp_path / "hooks") as hooks:
        served = Metrics(lambda: 0.0)
        where = free_address()
        await served.start(where, hooks.record)
        hooks.sender = hooks.begin(metrics=served)
        hooks.end.planned = [500, 204, 204]
        for name in ("snow", "ice"):
            await hooks.wire.publish(name, f"It {name}s.")
        assert (await values(where))['onrecord_webhooks{state="on"}'] == 1
        await hooks.deliver()
        assert (await values(where))['onrecord_webhooks{state="failing"}'] == 1
        await hooks.deliver(hours=1)
        found = await values(where)
        assert found['onrecord_webhook_events_total{outcome="refused"}'] == 1
        assert found['onrecord_webhook_events_total{outcome="taken"}'] == 2
        assert found['onrecord_webhooks{state="failing"}'] == 0
        await hooks.record.webhooks.pause(await hooks.find(), "a rest", by=ANN, told={})
        found = await values(where)
        assert (found['onrecord_webhooks{state="on"}'], found['onrecord_webhooks{state="paused"}']) == (0, 1)
        assert not any(HOST in name for name in found), "no address is a label"
        await served.stop()


async def test_the_age_of_the_outbox_is_that_of_what_is_late(wire, metrics, address):
    assert (await values(address))["onrecord_outbox_age_seconds"] == 0
    await wire.subscribe("telegram:1")
    await wire.publish("snow", "It snows.")
    wire.clock.go_on(seconds=90)
    assert (await values(address))["onrecord_outbox_age_seconds"] == pytest.approx(90, abs=0.1)
    await wire.deliver()
    assert (await values(address))["onrecord_outbox_age_seconds"] == 0


@pytest.mark.parametrize("part", ["sender", "poller"])
async def test_health_fails_while_a_part_gives_no_sign_of_life(metrics, seconds, address, part):
    assert await get(address, "/healthz") == (200, "ok\n", "text/plain; charset=utf-8")
    other = {"sender": "poller", "poller": "sender"}[part]
    metrics.beat(part)
    metrics.beat(other)
    seconds.now += STUCK
    assert (await get(address, "/healthz"))[0] == 200
    seconds.now += 1
    metrics.beat(other)
    assert (await get(address, "/healthz"))[:2] == (503, f"stuck: {part}\n")
    metrics.beat(part)
    assert (await get(address, "/healthz"))[0] == 200


async def test_what_has_stopped_by_itself_is_named_and_is_no_reason_to_restart(metrics, address):
    metrics.cleared("discord")
    metrics.troubled("discord", "too many were refused")
    assert (await get(address, "/healthz"))[:2] == (200, "ok\ndiscord: too many were refused\n")
    assert (await values(address))['onrecord_stopped{part="discord"}'] == 1
    metrics.cleared("discord")
    assert (await get(address, "/healthz"))[:2] == (200, "ok\n")
    assert (await values(address))['onrecord_stopped{part="discord"}'] == 0


async def test_what_another_process_does_is_said_and_is_neither_stuck_nor_trouble(metrics, seconds, address):
    metrics.beat("poller")
    metrics.stands_by("poller")
    seconds.now += STUCK + 1
    said = "ok\npoller: another process does this; waiting\n"
    assert (await get(address, "/healthz"))[:2] == (200, said)
    metrics.works("poller")
    assert (await get(address, "/healthz"))[:2] == (200, "ok\n")


async def test_a_trail_that_ends_in_the_future_is_said(wire, metrics, address):
    wire.clock.go_on(days=1)
    await wire.publish("snow", "It snows.")
    wire.clock.go_on(days=-1)
    status, text, _kind = await get(address, "/healthz")
    assert status == 200 and text.startswith("ok\nclock: the last change is dated 2026-11-25T12:00:00")
    assert "onrecord doctor" in text


async def test_nothing_else_is_served_and_nothing_of_the_record(wire, metrics, address):
    assert (await get(address, "/"))[0] == 404
    assert (await get(address, "/metrics/../healthz/x"))[0] == 404
    text = (await get(address, "/metrics"))[1]
    assert "Ann" not in text and "flood" not in text


async def test_an_address_that_is_taken_is_told_as_a_setting(wire, metrics, address):
    with pytest.raises(SettingsError, match=r"metrics\.listen .* is taken"):
        await _serve_metrics(Metrics(lambda: 0.0), address, wire.record)


async def test_until_it_is_started_nothing_is_counted_and_stopping_it_does_no_harm():
    idle = Metrics(lambda: 0.0)
    with idle.command("who"):
        idle.delivered("sent")
    await idle.stop()
    assert idle.stuck() == []


async def test_health_tells_which_roles_this_process_holds(wire, metrics, address):
    assert "roles:" not in (await get(address, "/healthz"))[1]
    for role in ("telegram sender", "poller"):
        await wire.record.roles.take(role)
    status, text, _kind = await get(address, "/healthz")
    assert status == 200 and "roles: poller, telegram sender\n" in text
    await wire.record.roles.leave("poller")
    assert "roles: telegram sender\n" in (await get(address, "/healthz"))[1]
