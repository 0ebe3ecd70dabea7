"""What the worker answers, asked within this process: where it runs by itself nothing of it is measured."""

from __future__ import annotations

import io
import json
import sys
from types import SimpleNamespace

from bot.intake.finding import finding, worker
from bot.intake.workers import bind_this_process, environment

TEXT = "Ann Reed, the harbour master, said on Tuesday that the gate had been closed."


def line(text: str = TEXT, published: str | None = "2026-11-26") -> bytes:
    asked = {"text": text, "paragraphs": [[0, len(text)]], "published": published}
    return json.dumps(asked).encode() + b"\n"


def answers(monkeypatch, *lines: bytes) -> list[dict]:
    out = io.BytesIO()
    monkeypatch.setattr(worker, "bind_this_process", lambda _memory: None)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"".join(lines))))
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=out))
    worker.main()
    return [json.loads(each) for each in out.getvalue().splitlines()]


def test_each_line_is_answered_with_what_was_found_in_its_text(monkeypatch):
    first, second = answers(monkeypatch, line(), line("Nothing is told here.", None))
    (draft,) = first["found"]["drafts"]
    assert draft["speaker"]["name"] == "Ann Reed"
    assert second["found"]["drafts"] == []


def test_a_text_that_takes_all_memory_is_refused_and_the_next_is_read(monkeypatch):
    real, calls = finding.find, []

    def find(*asked):
        calls.append(asked)
        if len(calls) == 1:
            raise MemoryError
        return real(*asked)

    monkeypatch.setattr(finding, "find", find)
    first, second = answers(monkeypatch, line(), line())
    assert first == {"refused": "memory"} and second["found"]["drafts"]


def test_a_worker_is_given_no_secret_and_bound_in_all_that_it_may_use(monkeypatch):
    import resource

    monkeypatch.setenv("ONRECORD_TELEGRAM__TOKEN", "1:secret")
    assert "1:secret" not in environment().values() and environment()["OMP_NUM_THREADS"] == "1"
    bound = {}
    monkeypatch.setattr(resource, "setrlimit", lambda kind, most: bound.update({kind: most}))
    bind_this_process(1000, 30)
    assert bound == {
        resource.RLIMIT_AS: (1000, 1000),
        resource.RLIMIT_FSIZE: (0, 0),
        resource.RLIMIT_CPU: (30, 30),
    }
