"""What the record is asked, against the same SQL on raw sqlite3, at three sizes.

The statements are those that storage itself sends, caught on their way and sent again, with the same values,
through a plain sqlite3 connection that only fetches them. What storage makes of the rows (whole facts with
their sources, checked models) is timed with it under "whole call", and left out under "reading".
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial
from statistics import median
from typing import Any, NamedTuple, TypeVar

from storage.engines.database import Database, Parameters, Read, Row, Version
from storage.engines.kept import KeptByKey
from storage.engines.values import for_sqlite
from storage.record import Record
from tests.benchmarks import corpus, places
from tests.benchmarks.report import Finding, at_most, heading, table
from tests.benchmarks.sizes import Sizes

PAGE = 9
BIG = 1  # the id of the large story
# Speakers who have more to say than a page holds, at any size of the record.
NAMED = 20
Call = Callable[[], Awaitable[object]]
Visit = list[tuple[str, Parameters]]
T = TypeVar("T")


class Timed(NamedTuple):
    """Median milliseconds of one kind of query: the whole call, its reading alone, and raw sqlite3."""

    whole: float
    reading: float
    raw: float


def measure(sizes: Sizes) -> list[Finding]:
    """Time every kind of query at every size."""
    heading("Queries against the same SQL on raw sqlite3")
    timed = {count: asyncio.run(_at(count, sizes)) for count in sizes.records}
    rows = []
    for kind in timed[sizes.largest]:
        for count in sizes.records:
            item = timed[count][kind]
            rows.append(
                (
                    f"{kind}, {count:,} facts",
                    *(f"{value:.3f}" for value in item),
                    f"{item.reading / item.raw:.2f}",
                    f"{item.whole / item.raw:.2f}",
                )
            )
    table(
        ("median milliseconds", "whole call", "reading", "raw sqlite3", "reading / raw", "whole / raw"), rows
    )
    return _findings(timed, *sizes.records[-2:])


def _findings(timed: dict[int, dict[str, Timed]], before: int, largest: int) -> list[Finding]:
    findings = []
    for kind, item in timed[largest].items():
        if kind == FREE_TEXT:
            continue
        findings += [
            at_most(f"{kind}, {largest:,} facts: reading / raw sqlite3", item.reading / item.raw, 2),
            at_most(
                f"{kind}: whole call at {largest:,} / at {before:,}",
                item.whole / timed[before][kind].whole,
                1.3,
            ),
        ]
    return findings


FREE_TEXT = "free text"


async def _at(count: int, sizes: Sizes) -> dict[str, Timed]:
    path = places.record(count)
    raw = sqlite3.connect(path)
    record = await Record.open(path)
    # Reading is measured here, so no fact is kept from one call to the next.
    record.facts._known = KeptByKey(0)
    try:
        chance = random.Random(count)
        kinds = _indexed(record, chance, count)
        timed = {kind: await _time(record, make, raw, sizes.samples) for kind, make in kinds.items()}
        found = iter(corpus.queries(path, sizes.searches))
        search = record.search
        timed[FREE_TEXT] = await _time(
            record, lambda: _bound(search.find, next(found), limit=5), raw, sizes.searches
        )
        return timed
    finally:
        await record.close()
        raw.close()


def _indexed(record: Record, chance: random.Random, count: int) -> dict[str, Callable[[], Call]]:
    """Return what makes one call of each kind, with other values each time."""
    listings = record.listings

    def month() -> tuple[str, str]:
        first = corpus.FIRST_DAY + timedelta(days=chance.randrange(corpus.DAYS - 60))
        return first.isoformat(), (first + timedelta(days=30)).isoformat()

    def entity() -> int:
        return 1 + chance.randrange(NAMED)

    def dated() -> Call:
        earliest, latest = month()
        return _bound(listings.dated, BIG, earliest=earliest, latest=latest, limit=PAGE)

    def dated_further() -> Call:
        earliest, latest = corpus.FIRST_DAY.isoformat(), "2030-01-01"
        after = (month()[0], chance.randrange(count))
        return _bound(listings.dated, BIG, earliest=earliest, latest=latest, after=after, limit=PAGE)

    return {
        "an entity's facts": lambda: _bound(listings.mentioning, entity(), {"speaker": 0}, limit=PAGE),
        "an entity's facts, a page half way": lambda: _bound(
            listings.mentioning, entity(), {"speaker": count // 2}, limit=PAGE
        ),
        "a month of dates": dated,
        "all dates, a page far on": dated_further,
        "all facts, a page half way": lambda: _bound(
            listings.all, BIG, after=count // 2 + chance.randrange(count // 4), limit=PAGE
        ),
    }


def _bound(call: Callable[..., Awaitable[object]], *values: Any, **named: Any) -> Call:
    return lambda: call(*values, **named)


async def _time(record: Record, make: Callable[[], Call], raw: sqlite3.Connection, samples: int) -> Timed:
    taken = [
        await _once(record.database, make(), raw, backwards=bool(number % 2)) for number in range(samples)
    ]
    return Timed(*map(median, zip(*taken, strict=True)))


async def _once(database: Database, call: Call, raw: sqlite3.Connection, *, backwards: bool) -> Timed:
    """Time one call in each way, in one order or the other."""
    # Catching the statements also brings what is read into memory, alike for all.
    sent = await _sent(database, call)
    plain = [[(for_sqlite(sql), parameters) for sql, parameters in visit] for visit in sent]
    ways: list[Call] = [call, lambda: _read(database, sent), lambda: _fetch(raw, plain)]
    if backwards:
        return Timed(*reversed([await _clocked(way) for way in reversed(ways)]))
    return Timed(*[await _clocked(way) for way in ways])


async def _clocked(call: Call) -> float:
    """Return how many milliseconds a call takes."""
    began = time.perf_counter()
    await call()
    return 1000 * (time.perf_counter() - began)


async def _sent(database: Database, call: Call) -> list[Visit]:
    """Return the statements that a call sends to SQLite, together those that it sends in one go."""
    sent: list[Visit] = []
    read, reading = database.read, database.reading_version

    async def listened(sql: str, parameters: Parameters = ()) -> list[Row]:
        sent.append([(sql, parameters)])
        return await read(sql, parameters)

    async def listened_to_all(work: Callable[[Read, Version], T]) -> T:
        visit: Visit = []
        sent.append(visit)

        def listening(inner: Read, version: Version) -> T:
            def noted(sql: str, parameters: Parameters = (), /) -> list[Row]:
                visit.append((sql, parameters))
                return inner(sql, parameters)

            return work(noted, version)

        return await reading(listening)

    # Method by method, so that what is caught is what any other caller's calls come to.
    database.read, database.reading_version = listened, listened_to_all  # type: ignore[method-assign]  # reason: to listen
    try:
        await call()
    finally:
        del database.read, database.reading_version
    return sent


async def _read(database: Database, visits: Sequence[Visit]) -> None:
    for visit in visits:
        await database.reading(partial(_rows, visit))


def _rows(visit: Visit, read: Read) -> None:
    for sql, parameters in visit:
        read(sql, parameters)


async def _fetch(raw: sqlite3.Connection, visits: Sequence[Visit]) -> None:
    for visit in visits:
        for sql, parameters in visit:
            raw.execute(sql, parameters).fetchall()
