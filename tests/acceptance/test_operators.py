"""The operator's commands as processes: each does its work, and refuses bad input in plain words."""

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

from tests.acceptance.process import onrecord
from tests.conftest import TEST_STORIES

COMMANDS = ("run", "chat", "import", "export", "search", "schema", "migrate", "backup", "doctor", "version")
# linux/prctl.h and linux/capability.h
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 24, 1, 2


@pytest.fixture
def folder(stocked: Path, tmp_path: Path) -> Path:
    """Return a folder with a copy of the stocked record."""
    shutil.copyfile(stocked, tmp_path / "onrecord.db")
    return tmp_path


def complaint(ran: subprocess.CompletedProcess[str]) -> str:
    """Return what a refused command wrote: short, in the operator's terms, nothing on standard output."""
    assert ran.returncode == 1, ran
    assert ran.stdout == "" and "Traceback" not in ran.stderr and "not foreseen" not in ran.stderr
    assert ran.stderr.startswith("onrecord: ")
    return ran.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(tmp_path: Path, command: str) -> None:
    ran = onrecord(command, "--help", folder=tmp_path)
    assert ran.returncode == 0
    assert "Example: " in ran.stdout and f"onrecord {command}" in ran.stdout.split("Example: ")[1]
    assert list(tmp_path.iterdir()) == []


def test_help_names_every_command(tmp_path: Path) -> None:
    ran = onrecord("--help", folder=tmp_path)
    assert all(f"  {command} " in ran.stdout for command in COMMANDS)


def test_version(tmp_path: Path) -> None:
    ran = onrecord("version", folder=tmp_path)
    assert ran.returncode == 0 and ran.stdout.startswith("onrecord ")


# Fact sheets


def test_what_was_exported_is_the_same_record_when_imported(folder: Path) -> None:
    for form in ("toml", "jsonl"):
        sheet, again = folder / f"one.{form}", folder / f"two.{form}"
        onrecord("export", "--story", "belarus", "--output", str(sheet), folder=folder)
        elsewhere = folder / form
        elsewhere.mkdir()
        ran = onrecord("import", str(sheet), folder=elsewhere)
        assert (ran.returncode, ran.stderr) == (0, "")
        onrecord("export", "--story", "belarus", "--output", str(again), folder=elsewhere)
        assert again.read_text(encoding="utf-8") == sheet.read_text(encoding="utf-8")


def test_importing_again_changes_nothing(folder: Path) -> None:
    ran = onrecord("import", str(TEST_STORIES / "ferry.toml"), folder=folder)
    assert " 0 facts added, 0 updated, " in ran.stdout


def test_a_line_of_json_needs_no_more_than_statement_and_source(folder: Path) -> None:
    lines = [
        {"ref": "a-1", "statement": "the bridge was closed", "attributions": [{"source": {"title": "Leaflet"}}]},
        {"statement": "the bridge is open", "attributions": [{"speaker": "Ann Lee", "source": {"title": "Leaflet"}}]},
    ]
    sheet = folder / "bridge.jsonl"
    sheet.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    ran = onrecord("import", str(sheet), "--story", "bridge", folder=folder)
    assert ran.returncode == 0 and "2 facts added" in ran.stdout
    ran = onrecord("chat", folder=folder, given="/story bridge\n/who ann lee\n")
    assert "the bridge is open" in ran.stdout and "Leaflet" in ran.stdout


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"statement": "a"}\n', ["line 1, attributions: is required"]),
        ('\n{"statement": "", "attributions": []}\n', ["line 2, statement", "line 2, attributions"]),
        ('{"statement": "a", "attributions": [{"cue": "said"}]}', ["line 1, attributions[0].source: is required"]),
        ("{broken\n", ["line 1: not JSON"]),
        ("[]\n", ["line 1: must be an object"]),
        ("\x00\x01\n", ["line 1: not JSON"]),
        (
            '{"statement": "a", "occurred": "2024-02-30", "attributions": [{"source": {"title": "t"}}]}',
            ["line 1, occurred", "2024-02-30"],
        ),
        (
            '{"statement": "a", "colour": 1, "attributions": [{"source": {"title": "t"}}]}',
            ["line 1, colour: unknown field"],
        ),
        ('{"statement": "a", "attributions": [{"source": "nowhere"}]}', ["line 1, attributions[0].source", "nowhere"]),
    ],
)
def test_a_broken_sheet_names_line_and_field_and_imports_nothing(
    folder: Path, text: str, expected: list[str]
) -> None:
    before = onrecord("export", "--format", "jsonl", folder=folder).stdout
    good = '{"ref": "good", "statement": "good", "attributions": [{"source": {"title": "t"}}]}\n'
    sheet = folder / "sheet.jsonl"
    # What is good before and after it must not slip in.
    sheet.write_text(text.rstrip("\n") + "\n" + good, encoding="utf-8")
    said = complaint(onrecord("import", str(sheet), folder=folder))
    assert all(part in said for part in expected), said
    assert "nothing was imported" in said.lower()
    assert onrecord("export", "--format", "jsonl", folder=folder).stdout == before


def test_a_broken_toml_sheet_names_line_and_field(folder: Path) -> None:
    text = (TEST_STORIES / "ferry.toml").read_text(encoding="utf-8")
    sheet = folder / "ferry.toml"
    sheet.write_text(text.replace('kind = "place"', 'kind = "plaice"', 1), encoding="utf-8")
    number = 1 + sheet.read_text(encoding="utf-8").splitlines().index('kind = "plaice"')
    said = complaint(onrecord("import", str(sheet), folder=folder))
    assert f"line {number}, kind: should be" in said
    sheet.write_text("[story\n", encoding="utf-8")
    assert "not TOML" in complaint(onrecord("import", str(sheet), folder=folder))
    sheet.write_bytes(b"\xff\xfe\x00")
    assert "UTF-8" in complaint(onrecord("import", str(sheet), folder=folder))


