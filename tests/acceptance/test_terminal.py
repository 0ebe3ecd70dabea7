"""The terminal front end as a process, its input piped: plain text, JSON, roles and hostile lines."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.forked import PROGRAM
from tests.acceptance.process import environment, onrecord
from tests.conftest import PATIENCE

# What people and programs type that no command expects, and what the answer must say.
HOSTILE = {
    "unknown command": ("/whoo", "Did you mean /who?"),
    "far from any command": ("/zzzzzz", "There is no command /zzzzzz"),
    "command with a strange sign": ("/who! x", "There is no command"),
    "a slash alone": ("/", "There is no command"),
    "name that nobody has": ("/who Napoleon Bonaparte", "not on record"),
    "name that several have": ("/who children", "Did you mean"),
    "slip of the pen": ("/who lukashenka", "Lukashenko"),
    "another script and case": ("/who Лубінця", "Dmytro Lubinets"),
    "another language's spelling": ("/who Łukaszenki", "Alexander Lukashenko"),
    "a word that sounds like a name": ("/who Paris", "not on record in this story"),
    "impossible day": ("/when 2024-02-30", "There is no day “"),
    "impossible month": ("/when 2024-13", "2024-13"),
    "date that is none": ("/asof the feast", "Name a day"),
    "fact that does not exist": ("/fact F9999", "F9999 is not on record"),
    "fact without a number": ("/fact seven", "Name a statement by its id"),
    "fact id beyond all numbers": ("/fact F99999999999999999999999", "Name a statement by its id"),
    "source that does not exist": ("/sources S9999", "S9999 is not on record"),
    "source without a number": ("/sources Reuters", "Name a source by its id"),
    "nothing to ask for": ("/fact", "Add what you ask for"),
    "number that is none": ("/latest many", "as a number"),
    "number too large": ("/latest 999999999999999999", "as a number"),
    "page that does not exist": ("/who >zzz", "does not exist"),
    "empty": ("", "no text"),
    "blank": (" \t ", "no text"),
    "nothing to see": ("\u200b\u2060", "no text"),
    "10,000 characters": ("x" * 10_000, "at most 4000"),
    "10,000 characters for a command": ("/who " + "x" * 10_000, "at most 4000"),
    "emoji": ("🎄👨‍👩‍👧 /who?", "names nothing that I could look up"),
    "emoji for a name": ("/who 🎄", "not on record"),
    "right to left": ("/who מישהו", "not on record"),
    "direction override": ("/who \u202elubinets", "Dmytro Lubinets"),
    "HTML": ("/who <script>alert(1)</script>", "<script>alert(1)</script>"),
    "Markdown": ("/what **bold** [x](https://x.invalid) `code`", "not on record"),
    "a quote alone": ('/what "', "names nothing that I could look up"),
    "an unbalanced quote": ('/what "warrant', "warrant"),
    "a star alone": ("/what *", "names nothing that I could look up"),
    "FTS operators": ("/what NEAR(warrant Putin) OR NOT -", "warrant"),
    "FTS column": ("/what statement:warrant", "warrant"),
    "FTS words in a question": ("AND OR NOT NEAR", "names nothing that I could look up"),
    "SQL": ("/who ' OR 1=1 --", "not on record"),
    "SQL in an id": ("/fact F1; DROP TABLE fact", "Name a statement by its id"),
    "LIKE signs": ("/who %_%", "not on record"),
    "format signs": ("/who {0} %s {name}", "{0} %s {name}"),
    "NUL": ("/who lubi\x00nets", "Dmytro Lubinets"),
    "control characters": ("/who \x1b[31mlubinets\x07", "Lubinets"),
    "not UTF-8": ("/who \udcff\udcfe", "not on record"),
    "halves of surrogate pairs": ("/who \\ud83c", "not on record"),
}


@pytest.fixture(scope="module")
def folder(stocked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the stocked record, where `onrecord` finds it by itself."""
    made = tmp_path_factory.mktemp("terminal")
    shutil.copyfile(stocked, made / "onrecord.db")
    return made


@pytest.fixture(scope="module")
def hostile(folder: Path) -> dict[str, dict[str, Any]]:
    """Ask everything hostile in one process, and return the answer to each."""
    ran = onrecord("chat", "--json", folder=folder, given="\n".join(line for line, _ in HOSTILE.values()))
    assert (ran.returncode, ran.stderr) == (0, "")
    answers = [json.loads(line) for line in ran.stdout.splitlines()]
    assert len(answers) == len(HOSTILE)
    return dict(zip(HOSTILE, answers, strict=True))


def test_hostile_input_gets_a_clear_short_answer(
    hostile: dict[str, dict[str, Any]], subtests: pytest.Subtests
) -> None:
    for name in HOSTILE:
        with subtests.test(name=name):
            text = " ".join(hostile[name]["text"].split())
            assert HOSTILE[name][1].casefold() in text.casefold()
            assert "went wrong" not in text and "Traceback" not in text
            assert "\x1b" not in text and "\x00" not in text and "\u202e" not in text
            if not hostile[name]["facts"]:
                assert len(text) < 400


def test_the_record_is_as_it_was_after_hostile_input(
    hostile: dict[str, dict[str, Any]], folder: Path
) -> None:
    ran = onrecord("chat", folder=folder, given="/fact F1\n")
    assert ran.returncode == 0 and "F1" in ran.stdout
    assert onrecord("doctor", folder=folder).returncode == 0


