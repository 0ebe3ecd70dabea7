"""A move that is cut short leaves one record, never two; the same command goes on from there."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from storage.domain.errors import (
    BusyRecord,
    MovedRecord,
    RecordError,
    Refused,
    UnreachableRecord,
    UnreadableRecord,
    UnwritableRecord,
)
from storage.moving.moving import move, unlock
from storage.moving.place import Where
from storage.record import Record
from tests.storage.moving.killed import STEPS
from tests.storage.moving.test_round_trip import opened, sheet, unseen

pytestmark = pytest.mark.postgres
ROOT = Path(__file__).parents[3]


def run(step: str, path: Path, url: str, target: str = "") -> subprocess.CompletedProcess[str]:
    """Move in a process that is killed at a step, if one is given."""
    command = [sys.executable, "-m", "tests.storage.moving.killed", step, str(path), url, target]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


def killed(step: str, path: Path, url: str, target: str = "") -> None:
    """Move in a process that is killed at a step."""
    ran = run(step, path, url, target)
    assert ran.returncode == -signal.SIGKILL, ran.stderr


async def usable(where: Where) -> bool:
    """Tell whether a place holds a record that can be opened and written to."""
    try:
        async with opened(where) as record, record.database.transaction() as tx:
            await tx.run("UPDATE story SET title = title")
    except UnreadableRecord:
        return False
    return True


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("back", [False, True], ids=["to the server", "to a file"])
async def test_a_kill_leaves_one_record_and_the_same_command_goes_on(full, empty, tmp_path, step, back):
    old, new = Where(full), Where(full, empty)
    exported = await sheet(old)
    if back:
        await move(old, new, unseen)
        old, new = new, Where(tmp_path / "back.db")
    killed(step, full, empty, str(new.path) if back else "")
    marked = step in STEPS[2:]
    assert await usable(old) is not marked
    assert await usable(new) is (step == STEPS[3])
    if marked:
        with pytest.raises(MovedRecord, match=r"cut short.*again"):
            async with opened(old):
                pass
    done = await move(old, new, unseen)
    assert (done.state is None) is (step == STEPS[3])
    assert await sheet(new) == exported
    assert not await usable(old)
    with pytest.raises(MovedRecord, match="was moved to"):
        async with opened(old):
            pass
    assert not list(tmp_path.glob("*.moving*")) and not list(tmp_path.glob("*.partial*"))


async def test_a_copy_that_does_not_fit_leaves_nothing(full, empty, tmp_path, monkeypatch):
    await move(Where(full), Where(full, empty), unseen)
    plain = sqlite3.connect

    def small(*given, **more):
        connection = plain(*given, **more)
        if str(given[0]).endswith(".partial"):
            connection.execute("PRAGMA max_page_count = 200")
        return connection

    with monkeypatch.context() as patch:
        patch.setattr(sqlite3, "connect", small)
        with pytest.raises(UnwritableRecord, match="is full: make room"):
            await move(Where(full, empty), Where(tmp_path / "back.db"), unseen)
    assert not list(tmp_path.glob("back*")) and await usable(Where(full, empty))


async def test_an_operator_may_go_on_with_the_old_one(full, empty):
    killed(STEPS[2], full, empty)
    assert not (await unlock(Where(full))).done
    assert await usable(Where(full)) and not await usable(Where(full, empty))


async def test_a_lost_connection_leaves_the_old_record_usable(full, empty, postgres):
    name = empty.partition("?")[0].rpartition("/")[2]

    def cut(done: int, total: int) -> None:
        if done > total // 2:
            postgres.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")

    exported = await sheet(Where(full))
    with pytest.raises(UnreachableRecord, match="was lost"):
        await move(Where(full), Where(full, empty), cut)
    assert await sheet(Where(full)) == exported and not await usable(Where(full, empty))
    await move(Where(full), Where(full, empty), unseen)
    back = full.with_name("back.db")
    with pytest.raises(UnreachableRecord, match="was lost"):
        await move(Where(full, empty), Where(back), cut)
    assert not back.exists() and not list(full.parent.glob("back*"))
    assert await usable(Where(full, empty))


@pytest.mark.parametrize(
    "failing", ["storage.engines.postgres.outcome.commit", "storage.moving.to_file.files.put_in_place"]
)
async def test_a_disk_that_is_full_at_the_end_leaves_the_old_record_usable(full, empty, monkeypatch, failing):
    async def refused(_link: object) -> None:
        raise psycopg.errors.DiskFull("no space left")

    def full_disk(_partial: Path, path: Path) -> None:
        if path.suffix == ".db":
            raise OSError(28, "No space left on device")

    old, new = Where(full), Where(full, empty)
    if "to_file" in failing:
        await move(old, new, unseen)
        old, new = new, Where(full.with_name("back.db"))
    with monkeypatch.context() as patch:
        patch.setattr(failing, full_disk if "to_file" in failing else refused)
        with pytest.raises((RecordError, psycopg.errors.DiskFull)):
            await move(old, new, unseen)
    assert await usable(old) and not await usable(new)


async def test_what_cannot_be_moved_is_refused_before_anything_is_touched(full, empty, tmp_path):
    here, there = Where(full), Where(full, empty)
    for new, kind, words in [
        (Where(tmp_path / "b.db"), Refused, "of one kind"),
        (Where(full, "postgresql://bot:hush@127.0.0.1:1/news"), UnreachableRecord, "cannot be reached"),
        (Where(full, f"{empty}&dbname=nowhere"), UnreadableRecord, "no such database"),
        (Where(full, "postgresql://bot:hush@a@b/news"), UnreadableRecord, "cannot be read"),
    ]:
        with pytest.raises(kind, match=words) as told:
            await move(here, new, unseen)
        assert "hush" not in str(told.value)
        assert await usable(here)
    async with opened(here):
        # The lock is the process's own: only another one is kept out.
        ran = await asyncio.to_thread(run, "", full, empty)
        assert ran.returncode == 1 and "is in use: stop the bot" in ran.stderr
    await move(here, there, unseen)
    taken = tmp_path / "taken.db"
    taken.write_text("something")
    for path in (taken, tmp_path / "nowhere" / "b.db"):
        with pytest.raises(Refused, match=r"is there already|no folder"):
            await move(there, Where(path), unseen)
    async with opened(there):
        with pytest.raises(BusyRecord, match="connections of OnRecord"):
            await move(there, Where(tmp_path / "b.db"), unseen)
    assert await usable(there) and taken.read_text() == "something"


async def test_a_database_that_holds_something_is_left_alone(full, empty):
    with psycopg.connect(empty) as connection:
        connection.execute("CREATE TABLE theirs (id INTEGER)")
    with pytest.raises(UnreadableRecord, match="other tables"):
        await move(Where(full), Where(full, empty), unseen)
    with psycopg.connect(empty) as connection:
        connection.execute("DROP TABLE theirs")
    # One that a first start, or a migration, has made ready holds nothing yet.
    await (await Record.open(full, url=empty)).close()
    await move(Where(full), Where(full, empty), unseen)
    assert await usable(Where(full, empty))


async def test_a_text_that_the_server_cannot_keep_is_named(full, empty):
    async with opened(Where(full)) as record, record.database.transaction() as tx:
        await tx.run("UPDATE called SET name = ?", ("nul \0 here",))
    with pytest.raises(Refused, match="called: A text holds a character"):
        await move(Where(full), Where(full, empty), unseen)
    assert await usable(Where(full)) and not await usable(Where(full, empty))
