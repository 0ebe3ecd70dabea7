"""The worker process that finds attributions: its bounds, and that it is started anew."""

import asyncio
from pathlib import Path

import pytest

from bot.errors import UserError
from bot.intake.finding.finder import Finder

TEXT = "Ann Reed, the harbour master, said on Tuesday that the gate had been left open."


async def test_texts_are_read_one_after_another_by_one_worker() -> None:
    async with Finder() as finder:
        first = await finder.find(TEXT, [(0, len(TEXT))])
        worker = finder._worker
        second = await finder.find(TEXT, [(0, len(TEXT))])
        assert finder._worker is worker
    assert [each.speaker.name for each in first.drafts] == ["Ann Reed"]
    assert first == second
    assert worker.returncode is not None


async def test_a_text_that_takes_too_long_is_refused_and_the_next_one_is_read() -> None:
    async with Finder(longest=0.001) as finder:
        with pytest.raises(UserError, match="time and memory"):
            await finder.find(TEXT, [(0, len(TEXT))])
        finder._longest = 60
        assert (await finder.find(TEXT, [(0, len(TEXT))])).drafts


async def test_a_worker_that_dies_is_told_and_the_next_text_is_read() -> None:
    async with Finder() as finder:
        await finder.find(TEXT, [(0, len(TEXT))])
        finder._worker.kill()
        with pytest.raises(UserError, match="time and memory"):
            await finder.find(TEXT, [(0, len(TEXT))])
        assert (await finder.find(TEXT, [(0, len(TEXT))])).drafts


async def test_no_secret_reaches_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONRECORD_TELEGRAM__TOKEN", "123:secret")
    async with Finder() as finder:
        await finder.find(TEXT, [(0, len(TEXT))])
        environment = await asyncio.to_thread(Path(f"/proc/{finder._worker.pid}/environ").read_bytes)
    assert b"secret" not in environment