def test_text_is_piped_as_it_is_read(folder: Path) -> None:
    ran = onrecord("chat", folder=folder, given="/who lubinets\n\n/whoo\n")
    assert (ran.returncode, ran.stderr) == (0, "")
    first, second = ran.stdout.split("\n\nThere is no command")
    assert first.startswith("Dmytro Lubinets\n") and "[1] " in first
    assert second.startswith(" /whoo. Did you mean /who?")
    assert "\x1b" not in ran.stdout


def test_the_last_line_needs_no_newline(folder: Path) -> None:
    assert "Dmytro" in onrecord("chat", folder=folder, given="/who lubinets").stdout


def test_windows_line_ends_and_a_byte_order_mark_are_read(folder: Path) -> None:
    ran = onrecord("chat", folder=folder, given="\ufeff/who lubinets\r\n/fact F1\r\n")
    assert "Dmytro" in ran.stdout and "There is no command" not in ran.stdout


def test_json_has_the_shape_that_programs_rely_on(folder: Path) -> None:
    ran = onrecord("chat", "--json", folder=folder, given="/who putin\n/what\n")
    one, everyone = (json.loads(line) for line in ran.stdout.splitlines())
    assert list(one) == ["request", "text", "facts", "citations", "actions"]
    assert one["request"] == "/who putin"
    assert one["text"].startswith("Putin\n")
    assert one["facts"] and all(fact[0] == "F" and fact[1:].isdigit() for fact in one["facts"])
    assert one["citations"][0] == {"n": 1, "source": "S4", "locator": "¶8"}
    assert all(list(citation) == ["n", "source", "locator"] for citation in one["citations"])
    assert everyone["page"][0] == 1 < everyone["page"][1] and everyone["actions"][-1]["label"] == "Next"
    assert everyone["actions"][-1]["command"].startswith("/what >")


def test_each_role_may_be_taken(folder: Path, subtests: pytest.Subtests) -> None:
    for role in ["reader", "moderator", "owner"]:
        with subtests.test(role=role):
            ran = onrecord("chat", "--as", role, folder=folder, given="/help\n")
            assert ran.returncode == 0 and "/who " in ran.stdout


def test_an_unknown_role_is_refused(folder: Path) -> None:
    ran = onrecord("chat", "--as", "king", folder=folder)
    assert ran.returncode == 2 and "reader" in ran.stderr


def test_a_terminal_is_not_limited(folder: Path) -> None:
    ran = onrecord("chat", folder=folder, given="/fact F1\n" * 60)
    assert ran.stdout.count("Revisions") == 60


def test_a_story_is_chosen_and_its_ids_are_its_own(folder: Path) -> None:
    lines = ["/stories", "/story tarrow", "/who brandvik", "/fact F1", "/sources S1", "/story belarus"]
    ran = onrecord("chat", "--json", folder=folder, given="\n".join(lines))
    stories, _story, who, fact, source, _back = (json.loads(line)["text"] for line in ran.stdout.splitlines())
    assert "Belarus" in stories and "Tarrow" in stories
    assert "Brandvik" in who and "[1" in who
    assert "F1 belongs to another story" in fact
    assert "S1 belongs to another story" in source


def test_the_first_start_puts_the_shipped_story_on_record(tmp_path: Path) -> None:
    first = onrecord("chat", folder=tmp_path, given="/who\n")
    assert first.stderr.startswith("Put the first story on record: Belarus")
    assert "Alexander Lukashenko" in first.stdout
    assert onrecord("chat", folder=tmp_path, given="/who\n").stderr == ""


def test_whoever_reads_only_the_beginning_causes_no_complaint(folder: Path) -> None:
    asking = [*PROGRAM, "chat"]
    with subprocess.Popen(asking, cwd=folder, env=environment(), stdin=-1, stdout=-1, stderr=-1) as process:
        assert process.stdin and process.stdout and process.stderr
        process.stdin.write(b"/who\n" * 2000)
        process.stdout.read(1)
        process.stdout.close()
        process.stdin.close()
        assert process.wait(PATIENCE) == 0
        assert process.stderr.read() == b""


def test_search_prints_hits_as_json(folder: Path) -> None:
    queries = ["arrest warrant", '" NEAR( * OR', "", "🎄", "x" * 10_000]
    ran = onrecord("search", "--json", "--limit", "2", folder=folder, given="\n".join(queries) + "\n")
    assert (ran.returncode, ran.stderr) == (0, "")
    found = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [item["query"] for item in found] == queries
    assert 1 <= len(found[0]["hits"]) <= 2
    for hit in found[0]["hits"]:
        assert list(hit) == ["fact", "ref", "score", "statement"]
        assert isinstance(hit["score"], float) and hit["fact"].startswith("F")
    assert all(item["hits"] == [] for item in found[1:])


def test_search_takes_its_words_from_the_command_line_too(folder: Path) -> None:
    ran = onrecord("search", "arrest", "warrant", "--story", "belarus", folder=folder)
    assert ran.returncode == 0 and "warrant" in ran.stdout
    assert "there are: belarus" in onrecord("search", "x", "--story", "moon", folder=folder).stderr
