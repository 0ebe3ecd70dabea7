"""A backup in the place of a record: by `onrecord restore`, and by hand beside what a killed process left."""

from __future__ import annotations

import asyncio
import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from tests.acceptance.conftest import Launch
from tests.acceptance.forked import Program
from tests.acceptance.process import complaint, contents, environment, onrecord

RETRACTION = ("/retract F13 It was told wrongly", "/confirm")


def backed_up(folder: Path) -> Path:
    """Make a backup of the record in a folder."""
    ran = onrecord("backup", "monday.db", folder=folder)
    assert ran.returncode == 0, ran.stderr
    return folder / "monday.db"


def killed_after_a_change(folder: Path) -> None:
    """Let a moderator retract F13, and end the process as a power cut does: the change is only in the WAL."""
    streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with Program(("chat", "--as", "owner"), cwd=folder, env=environment(), **streams) as process:
        assert process.stdin and process.stdout
        process.stdin.write("\n".join(RETRACTION) + "\n")
        process.stdin.flush()
        assert any("is retracted" in line for line in process.stdout)
        process.kill()
    assert (folder / "onrecord.db-wal").stat().st_size > 0


def shows_retracted(folder: Path) -> bool:
    ran = onrecord("chat", folder=folder, given="/fact F13\n")
    assert (ran.returncode, ran.stderr) == (0, "")
    return "retracted" in ran.stdout


def test_a_backup_takes_the_place_of_a_killed_record_which_is_kept_whole(folder: Path) -> None:
    backup = backed_up(folder)
    killed_after_a_change(folder)
    ran = onrecord("restore", "monday.db", folder=folder)
    assert ran.returncode == 0 and "restored from monday.db" in ran.stdout, ran
    assert not shows_retracted(folder)
    (kept,) = folder.glob("onrecord.db.replaced-*Z")
    assert kept.name in ran.stdout
    # What stood there holds what its WAL held, and can itself be restored.
    assert onrecord("restore", kept.name, folder=folder).returncode == 0
    assert shows_retracted(folder)
    assert contents(backup) and not list(folder.glob("*.restoring*"))


def test_a_backup_copied_over_a_killed_record_is_refused_and_then_put_right(folder: Path) -> None:
    backup = backed_up(folder)
    killed_after_a_change(folder)
    path, wal = folder / "onrecord.db", folder / "onrecord.db-wal"
    shutil.copyfile(backup, path)
    before = path.read_bytes(), wal.read_bytes()
    for command in (("chat",), ("migrate",), ("import", "nothing.toml"), ("backup", "tuesday.db")):
        (folder / "nothing.toml").write_text("", encoding="utf-8")
        said = complaint(onrecord(*command, folder=folder, given="/who\n"))
        assert "must not be mixed" in said and "onrecord restore onrecord.db" in said
        assert (path.read_bytes(), wal.read_bytes()) == before
    assert "FAIL  record" in onrecord("doctor", folder=folder).stdout
    assert onrecord("restore", "onrecord.db", folder=folder).returncode == 0
    assert not shows_retracted(folder)
    assert onrecord("doctor", folder=folder).returncode == 0
    # The second start finds no mark any more, and a WAL of its own is as good as any.
    killed_after_a_change(folder)
    assert shows_retracted(folder)


