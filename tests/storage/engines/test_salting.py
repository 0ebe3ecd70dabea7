"""A record whose trail was chained over texts is chained over salted digests; its old file is kept, once."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from storage.domain.errors import UnreadableRecord
from storage.domain.models import Action
from storage.engines import files, migrations
from storage.record import Record
from storage.restoring import restore
from tests.conftest import KILLS
from tests.storage.conftest import Ticking
from tests.storage.engines.old_records import UNSALTED, downgrade, make_file, old_record
from tests.storage.engines.test_earlier_versions import fill
from tests.storage.making import content, exported, publish

pytestmark = pytest.mark.sqlite


@pytest.fixture
def old(path: Path) -> Path:
    """A file of the version before, as that version itself wrote it."""
    old_record(path)
    return path


def trail_of(path: Path) -> list[tuple]:
    with closing(sqlite3.connect(path)) as raw:
        return raw.execute(
            "SELECT id, at, actor, action, subject, before, after, reason FROM audit"
        ).fetchall()


def tampered(path: Path, statement: str) -> None:
    """Change a file as somebody may who knows SQL, and leaves no trace in its schema."""
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        triggers = raw.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _sql in triggers:
            raw.execute(f"DROP TRIGGER {name}")
        raw.execute(statement)
        for _name, sql in triggers:
            raw.execute(sql)


def head_of(path: Path) -> str:
    with closing(sqlite3.connect(path)) as raw:
        return raw.execute("SELECT hash FROM audit ORDER BY id DESC LIMIT 1").fetchone()[0]


async def test_a_record_of_the_version_before_is_chained_anew(old):
    before, head, whole = trail_of(old), head_of(old), content(old)
    record = await Record.open(old, clock=Ticking())
    try:
        assert trail_of(old)[:-1] == before
        found = await record.audit.verify()
        assert (found.problem, found.entries) == (None, len(before) + 1)
        assert found.earlier == (len(before) + 1, head)
        (last,) = await record.audit.page(limit=1)
        assert (last.action, last.after) == (Action.RECHAINED, {"entries": len(before), "head": head})
        assert await record.database.check() == []
        assert [each.number for each in await record.facts.revisions(1)] == [1, 2]
        await publish(record, "new", "it thawed")
        assert (await record.audit.verify()).problem is None
    finally:
        await record.close()
    (kept,) = migrations.copies_before(old)
    assert kept.name == f"record.db.before-0011-{head[:12]}"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert content(kept) == whole


async def test_each_text_has_a_salt_of_its_own_and_nothing_else_has(old):
    await (await Record.open(old, clock=Ticking())).close()
    with closing(sqlite3.connect(old)) as raw:
        salts = []
        for table, texts in (("audit", ("before", "after", "reason")), ("revision", ("state", "reason"))):
            for text in texts:
                odd = f"({text} IS NULL) <> ({text}_salt IS NULL) OR {text}_digest IS NOT NULL"
                assert raw.execute(f"SELECT count(*) FROM {table} WHERE {odd}").fetchone() == (0,)
                salts += raw.execute(f"SELECT {text}_salt FROM {table} WHERE {text} IS NOT NULL").fetchall()
    assert {len(salt) for (salt,) in salts} == {16}
    assert len(set(salts)) == len(salts) > 10


async def test_an_empty_trail_needs_no_entry_and_no_copy(path):
    make_file(path, UNSALTED)
    record = await Record.open(path, clock=Ticking())
    try:
        assert (await record.audit.verify()).entries == 0
    finally:
        await record.close()
    assert migrations.copies_before(path) == []


async def test_a_broken_chain_is_refused_by_the_old_rules_and_left_as_it_was(old, subtests):
    changed = "was changed after it was written"
    for statement, wrong in [
        ("UPDATE audit SET actor = 'x' WHERE id = 2", f"entry 2 {changed}"),
        ("UPDATE audit SET reason = 'x' WHERE id = 2", f"entry 2 {changed}"),
        ("UPDATE audit SET story_id = 'x' WHERE id = 2", f"entry 2 {changed}"),
        ("UPDATE audit SET after = x'00' WHERE id = 2", "entry 2 holds what no version has written"),
        ("DELETE FROM audit WHERE id = 3", "entry 3 is missing"),
        ("UPDATE audit SET previous = hash WHERE id = 2", "entry 2 does not follow from the entry before it"),
        (
            "UPDATE revision SET state = '{}' WHERE fact_id = 1 AND number = 1",
            "entry 1 does not agree with the revisions that it made",
        ),
        (
            "UPDATE revision SET audit_id = 99 WHERE fact_id = 3 AND number = 1",
            "entry 2 does not agree with the revisions that it made",
        ),
        ("UPDATE fact SET revision = 1 WHERE id = 1", "F1 has revisions that no entry made"),
    ]:
        with subtests.test(statement=statement):
            path = Path(shutil.copyfile(old, old.with_name("broken.db")))
            tampered(path, statement)
            before = content(path)
            with pytest.raises(UnreadableRecord) as refusal:
                await Record.open(path)
            assert str(refusal.value) == (
                f"{path} cannot be brought up to date, for its audit trail is broken: {wrong}. It was left as"
                " it was: restore a backup in its place (onrecord restore FILE)"
            )
            assert content(path) == before
            assert migrations.copies_before(path) == []


async def test_a_backup_of_the_version_before_can_be_restored_and_leaves_no_second_copy(old, tmp_path):
    backup = Path(shutil.copyfile(old, tmp_path / "backup.db"))
    with closing(sqlite3.connect(backup)) as raw:
        raw.execute("PRAGMA journal_mode = DELETE")
    target = tmp_path / "other" / "record.db"
    target.parent.mkdir()
    done = await restore(backup, target)
    assert done.entries == len(trail_of(old)) + 1
    assert [item.name for item in target.parent.iterdir()] == ["record.db"]
    tampered(backup, "UPDATE audit SET actor = 'x' WHERE id = 2")
    with pytest.raises(UnreadableRecord, match=r"is broken: entry 2 was changed .*: name another"):
        await restore(backup, target)


async def test_without_a_copy_of_the_old_file_nothing_changes(old, monkeypatch):
    def full(*_given: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    before = content(old)
    with monkeypatch.context() as patched:
        patched.setattr(files, "put_in_place", full)
        with pytest.raises(sqlite3.OperationalError, match="full"):
            await Record.open(old)
    assert content(old) == before
    assert migrations.copies_before(old) == []


async def test_migrated_again_it_is_the_same_file_that_is_kept(old):
    """A kill between the copy and the commit leaves the copy."""
    again = Path(shutil.copyfile(old, old.with_name("again.db")))
    for _attempt in range(2):
        shutil.copyfile(again, old)
        for each in (old.with_name(f"{old.name}-wal"), old.with_name(f"{old.name}-shm")):
            each.unlink(missing_ok=True)
        await (await Record.open(old, clock=Ticking())).close()
    assert len(migrations.copies_before(old)) == 1


# The moments at which the migration is killed: a number of steps of its work, spread over all of it.
STEPS = 40


@pytest.mark.slow
async def test_killed_at_any_point_it_begins_anew(tmp_path, subtests):
    present, made = tmp_path / "present.db", tmp_path / "made.db"
    await fill(present, tmp_path)
    downgrade(present, made, UNSALTED)
    trail, head = trail_of(made), head_of(made)
    for number in range(min(KILLS * 2, STEPS)):
        with subtests.test(number=number):
            path = Path(shutil.copyfile(made, tmp_path / f"{number}.db"))
            child = multiprocessing.get_context("fork").Process(
                target=_open_and_die, args=(path, number * STEPS // min(KILLS * 2, STEPS))
            )
            child.start()
            child.join()
            assert child.exitcode == 9
            with closing(sqlite3.connect(path)) as raw:
                version = raw.execute("PRAGMA user_version").fetchone()[0]
            assert version == UNSALTED
            assert trail_of(path) == trail
            record = await Record.open(path, clock=Ticking())
            try:
                found = await record.audit.verify()
                assert (found.problem, found.earlier) == (None, (len(trail) + 1, head))
                assert json.loads((await exported(record)).split("\n")[0])
            finally:
                await record.close()
            (kept,) = migrations.copies_before(path)
            assert trail_of(kept) == trail


def _open_and_die(path: Path, step: int) -> None:
    """Migrate a file, and die without a word at a step of it."""
    steps = iter(range(STEPS))

    def die_at_last(*_given: object) -> None:
        if next(steps, step) == step:
            os._exit(9)

    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    # Each statement that begins is a step.
    connection.set_trace_callback(die_at_last)
    migrations.migrate(connection, path)
