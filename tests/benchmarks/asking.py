"""What a plain question costs, whole: read, embedded, looked for by words and by vectors, judged and told.

The vectors of the facts are made up, the question's is not. Held against goals is the processor's time, of
all threads and of the loop alone: other processes hardly lengthen it. What whoever asks has waited is told,
too, and by how much a timer of the loop came late.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median, quantiles

from bot.commands import commands
from bot.commands.dispatch import Dispatcher
from bot.config import Settings
from bot.requests import Request, Role
from bot.settings.sections import LimitSettings
from storage.record import Record
from storage.search.embedding import NoModel, load
from tests.benchmarks import corpus, meaning, places
from tests.benchmarks.report import Finding, at_most, heading, table
from tests.benchmarks.sizes import Sizes

# Milliseconds: p95 in the smallest record and in the largest, the loop held, the first after a start.
SMALL, LARGE, HELD, FIRST = 60.0, 300.0, 20.0, 500.0
ASKED = 60
# Seconds that a question waits for its vector: a busy machine shows in the figures, not in answers without.
PATIENCE = 60.0


def measure(sizes: Sizes) -> list[Finding]:
    """Ask questions of a small record and of a very large one."""
    try:
        load()
    except NoModel as error:
        print(f"not measured: {error}")
        return [Finding("whole questions", "no model here")]
    findings = []
    for count, goal in ((sizes.records[0], SMALL), (sizes.largest, LARGE)):
        heading(f"Whole questions to a record of {count:,} facts, with made-up vectors")
        made = places.record(count)
        with places.scratch() as folder:
            path = Path(shutil.copy(made, folder / "asked.db"))
            model = asyncio.run(_model(path))
            meaning.fill(path, count, model)
            texts = [f"What is known about {words}?" for words in corpus.queries(path, ASKED)]
            asked, held = asyncio.run(_asked(path, texts))
            first = _first(path, texts[0])
        spent, own, waited = (sorted(each) for each in zip(*asked, strict=True))
        p95, longest = quantiles(spent, n=20)[-1], max(own)
        rows = [
            ("of the processor: median", median(spent)),
            ("of the processor: p95", p95),
            ("of the loop's own: median", median(own)),
            ("of the loop's own: longest", longest),
            ("waited: median", median(waited)),
            ("waited: p95", quantiles(waited, n=20)[-1]),
            ("a timer of the loop late, longest", held),
            ("the first after a start, of the processor", first),
        ]
        table(("milliseconds", "measured"), [(what, f"{each:.1f}") for what, each in rows])
        what = f"a whole question among {count:,} facts"
        findings += [
            at_most(f"{what}: of the processor, p95 / {goal:.0f} ms", p95 / goal, 1),
            at_most(f"the same: of the loop's own time, longest / {HELD:.0f} ms", longest / HELD, 1),
            at_most(f"the first after a start there: of the processor / {FIRST:.0f} ms", first / FIRST, 1),
        ]
    return findings


async def _model(path: Path) -> str:
    record = await Record.open(path, embedder=load)
    try:
        assert await record.vectors.ready()
        return str(record.vectors.model)
    finally:
        await record.close()


async def _asked(path: Path, texts: list[str]) -> tuple[list[tuple[float, float, float]], float]:
    """Return what each question but the first took, and the longest that the loop was held.

    It is in milliseconds: of the processor, of the loop's own time, and in all.
    """
    record = await Record.open(path, embedder=load)
    try:
        record.vectors.take_time(PATIENCE)
        say = _saying(record)
        await say(texts[0])
        # The vectors of a large story are read beside the first questions.
        vector = await record.vectors.query(texts[0])
        assert vector is not None
        while not (await record.vectors.nearest(vector, story_id=1, limit=1)).count:
            await asyncio.sleep(0.1)
        took: list[tuple[float, float, float]] = []

        async def ask() -> None:
            for text in texts[1:]:
                clocks = (time.process_time, time.thread_time, time.perf_counter)
                began = [clock() for clock in clocks]
                await say(text)
                spent, own, waited = (
                    1000 * (clock() - first) for clock, first in zip(clocks, began, strict=True)
                )
                took.append((spent, own, waited))

        return took, await meaning.longest_hold(ask)
    finally:
        await record.close()


def _saying(record: Record) -> Callable[[str], Awaitable[None]]:
    fast = Settings(limits=LimitSettings(messages_per_minute=100_000, burst=100_000))
    dispatcher = Dispatcher(record, commands, fast)

    async def say(text: str) -> None:
        await dispatcher.answer(Request(text, "telegram:7", "telegram:7", role=Role.READER))

    return say


def _first(path: Path, text: str) -> float:
    """Return the milliseconds of the processor of a program's first question, once it is up."""
    code = f"from tests.benchmarks import asking; asking.first({str(path)!r}, {text!r})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(json.loads(done.stdout.splitlines()[-1]))


def first(path: str, text: str) -> None:
    """Print the milliseconds of the processor of the first question right after the record is open."""

    async def ask() -> float:
        record = await Record.open(Path(path), embedder=load)
        try:
            say = _saying(record)
            began = time.process_time()
            await say(text)
            return 1000 * (time.process_time() - began)
        finally:
            await record.close()

    print(json.dumps(asyncio.run(ask())))
