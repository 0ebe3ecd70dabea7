"""What is offered while people type, in a story with as many names as facts, against one raw prefix query."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median, quantiles

from bot.commands import commands
from bot.commands.dispatch import Dispatcher
from bot.config import Settings
from bot.requests import Request, Role
from storage.record import Record
from tests.benchmarks import corpus, places
from tests.benchmarks.report import Finding, at_most, heading, table
from tests.benchmarks.sizes import Sizes

# What issue 5 asks for: milliseconds, with 10,000 names.
GOAL = 100.0
PREFIX = """
SELECT DISTINCT spelling FROM entity_name WHERE story_id = 1 AND folded >= ? AND folded < ? LIMIT 25
"""
ASKER = Request("", "telegram:7", "telegram:7", role=Role.MODERATOR)


def measure(sizes: Sizes) -> list[Finding]:
    """Ask for each kind of argument, with nothing, a letter, and more of it typed."""
    count = sizes.records[0]
    heading(f"Completion in a story of {count:,} facts, sources and names")
    with places.scratch() as folder:
        path = crowded(folder / "crowded.db", count)
        raw = sorted(_raw(path, sizes.samples))
        timed = asyncio.run(_timed(path, sizes.samples))
    base = median(raw)
    rows = [
        (kind, *(f"{value:.2f}" for value in (middle, late)), f"{middle / base:.1f}", f"{late / base:.1f}")
        for kind, (middle, late) in timed.items()
    ]
    table(("milliseconds", "p50", "p95", "p50 / raw prefix", "p95 / raw prefix"), rows)
    slowest = max(late for _middle, late in timed.values())
    return [
        at_most("completion: slowest p95 / the 100 ms that people wait", slowest / GOAL, 1),
        *(
            Finding(f"completion of {kind}: p95 / raw prefix query", f"{late / base:.1f}")
            for kind, (_middle, late) in timed.items()
        ),
    ]


def crowded(path: Path, count: int) -> Path:
    """Write a record in whose large story there are as many names, a tenth of them places, as facts."""
    corpus.write(path, count, places.SEED)
    connection = sqlite3.connect(path)
    first = 1 + connection.execute("SELECT max(id) FROM entity").fetchone()[0]
    made = [(first + number, f"Stranger{number} of Town{number % 97}") for number in range(count)]
    connection.executemany(
        "INSERT INTO entity (id, story_id, ref, kind, name) VALUES (?, 1, ?, ?, ?)",
        [(number, f"stranger-{number}", "person" if number % 10 else "place", name) for number, name in made],
    )
    corpus.add_names(
        connection,
        [
            (number, folded, rank, name, 1)
            for number, name in made
            for rank, folded in ((0, name.casefold()), (2, name.split()[0].casefold()), (2, name.split()[2]))
        ],
    )
    corpus.index_names(connection)
    connection.commit()
    connection.close()
    return path


def typed(path: Path, count: int) -> dict[str, tuple[str, int, list[str]]]:
    """Return what people type by kind: the command, which argument, and how far they have come."""
    chance = random.Random("typed")
    words = [query.split()[0] for query in corpus.queries(path, count)]
    numbers = [str(chance.randrange(1, 10_000)) for _ in range(count)]
    # From nothing over what thousands begin with to a whole name.
    begun = [word[: chance.randrange(1, 1 + len(word))] for word in words]
    names = [f"stranger{number}"[: chance.randrange(13)] for number in numbers]
    return {
        "names": ("who", 0, names),
        "places": ("where", 0, names),
        "fact ids": ("fact", 0, ["", "F", "f1", "9", *(f"F{number}" for number in numbers)]),
        "words of facts": ("fact", 0, words),
        "words begun": ("fact", 0, [*begun, "pe", "re", "person", "repxxxx", "desk re"]),
        "source ids": ("sources", 0, ["", "S", "s1", *(f"S{number}" for number in numbers)]),
        "words of sources": ("sources", 0, ["desk", "report desk", "zzz", "a b c d", *words]),
    }


async def _timed(path: Path, samples: int) -> dict[str, tuple[float, float]]:
    """Return the median and the 95th percentile in milliseconds, by kind."""
    record = await Record.open(path)
    dispatcher = Dispatcher(record, commands, Settings())
    try:
        found = {}
        for kind, (command, argument, texts) in typed(path, samples).items():
            taken = []
            for text in texts:
                began = time.perf_counter()
                await dispatcher.offers(ASKER, command, argument, text)
                taken.append(1000 * (time.perf_counter() - began))
            found[kind] = (median(taken), late(taken))
        return found
    finally:
        await record.close()


def _raw(path: Path, samples: int) -> Sequence[float]:
    connection = sqlite3.connect(path)
    taken = []
    for number in range(samples):
        prefix = f"stranger{number}"
        began = time.perf_counter()
        connection.execute(PREFIX, (prefix, prefix + "\U0010ffff")).fetchall()
        taken.append(1000 * (time.perf_counter() - began))
    connection.close()
    return taken


def late(taken: Sequence[float]) -> float:
    return quantiles(taken, n=20, method="inclusive")[-1]