def test_a_sheet_that_is_not_there(folder: Path) -> None:
    assert "There is no fact sheet" in complaint(onrecord("import", "nowhere.toml", folder=folder))
    assert "There is no fact sheet" in complaint(onrecord("import", ".", folder=folder))


def test_export_does_not_replace_a_file_unasked(folder: Path) -> None:
    target = folder / "out.toml"
    target.write_text("mine", encoding="utf-8")
    said = complaint(onrecord("export", "--story", "belarus", "-o", "out.toml", folder=folder))
    assert "--force" in said and target.read_text(encoding="utf-8") == "mine"
    assert onrecord("export", "--story", "belarus", "-o", "out.toml", "--force", folder=folder).returncode == 0
    assert target.read_text(encoding="utf-8") != "mine"


def test_export_of_an_unknown_story(folder: Path) -> None:
    assert "belarus" in complaint(onrecord("export", "--story", "moon", folder=folder))


def test_the_schema_is_json_schema_and_accepts_what_is_exported(folder: Path) -> None:
    schema = json.loads(onrecord("schema", folder=folder).stdout)
    assert schema["$schema"].startswith("https://json-schema.org/")
    fields = schema["$defs"]["FactEntry"]["properties"]
    lines = onrecord("export", "--format", "jsonl", folder=folder).stdout.splitlines()
    facts = [data for data in map(json.loads, lines) if "statement" in data]
    assert facts and all(set(fact) <= set(fields) for fact in facts)


# The record's file


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


def test_a_backup_of_nothing_is_refused(tmp_path: Path) -> None:
    assert "does not exist" in complaint(onrecord("backup", "copy.db", folder=tmp_path))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [("chat",), ("migrate",), ("run",), ("backup", "copy.db"), ("search", "x")])
@pytest.mark.parametrize("harm", ["truncated", "overwritten", "no database"])
def test_a_damaged_record_is_refused_with_advice_and_left_as_it_was(
    folder: Path, command: tuple[str, ...], harm: str
) -> None:
    path = folder / "onrecord.db"
    whole = path.read_bytes()
    damaged = {
        "truncated": whole[: len(whole) // 2],
        "overwritten": whole[:5000] + b"\xff" * 20_000 + whole[25_000:],
        "no database": b"dear diary\n" * 100,
    }[harm]
    path.write_bytes(damaged)
    ran = onrecord(*command, folder=folder, given="/who\n", environ={"ONRECORD_TELEGRAM__TOKEN": "123456:x"})
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
    before = onrecord("export", "--format", "jsonl", folder=folder).stdout
    sheet = folder / "big.jsonl"
    line = {"statement": "x" * 500, "attributions": [{"source": {"title": "t"}}]}
    sheet.write_text("\n".join(json.dumps(line | {"ref": f"r{n}"}) for n in range(2000)), encoding="utf-8")

    def small_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))

    said = complaint(onrecord("import", str(sheet), folder=folder, preexec_fn=small_disk))
    assert "full" in said
    assert onrecord("export", "--format", "jsonl", folder=folder).stdout == before


def without_root_powers() -> None:
    """Take from root the power to write what its owner may not; it returns to nobody that is run from here."""
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


# Settings


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[telegram]\ntokken = 'x'\n", "unknown key telegram.tokken; did you mean telegram.token?"),
        ("[limits]\nmessage_per_minute = 3\n", "did you mean limits.messages_per_minute?"),
        ("page = 3\n", "did you mean limits.page?"),
        ("[limits]\npage = 0\n", "limits.page should be a whole number from 1 to 50"),
        ("[telegram]\ntoken = 'my secret'\n", "telegram.token should be"),
        ("[telegram]\nmode = 'webhook'\n", "telegram.webhook_url and telegram.webhook_secret must be set"),
        ("owners = [12345]\n", "owners should be"),
        ("[telegram\n", "is not valid TOML"),
    ],
)
def test_wrong_settings_are_named_with_what_they_should_be(tmp_path: Path, text: str, expected: str) -> None:
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    said = complaint(onrecord("run", folder=tmp_path))
    assert expected in said and "my secret" not in said


def test_a_settings_file_that_is_not_there(tmp_path: Path) -> None:
    assert "config.example.toml" in complaint(onrecord("run", "--config", "my.toml", folder=tmp_path))


def test_an_unknown_variable_names_the_nearest(tmp_path: Path) -> None:
    ran = onrecord("run", folder=tmp_path, environ={"ONRECORD_TELEGRAM_TOKEN": "123456:x"})
    assert "did you mean ONRECORD_TELEGRAM__TOKEN?" in complaint(ran)


def test_run_without_a_token_points_to_chat(tmp_path: Path) -> None:
    said = complaint(onrecord("run", folder=tmp_path))
    assert "onrecord chat" in said and "ONRECORD_TELEGRAM__TOKEN" in said
    assert list(tmp_path.iterdir()) == []


def test_doctor_without_a_token_is_content(folder: Path) -> None:
    ran = onrecord("doctor", folder=folder)
    assert ran.returncode == 0
    assert all(subject in ran.stdout for subject in ("settings", "record", "disk", "telegram"))
