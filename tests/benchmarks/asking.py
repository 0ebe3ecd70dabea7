"""What a plain question costs, whole: read, embedded, looked for by words and by vectors, judged and told.

The vectors of the facts are made up, the question's is not. How long whoever asks has waited counts here, and
by how much a timer of the loop came late meanwhile; a busy machine lengthens both.
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
from bot.config import LimitSettings, Settings
from bot.requests import Request, Role
from storage.record import Record
from storage.search.embedding import NoModel, load
from tests.benchmarks import corpus, meaning, places
from tests.benchmarks.report import Finding, at_most, heading, table
from tests.benchmarks.sizes import Sizes

# Milliseconds: p95 in the smallest record and in the largest, the loop held, the first after a start.
SMALL, LARGE, HELD, FIRST = 60.0, 300.0, 20.0, 500.0
ASKED = 60


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
            took, held = asyncio.run(_asked(path, texts))
            first = _first(path, texts[0])
        p95 = quantiles(took, n=20)[-1]
        rows = [("median", median(took)), ("p95", p95), ("slowest", max(took)), ("the loop held", held)]
        rows.append(("the first after a start, of its own process", first))
        table(("milliseconds", "measured"), [(what, f"{each:.1f}") for what, each in rows])
        what = f"a whole question among {count:,} facts"
        findings += [
            at_most(f"{what}: p95 / {goal:.0f} ms", p95 / goal, 1),
            at_most(f"the same: the loop held / {HELD:.0f} ms", held / HELD, 1),
            at_most(f"the same: the first after a start / {FIRST:.0f} ms", first / FIRST, 1),
        ]
    return findings


async def _model(path: Path) -> str:
    record = await Record.open(path, embedder=load)
    try:
        assert await record.vectors.ready()
        return str(record.vectors.model)
    finally:
        await record.close()


async def _asked(path: Path, texts: list[str]) -> tuple[list[float], float]:
    """Return the milliseconds of each question but the first, and the longest that the loop was held."""
    record = await Record.open(path, embedder=load)
    try:
        say = _saying(record)
        await say(texts[0])
        # The vectors of a large story are read beside the first questions.
        vector = await record.vectors.query(texts[0])
        assert vector is not None
        while not (await record.vectors.nearest(vector, story_id=1, limit=1)).count:
            await asyncio.sleep(0.1)
        took = []

        async def ask() -> None:
            for text in texts[1:]:
                began = time.perf_counter()
                await say(text)
                took.append(1000 * (time.perf_counter() - began))

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
    """Return the milliseconds of a program's first question, once it is up."""
    code = f"from tests.benchmarks import asking; asking.first({str(path)!r}, {text!r})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(json.loads(done.stdout.splitlines()[-1]))


def first(path: str, text: str) -> None:
    """Print the milliseconds of the first question right after the record is open."""

    async def ask() -> float:
        record = await Record.open(Path(path), embedder=load)
        try:
            say = _saying(record)
            began = time.perf_counter()
            await say(text)
            return 1000 * (time.perf_counter() - began)
        finally:
            await record.close()

    print(json.dumps(asyncio.run(ask())))
