"""A change told to many chats, on a platform that refuses what is over its limits, against other bots.

OnRecord runs as operators run it; the change is made by another process, as `onrecord import` would make it.
Meanwhile somebody asks the bot something every now and then, in a chat that hears of nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from statistics import median, quantiles
from typing import NamedTuple

from tests.benchmarks import places
from tests.benchmarks.answering import CONFIG, PEERS
from tests.benchmarks.driving import TOKEN, Platform, Sent, bot, platform
from tests.benchmarks.report import Finding, at_least, at_most, heading, table
from tests.benchmarks.sizes import Sizes
from tests.broadcasts import publish, stock

# What Telegram permits, and how far away it is.
PERMITTED, ROUND_TRIP = 30, 0.05
ASKED_EVERY = 1.5
STARTING = 20.0  # seconds until a bot must have sent its first message
STOCK, AIOGRAM = "python-telegram-bot, AIORateLimiter", "aiogram, its example"


class Told(NamedTuple):
    """How one broadcast went: messages a second, refusals, and how long each reply took in seconds."""

    rate: float
    refused: int
    replies: Sequence[float] = ()


def measure(sizes: Sizes) -> list[Finding]:
    """Tell one change to some chats and to many, then let the others tell some."""
    heading(f"A broadcast where {PERMITTED} messages a second are permitted, {ROUND_TRIP * 1000:.0f} ms away")
    some = sizes.broadcasts[0]
    ours = {count: _onrecord(count) for count in sizes.broadcasts}
    peers = {
        STOCK: _peer("broadcast_stock", some, sizes.peer_seconds),
        AIOGRAM: _peer("broadcast_aiogram", some, sizes.peer_seconds),
    }
    named = {f"onrecord, {count:,} chats": told for count, told in ours.items()}
    named |= {f"{name}, {some:,} chats": told for name, told in peers.items()}
    table(
        ("", "messages/s", "of the permitted", "answers 429", "reply p50 ms", "p95 ms"),
        [(name, *_figures(told)) for name, told in named.items()],
    )
    findings = []
    for count, told in ours.items():
        share = at_least(f"broadcast to {count:,}: share of the permitted rate", told.rate / PERMITTED, 0.98)
        refused = Finding(f"broadcast to {count:,}: answers 429", str(told.refused), "0", not told.refused)
        late = _p95(told.replies) / ROUND_TRIP
        reply = at_most(f"a reply during that to {count:,}: p95 in round trips", late, 2)
        findings += [share, refused, reply]
    return findings + [
        at_least(f"broadcast to {some:,} / {name}", ours[some].rate / told.rate, 2.5)
        for name, told in peers.items()
    ]


def _figures(told: Told) -> tuple[str, ...]:
    late = (
        [f"{1000 * each:.0f}" for each in (median(told.replies), _p95(told.replies))]
        if told.replies
        else ["-"] * 2
    )
    return (f"{told.rate:.2f}", f"{told.rate / PERMITTED:.1%}", str(told.refused), *late)


def _p95(taken: Sequence[float]) -> float:
    return quantiles(taken, n=20, method="inclusive")[-1] if len(taken) > 1 else max(taken)


def _onrecord(count: int) -> Told:
    """Let the bot tell a change to so many chats, and answer somebody meanwhile."""
    with places.scratch() as folder, platform(ROUND_TRIP, limits=True) as api:
        asker, *listening = api.chats(count + 1)
        record, config = folder / "record.db", folder / "config.toml"
        asyncio.run(stock(record, listening))
        config.write_text(CONFIG.format(path=record, token=TOKEN, address=api.address), encoding="utf-8")
        with bot(["-m", "bot", "run", "--config", str(config)]):
            api.ask("/who")
            if not api.until_sent(1, STARTING):
                raise RuntimeError("the bot did not answer")
            asyncio.run(publish(record))
            asked = _asking(api, until=lambda told: told >= count, patience=3 * count / PERMITTED + STARTING)
        sent = api.sent()
    told = [each for each in sent if each.chat != asker and each.status == 200]
    if len({each.chat for each in told}) != count or len(told) != count:
        raise RuntimeError(f"{count} chats were to hear once, {len(told)} messages were sent")
    return Told(_rate(sent, told), _refused(sent), _waits(asked, [e for e in sent if e.chat == asker]))


def _asking(api: Platform, *, until: Callable[[int], bool], patience: float) -> list[float]:
    """Ask something every now and then until enough has been sent; return when each was asked."""
    asked: list[float] = []
    end = time.monotonic() + patience
    # The answer that came before, and one for each question.
    while not until(api.sent_so_far() - 1 - len(asked)):
        if time.monotonic() > end:
            raise RuntimeError("the broadcast did not come to its end")
        asked.append(api.ask("/who"))
        time.sleep(ASKED_EVERY)
    return asked


def _waits(asked: Sequence[float], answered: Sequence[Sent]) -> list[float]:
    """Return how long each question waited; each answer is one message, in order, after the first one's."""
    answers = [each.time for each in answered if each.status == 200][1:]
    return [answer - question for question, answer in zip(asked, answers, strict=True)]


def _rate(sent: Sequence[Sent], told: Sequence[Sent]) -> float:
    """Return the messages a second while the broadcast lasted, those to others among them."""
    first, last = told[0].time, told[-1].time
    during = sum(first <= each.time <= last and each.status == 200 for each in sent)
    return (during - 1) / (last - first)


def _refused(sent: Sequence[Sent]) -> int:
    return sum(each.status == 429 for each in sent)


def _peer(script: str, count: int, seconds: float) -> Told:
    """Let another bot send to so many chats, for a while at most."""
    with platform(ROUND_TRIP, limits=True) as api:
        chats = api.chats(count)
        with bot(["-m", f"{PEERS}.{script}", api.address, TOKEN, str(chats[0]), str(count)]):
            api.until_sent(1, STARTING)
            api.until_sent(count, seconds)
            sent = api.sent()
    return Told(_rate(sent, [each for each in sent if each.status == 200]), _refused(sent))
