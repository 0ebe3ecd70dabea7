"""`onrecord ask` and `chat --json` as processes: verdicts for scripts."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.forked import PROGRAM
from tests.acceptance.process import complaint, environment, onrecord
from tests.conftest import PATIENCE

BY_WORDS = {"ONRECORD_SEARCH__VECTORS": "false"}
VERDICTS = {"on record", "close", "not on record"}
QUESTIONS = [
    "When did the ICC issue a warrant for Putin?",
    "Коли МКС видав ордер на арешт Путіна?",
    "",
    "  ",
    "🎄",
    '" NEAR( * OR',
    "the of and",
    "Who \u202edenied it?",
    "/who Putin",
    "x" * 10_000,
    "warrant " * 5_000,
]


def asked(folder: Path, *arguments: str, given: str | bytes, **environ: str) -> list[dict[str, Any]]:
    ran = onrecord("ask", "--json", *arguments, folder=folder, given=given, environ=BY_WORDS | environ)
    assert ran.returncode == 0 and "Traceback" not in ran.stderr, ran.stderr
    return [json.loads(line) for line in ran.stdout.splitlines()]


def test_each_question_has_one_line(folder: Path) -> None:
    answers = asked(folder, given="\n".join(QUESTIONS) + "\n")
    assert [answer["question"] for answer in answers] == QUESTIONS
    for answer in answers:
        assert list(answer) == ["question", "language", "verdict", "facts"]
        assert answer["verdict"] in VERDICTS and len(answer["facts"]) <= 5
        scores = [fact["score"] for fact in answer["facts"]]
        assert scores == sorted(scores, reverse=True)
        assert all(list(fact) == ["fact", "ref", "score"] for fact in answer["facts"])
    assert [answer["language"] for answer in answers[:3]] == ["en", "uk", None]
    assert {"fact": "F19", "ref": "putin-warrant"}.items() <= answers[0]["facts"][0].items()
    assert answers[0]["verdict"] != "not on record"
    assert all(answer["verdict"] == "not on record" and not answer["facts"] for answer in answers[2:5])


def test_what_is_not_utf_8_and_what_is_asked_twice(folder: Path) -> None:
    first, other, again = asked(
        folder, given=b"\xef\xbb\xbfWho denied it?\r\n\xff\xfe\x00denied\nWho denied it?"
    )
    assert first == again and first["question"] == "Who denied it?" and "\ufffd" in other["question"]


def test_nothing_that_was_asked_is_kept(folder: Path) -> None:
    unheard = "Who has the zeppelin of Springfield?"
    assert asked(folder, given=unheard)[0]["verdict"] == "not on record"
    shown = onrecord("chat", "--as", "owner", folder=folder, given="/unanswered\n", environ=BY_WORDS).stdout
    assert "zeppelin" not in shown


def test_a_story_that_is_not_on_record_and_plain_replies(folder: Path) -> None:
    refused = onrecord("ask", "--json", "--story", "moon", folder=folder, given="x\n", environ=BY_WORDS)
    assert "there are: belarus" in complaint(refused)
    ran = onrecord("ask", "Who", "denied", "it?", "--story", "belarus", folder=folder, environ=BY_WORDS)
    assert ran.returncode == 0 and "F5" in ran.stdout and "[1 ¶2]" in ran.stdout
    ran = onrecord("ask", folder=folder, given="Who has the zeppelin of Springfield?\n\n", environ=BY_WORDS)
    assert ran.stdout.strip().startswith("That is not on record")


def test_whoever_reads_only_the_beginning_causes_no_complaint(folder: Path) -> None:
    asking = [*PROGRAM, "ask", "--json"]
    with subprocess.Popen(
        asking, cwd=folder, env=environment(**BY_WORDS), stdin=-1, stdout=-1, stderr=-1
    ) as process:
        assert process.stdin and process.stdout and process.stderr
        process.stdin.write(b"Who denied it?\n" * 300)
        process.stdout.read(1)
        process.stdout.close()
        process.stdin.close()
        assert process.wait(PATIENCE) == 0
        assert process.stderr.read() == b""


@pytest.mark.slow
def test_its_vectors_are_made_before_the_first_question(folder: Path) -> None:
    runs = [
        onrecord("ask", "--json", folder=folder, given="Where are the kids taken?\nПро що йдеться?\n")
        for _ in range(2)
    ]
    assert [ran.returncode for ran in runs] == [0, 0] and runs[0].stdout == runs[1].stdout
    assert "no vectors yet" not in runs[0].stderr


def test_each_answer_of_a_chat_has_its_verdict(folder: Path) -> None:
    questions = {
        "When did the ICC issue a warrant for Putin?": {"on record", "close"},
        "Who is Lubinets?": {"on record"},
        "Who has the zeppelin of Springfield?": {"not on record"},
        "Who denied it and who has the zeppelin of Springfield?": {"close"},
        # It leans on the answer before.
        "Is that true?": {"on record", "close"},
        "/check Putin has been arrested": {"close"},
        "/check NAM submitted evidence to the ICC": {"on record"},
        "/check The mayor of Springfield resigned. A zeppelin landed there.": {"not on record"},
    }
    ran = onrecord("chat", "--json", folder=folder, given="\n".join(questions) + "\n", environ=BY_WORDS)
    assert ran.returncode == 0, ran.stderr
    answers = [json.loads(line) for line in ran.stdout.splitlines()]
    for answer, verdicts in zip(answers, questions.values(), strict=True):
        assert answer["verdict"] in verdicts, answer
