"""A process whose mode does not go with the others' waits for their end, and ends with clear words."""

from __future__ import annotations

import asyncio
import logging

import pytest

from bot import attendance
from bot.attendance import Attendance
from bot.config import Settings
from bot.errors import SettingsError
from storage.domain.errors import BusyRecord
from storage.domain.leases import Leases
from storage.engines.presence import Presence
from storage.notifying.processes import Processes
from storage.record import Record

LEASE = 0.6
TOKEN = "123456:" + "a" * 35


def settings(mode: str) -> Settings:
    webhook = {"webhook_url": "https://news.example/hook", "webhook_secret": "a-secret"}
    return Settings.model_validate({"telegram": {"token": TOKEN, "mode": mode, **webhook}})


@pytest.fixture
async def records(tmp_path, monkeypatch):
    monkeypatch.setattr(Presence, "show", lambda _self: None)
    monkeypatch.setattr(attendance, "LOOK", 0.05)
    opened = [await Record.open(tmp_path / "r.db", Leases(role=LEASE)) for _ in range(2)]
    yield opened
    for record in opened:
        await record.close()


async def test_another_mode_is_refused_while_the_other_lives(records, caplog):
    stop = asyncio.Event()
    first, second = Attendance(settings("polling"), records[0]), Attendance(settings("webhook"), records[1])
    await first.begin(stop)
    going_on = asyncio.create_task(first.go_on(stop))
    with pytest.raises(SettingsError) as refused:
        await second.begin(asyncio.Event())
    assert 'telegram.mode is "webhook" here' in str(refused.value)
    assert f"the process {records[0].processes.name} on the same record" in str(refused.value)
    assert any("Waiting up to" in entry.getMessage() for entry in caplog.records)
    stop.set()
    await going_on
    await second.begin(asyncio.Event())


async def test_one_that_was_killed_is_waited_for(records):
    await Attendance(settings("polling"), records[0]).begin(asyncio.Event())
    async with asyncio.timeout(20):
        await Attendance(settings("webhook"), records[1]).begin(asyncio.Event())
    assert [each.telegram for each in await records[1].processes.living()] == ["webhook"]


async def test_who_comes_back_and_finds_another_mode_ends(records):
    first = Attendance(settings("polling"), records[0])
    await first.begin(asyncio.Event())
    await records[0].processes.leave()
    await Attendance(settings("webhook"), records[1]).begin(asyncio.Event())
    with pytest.raises(SettingsError, match='"webhook"'):
        await first.go_on(asyncio.Event())


async def test_a_record_that_cannot_be_written_stops_nobody(records, monkeypatch, caplog):
    async def fail(_self, _mode):
        raise BusyRecord("busy")

    caplog.set_level(logging.WARNING)
    monkeypatch.setattr(Processes, "show", fail)
    await Attendance(settings("polling"), records[0]).begin(asyncio.Event())
    assert any("cannot be shown" in entry.getMessage() for entry in caplog.records)
