"""Operators' commands on a record in PostgreSQL, which `storage.url` names."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import operations
from bot.config import Settings
from bot.doctor import examine, machine
from bot.doctor.findings import Verdict
from bot.wiring import open_stocked
from storage.record import Record

pytestmark = pytest.mark.postgres


def settings(path: Path, url: str) -> Settings:
    return Settings.model_validate({"storage": {"path": str(path), "url": url}})


async def test_a_record_is_made_backed_up_and_looked_at(empty, tmp_path):
    asked = settings(tmp_path / "r.db", empty)
    assert f"{asked.storage.place}: schema" in await operations.migrate(asked)
    async with open_stocked(asked, lambda _title: None):
        pass
    copy = tmp_path / "copy.db"
    assert f"{asked.storage.place} backed up to {copy}" in await operations.back_up(asked, copy, force=False)
    found = await machine.record(asked)
    assert found.verdict is Verdict.OK and f"{asked.storage.place} is sound" in found.text
    assert not (tmp_path / "r.db").exists()
    sheets = [tmp_path / "one.toml", tmp_path / "two.toml"]
    await operations.export_file(asked, sheets[0], story="belarus", form="toml", force=False)
    alone = Settings.model_validate({"storage": {"path": str(copy)}})
    await operations.export_file(alone, sheets[1], story="belarus", form="toml", force=False)
    assert sheets[0].read_bytes() == sheets[1].read_bytes()
    opened = await Record.open(copy)
    assert (await opened.audit.verify()).problem is None
    await opened.close()


async def test_doctor_asks_all_that_can_be_asked_of_a_server(empty, tmp_path):
    asked = settings(tmp_path / "r.db", empty)
    async with open_stocked(asked, lambda _title: None):
        pass
    found = [each async for each in examine(asked)]
    assert not [each for each in found if each.verdict is Verdict.FAIL]
    assert "the chain holds" in next(each.text for each in found if each.subject == "audit")


async def test_a_server_that_is_away_is_told_without_the_password(tmp_path):
    asked = settings(tmp_path / "r.db", "postgresql://bot:hush@127.0.0.1:1/news")
    found = await machine.record(asked)
    assert found.verdict is Verdict.FAIL and "cannot be reached" in found.text and "hush" not in found.text
