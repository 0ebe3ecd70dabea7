"""The same calls on the same record in PostgreSQL and in a SQLite file, in turns, on one machine.

Reading: a made-up record of 100,000 facts, and no fact kept from one call to the next. Writing: each commit
is on the disk. Claiming: three processes, each of which takes what is due and marks it as sent.
"""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import sys
import time
from bisect import bisect_left
from collections.abc import Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

from storage.engines.kept import KeptByKey
from storage.record import Record
from tests.acceptance.process import until
from tests.benchmarks import corpus, on_postgres, places
from tests.benchmarks.engine_work import publish
from tests.benchmarks.report import Finding, at_least, at_most, heading, table
from tests.benchmarks.sizes import Sizes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.servers import Server

BIG, PAGE, NAMED = 1, 9, 20
PROCESSES, PUBLISHES = 3, 80
# Deliveries that three processes claim, and how many a second they are to claim.
DELIVERIES, A_SECOND = 3_000, 300
# Calls of each kind before any is timed.
WARMING = 10
MOMENT = "2026-01-01T00:00:00.000000Z"
Call = Callable[[Record], Awaitable[Any]]


class Kind(NamedTuple):
    """One kind of call: what makes the next one, and how many times longer it may take."""

    name: str
    make: Callable[[], Call]
    goal: float


def measure(sizes: Sizes) -> list[Finding]:
    """Measure both engines, or say why not."""
    heading("PostgreSQL beside SQLite")
    try:
        with on_postgres.server() as server:
            return asyncio.run(_measured(server, sizes))  # type: ignore[arg-type]  # reason: imported where it is there
    except on_postgres.Missing as why:
        print(f"left out: {why}\n-----", flush=True)
        return [Finding("PostgreSQL beside SQLite", f"left out: {why}")]


async def _measured(server: Server, sizes: Sizes) -> list[Finding]:
    count = sizes.records[1]
    source = on_postgres.record(count)
    with places.scratch() as folder:
        name = server.create(server.ready())
        on_postgres.copy(server.url(name), source)
        path = folder / "record.db"
        shutil.copyfile(source, path)
        try:
            findings = await _reading(path, server.url(name), count, sizes)
            findings += await _publishing(path, server.url(name), sizes)
            findings += await _together(path, server.url(name), sizes)
            findings += await _claiming(server, folder, sizes)
            return [*findings, *await _paced(server, folder, sizes)]
        finally:
            server.drop(name)


@asynccontextmanager
async def _both(path: Path, url: str) -> AsyncIterator[tuple[Record, Record]]:
    file, there = await Record.open(path), await Record.open(path, url=url)
    try:
        for record in (file, there):
            # Reading is measured here, so no fact is kept from one call to the next.
            record.facts._known = KeptByKey(0)
        yield file, there
    finally:
        await there.close()
        await file.close()


async def _reading(path: Path, url: str, count: int, sizes: Sizes) -> list[Finding]:
    chance = random.Random(count)
    rows, findings = [], []
    slowest: tuple[float, str] = (0.0, "")
    async with _both(path, url) as both:
        for kind in [*_pages(chance, count), *_listings(chance, count)]:
            file, there, same = await _timed(both, kind.make, sizes.samples)
            ratio = there / file
            rows.append((kind.name, f"{file:.3f}", f"{there:.3f}", f"{ratio:.2f}"))
            if kind.goal:
                findings.append(
                    at_most(f"{kind.name}, {count:,} facts: PostgreSQL / SQLite", ratio, kind.goal)
                )
            slowest = max(slowest, (ratio, kind.name))
            if same < 1:
                findings.append(at_least(f"{kind.name}: the same answers", same, 1.0))
        for within, story in (("one story", BIG), ("all stories", None)):
            asked = map(partial(_search, story), corpus.queries(path, WARMING + sizes.searches))
            file, there, same = await _timed(both, partial(next, asked), sizes.searches)
            rows.append((f"full text, {within}", f"{file:.3f}", f"{there:.3f}", f"{there / file:.2f}"))
            findings.append(at_most(f"full text in {within}: PostgreSQL / SQLite", there / file, 3))
            findings.append(at_least(f"full text in {within}: lists that are the same", same, 1.0))
    table(("median milliseconds", "SQLite", "PostgreSQL", "ratio"), rows)
    findings.append(at_most(f"the slowest listing ({slowest[1]}): PostgreSQL / SQLite", slowest[0], 10))
    return findings


def _search(story: int | None, query: str) -> Call:
    return lambda record: record.search.find(query, story_id=story, limit=5)