def test_what_cannot_be_restored_changes_nothing(folder: Path, subtests: pytest.Subtests) -> None:
    backup = backed_up(folder)
    whole, before = backup.read_bytes(), (folder / "onrecord.db").read_bytes()
    for harm, data, expected in [
        ("cut", whole[: len(whole) // 2], "is damaged or is not a record"),
        ("overwritten", whole[:8192] + b"\xff" * 40_000 + whole[48_192:], "is damaged"),
        ("text", b"dear diary\n" * 100, "is damaged or is not a record"),
        ("empty", b"", "is empty"),
        ("newer", whole[:60] + (9999).to_bytes(4, "big") + whole[64:], "made by a newer OnRecord"),
    ]:
        with subtests.test(harm=harm):
            backup.write_bytes(data)
            said = complaint(onrecord("restore", "monday.db", folder=folder))
            assert expected in said and "monday.db" in said and ".restoring" not in said
            assert (folder / "onrecord.db").read_bytes() == before
            assert {item.name for item in folder.iterdir()} == {"onrecord.db", "monday.db"}
    assert "no backup no.db" in complaint(onrecord("restore", "no.db", folder=folder))
    assert "the record itself" in complaint(onrecord("restore", "onrecord.db", folder=folder))


def test_a_record_is_not_restored_from_itself(folder: Path) -> None:
    path = backed_up(folder).rename(folder / "onrecord.db")
    (folder / "second.db").hardlink_to(path)
    (folder / "folder.db").mkdir()
    os.mkfifo(folder / "pipe.db")
    before = path.read_bytes(), {item.name for item in folder.iterdir()}
    for name, told in (
        ("onrecord.db", "the record itself"),
        ("second.db", "the record itself"),
        ("folder.db", "folder.db is a folder"),
        ("pipe.db", "pipe.db is a pipe"),
    ):
        assert told in complaint(onrecord("restore", name, folder=folder))
    assert (path.read_bytes(), {item.name for item in folder.iterdir()}) == before


def test_a_record_that_is_lost_is_restored(folder: Path) -> None:
    backed_up(folder)
    (folder / "onrecord.db").unlink()
    ran = onrecord("restore", "monday.db", folder=folder)
    assert ran.returncode == 0 and "kept" not in ran.stdout
    assert stat.S_IMODE((folder / "onrecord.db").stat().st_mode) == 0o600
    assert not shows_retracted(folder)


async def test_a_running_bot_is_not_restored_over(launch: Launch, tmp_path: Path, stocked: Path) -> None:
    shutil.copyfile(stocked, tmp_path / "record.db")
    bot = await launch(storage={"path": "record.db"})
    run = ("--config", "config.toml")
    assert onrecord("backup", "monday.db", *run, folder=tmp_path).returncode == 0
    before = (tmp_path / "record.db").read_bytes()
    said = complaint(onrecord("restore", "monday.db", *run, folder=tmp_path))
    assert "in use" in said and "stop the bot" in said
    assert (tmp_path / "record.db").read_bytes() == before and not list(tmp_path.glob("*replaced*"))
    await bot.kill()
    assert onrecord("restore", "monday.db", *run, folder=tmp_path).returncode == 0


async def test_a_bot_whose_record_is_replaced_by_hand_ends_and_says_so(
    launch: Launch, tmp_path: Path, stocked: Path
) -> None:
    shutil.copyfile(stocked, tmp_path / "record.db")
    bot = await launch()
    shutil.copyfile(stocked, tmp_path / "other.db")
    (tmp_path / "other.db").replace(tmp_path / "record.db")
    assert await asyncio.wait_for(bot.ended(), 20) == 1
    assert "is not the file that was opened" in bot.log


async def test_a_bot_whose_record_is_damaged_while_it_runs_ends_and_says_so(
    launch: Launch, tmp_path: Path, stocked: Path
) -> None:
    shutil.copyfile(stocked, tmp_path / "record.db")
    bot = await launch()
    with (tmp_path / "record.db").open("r+b") as file:
        file.seek(1024)
        file.write(b"\xa5" * (tmp_path / "record.db").stat().st_size)
    assert await asyncio.wait_for(bot.ended(), 20) == 1
    assert "is damaged" in bot.log and bot.log.count("is damaged") < 10


async def test_a_backup_copied_over_the_record_of_a_running_bot_is_noticed_and_not_mixed_with_it(
    launch: Launch, tmp_path: Path, stocked: Path
) -> None:
    path, run = tmp_path / "record.db", ("--config", "config.toml")
    shutil.copyfile(stocked, path)
    bot = await launch(storage={"path": "record.db"})
    assert onrecord("backup", "monday.db", *run, folder=tmp_path).returncode == 0
    backup = (tmp_path / "monday.db").read_bytes()
    commands = "\n".join(RETRACTION)
    assert onrecord("chat", "--as", "owner", *run, folder=tmp_path, given=f"{commands}\n").returncode == 0
    with path.open("r+b") as file:
        file.write(backup)
        file.truncate(len(backup))
    assert await asyncio.wait_for(bot.ended(), 20) == 1
    assert "was written over while it was open" in bot.log
    # The last changes stand in the WAL still: neither they nor the backup are lost or mixed.
    assert path.read_bytes() == backup
    assert "must not be mixed" in complaint(onrecord("chat", *run, folder=tmp_path, given="/who\n"))
    assert onrecord("restore", "record.db", *run, folder=tmp_path).returncode == 0
    shown = onrecord("chat", *run, folder=tmp_path, given="/fact F13\n")
    assert "retracted" not in shown.stdout and not shown.stderr
