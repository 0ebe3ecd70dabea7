"""What operators' commands write: files of their owner alone, whole or not at all, over nothing strange."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import operations
from bot.config import Settings
from bot.doctor import machine
from bot.doctor.findings import Verdict
from bot.errors import UserError
from storage.record import Record


def settings(path: Path) -> Settings:
    return Settings.model_validate({"storage": {"path": str(path)}})


def mode(path: Path) -> str:
    return oct(stat.S_IMODE(path.stat().st_mode))


async def export(record: Record, target: Path, *, force: bool = False) -> str:
    asked = settings(record.database.path)
    return await operations.export_file(asked, target, story="belarus", form="toml", force=force)


async def back_up(record: Record, target: Path, *, force: bool = False) -> str:
    return await operations.back_up(settings(record.database.path), target, force=force)


WRITING = {"export": export, "backup": back_up}


@pytest.fixture(params=[0o000, 0o777], ids=["umask of 000", "umask of 777"])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.mark.usefixtures("umask")
async def test_every_file_is_its_owners_alone_whatever_the_umask(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    asked = settings(path)
    record = await Record.open(path)
    try:
        await operations.export_file(asked, tmp_path / "a.toml", story=None, form="toml", force=False)
        await operations.export_file(asked, tmp_path / "a.toml", story=None, form="toml", force=True)
        await operations.back_up(asked, tmp_path / "b.db", force=False)
        await operations.restore(settings(tmp_path / "c.db"), tmp_path / "b.db")
        assert {item.name: mode(item) for item in tmp_path.iterdir()} == dict.fromkeys(
            ("new.db", "new.db-wal", "new.db-shm", "a.toml", "b.db", "c.db"), "0o600"
        )
    finally:
        await record.close()


async def test_what_is_no_plain_file_is_not_written_over(record: Record, tmp_path: Path, subtests) -> None:
    whole = tmp_path / "whole.txt"
    whole.write_text("mine", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(whole)
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    (tmp_path / "folder link").symlink_to(tmp_path / "folder")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "hard link").hardlink_to(record.database.path)
    names = ["folder", "link", "dangling", "folder link", "pipe", "hard link", "record.db", "record.db-wal"]
    before = {item.name: item.lstat().st_ino for item in tmp_path.iterdir()}
    for command, write in WRITING.items():
        for target in [*(tmp_path / name for name in names), Path("/dev/null")]:
            with subtests.test(command=command, target=target.name):
                with pytest.raises(UserError, match=r"name (a|another) file") as refused:
                    await write(record, target, force=True)
                assert len(str(refused.value)) < 200 + len(str(target))
    assert {item.name: item.lstat().st_ino for item in tmp_path.iterdir()} == before
    assert whole.read_text(encoding="utf-8") == "mine"


async def test_a_backup_is_not_written_beside_the_wal_of_another_record(
    record: Record, tmp_path: Path
) -> None:
    (tmp_path / "old.db-wal").write_bytes(b"x")
    with pytest.raises(UserError, match="in use, or one that was killed"):
        await back_up(record, tmp_path / "old.db", force=True)
    assert not (tmp_path / "old.db").exists()


async def test_a_file_that_exists_is_replaced_only_by_force_and_a_link_left_in_the_way_is_not_followed(
    record: Record, tmp_path: Path, subtests
) -> None:
    theirs = tmp_path / "theirs"
    theirs.write_text("theirs", encoding="utf-8")
    for command, write in WRITING.items():
        with subtests.test(command=command):
            target = tmp_path / f"{command}.out"
            target.write_text("old", encoding="utf-8")
            target.chmod(0o644)
            with pytest.raises(UserError, match="--force"):
                await write(record, target)
            assert target.read_text(encoding="utf-8") == "old"
            (tmp_path / f"{command}.out.partial").symlink_to(theirs)
            await write(record, target, force=True)
            assert mode(target) == "0o600" and target.stat().st_size > 1_000
            assert theirs.read_text(encoding="utf-8") == "theirs"


async def test_doctor_names_a_record_that_others_may_read(record: Record) -> None:
    path = record.database.path
    for item in (path, path.with_name("record.db-wal"), path.with_name("record.db-shm")):
        item.chmod(0o600)
    assert machine.record_rights(settings(path)).verdict is Verdict.OK
    path.chmod(0o640)
    finding = machine.record_rights(settings(path))
    assert finding.verdict is Verdict.WARN and finding.text.endswith(f"chmod 600 {path}")


def test_doctor_names_a_settings_file_that_holds_a_token_and_that_others_may_read(
    tmp_path: Path, subtests
) -> None:
    config = tmp_path / "my config.toml"
    for text, rights, expected in [
        ("[telegram]\ntoken = '123:x'\n", 0o644, Verdict.WARN),
        ("[discord]\ntoken = 'a.b.c'\n", 0o604, Verdict.WARN),
        ("[telegram]\nwebhook_secret = 'x'\n", 0o640, Verdict.WARN),
        ("[telegram]\ntoken = '123:x'\n", 0o600, Verdict.OK),
        ("[telegram]\nmode = 'polling'\ntoken = ''\n", 0o644, Verdict.OK),
    ]:
        with subtests.test(text=text, rights=oct(rights)):
            config.write_text(text, encoding="utf-8")
            config.chmod(rights)
            finding = machine.settings_rights(config)
            assert finding.verdict is expected and "123:x" not in finding.text
            assert expected is Verdict.OK or finding.text.endswith("my config.toml'")
    assert machine.settings_rights(None).verdict is Verdict.OK
