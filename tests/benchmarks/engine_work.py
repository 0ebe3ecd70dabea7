"""One of several processes that work on a record: `python -m tests.benchmarks.engine_work WORK PATH [URL]`.

It says when it is ready, begins when it is told a count, and prints what it did as JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path

from bot.notices.delivering import BATCH
from storage.domain.changes import Publish
from storage.domain.entries import FactEntry
from storage.domain.errors import BusyRecord
from storage.record import Record
from storage.trail.audit import Actor

# Looks into an outbox that was empty, before it is believed.
IDLE_LOOKS = 3


async def publish(record: Record, count: int) -> dict[str, object]:
    """Put so many facts on record, one after the other."""
    for number in range(count):
        said = {"speaker": "Ann Example", "cue": "said that", "source": {"title": "A count"}}
        words = f"process {os.getpid()} has counted to {number} at {time.perf_counter_ns()}"
        fact = FactEntry.model_validate({"statement": words, "attributions": [said]})
        while True:
            try:
                await record.ledger.make(Publish(story_id=1, fact=fact), by=Actor("benchmark"))
            except BusyRecord:
                continue
            break
    return {"made": count}


async def claim(record: Record, _count: int) -> dict[str, object]:
    """Claim what is due and mark it as sent, until there is nothing left."""
    claimed: list[int] = []
    idle = 0
    while idle < IDLE_LOOKS:
        parcels = await record.outbox.take("telegram", record.ledger.now(), BATCH)
        idle = 0 if parcels else idle + 1
        claimed += [parcel.listener.id for parcel in parcels]
        now = record.ledger.now()
        await asyncio.gather(*(record.outbox.sent(parcel, (1,), None, now) for parcel in parcels))
    return {"claimed": claimed}


async def main(work: str, path: Path, url: str | None) -> None:
    """Do the work when told to."""
    record = await Record.open(path, url=url)
    try:
        print("ready", flush=True)
        count = int(await asyncio.to_thread(sys.stdin.readline))
        began = time.time()
        done = await {"publish": publish, "claim": claim}[work](record, count)
        print(json.dumps({**done, "began": began, "ended": time.time()}), flush=True)
    finally:
        await record.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else None))
