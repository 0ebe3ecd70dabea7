"""`/who` through the whole Telegram path, against bots that only echo.

OnRecord runs as operators run it, on a record of a million facts; all poll the emulator, one after another
in turns. Its replies are longer than an echo, and each takes database work: nothing is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.benchmarks import corpus, places
from tests.benchmarks.driving import TOKEN, bot, platform
from tests.benchmarks.report import Finding, at_least, heading, table
from tests.benchmarks.sizes import Sizes

PEERS = "tests.benchmarks.peers"
DELAYS = (0.0, 0.05)
LIST, NAME, BARE = "onrecord: /who", "onrecord: /who NAME", "bare aiohttp"
STOCK = ("python-telegram-bot, one at a time", "python-telegram-bot, 16 at once")
AIOGRAM = "aiogram"
AT_ONCE = 64
# Speakers who have more to say than a page holds, at any size of the record.
NAMED = 20
CONFIG = """
[storage]
path = '{path}'
[telegram]
token = "{token}"
api_base_url = "{address}"
[limits]
messages_per_minute = 100000
burst = 100000
[log]
level = "warning"
"""

Rates = dict[tuple[str, float], list[float]]


class Contender(NamedTuple):
    """A bot: its command line, and the texts sent to it under each name it is measured by."""

    arguments: Sequence[str]
    texts: dict[str, Sequence[str]]


def measure(sizes: Sizes) -> list[Finding]:
    """Let each bot answer at each delay, in turns."""
    heading(f"/who on a record of {sizes.largest:,} facts, through the whole Telegram path")
    path = places.record(sizes.largest)
    rates: Rates = {}
    with places.scratch() as folder:
        for _ in range(sizes.rounds):
            for delay in DELAYS:
                for at in range(5):
                    _run(at, delay, path, folder / "config.toml", sizes, rates)
    return _report(rates)


def _run(at: int, delay: float, record: Path, config: Path, sizes: Sizes, rates: Rates) -> None:
    """Let one bot answer what is sent to it."""
    with platform(delay) as api:
        config.write_text(CONFIG.format(path=record, token=TOKEN, address=api.address), encoding="utf-8")
        contender = _contenders(api.address, config)[at]
        with bot(contender.arguments):
            for name, texts in contender.texts.items():
                rate = api.rate(texts, chats=sizes.chats, seconds=sizes.seconds)
                rates.setdefault((name, delay), []).append(rate)


def _contenders(address: str, config: Path) -> list[Contender]:
    echoed = ["/who"]
    names = [f"/who {corpus.speaker_name(speaker)}" for speaker in range(NAMED)]
    return [
        Contender(["-m", "bot", "run", "--config", str(config)], {LIST: echoed, NAME: names}),
        Contender(["-m", f"{PEERS}.stock", address, TOKEN, "1"], {STOCK[0]: echoed}),
        Contender(["-m", f"{PEERS}.stock", address, TOKEN, "16"], {STOCK[1]: echoed}),
        Contender(["-m", f"{PEERS}.aiogram_echo", address, TOKEN], {AIOGRAM: echoed}),
        Contender(["-m", f"{PEERS}.bare", address, TOKEN, str(AT_ONCE)], {BARE: echoed}),
    ]


def _report(rates: Rates) -> list[Finding]:
    middle = {key: median(each) for key, each in rates.items()}
    stock = {delay: max(middle[name, delay] for name in STOCK) for delay in DELAYS}
    names = [LIST, NAME, *STOCK, AIOGRAM, BARE]
    columns = ["updates answered a second"]
    for delay in DELAYS:
        columns += [f"{delay * 1000:.0f} ms", "lowest-highest", "/ best stock"]
    rows = []
    for name in names:
        row = [name]
        for delay in DELAYS:
            each = rates[name, delay]
            ratio = middle[name, delay] / stock[delay]
            row += [f"{middle[name, delay]:.0f}", f"{min(each):.0f}-{max(each):.0f}", f"{ratio:.2f}"]
        rows.append(row)
    table(columns, rows)
    findings = []
    quick, slow = DELAYS
    for name, least_quick, least_slow, aim in ((LIST, 1.05, 2.9, 3.4), (NAME, 0.95, 2.4, 2.8)):
        asked = name.removeprefix("onrecord: ")
        findings += [
            at_least(f"{asked}, no delay / best stock echo", middle[name, quick] / stock[quick], least_quick),
            at_least(
                f"{asked}, 50 ms / best stock echo",
                middle[name, slow] / stock[slow],
                least_slow,
                f", aim {aim:.2f}",
            ),
            at_least(f"{asked}, 50 ms / bare aiohttp", middle[name, slow] / middle[BARE, slow], 0.65),
        ]
    return findings
