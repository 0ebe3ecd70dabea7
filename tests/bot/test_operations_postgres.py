"""Operators' commands on a record in PostgreSQL, which `storage.url` names."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot import operations
from bot.cli import moving
from bot.config import Settings
from bot.doctor import examine, machine
from bot.doctor.findings import Verdict
from bot.errors import UserError
from bot.wiring import open_bot, open_stocked
from storage.domain.errors import MovedRecord
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


async def test_a_record_is_moved_there_and_back(stocked, empty, tmp_path):
    path, back = tmp_path / "r.db", tmp_path / "back.db"
    shutil.copyfile(stocked, path)
    here, there = Settings.model_validate({"storage": {"path": str(path)}}), settings(path, empty)
    assert (await moving.move(here, empty, rehearse=True)).startswith(
        "Nothing was changed. A move would do this"
    )
    done = await moving.move(here, empty)
    assert f"{path}: moved to postgresql://" in done and "64 facts" in done and "set storage.url to" in done
    with pytest.raises(MovedRecord, match=r"set storage\.url to where it is now"):
        async with open_bot(here, lambda _title: None):
            pass
    found = await machine.record(here)
    assert found.verdict is Verdict.FAIL and "was moved to postgresql://" in found.text
    assert "set storage.path to" in await moving.move(there, str(back))
    with pytest.raises(MovedRecord, match=r"set storage\.path to where it is now"):
        await operations.migrate(there)
    told = await moving.unlock(there)
    assert f"is a record again. Nothing that changed in {back} since" in told
    assert (await machine.record(there)).verdict is Verdict.OK
    with pytest.raises(UserError, match="--to should be a file, or the address"):
        await moving.move(there, "mysql://db.example.org/news")


async def test_a_backup_is_restored_there(stocked, empty, tmp_path):
    there = settings(tmp_path / "r.db", empty)
    told = await moving.restore(there, stocked)
    assert "64 facts" in told
    # Nothing there knows what was taken down meanwhile.
    assert "Take it down again before the bot starts" in told
    assert (await machine.trail(there)).verdict is Verdict.OK
