"""Import, export and schema as processes: all of a fact sheet or nothing, and errors by line and field."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.acceptance.forked import PROGRAM
from tests.acceptance.process import complaint, contents, environment, onrecord
from tests.conftest import TEST_STORIES


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


def test_a_kill_in_the_middle_of_a_large_sheet_leaves_nothing_and_the_next_import_is_whole(
    folder: Path,
) -> None:
    before = contents(folder / "onrecord.db")
    given = {"attributions": [{"source": {"title": "News"}}]}
    facts = [{"ref": f"r{n}", "statement": f"boat {n} came {'late ' * 40}", **given} for n in range(2_000)]
    sheet = folder / "boats.jsonl"
    sheet.write_text("".join(json.dumps(each) + "\n" for each in facts), encoding="utf-8")
    command = [*PROGRAM, "import", "boats.jsonl"]
    with subprocess.Popen(command, cwd=folder, env=environment(), stdout=subprocess.DEVNULL) as importing:
        while not list(folder.glob("onrecord.db.importing-*-wal")):
            assert importing.poll() is None, "it has ended before it was killed"
        importing.kill()
    assert contents(folder / "onrecord.db") == before
    ran = onrecord("import", "boats.jsonl", folder=folder)
    assert "2000 facts added" in ran.stdout, ran.stderr
    assert not list(folder.glob("*importing*"))


def test_importing_again_changes_nothing(folder: Path) -> None:
    ran = onrecord("import", str(TEST_STORIES / "ferry.toml"), folder=folder)
    assert " 0 facts added, 0 updated, " in ran.stdout


def test_a_line_of_json_needs_no_more_than_statement_and_source(folder: Path) -> None:
    lines = [
        {
            "ref": "a-1",
            "statement": "the bridge was closed",
            "attributions": [{"source": {"title": "Leaflet"}}],
        },
        {
            "statement": "the bridge is open",
            "attributions": [{"speaker": "Ann Lee", "source": {"title": "Leaflet"}}],
        },
    ]
    sheet = folder / "bridge.jsonl"
    sheet.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    ran = onrecord("import", str(sheet), "--story", "bridge", folder=folder)
    assert ran.returncode == 0 and "2 facts added" in ran.stdout
    ran = onrecord("chat", folder=folder, given="/story bridge\n/who ann lee\n")
    assert "the bridge is open" in ran.stdout and "Leaflet" in ran.stdout


def test_a_broken_sheet_names_line_and_field_and_imports_nothing(
    folder: Path, subtests: pytest.Subtests
) -> None:
    for text, expected in [
        ('{"statement": "a"}\n', ["line 1, attributions: is required"]),
        ('\n{"statement": "", "attributions": []}\n', ["line 2, statement", "line 2, attributions"]),
        (
            '{"statement": "a", "attributions": [{"cue": "said"}]}',
            ["line 1, attributions[0].source: is required"],
        ),
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
        (
            '{"statement": "a", "attributions": [{"source": "nowhere"}]}',
            ["line 1, attributions[0].source", "nowhere"],
        ),
    ]:
        with subtests.test(text=text):
            before = contents(folder / "onrecord.db")
            good = '{"ref": "good", "statement": "good", "attributions": [{"source": {"title": "t"}}]}\n'
            sheet = folder / "sheet.jsonl"
            # What is good before and after it must not slip in.
            sheet.write_text(text.rstrip("\n") + "\n" + good, encoding="utf-8")
            said = complaint(onrecord("import", str(sheet), folder=folder))
            assert all(part in said for part in expected), said
            assert "nothing was imported" in said.lower()
            assert contents(folder / "onrecord.db") == before


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
    assert "no plain file" in complaint(onrecord("import", ".", folder=folder))


def test_export_does_not_replace_a_file_unasked(folder: Path) -> None:
    target = folder / "out.toml"
    target.write_text("mine", encoding="utf-8")
    said = complaint(onrecord("export", "--story", "belarus", "-o", "out.toml", folder=folder))
    assert "--force" in said and target.read_text(encoding="utf-8") == "mine"
    assert (
        onrecord("export", "--story", "belarus", "-o", "out.toml", "--force", folder=folder).returncode == 0
    )
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
