"""Reading as of a moment: a fact with a long history against one with a short one."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from statistics import median

from storage.domain.changes import Revise
from storage.domain.models import RevisionKind
from storage.record import Record
from storage.trail.audit import Actor
from tests.benchmarks import places
from tests.benchmarks.report import Finding, at_most, heading, table
from tests.benchmarks.sizes import Sizes

STORY = 1  # the id of the big one
LONG, SHORT = 11, 12  # the two facts
FEW = 10  # revisions of the second
Reading = Callable[[int, str], Awaitable[object]]


class Clock:
    """A clock that is a second later each time it is asked."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.moment += timedelta(seconds=1)
        return self.moment


def measure(sizes: Sizes) -> list[Finding]:
    """Time what /asof reads, at an early, a middle and a late moment."""
    return asyncio.run(_reading(sizes))


async def _reading(sizes: Sizes) -> list[Finding]:
    heading(f"As of a moment: a fact with {sizes.revisions:,} revisions against one with {FEW}")
    with places.scratch() as folder:
        path = folder / "histories.db"
        shutil.copyfile(places.record(sizes.records[0]), path)
        record = await Record.open(path, clock=Clock())
        try:
            every = max(1, sizes.revisions // FEW)
            for number in range(2, sizes.revisions + 1):
                await _revise(record, LONG, number)
                if number % every == 0 and number < sizes.revisions:
                    await _revise(record, SHORT, number)
            moments = [item.at for item in await record.facts.revisions(LONG)]
            named = {
                name: moments[int(share * (len(moments) - 1))]
                for name, share in (("early", 0.05), ("middle", 0.5), ("late", 0.95))
            }
            timed = {
                f"{what}, {name}": await _both(call, moment, sizes.samples)
                for what, call in _calls(record).items()
                for name, moment in named.items()
            }
        finally:
            await record.close()
    table(
        ("median milliseconds", f"{sizes.revisions:,} revisions", f"{FEW} revisions", "ratio"),
        [(what, f"{one:.3f}", f"{other:.3f}", f"{one / other:.2f}") for what, (one, other) in timed.items()],
    )
    return [
        at_most(f"as of a moment, {what}: many revisions / {FEW}", one / other, 2)
        for what, (one, other) in timed.items()
    ]


def _calls(record: Record) -> dict[str, Reading]:
    return {
        "one fact": lambda fact_id, moment: record.facts.load([fact_id], moment=moment),
        "a list of one": lambda fact_id, moment: record.listings.in_force_at(
            STORY, moment, after=fact_id - 1, limit=1
        ),
    }


async def _revise(record: Record, fact_id: int, number: int) -> None:
    entry = await record.facts.entry(fact_id)
    fact = await record.facts.find(fact_id)
    assert fact is not None
    change = Revise(
        story_id=STORY,
        fact_id=fact_id,
        expected=fact.revision,
        kind=RevisionKind.CORRECTED,
        fact=entry.model_copy(update={"statement": f"statement {number}"}),
    )
    await record.ledger.make(change, by=Actor("telegram:0"))


async def _both(call: Reading, moment: str, samples: int) -> tuple[float, float]:
    """Return the median milliseconds of a reading of either fact, by turns."""
    taken: dict[int, list[float]] = {LONG: [], SHORT: []}
    for number in range(samples):
        for fact_id in (LONG, SHORT) if number % 2 else (SHORT, LONG):
            began = time.perf_counter()
            await call(fact_id, moment)
            taken[fact_id].append(1000 * (time.perf_counter() - began))
    return median(taken[LONG]), median(taken[SHORT])
