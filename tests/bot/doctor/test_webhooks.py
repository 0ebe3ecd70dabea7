"""`onrecord doctor` on webhooks: how they stand, whether secrets can be made, and what to do where not."""

from __future__ import annotations

import os

import pytest

from bot.config import Settings
from bot.doctor import webhooks
from bot.doctor.findings import Verdict
from tests.bot.webhooks.hooks import open_hooks
from tests.bot.wire import ANN


@pytest.fixture
async def hooks(tmp_path):
    async with open_hooks(tmp_path) as opened:
        yield opened


async def examined(hooks):
    path = hooks.record.database.path
    return await webhooks.examine(Settings.model_validate({"storage": {"path": str(path)}}))


async def test_where_all_is_well_how_many_there_are_is_told(hooks):
    await hooks.add("https://hooks.example.org/")
    found = await examined(hooks)
    assert (found.verdict, found.text) == (Verdict.OK, "2 on")


async def test_where_there_are_none_nothing_is_told(hooks):
    await hooks.record.webhooks.stop(await hooks.find(), "enough", by=ANN)
    assert await examined(hooks) is None


async def test_without_a_sound_record_nothing_can_be_told(tmp_path):
    settings = Settings.model_validate({"storage": {"path": str(tmp_path / "none.db")}})
    found = await webhooks.examine(settings)
    assert found.verdict is Verdict.SKIPPED and "before the record is sound" in found.text


async def test_an_end_that_takes_nothing_is_named_with_what_it_answers(hooks):
    hooks.end.planned = [500]
    await hooks.wire.publish("snow", "It snows.")
    await hooks.deliver()
    found = await examined(hooks)
    assert found.verdict is Verdict.WARN
    assert found.text == "1 failing; not taken by 1 (it answered 500): see /webhook"


async def test_what_is_paused_waits_for_an_owner(hooks):
    await hooks.record.webhooks.pause(await hooks.find(), "its end is away.", by=ANN, told={})
    found = await examined(hooks)
    assert found.verdict is Verdict.WARN
    assert found.text == "1 paused; nothing is sent to 1 (its end is away.) until an owner sends /webhook on"


async def test_without_its_key_each_webhook_is_named_that_has_no_secret(hooks):
    hooks.record.webhooks.keys.path.unlink()
    await hooks.add("https://hooks.example.org/")
    found = await examined(hooks)
    key = hooks.record.webhooks.keys.path
    assert found.verdict is Verdict.FAIL
    assert found.text.endswith(f"put {key} back, or send /webhook secret and the number: 1")
    for secret in hooks.end.secrets:
        assert secret not in found.text


@pytest.mark.skipif(os.name == "nt", reason="files have no such modes there")
async def test_a_key_that_others_may_read_is_told_with_the_command_that_mends_it(hooks):
    key = hooks.record.webhooks.keys.path
    assert key.stat().st_mode & 0o077 == 0, "it is made for its owner alone"
    key.chmod(0o644)
    found = await examined(hooks)
    assert found.verdict is Verdict.WARN and found.text.endswith(f"chmod 600 {key}")
