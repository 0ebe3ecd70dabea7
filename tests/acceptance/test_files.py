"""The record's file as operators meet it: made, backed up, damaged, too new, on a full disk, not writable."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.process import complaint, contents, onrecord

# linux/prctl.h and linux/capability.h
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 24, 1, 2


def test_migrate_makes_the_file_and_then_finds_nothing_to_do(tmp_path: Path) -> None:
    assert "made, schema " in onrecord("migrate", folder=tmp_path).stdout
    assert "nothing to do" in onrecord("migrate", folder=tmp_path).stdout


def test_a_backup_is_a_record(folder: Path) -> None:
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    ran = onrecord("backup", str(elsewhere / "onrecord.db"), folder=folder)
    assert ran.returncode == 0 and "backed up to" in ran.stdout
    ran = onrecord("chat", folder=elsewhere, given="/who lubinets\n")
    assert "Dmytro" in ran.stdout
    assert "--force" in complaint(onrecord("backup", str(elsewhere / "onrecord.db"), folder=folder))
    assert "There is no folder" in complaint(onrecord("backup", "no/where.db", folder=folder))
    assert "the record itself" in complaint(onrecord("backup", "onrecord.db", "--force", folder=folder))


def test_a_file_that_cannot_be_is_told_by_every_command(folder: Path, subtests: pytest.Subtests) -> None:
    long = "a" * 300
    before = contents(folder / "onrecord.db")
    for command in (("export", "-o"), ("backup",), ("restore",), ("import",), ("import", "x.toml", "-c")):
        with subtests.test(command=command):
            said = complaint(onrecord(*command, long, folder=folder))
            assert long in said and "File name too long" in said
    assert "/proc/copy.db" in complaint(onrecord("backup", "/proc/copy.db", folder=folder))
    assert ". is no plain file" in complaint(onrecord("import", ".", folder=folder))
    assert contents(folder / "onrecord.db") == before
    assert [item.name for item in folder.iterdir()] == ["onrecord.db"]


def test_a_backup_of_nothing_is_refused(tmp_path: Path) -> None:
    assert "does not exist" in complaint(onrecord("backup", "copy.db", folder=tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_record_is_refused_with_advice_and_left_as_it_was(
    folder: Path, subtests: pytest.Subtests
) -> None:
    path = folder / "onrecord.db"
    whole = path.read_bytes()
    for command, harm in [
        (("chat",), "truncated"),
        (("chat",), "overwritten"),
        (("chat",), "no database"),
        (("run",), "overwritten"),
        (("migrate",), "no database"),
        (("backup", "copy.db"), "truncated"),
        (("search", "x"), "overwritten"),
    ]:
        with subtests.test(command=command, harm=harm):
            damaged = {
                "truncated": whole[: len(whole) // 2],
                "overwritten": whole[:5000] + b"\xff" * 20_000 + whole[25_000:],
                "no database": b"dear diary\n" * 100,
            }[harm]
            path.write_bytes(damaged)
            ran = onrecord(
                *command, folder=folder, given="/who\n", environ={"ONRECORD_TELEGRAM__TOKEN": "123456:x"}
            )
            said = complaint(ran)
            assert "is damaged or is not a record" in said and "restore a backup" in said
            assert path.read_bytes() == damaged
            assert [item.name for item in folder.iterdir()] == ["onrecord.db"]


def test_doctor_names_a_damaged_record(folder: Path) -> None:
    path = folder / "onrecord.db"
    path.write_bytes(path.read_bytes()[:40_000])
    ran = onrecord("doctor", folder=folder)
    assert ran.returncode == 1
    assert "FAIL" in ran.stdout and "restore a backup" in ran.stdout


def test_a_record_of_a_newer_program_is_refused_and_left_as_it_was(folder: Path) -> None:
    path = folder / "onrecord.db"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 9999")
    connection.close()
    before = path.read_bytes()
    said = complaint(onrecord("chat", folder=folder, given="/who\n"))
    assert "made by a newer OnRecord (schema 9999" in said and "upgrade" in said
    assert path.read_bytes() == before


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "onrecord.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()
    before = path.read_bytes()
    assert "is not a record" in complaint(onrecord("migrate", folder=tmp_path))
    assert path.read_bytes() == before


def test_a_full_disk_changes_nothing(folder: Path) -> None:
    before = contents(folder / "onrecord.db")
    sheet = folder / "big.jsonl"
    line = {"statement": "x" * 500, "attributions": [{"source": {"title": "t"}}]}
    sheet.write_text("\n".join(json.dumps(line | {"ref": f"r{n}"}) for n in range(2000)), encoding="utf-8")

    def small_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))

    said = complaint(onrecord("import", str(sheet), folder=folder, preexec_fn=small_disk))
    assert "full" in said
    assert contents(folder / "onrecord.db") == before


def without_root_powers() -> None:
    """Take from root the power to write what its owner may not, for good and for all it runs."""
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None)
        for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
            libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Path]:
    """Return a folder that nothing run `without_root_powers` may write."""
    folder = tmp_path / "locked"
    folder.mkdir()
    folder.chmod(0o555)
    probe = [sys.executable, "-c", "import os, sys; sys.exit(os.access('.', os.W_OK))"]
    if subprocess.run(probe, cwd=folder, preexec_fn=without_root_powers, check=False).returncode:
        pytest.skip("root keeps its powers here")
    yield folder
    folder.chmod(0o755)


def test_a_folder_that_may_not_be_written(locked: Path) -> None:
    said = complaint(onrecord("chat", folder=locked, given="/who\n", preexec_fn=without_root_powers))
    assert "onrecord.db cannot be opened" in said and "write there" in said
    assert list(locked.iterdir()) == []


def test_a_record_that_may_not_be_written(locked: Path, stocked: Path) -> None:
    path = locked / "onrecord.db"
    locked.chmod(0o755)
    shutil.copyfile(stocked, path)
    path.chmod(0o444)
    locked.chmod(0o555)
    said = complaint(onrecord("chat", folder=locked, given="/who\n", preexec_fn=without_root_powers))
    assert "may not be written" in said
    assert path.read_bytes() == stocked.read_bytes()
    assert list(locked.iterdir()) == [path]


def test_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    ran = onrecord("chat", folder=tmp_path, environ={"ONRECORD_STORAGE__PATH": "no/where.db"})
    assert "check that its folder exists" in complaint(ran)
