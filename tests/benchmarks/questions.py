"""How questions are answered: the right fact found, what is denied, told surely and refused.

FOLDER/questions-dev holds sheet.jsonl with questions.jsonl in several languages, and sheet.XX.jsonl with
questions.XX.jsonl; FOLDER/stories-dev a story of another kind, which holds no answer to these questions. The
verdict's weights were fitted on the same questions: what they reach on articles that a fit has not seen is
printed by `python -m tests.fitting`.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from bot.questions import wording
from bot.questions.finding import Finding as Found
from bot.questions.finding import find
from bot.questions.subject import subject_of
from bot.questions.verdict import Verdict
from storage.domain.models import Story
from storage.record import Record
from storage.search import embedding
from storage.search.filling import Filler
from storage.sheets.importing import import_sheet
from tests.benchmarks import places
from tests.benchmarks.report import Finding, at_least, at_most, heading

# The right fact among the first five, and what is denied and refused, by language.
FOUND = {"en": 0.955, "ru": 0.905, "de": 0.905, "es": 0.925}
DENIED = {"en": 0.03}
REFUSED, FOREIGN = {"en": 0.30}, {"en": 0.93}
OTHERS_DENIED, OTHERS_REFUSED, OTHERS_FOREIGN = 0.05, 0.20, 0.65
OWN = 0.90
SHOWN, FIRST = 5, 3


class Answer(NamedTuple):
    """What was found for a question whose right facts have these refs; none: it has no answer."""

    refs: frozenset[str]
    found: Found
    seconds: float

    def right(self, first: int) -> bool:
        """Tell whether one of the first facts is a right one."""
        return any(each.fact.ref in self.refs for each in self.found.near[:first])


def measure(folder: Path) -> list[Finding]:
    """Ask all questions of each record, and score what is found."""
    heading("Questions: facts found and verdicts, with sentence vectors")
    with places.scratch() as scratch:
        return asyncio.run(_measure(folder, scratch))


async def _measure(folder: Path, scratch: Path) -> list[Finding]:
    questions = folder / "questions-dev"
    asked = list(_lines(questions / "questions.jsonl"))
    record = await Record.open(scratch / "record.db", embedder=embedding.load)
    try:
        whole = await _story(record, questions / "sheet.jsonl", scratch, "whole")
        own = {
            path.name.split(".")[1]: await _story(record, path, scratch, path.name.split(".")[1])
            for path in sorted(questions.glob("sheet.??.jsonl"))
        }
        other = await _story(record, next((folder / "stories-dev").glob("*.sheet.jsonl")), scratch, "other")
        await Filler(record.database, record.vectors).fill()
        findings: list[Finding] = []
        for language in FOUND:
            these = [question for question in asked if question["language"] == language]
            findings += _verdicts(language, await _ask(record, whole, these))
            refused = _share(_refused(each) for each in await _ask(record, other, these))
            goal = FOREIGN.get(language, OTHERS_FOREIGN)
            findings.append(at_least(f"questions, {language}: refused by another story", refused, goal))
        for language, story in own.items():
            these = list(_lines(questions / f"questions.{language}.jsonl"))
            found = _share(each.right(SHOWN) for each in await _ask(record, story, these) if each.refs)
            findings.append(at_least(f"questions, record in {language}: right fact in five", found, OWN))
        return findings
    finally:
        await record.close()


def _verdicts(language: str, answers: list[Answer]) -> list[Finding]:
    on = [each for each in answers if each.refs]
    off = [each for each in answers if not each.refs]
    sure = [each for each in answers if each.found.verdict is Verdict.ON_RECORD]
    took = sorted(each.seconds for each in answers)
    print(f"{language}: a question takes {took[len(took) // 2] * 1000:.0f} ms in the median,"
          f" {took[len(took) * 95 // 100] * 1000:.0f} ms at p95", flush=True)  # fmt: skip
    name = f"questions, {language}"
    findings = [
        at_least(f"{name}: right fact in five", _share(each.right(SHOWN) for each in on), FOUND[language]),
        at_most(f"{name}: denied", _share(map(_refused, on)), DENIED.get(language, OTHERS_DENIED)),
        at_least(f"{name}: refused", _share(map(_refused, off)), REFUSED.get(language, OTHERS_REFUSED)),
    ]
    if language == "en":
        right = [each for each in sure if each.right(FIRST)]
        findings.append(at_least(f"{name}: told as answers, right", len(right) / max(len(sure), 1), 0.90))
        findings.append(at_least(f"{name}: told as answers, reach", len(right) / len(on), 0.45))
    return findings


async def _ask(record: Record, story: Story, asked: list[dict[str, Any]]) -> list[Answer]:
    answers = []
    for each in asked:
        began = time.perf_counter()
        question = wording.read(each["question"], spoken=wording.spoken_in(each["question"]))
        found = await find(record, story, question, await subject_of(record, story.id, question))
        answers.append(Answer(frozenset(each["refs"]), found, time.perf_counter() - began))
    return answers


def _refused(answer: Answer) -> bool:
    return answer.found.verdict is Verdict.NOT_ON_RECORD


def _share(told: Iterable[bool]) -> float:
    counted = list(told)
    return sum(counted) / len(counted)


async def _story(record: Record, sheet: Path, scratch: Path, name: str) -> Story:
    """Import a sheet as a story of its own."""
    lines = [line for line in _lines(sheet) if "story" not in line]
    copy = scratch / f"{name}.jsonl"
    story = {"story": {"name": name, "title": name}}
    copy.write_text("".join(json.dumps(line) + "\n" for line in (story, *lines)), encoding="utf-8")
    await import_sheet(record, copy, actor="benchmark")
    copy.unlink()
    found = await record.stories.find(name)
    assert found is not None
    return found


def _lines(path: Path) -> Iterable[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]
