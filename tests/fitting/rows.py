"""From questions to rows for fitting: what the bot retrieves, its features, and whether it was right."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from bot.answers.sentences import sentence
from bot.questions import wording
from bot.questions.asking.kinds import OF_THE_STORY
from bot.questions.features import FIRST, features
from bot.questions.retrieval import Candidate, Retrieved, retrieve
from bot.questions.subject import subject_of
from storage.domain.models import Story
from storage.record import Record
from storage.search.embedding import Load
from storage.search.filling import Filler
from storage.sheets.importing import import_sheet
from tests.fitting.asked import Asked, Progress, sheets


class Row(NamedTuple):
    """One question as it was found: `right` tells whether one of the first facts answers it.

    `left_out`: its answers were taken away, so that it has none.
    """

    asked: Asked
    features: dict[str, float]
    own: bool
    meant: bool
    on_record: bool
    right: bool
    rank: int | None

    @property
    def setting(self) -> str:
        """What it is reported with."""
        return (
            self.asked.setting
            if self.on_record == self.asked.on_record
            else f"{self.asked.setting}, left out"
        )


@asynccontextmanager
async def record_of(folder: Path, scratch: Path, load: Load | None, told: Progress) -> AsyncIterator[Record]:
    """Open a record with all stories, each fact with its vector."""
    record = await Record.open(scratch / "record.db", embedder=load)
    try:
        for name, lines in sheets(folder):
            sheet = scratch / f"{name}.jsonl"
            story = {"story": {"name": name, "title": name}}
            sheet.write_text("".join(json.dumps(line) + "\n" for line in (story, *lines)), encoding="utf-8")
            await import_sheet(record, sheet, actor="fitting")
        if load is not None:
            told("making vectors")
            await Filler(record.database, record.vectors).fill()
        yield record
    finally:
        await record.close()


async def rows(record: Record, asked: Iterable[Asked]) -> AsyncIterator[Row]:
    """Yield a row for each question, and one for each as if its answer were not on record."""
    stories = {story.name: story for story in await record.stories.all()}
    for each in asked:
        for row in await _rows(record, stories[each.story], each):
            yield row


async def _rows(record: Record, story: Story, asked: Asked) -> list[Row]:
    question = wording.read(asked.text, spoken=asked.language)
    subject = await subject_of(record, story.id, question)
    if question.kind in OF_THE_STORY and not question.topic:
        return []  # answered by a list, not by what is retrieved
    found = await retrieve(record, story.id, question, subject.entities, own=question.language == "en")
    if not found.candidates:
        return []
    made = [_row(asked, question, found, on_record=asked.on_record)]
    if asked.on_record and asked.patterns is None:
        others = tuple(each for each in found.candidates if each.fact.ref not in asked.refs)
        if len(others) > FIRST:
            left = Retrieved(others, found.own, found.meant, found.mean, found.deviation)
            made.append(_row(asked, question, left, on_record=False))
    return made


def _row(asked: Asked, question: wording.Question, found: Retrieved, *, on_record: bool) -> Row:
    told = [(each.fact.ref, _text(each)) for each in found.candidates]
    rank = next((at for at in range(len(told)) if asked.answered_by(told[at : at + 1])), None)
    right = on_record and asked.answered_by(told[:FIRST])
    return Row(asked, features(question, found), found.own, found.meant, on_record, right, rank)


def _text(candidate: Candidate) -> str:
    fact = candidate.fact
    return f"{sentence(fact, dated=True)} {fact.occurred or ''}"
