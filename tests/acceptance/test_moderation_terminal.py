"""Moderators at the terminal: the main path, its input piped, as text and as JSON."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.newsroom import rows
from tests.acceptance.process import onrecord

AT_ONCE = r"""/add The court confirmed that it had received the file.\
who: Office of the Prosecutor\
cue: confirmed that\
when: 2024-02\
source: https://example.org/note\
at: ¶3\
contradicts: F6"""


@pytest.fixture
def desk(stocked: Path, tmp_path: Path) -> Path:
    """Return a folder with a copy of the stocked record."""
    shutil.copyfile(stocked, tmp_path / "onrecord.db")
    return tmp_path


def as_json(desk: Path, *lines: str, role: str = "moderator") -> list[dict[str, Any]]:
    """Send lines in one process, and return what was answered to each message."""
    ran = onrecord("chat", "--as", role, "--json", folder=desk, given="\n".join(lines) + "\n")
    assert (ran.returncode, ran.stderr) == (0, "")
    return [json.loads(line) for line in ran.stdout.splitlines()]


def put_on_record(desk: Path) -> None:
    """Put on record, as the operator does, what answers a question: whoever asked it is not its author."""
    source = {"title": "Skagen Post"}
    said = {"speaker": "Dmytro Lubinets", "source": source, "locator": "¶1"}
    fact = {"ref": "skagen", "statement": "Putin repaired the lighthouse at Skagen", "attributions": [said]}
    (desk / "skagen.jsonl").write_text(json.dumps(fact) + "\n", encoding="utf-8")
    ran = onrecord("import", "skagen.jsonl", "--story", "belarus", folder=desk)
    assert (ran.returncode, ran.stderr) == (0, "")


def texts(answers: list[dict[str, Any]]) -> list[str]:
    """Return the text of each answer, its line breaks taken out."""
    return [" ".join(answer["text"].split()) for answer in answers]


def test_the_main_path_as_text(desk: Path) -> None:
    lines = [AT_ONCE, "/choose 1", "/choose 1", "Note on the file", "/confirm", "/disputed", "/undo"]
    ran = onrecord("chat", "--as", "moderator", folder=desk, given="\n".join(lines) + "\n")
    assert (ran.returncode, ran.stderr) == (0, "")
    told = " ".join(ran.stdout.split())
    steps = (
        "“Office of the Prosecutor” is not on record by that name.",
        "New organisation “Office of the Prosecutor”",
        "That source is not on record",
        "What is the document called?",
        "Readers will see",
        "Stands against F6.",
        "is on record.",
        "“Note on the file”, date not given https://example.org/note",
        "Undone.",
    )
    at = 0
    for step in steps:
        at = told.find(step, at)
        assert at >= 0, step


def test_the_main_path_as_json(desk: Path) -> None:
    answers = as_json(
        desk, "/add", "The crane at Holt fell", "Lubinets", "/choose 1", "S1", "/back", "S1", "¶9",
        "2024-01", "/skip", "/confirm", "/retract F7 The article was withdrawn", "/confirm", "/fact F7",
        "/history F7", "/what alien children", "/audit F7",
    )  # fmt: skip
    assert len(answers) == 17
    told = texts(answers)
    assert [len(answer["actions"]) > 0 for answer in answers[:12]] == [True] * 12
    shown = next(answer for answer in answers if answer["text"].startswith("Readers will see"))
    assert [action["label"] for action in shown["actions"]] == [
        "Confirm",
        "Change something",
        "Back",
        "Cancel",
    ]
    assert shown["citations"] == [{"n": 1, "source": "S1", "locator": "¶9"}]
    added = answers[10]
    assert "Lubinets said that the crane at Holt fell [1 ¶9]" in told[10] and len(added["facts"]) == 1
    assert "The article was withdrawn" in told[13] and "The article was withdrawn" in told[14]
    assert "F7" not in answers[15]["facts"]
    assert "retracted F7" in told[16] and "terminal:local" in told[16]


def test_a_line_that_goes_on_is_one_message(desk: Path) -> None:
    answers = as_json(desk, "/add The well\\", "source: S1\\", "at: ¶1", "/cancel", "/add No end\\")
    assert [answer["request"] for answer in answers] == [
        "/add The well\nsource: S1\nat: ¶1",
        "/cancel",
        "/add No end",
    ]


def test_a_dialogue_goes_on_in_the_next_process(desk: Path) -> None:
    as_json(desk, "/add The crane at Holt fell\\", "source: S1")
    (done,) = as_json(desk, "/confirm")
    assert "is on record" in done["text"]
    (undone,) = as_json(desk, "/undo")
    assert undone["text"].startswith("Undone.")


def test_proposers_and_askers_are_told(desk: Path) -> None:
    asked = as_json(desk, "Who repaired the lighthouse at Skagen?", role="reader")
    wait = next(
        action["command"] for action in asked[0]["actions"] if action["command"].startswith("/tellme")
    )
    (waits,) = as_json(desk, wait, role="reader")
    assert "You will be told here" in waits["text"] and "told" not in waits
    proposed = as_json(
        desk, "/suggest Putin repaired the lighthouse at Skagen\\", "who: Lubinets\\", "source: S1",
        "/confirm", role="reader",
    )  # fmt: skip
    assert "Suggestion D1 is with the moderators" in proposed[-1]["text"]
    put_on_record(desk)
    first, card, done, after = as_json(desk, "/about", "/review", "/approve D1", "/about")
    assert "/approve D1" in [action["command"] for action in card["actions"]]
    told = first["told"]
    assert any("This is now on record:" in text and "the lighthouse at Skagen" in text for text in told)
    # Who approves their own suggestion is not told of it as news.
    assert "told" not in card and "told" not in done and "told" not in after
    assert "told" not in as_json(desk, "/about")[0]
    assert rows(desk / "onrecord.db", "SELECT DISTINCT state FROM delivery") == [("sent",)]


def test_what_is_told_is_printed_as_text_too(desk: Path) -> None:
    asked = onrecord("chat", folder=desk, given="Who repaired the lighthouse at Skagen?\n")
    tell = re.search(r"/tellme Q1\.[0-9a-f]{8}", asked.stdout)
    assert tell is not None
    onrecord("chat", folder=desk, given=f"{tell[0]}\n")
    put_on_record(desk)
    ran = onrecord("chat", folder=desk, given="/fact F1\n")
    done, _, told = ran.stdout.partition("You asked: “Who repaired the lighthouse at Skagen?”")
    assert "Revisions" in done and "Putin repaired the lighthouse" in " ".join(told.split())


def test_a_reader_at_the_terminal_sees_no_moderators_command(desk: Path) -> None:
    add, help_, audit = texts(as_json(desk, "/add The well", "/help", "/audit", role="reader"))
    assert "There is no command /add" in add and "There is no command /audit" in audit
    assert "/retract" not in help_ and "/suggest" in help_
    (owners,) = texts(as_json(desk, "/moderators"))
    assert "/moderators is for owners." in owners


def test_what_steers_a_terminal_is_not_shown(desk: Path) -> None:
    answers = as_json(
        desk, "/add The \x1b[31mred\x1b[0m <b>well</b>\\", "source: S1\\", "at: \u202e¶1", "/confirm"
    )
    assert "\x1b" not in answers[-1]["text"] and "\u202e" not in answers[-1]["text"]
    assert "<b>well</b>" in answers[-1]["text"]
    held = rows(desk / "onrecord.db", "SELECT statement FROM fact ORDER BY id DESC LIMIT 1")[0][0]
    assert "\x1b" not in held


def test_four_eyes_hold_at_the_terminal(desk: Path) -> None:
    (desk / "config.toml").write_text("[review]\nfour_eyes = true\n", encoding="utf-8")
    answers = texts(
        as_json(desk, "/add The crane fell\\", "source: S1", "/confirm", "/approve D1", "/review")
    )
    assert "waits for another moderator" in answers[1]
    assert "D1 is your own" in answers[2] and "A moderator's own fact" in answers[3]
