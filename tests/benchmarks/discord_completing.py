"""Completion through all of the path on Discord, with as many names as facts, against bare discord.py.

Without network latency: what is measured is what the bot and the library take of the time that people wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from statistics import median

from bot.commands import commands
from tests.benchmarks import places
from tests.benchmarks.completing import GOAL, crowded, late, typed
from tests.benchmarks.discord_driving import PEERS, Newsroom, bot, newsroom, waited
from tests.benchmarks.report import Finding, at_most, heading, table
from tests.benchmarks.sizes import Sizes

PEER = "bare discord.py, 25 names"


def measure(sizes: Sizes) -> list[Finding]:
    """Type each kind of argument, and a name for a bot that knows 25."""
    count = sizes.records[0]
    heading(f"Completion on Discord in a story of {count:,} facts, sources and names")
    ours, peer = asyncio.run(_onrecord(sizes)), asyncio.run(_peer(sizes))
    base = median(peer)
    table(
        ("milliseconds", "p50", "p95", "longest", "p95 / bare p50"),
        [
            (
                name,
                f"{median(taken):.2f}",
                f"{late(taken):.2f}",
                f"{max(taken):.2f}",
                f"{late(taken) / base:.1f}",
            )
            for name, taken in {**ours, PEER: peer}.items()
        ],
    )
    slowest = max(map(late, ours.values()))
    longest = max(map(max, ours.values()))
    return [
        at_most(f"completion on Discord, {count:,} names: slowest p95 / 100 ms", slowest / GOAL, 1),
        at_most(f"completion on Discord, {count:,} names: longest / 100 ms", longest / GOAL, 0.5),
        Finding("completion on Discord: slowest p95 / bare discord.py's", f"{slowest / late(peer):.1f}"),
    ]


async def _onrecord(sizes: Sizes) -> dict[str, list[float]]:
    """Return the milliseconds of each answer by kind of argument."""
    with places.scratch() as folder:
        record = crowded(folder / "crowded.db", sizes.records[0])
        async with newsroom(0) as room:
            config = room.config(folder / "config.toml", record)
            async with bot(room, ["-m", "bot", "run", "--config", str(config)]):
                taken = {}
                for kind, (command, argument, texts) in typed(record, sizes.samples).items():
                    found = commands.find(command)
                    assert found is not None
                    taken[kind] = await _typing(room, command, found.arguments[argument].key, texts)
                return taken


async def _peer(sizes: Sizes) -> list[float]:
    async with newsroom(0) as room, bot(room, ["-m", f"{PEERS}.broadcast_discordpy", *room.where]):
        return await _typing(room, "who", "name", ["", "s", "stranger 1"] * (sizes.samples // 3))


async def _typing(room: Newsroom, command: str, option: str, texts: Sequence[str]) -> list[float]:
    """Type one text after the other, each answered before the next, after one that warms the bot up."""
    await waited(await room.type(command, option, texts[0]))
    return [1000 * await waited(await room.type(command, option, text)) for text in texts]
