"""What a stranger's message costs in a story with very many names: of the loop's own time, and in all.

The loop's time is the processor's, of that thread alone: what other processes and the database's threads do
meanwhile does not count.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from statistics import median

from bot.commands import commands
from bot.commands.dispatch import Dispatcher
from bot.config import Settings
from bot.requests import Request, Role
from bot.settings.sections import LimitSettings
from storage.domain.folding import fold
from storage.domain.names import parts
from storage.record import Record
from storage.sheets.shipped import put_shipped
from tests.benchmarks import corpus, places
from tests.benchmarks.report import Finding, at_most, heading, table
from tests.benchmarks.sizes import Sizes

# Milliseconds of the loop's time: for a message of 4,000 characters, and for a plain question.
HOSTILE, PLAIN = 20.0, 5.0
LONGEST = 4_000
QUESTION = "Who says that Belarus may be a staging point?"
GIVEN, FAMILY = 500, 40_000


def made_up(count: int, seed: int = 1) -> list[str]:
    """Return made-up names of people, which share given names and some of the family names."""
    chance = random.Random(seed)
    syllables = [head + tail for head in "b d f g k l m n p r s t v z sh kr st".split() for tail in "aeiou"]
    words = ["".join(chance.choices(syllables, k=chance.randint(2, 4))).title() for _ in range(FAMILY)]
    names: dict[str, None] = {}
    while len(names) < count:
        names[f"{chance.choice(words[:GIVEN])} {chance.choice(words)}"] = None
    return list(names)


def crowd(path: Path, names: list[str]) -> None:
    """Add names to the first story of a record, past the ledger."""
    connection = sqlite3.connect(path)
    first = 1 + connection.execute("SELECT max(id) FROM entity").fetchone()[0]
    numbered = list(enumerate(names, first))
    connection.executemany(
        "INSERT INTO entity (id, story_id, ref, kind, name) VALUES (?, 1, ?, 'person', ?)",
        [(number, f"crowd-{number}", name) for number, name in numbered],
    )
    corpus.add_names(
        connection,
        [
            (number, form, rank, name, 1)
            for number, name in numbered
            for form, rank in {**dict.fromkeys(parts(fold(name)), 2), fold(name): 0}.items()
        ],
    )
    corpus.index_names(connection)
    connection.commit()
    connection.close()


def hostile(names: list[str], seed: int = 2) -> dict[str, str]:
    """Return messages as long as one may be, each as dear as it can be in one way."""
    chance = random.Random(seed)
    some = [name.casefold() for name in chance.sample(names, 400)]
    slips = [f"{word[:-2]}{word[-1]}{word[-2]}" for name in some for word in name.split()]
    letters = ["".join(chance.choices("abcdefghijklmnop", k=9)) for _ in range(400)]
    return {
        "names": " ".join(some)[:LONGEST],
        "names misspelt": " ".join(slips)[:LONGEST],
        "unknown words": " ".join(letters)[:LONGEST],
        "single letters": "a b " * 1000,
        "dates": "2023-01-02 in 2004-1X 18 July " * 130,
        "one word": "x" * LONGEST,
        "words of the record": "lukashenko children belarus warrant denied " * 90,
        "questions": "who is lukashenk? what did dmytr say? " * 100,
        "article": "that the children who were taken were brought to a camp, and the court " * 55,
    }


def measure(sizes: Sizes) -> list[Finding]:
    """Say each message, twice: the second time nothing is new to the bot."""
    count = sizes.records[1]
    heading(f"What a message costs in a story with {count:,} names")
    with places.scratch() as folder:
        rows = asyncio.run(_timed(folder / "named.db", count))
    table(("milliseconds", "of the loop", "in all"), [(what, f"{a:.2f}", f"{b:.2f}") for what, a, b in rows])
    loop = {what: own for what, own, _whole in rows}
    plain = [own for what, own in loop.items() if what.startswith("plain")]
    dearest = max(own for what, own in loop.items() if not what.startswith("plain"))
    return [
        at_most(
            f"a message of 4,000 characters at {count:,} names: of the loop / 20 ms", dearest / HOSTILE, 1
        ),
        at_most(f"a plain question at {count:,} names: of the loop / 5 ms", max(plain) / PLAIN, 1),
    ]


async def _timed(path: Path, count: int) -> list[tuple[str, float, float]]:
    record = await Record.open(path)
    try:
        await put_shipped(record)
        names = made_up(count)
        crowd(path, names)
        fast = Settings(limits=LimitSettings(messages_per_minute=100_000, burst=100_000))
        dispatcher = Dispatcher(record, commands, fast)

        async def say(text: str) -> None:
            await dispatcher.answer(Request(text, "telegram:7", "telegram:7", role=Role.READER))

        await say("/about")
        rows = []
        asked = {
            "plain question": QUESTION,
            "plain question, name misspelt": "what did lubinetz say?",
            "plain question, unknown name": "/who Zelman Orkavik",
            **hostile(names),
        }
        for what, text in asked.items():
            rows.append((what, *await _best(partial(say, text))))
        async with record.database.transaction() as tx:
            await tx.run("UPDATE story SET title = title")
        rows.append(
            ("plain question, unknown name, after a change", *await _best(partial(say, "/who Orkavik"), 1))
        )
        return rows
    finally:
        await record.close()


async def _best(work: Callable[[], Awaitable[None]], repeats: int = 5) -> tuple[float, float]:
    """Return the loop's own and the whole time in milliseconds: their medians."""
    own, whole = [], []
    for _ in range(repeats):
        began, first = time.perf_counter(), time.thread_time()
        await work()
        own.append(1000 * (time.thread_time() - first))
        whole.append(1000 * (time.perf_counter() - began))
    return median(own), median(whole)
