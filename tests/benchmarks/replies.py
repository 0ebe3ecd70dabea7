"""How long replies are, without sources folded away and buttons: half of them, and nine in ten.

The stories of the tests, and each in FOLDER (NAME.sheet.jsonl with NAME.questions.jsonl), with vectors.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.commands import commands
from bot.commands.dispatch import Dispatcher
from bot.config import Settings
from storage.record import Record
from storage.search import embedding
from storage.search.filling import Filler
from storage.sheets.importing import import_sheet
from storage.sheets.shipped import put_shipped
from tests.benchmarks import places
from tests.benchmarks.report import Finding, at_most, heading, table
from tests.bot.reply_lengths import FOLDER, MEDIAN, NINE_IN_TEN, SETS, all_of, measured, questions_of
from tests.conftest import TEST_STORIES


def measure(folder: Path) -> list[Finding]:
    """Ask everything of each story, and measure what is shown."""
    heading("Replies: letters shown, the median and the ninth of ten")
    with places.scratch() as scratch:
        return asyncio.run(_measure(folder, scratch / "record.db"))


async def _measure(folder: Path, path: Path) -> list[Finding]:
    asked = {story: FOLDER / f"{name}.toml" for story, name in SETS.items()}
    record = await Record.open(path, embedder=embedding.load)
    try:
        await put_shipped(record)
        for sheet in sorted((*TEST_STORIES.glob("*.toml"), *folder.glob("*.sheet.jsonl"))):
            before = {story.name for story in await record.stories.all()}
            await import_sheet(record, sheet, actor="benchmarks")
            questions = sheet.with_name(sheet.name.replace(".sheet.", ".questions."))
            new = {story.name for story in await record.stories.all()} - before
            asked |= dict.fromkeys(new - asked.keys(), questions)
        await Filler(record.database, record.vectors).fill()
        dispatcher = Dispatcher(record, commands, Settings())
        findings: list[Finding] = []
        rows: list[tuple[str, ...]] = []
        for story, questions in asked.items():
            each = await measured(dispatcher, story, questions_of(questions))
            every = all_of(each)
            rows += [
                (f"{story}, {one.kind}", str(len(one.letters)), f"{one.median:.0f}", str(one.nine_in_ten))
                for one in (*each, every)
            ]
            findings.append(at_most(f"replies, {story}: median of letters", every.median, MEDIAN))
            findings.append(at_most(f"replies, {story}: nine in ten", every.nine_in_ten, NINE_IN_TEN))
        table(("replies", "asked", "median", "nine in ten"), rows)
        return findings
    finally:
        await record.close()
