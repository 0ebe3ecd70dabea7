"""A change made while the clock was a day ahead: the real process tells it, and what follows it, at once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from storage.domain.changes import Publish
from storage.domain.clock import utc_now
from storage.domain.entries import FactEntry
from storage.record import Record
from storage.trail.audit import Actor
from tests.acceptance.conftest import emulator
from tests.acceptance.far_ends import TelegramEnd
from tests.acceptance.process import RunningBot, onrecord
from tests.broadcasts import publish, stock


async def publish_ahead(path: Path, statement: str) -> None:
    """Put a fact on record by a clock that is a day ahead."""
    said = {"speaker": "Ann Example", "cue": "said that", "source": {"title": "A report"}}
    fact = FactEntry.model_validate({"statement": statement, "attributions": [said]})
    record = await Record.open(path, clock=lambda: utc_now() + timedelta(days=1))
    try:
        await record.ledger.make(Publish(story_id=1, fact=fact), by=Actor("tests"))
    finally:
        await record.close()


async def test_a_clock_that_was_ahead_holds_nothing_up_and_is_told(tmp_path):
    path = tmp_path / "record.db"
    async with emulator(asyncio.Event()) as api:
        chat = api.private(api.user("Alice"))
        await stock(path, [chat.id])
        await publish_ahead(path, "the court has closed")
        bot = RunningBot([TelegramEnd(api)], tmp_path)
        await bot.start()
        assert "the court has closed" in (await chat.next_message()).text
        await publish(path, "the court has opened again")
        assert "the court has opened again" in (await chat.next_message()).text
        doctor = onrecord("doctor", folder=tmp_path)
        assert doctor.returncode == 1 and "s ahead" in doctor.stdout and "timedatectl" in doctor.stdout
        assert "lies in the future" in onrecord("outbox", folder=tmp_path).stdout
        assert await bot.stop() == 0
        bot.check_log()
        assert api.violations == []
