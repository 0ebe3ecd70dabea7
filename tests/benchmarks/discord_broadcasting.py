"""A change told to many channels of Discord, and how soon people are answered meanwhile.

OnRecord runs as operators run it, on a record with thousands of names; another process makes the change. A
round trip is an event's way to the bot and its answer's way back, half of the latency each: no answer comes
sooner. Beside it stands discord.py alone; and a network that wavers, where nothing may go wrong either.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple

from tests.benchmarks import places
from tests.benchmarks.completing import crowded
from tests.benchmarks.discord_driving import (
    PEERS,
    STARTING,
    Ask,
    Newsroom,
    ask_around,
    bot,
    newsroom,
)
from tests.benchmarks.report import Finding, at_least, at_most, heading, table
from tests.benchmarks.sizes import Sizes
from tests.broadcasts import publish, subscribe
from tests.emulators.discord.journal import Call

# What Discord permits, and how far away it is.
PERMITTED, ROUND_TRIP = 50, 0.05
# Seconds between two questions, and how many warm the bot up.
ASKED_EVERY, WARMING = 0.1, 20
# When an interaction has failed for whoever waits.
TOO_LATE = 3.0
OURS, WAVERING, PEER = "onrecord", "onrecord, wavering network", "discord.py, all at once"
MORE = "Next »"

Waits = Mapping[str, Sequence[float]]


class Told(NamedTuple):
    """How one broadcast went.

    Messages a second, answers 429, channels that heard nothing, calls in the fullest second; and how many
    seconds each question waited by kind, when nothing else happened and meanwhile.
    """

    rate: float
    refused: int
    lost: int
    fullest: int
    alone: Waits
    meanwhile: Waits


def measure(sizes: Sizes) -> list[Finding]:
    """Let both tell one change, and answer."""
    count = sizes.broadcasts[0]
    far = f"{1000 * ROUND_TRIP:.0f} ms away"
    heading(f"A broadcast to {count:,} channels where Discord permits {PERMITTED} calls a second, {far}")
    told = {
        OURS: asyncio.run(_onrecord(sizes)),
        WAVERING: asyncio.run(_onrecord(sizes, wavering=True)),
        PEER: asyncio.run(_peer(sizes)),
    }
    table(
        ("", "messages/s", "of the permitted", "answers 429", "lost", "in the fullest second"),
        [(name, *_figures(each)) for name, each in told.items()],
    )
    heading("First answers to interactions, in round trips")
    table(
        ("", "alone p50", "p95", "broadcasting p50", "p95", "longest ms"),
        [
            (f"{name}: {kind}", *_figures_of(each.alone[kind], each.meanwhile[kind]))
            for name, each in told.items()
            if name != WAVERING
            for kind in each.alone
        ],
    )
    return [*_broadcasts(told, count), *_answers(told[OURS], told[PEER])]


def _broadcasts(told: Mapping[str, Told], count: int) -> list[Finding]:
    what = f"Discord broadcast to {count:,}"
    share = at_least(f"{what}: share of the permitted rate", told[OURS].rate / PERMITTED, 0.95)
    findings = [share]
    for name in (OURS, WAVERING):
        ours, where = told[name], what + name.removeprefix(OURS)
        full = ours.fullest <= PERMITTED
        findings += [
            Finding(f"{where}: answers 429", str(ours.refused), "0", not ours.refused),
            Finding(f"{where}: lost", str(ours.lost), "0", not ours.lost),
            Finding(f"{where}: calls in the fullest second", str(ours.fullest), f"at most {PERMITTED}", full),
        ]
    peer = told[PEER]
    return [
        *findings,
        Finding(f"{what} by {PEER}: answers 429, lost", f"{peer.refused:,}, {peer.lost:,}"),
        Finding(f"{what} by {PEER}: calls in the fullest second", str(peer.fullest)),
    ]


def _answers(ours: Told, peer: Told) -> list[Finding]:
    findings = []
    for when, waits, others in (
        ("alone", ours.alone, peer.alone),
        ("during a broadcast", ours.meanwhile, peer.meanwhile),
    ):
        late = _p95(_all(waits))
        findings += [
            at_most(f"first answer, {when}: p95 in round trips", late / ROUND_TRIP, 2),
            at_most(f"first answer, {when}: longest / 3 s", max(_all(waits)) / TOO_LATE, 1),
            Finding(f"first answer, {when}: p95 / bare discord.py", f"{late / _p95(_all(others)):.2f}"),
        ]
    return findings


def _figures(told: Told) -> tuple[str, ...]:
    share = f"{told.rate / PERMITTED:.1%}"
    return f"{told.rate:.2f}", share, str(told.refused), str(told.lost), str(told.fullest)


def _figures_of(*waits: Sequence[float]) -> tuple[str, ...]:
    figures = [f"{each / ROUND_TRIP:.2f}" for some in waits for each in (median(some), _p95(some))]
    return *figures, f"{1000 * max(map(max, waits)):.0f}"


async def _onrecord(sizes: Sizes, *, wavering: bool = False) -> Told:
    """Let the bot tell a change to all channels, and answer somebody before and meanwhile."""
    with places.scratch() as folder:
        async with newsroom(sizes.broadcasts[0], latency=ROUND_TRIP, limits=True, wavering=wavering) as room:
            record = crowded(folder / "record.db", sizes.records[0])
            subscribe(record, (f"discord:#{channel}" for channel in room.channels))
            config = room.config(folder / "config.toml", record)
            async with bot(room, ["-m", "bot", "run", "--config", str(config)]):
                asks = await _asks(room)
                alone = await _alone(asks, sizes)
                meanwhile = await _meanwhile(room, asks, record)
            return _told(room, alone, meanwhile)


async def _asks(room: Newsroom) -> dict[str, Ask]:
    """Return what somebody asks: each kind of thing that can be waited for."""
    page = await (await room.slash("who")).message()
    more = page.button(MORE).custom_id
    assert more is not None
    return {
        "/who": lambda: room.slash("who"),
        "/when": lambda: room.slash("when"),
        "/fact": lambda: room.slash("fact", id="F1"),
        "a page's button": lambda: room.api.press_raw(room.asker, more, page),
        "completion": lambda: room.type("who", "name", "stranger1"),
    }


async def _alone(asks: Mapping[str, Ask], sizes: Sizes) -> Waits:
    await ask_around(asks, ASKED_EVERY, lambda asked: asked >= WARMING)
    return await ask_around(asks, ASKED_EVERY, lambda asked: asked >= sizes.samples)


async def _meanwhile(room: Newsroom, asks: Mapping[str, Ask], record: Path) -> Waits:
    count = len(room.channels)
    patience = (3 * count / PERMITTED + STARTING) / ASKED_EVERY
    await publish(record)

    def all_told(asked: int) -> bool:
        if asked > patience:
            raise RuntimeError("the broadcast did not come to its end")
        return len(_sends(room)) >= count

    waits = await ask_around(asks, ASKED_EVERY, all_told)
    heard = [call.path for call in _sends(room) if call.ok]
    if len(heard) != len(set(heard)):
        raise RuntimeError("a channel heard twice")
    return waits


async def _peer(sizes: Sizes) -> Told:
    """Let discord.py alone tell all channels at once, and answer somebody before and meanwhile."""
    async with newsroom(sizes.broadcasts[0], latency=ROUND_TRIP, limits=True) as room:
        async with bot(room, ["-m", f"{PEERS}.broadcast_discordpy", *room.where]):
            asks: dict[str, Ask] = {
                "/who": lambda: room.slash("who"),
                "completion": lambda: room.type("who", "name", "stranger 1"),
            }
            alone = await _alone(asks, sizes)
            telling = await room.slash("tell")
            over = asyncio.create_task(telling.next_followup(sizes.peer_seconds))
            meanwhile = await ask_around(asks, ASKED_EVERY, lambda asked: asked > 1 and over.done())
            await over
        return _told(room, alone, meanwhile)


def _sends(room: Newsroom) -> list[Call]:
    return room.api.calls_of("POST", "/channels/*/messages")


def _told(room: Newsroom, alone: Waits, meanwhile: Waits) -> Told:
    sent = [call for call in _sends(room) if call.ok]
    rate = (len(sent) - 1) / (sent[-1].time - sent[0].time)
    heard = {int(call.path.split("/")[2]) for call in sent}
    lost = len(set(room.channels) - heard)
    return Told(rate, room.api.too_many, lost, room.api.max_in_a_second, alone, meanwhile)


def _all(waits: Waits) -> list[float]:
    return [each for some in waits.values() for each in some]


def _p95(taken: Iterable[float]) -> float:
    taken = list(taken)
    return quantiles(taken, n=20, method="inclusive")[-1] if len(taken) > 1 else taken[0]
