"""Secrets sign, are changed without a gap, and stand in no file of the record."""

from __future__ import annotations

import json

import pytest

from tests.bot.webhooks.hooks import open_hooks
from tests.bot.webhooks.receiver import HOST
from tests.bot.wire import ANN


@pytest.fixture
async def hooks(tmp_path):
    async with open_hooks(tmp_path) as opened:
        yield opened


async def test_a_new_secret_signs_and_for_a_day_the_former_one_too(hooks):
    (former,) = hooks.end.secrets
    fresh = await hooks.record.webhooks.renew(1, by=ANN)
    assert fresh != former and fresh.startswith("whsec_")
    for name, secrets in (("a", [fresh]), ("b", [former])):
        hooks.end.secrets = secrets
        await hooks.wire.publish(name, f"It snows {name}.")
        await hooks.deliver()
    hooks.wire.clock.go_on(days=1, seconds=1)
    hooks.end.secrets = [former]
    await hooks.wire.publish("c", "It snows c.")
    with pytest.raises(AssertionError):
        await hooks.deliver()
    assert hooks.end.faults == ["signed by nobody known"]


async def test_without_its_key_nothing_is_sent_and_the_owner_is_told_what_to_do(hooks):
    hooks.record.webhooks.keys.path.unlink()
    await hooks.wire.publish("snow", "It snows.")
    await hooks.deliver()
    (told,) = await hooks.told()
    assert "is paused: its secret cannot be made here; /webhook secret 1 makes a new one." in " ".join(
        told.split()
    )
    hooks.end.secrets = [await hooks.record.webhooks.renew(1, by=ANN)]
    await hooks.record.webhooks.go_on(await hooks.find(), by=ANN)
    await hooks.deliver()
    assert hooks.end.types() == ["fact.published"]


async def test_no_secret_is_in_the_file_the_trail_an_export_or_the_log(hooks, caplog):
    caplog.set_level("DEBUG", logger="bot")
    await hooks.wire.publish("snow", "It snows.")
    hooks.end.planned = [500, 204]
    await hooks.deliver()
    await hooks.deliver(hours=1)
    await hooks.record.webhooks.renew(1, by=ANN)
    webhook = await hooks.find()
    raw = [each.hex() for each in hooks.record.webhooks.secrets(webhook)]
    trail = json.dumps(
        [entry.model_dump(mode="json") for entry in await hooks.record.audit.listed(after=0, limit=500)]
    )
    assert "webhook 1" in trail and HOST in trail
    copy = hooks.record.database.path.with_name("copy.db")
    await hooks.record.database.backup(copy)
    for where in (trail, caplog.text, copy.read_bytes().decode("latin-1")):
        for secret in (*hooks.end.secrets, *(each[6:] for each in hooks.end.secrets), *raw):
            assert secret not in where
    assert "key=k1" not in trail and "key=k1" not in caplog.text, "nor is the address"
