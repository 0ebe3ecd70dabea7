"""What recognising names costs, counted: one bound whatever is said, however many names are on record."""

from __future__ import annotations

import cProfile
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import astuple, dataclass
from operator import le
from pathlib import Path

import pytest

from bot.parsing import fuzzy, matching
from bot.questions import name_spotting
from storage.record import Record
from tests.benchmarks import naming
from tests.bot.desk import EVE, Desk, Moments
from tests.storage.costs import sqlite_of

# Comparisons of two texts, and steps of SQLite's machine: some milliseconds each on a slow computer.
COMPARED, STEPS = 10_000, 1_500_000
STEP = 1_000
# Calls of functions on the loop, for a message of 4,000 characters and for a plain question: 20 and 5
# milliseconds of it where the benchmark was run.
# A long text is looked up claim by claim, and a question without a sure answer in other stories as well.
CALLS, CALLS_OF_A_QUESTION = 65_000, 13_000


@dataclass
class Count:
    """What one message cost."""

    compared: int = 0
    steps: int = 0
    calls: int = 0


@asynccontextmanager
async def counted(record: Record, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Count]:
    """Count what is compared, the steps that the reader's connection takes, and what the loop calls."""
    count = Count()

    def comparing(text, choices, **how):
        count.compared += len(choices)
        return plain(text, choices, **how)

    def step():
        count.steps += STEP
        return 0

    plain = fuzzy.nearest
    with monkeypatch.context() as patch:
        for module in (matching, name_spotting):
            patch.setattr(module, "nearest", comparing)
        await sqlite_of(record)._reader.set_progress_handler(step, STEP)
        profile = cProfile.Profile()
        with profile:
            yield count
        count.calls = sum(entry.callcount for entry in profile.getstats())
        await sqlite_of(record)._reader.set_progress_handler(None, 0)


async def dearest(stocked: Path, path: Path, names: int, monkeypatch: pytest.MonkeyPatch) -> Count:
    """Return the most that anything costs in a story with so many names."""
    shutil.copyfile(stocked, path)
    listed = naming.made_up(names)
    naming.crowd(path, listed)
    record = await Record.open(path, clock=Moments())
    most = Count()
    try:
        eve = Desk(record, Moments()).person(EVE)
        said = naming.hostile(listed)
        # Lists of words and of zones are read once.
        for first in ("/about", naming.QUESTION, "In May 2023?", "Orkavik", said["dates"]):
            await eve.says(first)
        said |= {
            "a plain question": naming.QUESTION,
            "a name misspelt": f"/who {listed[7][:-1]}",
            "strange words": "/subscribe qzx wvut",
        }
        said |= {f"/who {what}": f"/who {text[:390]}" for what, text in naming.hostile(listed).items()}
        for what, text in said.items():
            async with counted(record, monkeypatch) as count:
                await eve.says(text)
            assert "went wrong" not in eve.seen, what
            bound = Count(COMPARED, STEPS, CALLS_OF_A_QUESTION if text == naming.QUESTION else CALLS)
            assert _within(count, bound), (what, count)
            most = Count(*map(max, astuple(most), astuple(count)))
        return most
    finally:
        await record.close()


def _within(count: Count, bound: Count) -> bool:
    return all(map(le, astuple(count), astuple(bound)))


async def test_a_message_costs_no_more_than_so_much(stocked, tmp_path, monkeypatch):
    few = await dearest(stocked, tmp_path / "few.db", 500, monkeypatch)
    many = await dearest(stocked, tmp_path / "many.db", 5_000, monkeypatch)
    # Ten times the names are not ten times the work.
    print(few, many)
    assert many.compared <= 3 * few.compared


@pytest.mark.slow
async def test_the_same_with_a_hundred_thousand_names(stocked, tmp_path, monkeypatch):
    print(await dearest(stocked, tmp_path / "crowded.db", 100_000, monkeypatch))


async def test_an_unknown_name_after_a_change_reads_no_more_than_before(stocked, tmp_path, monkeypatch):
    path = tmp_path / "named.db"
    shutil.copyfile(stocked, path)
    naming.crowd(path, naming.made_up(2_000))
    record = await Record.open(path, clock=Moments())
    try:
        desk = Desk(record, Moments())
        eve = desk.person(EVE)
        taken = []
        for number in range(3):
            async with counted(record, monkeypatch) as count:
                await eve.says("/who Orkavik")
            taken.append(count.steps)
            await desk.appoint(f"telegram:{number}")
        assert taken[2] <= taken[1] + 10 * STEP
    finally:
        await record.close()
