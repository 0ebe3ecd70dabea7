"""`onrecord doctor` on this machine: owners, record, trail, disk; each failure says what to do."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta

from bot import operations
from bot.config import Settings
from bot.doctor import machine
from bot.doctor.findings import Verdict
from storage import record as records
from storage.engines import migrations
from tests.conftest import THEN
from tests.storage.engines.old_records import old_record


def settings(path, **more) -> Settings:
    return Settings.model_validate({"storage": {"path": str(path)}, **more})


def test_owners_are_counted_and_their_absence_is_told(tmp_path):
    assert "owners: 1" in machine.owners(settings(tmp_path / "r.db", owners=["telegram:1"])).text
    assert "no owners yet" in machine.owners(settings(tmp_path / "r.db")).text


async def test_a_record_that_is_not_there_yet(tmp_path):
    assert "the first start makes it" in (await machine.record(settings(tmp_path / "r.db"))).text
    missing = await machine.record(settings(tmp_path / "nowhere" / "r.db"))
    assert missing.verdict is Verdict.FAIL and "make it, or set storage.path" in missing.text
    assert machine.disk(settings(tmp_path / "nowhere" / "r.db")).verdict is Verdict.FAIL


async def test_a_sound_record_and_its_trail(record):
    asked = settings(record.database.path)
    assert "is sound" in (await machine.record(asked)).text
    assert "the chain holds" in (await machine.trail(asked)).text
    assert machine.disk(asked).verdict is Verdict.OK


async def test_an_upgraded_record_tells_of_its_old_file_and_its_old_hash(tmp_path):
    path = tmp_path / "record.db"
    head = old_record(path)
    asked = settings(path)
    assert machine.kept_copies(asked) is None
    done = await operations.migrate(asked)
    copy = f"{path}.before-0011-{head[:12]}"
    assert f"schema 10 before, {migrations.latest()} now\n{copy} is the record as it was" in done
    assert f"which chained the trail anew, it ended in {head[:16]}" in (await machine.trail(asked)).text
    found = machine.kept_copies(asked)
    assert found.verdict is Verdict.WARN and f"rm {copy}" in found.text
    assert "nothing to do" in await operations.migrate(asked)


async def test_a_trail_that_was_tampered_with(record):
    with closing(sqlite3.connect(record.database.path)) as connection:
        connection.execute("DROP TRIGGER audit_is_final")
        connection.execute("UPDATE audit SET actor = 'telegram:666' WHERE id = 1")
        connection.commit()
    finding = await machine.trail(settings(record.database.path))
    assert finding.verdict is Verdict.FAIL and "the chain is broken" in finding.text


async def test_a_trail_that_ends_in_the_future(record, monkeypatch, subtests):
    method = vars(records.Record)["open"].__func__
    asked = settings(record.database.path)
    for ahead, verdict in ((30, Verdict.OK), (86_400, Verdict.FAIL), (-86_400, Verdict.OK)):
        clock = THEN - timedelta(seconds=ahead)
        given = {**method.__kwdefaults__, "clock": lambda clock=clock: clock}
        monkeypatch.setattr(method, "__kwdefaults__", given)
        with subtests.test(ahead=ahead):
            finding = await machine.trail(asked)
            assert finding.verdict is verdict and "the chain holds" in finding.text
            assert ("86,400 s ahead" in finding.text) == (verdict is Verdict.FAIL)
            assert ("timedatectl" in finding.text) == (verdict is Verdict.FAIL)


async def test_a_file_that_is_no_record(tmp_path):
    path = tmp_path / "r.db"
    path.write_bytes(b"not a database" * 100)
    assert (await machine.record(settings(path))).verdict is Verdict.FAIL
    assert (await machine.trail(settings(path))).verdict is Verdict.SKIPPED


def test_a_disk_that_is_full(tmp_path, monkeypatch):
    monkeypatch.setattr(machine, "LEAST_FREE", 2**62)
    finding = machine.disk(settings(tmp_path / "r.db"))
    assert finding.verdict is Verdict.FAIL and "make room" in finding.text