def _pages(chance: random.Random, count: int) -> Iterator[Kind]:
    def fact() -> Call:
        number = 1 + chance.randrange(count)
        return lambda record: record.facts.find(number)

    def entity() -> Call:
        number = 1 + chance.randrange(NAMED)
        return lambda record: record.listings.mentioning(number, {"speaker": 0}, limit=PAGE)

    def month() -> Call:
        first = corpus.FIRST_DAY + timedelta(days=chance.randrange(corpus.DAYS - 60))
        days = first.isoformat(), (first + timedelta(days=30)).isoformat()
        return lambda record: record.listings.dated(BIG, earliest=days[0], latest=days[1], limit=PAGE)

    def half_way() -> Call:
        after = count // 2 + chance.randrange(count // 4)
        return lambda record: record.listings.all(BIG, after=after, limit=PAGE)

    def then() -> Call:
        after = chance.randrange(count // 2)
        return lambda record: record.listings.in_force_at(BIG, MOMENT, after=after, limit=PAGE)

    yield Kind("fact by id", fact, 4)
    yield Kind("an entity's page", entity, 3)
    yield Kind("a range of dates", month, 3)
    yield Kind("a page by key", half_way, 3)
    yield Kind("/asof", then, 3)


def _listings(chance: random.Random, count: int) -> Iterator[Kind]:
    def of(name: str, *values: Any, **named: Any) -> Callable[[], Call]:
        return lambda: lambda record: getattr(record.listings, name)(*values, **named)

    yield Kind("the latest", of("latest", BIG, limit=PAGE), 0)
    yield Kind("what happened last", of("happened_last", BIG, limit=PAGE), 0)
    yield Kind("undated", of("undated", BIG, limit=PAGE), 0)
    yield Kind("a day of any year", of("of_month_or_day", BIG, "07-18", limit=PAGE), 0)
    yield Kind("retracted", of("retracted", BIG, limit=PAGE), 0)
    yield Kind("changes", of("changes", BIG, limit=PAGE), 0)
    yield Kind("with figures", of("figured", BIG, limit=PAGE), 0)
    yield Kind("disputed", of("disputed", BIG, limit=PAGE), 0)
    yield Kind("in a few lines", of("summary", BIG), 0)
    yield Kind("that cite a source", lambda: _citing(1 + chance.randrange(count)), 0)


def _citing(source: int) -> Call:
    return lambda record: record.listings.citing(source, limit=PAGE)


async def _timed(
    both: tuple[Record, Record], make: Callable[[], Call], samples: int
) -> tuple[float, float, float]:
    """Return the median milliseconds on each engine, and the share of calls that gave the same on both."""
    taken: list[tuple[float, float]] = []
    same = 0
    # A process asks a server for weeks: the first calls, at which it plans, are left out.
    for _ in range(WARMING):
        call = make()
        for record in both:
            await call(record)
    for number in range(samples):
        call = make()
        times, answers = [0.0, 0.0], [None, None]
        # In turns, so that what else the machine does falls on both.
        for at in (0, 1) if number % 2 else (1, 0):
            began = time.perf_counter()
            answers[at] = await call(both[at])
            times[at] = 1000 * (time.perf_counter() - began)
        taken.append((times[0], times[1]))
        same += answers[0] == answers[1]
    return median(file for file, _ in taken), median(there for _, there in taken), same / samples


async def _publishing(path: Path, url: str, sizes: Sizes) -> list[Finding]:
    """Put facts on record by one process, durable, in turns."""
    times: list[list[float]] = [[], []]
    async with _both(path, url) as both:
        for number in range(min(sizes.changes, 120)):
            for at in (0, 1) if number % 2 else (1, 0):
                began = time.perf_counter()
                await publish(both[at], 1)
                times[at].append(1000 * (time.perf_counter() - began))
    file, there = map(median, times)
    table(
        ("median milliseconds", "SQLite", "PostgreSQL"), [("publish, durable", f"{file:.2f}", f"{there:.2f}")]
    )
    return [at_most("publish, durable: PostgreSQL / SQLite", there / file, 4)]


async def _together(path: Path, url: str, sizes: Sizes) -> list[Finding]:
    """Let three processes publish at the same time."""
    each = min(PUBLISHES, sizes.changes)
    seconds = [_span(await _at_work("publish", path, where, each)) for where in (None, url)]
    name = f"{PROCESSES} processes, {each} publishes each"
    table(("seconds", "SQLite", "PostgreSQL"), [(name, *(f"{each:.2f}" for each in seconds))])
    return [at_most(f"{name}: PostgreSQL / SQLite", seconds[1] / seconds[0], 2.5)]


async def _claiming(server: Server, folder: Path, sizes: Sizes) -> list[Finding]:
    """Let three processes claim deliveries and mark them as sent, on each engine."""
    count = min(DELIVERIES, sizes.deliveries)
    name = server.create(server.ready())
    rows, findings = [], []
    try:
        for engine, url in (("SQLite", None), ("PostgreSQL", server.url(name))):
            path = folder / f"outbox-{engine}.db"
            await _prepare(path, url, count)
            done = await _at_work("claim", path, url, count)
            claimed = [listener for each in done for listener in each["claimed"]]
            rate = count / _span(done)
            rows.append(
                (engine, f"{rate:.0f}", f"{len(claimed) - len(set(claimed))}", f"{count - len(set(claimed))}")
            )
            findings += [
                at_least(
                    f"outbox on {engine}, {PROCESSES} processes: rate / {A_SECOND} a second",
                    rate / A_SECOND,
                    1.0,
                ),
                at_most(
                    f"the same: claimed twice, and lost, of {count:,}",
                    len(set(claimed) ^ set(range(1, count + 1))) + len(claimed) - len(set(claimed)),
                    0,
                ),
            ]
    finally:
        server.drop(name)
    table((f"{count:,} deliveries", "a second", "twice", "lost"), rows)
    return findings


async def _paced(server: Server, folder: Path, sizes: Sizes) -> list[Finding]:
    """Let two bots tell a change at Telegram's pace; who sends is killed half way."""
    # What it is made of wants a PostgreSQL to be there.
    from tests.acceptance.several import GRACE, LEASES, several

    count = min(sizes.broadcasts[0], 300)
    async with several(server, folder, chats=count) as made:
        for bot in made.bots:
            await bot.launch()
        await until(lambda: "telegram sender" in made.holders(), "a sender", 60)
        await made.publish(folder)
        await until(lambda: len(made.told()) > count // 2, "half of the broadcast", 120)
        holder = made.holder("telegram sender")
        await holder.kill()
        took = await made.goes_on(len(made.told()), 60)
        await made.all_told(120)
        times = made.told()
        at = sorted(call.time for call in made.api.calls_of("sendMessage"))
    fullest = max(bisect_left(at, begin + 1.0) - number for number, begin in enumerate(at))
    twice = sum(number > 1 for number in times.values())
    table(
        ("two bots, one killed", "chats", "fullest second", "twice", "lost", "taken over after, s"),
        [("Telegram's pace", f"{count}", f"{fullest}", f"{twice}", f"{count - len(times)}", f"{took:.1f}")],
    )
    return [
        at_most("two bots at Telegram's pace: messages in the fullest second of all / 30", fullest / 30, 1),
        at_most("the same: lost", count - len(times), 0),
        at_most(
            "the same: seconds until the other goes on / its lease and 5", took / (LEASES["role"] + GRACE), 1
        ),
    ]


async def _prepare(path: Path, url: str | None, count: int) -> None:
    """Make a record of whose last change so many chats are to be told."""
    from bot.notices.fan_out import fan_out
    from storage.sheets.shipped import put_shipped

    record = await Record.open(path, url=url)
    try:
        await put_shipped(record)
        async with record.database.transaction() as tx:
            await tx.run_many(
                "INSERT INTO listener (id, chat) VALUES (?, ?)",
                [(number, f"telegram:{number}") for number in range(1, count + 1)],
            )
            await tx.run(
                "INSERT INTO subscription (listener_id, story_id, made_at) SELECT id, 1, '' FROM listener"
            )
        await publish(record, 1)
        while await fan_out(record, timedelta(0)):
            pass
    finally:
        await record.close()


async def _at_work(work: str, path: Path, url: str | None, count: int) -> list[dict[str, Any]]:
    """Return what processes did that began to work at the same time."""
    asked = [sys.executable, "-m", "tests.benchmarks.engine_work", work, str(path), *([url] if url else [])]
    pipe = asyncio.subprocess.PIPE
    processes = [
        await asyncio.create_subprocess_exec(*asked, stdin=pipe, stdout=pipe, cwd=places.ROOT, limit=2**24)
        for _ in range(PROCESSES)
    ]
    for process in processes:
        assert process.stdout and await process.stdout.readline() == b"ready\n"
    done = await asyncio.gather(*(process.communicate(f"{count}\n".encode()) for process in processes))
    return [json.loads(out) for out, _errors in done]


def _span(done: list[dict[str, Any]]) -> float:
    return float(max(each["ended"] for each in done) - min(each["began"] for each in done))
