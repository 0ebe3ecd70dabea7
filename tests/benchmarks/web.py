"""The public pages of a story of a thousand facts, beside a bare aiohttp that sends as many bytes.

OnRecord runs as operators run it. Readers ask over connections that they keep, and take packed answers. Each
page is first asked for by one reader alone, so that nothing is kept of it yet; then all readers ask in turns.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import socket
import sqlite3
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path
from statistics import mean, median, quantiles
from typing import NamedTuple

from tests.benchmarks import corpus, places
from tests.benchmarks.driving import bot
from tests.benchmarks.report import Finding, at_least, heading, table
from tests.benchmarks.sizes import Sizes

FACTS = 1_000
READERS = 16
# Seconds until a server that does not listen is an error.
PATIENCE = 60.0
OURS, BARE = "onrecord", "bare aiohttp"
CONFIG = """
[storage]
path = '{path}'
[web]
listen = "127.0.0.1:{port}"
requests_per_minute = 1000000
[search]
vectors = false
[log]
level = "warning"
"""
# In a page, and in an answer of the API, whose addresses are whole.
_NEXT = re.compile(r'(?:href="|"next":"http://[^/"]+)(/[^"]+)"(?: rel="next"|})')


class Answer(NamedTuple):
    """An answer: its status, when its first byte came, in seconds, its ETag and its body."""

    status: int
    first: float
    tag: str
    body: bytes


class Asked(NamedTuple):
    """Addresses that were asked for once: seconds to the first byte, bytes of each, packed too, and ETags."""

    firsts: list[float]
    sizes: list[int]
    packed: list[int]
    paths: list[str]
    tags: list[str]


# Answers a second, in each round, by who answers and whether they are asked for by ETag.
Rates = dict[tuple[str, bool], list[float]]


class Reader:
    """One reader on a connection that is kept."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def at(cls, port: int) -> Reader:
        """Connect, as soon as the server listens."""
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    return cls(*await asyncio.open_connection("127.0.0.1", port, limit=1 << 20))
                except OSError:
                    await asyncio.sleep(0.05)

    async def ask(self, path: str, *, tag: str = "", packed: bool = True) -> Answer:
        """Ask for a page, or only whether it has changed."""
        lines = [f"GET {path} HTTP/1.1", "Host: x"]
        lines += ["Accept-Encoding: gzip"] if packed else []
        lines += [f"If-None-Match: {tag}"] if tag else []
        began = time.perf_counter()
        self._writer.write("\r\n".join([*lines, "", ""]).encode())
        head = await self._reader.readuntil(b"\r\n\r\n")
        first = time.perf_counter() - began
        fields = dict(line.split(": ", 1) for line in head.decode("latin-1").split("\r\n")[1:] if line)
        length = int(fields.get("Content-Length", 0))
        body = await self._reader.readexactly(length) if length else b""
        return Answer(int(head.split()[1]), first, fields.get("ETag", ""), body)

    def close(self) -> None:
        """Close the connection."""
        self._writer.close()


def measure(sizes: Sizes) -> list[Finding]:
    """Ask for all pages once, then as fast as they come."""
    facts = min(FACTS, sizes.records[0])
    heading(f"public pages of a story of {facts:,} facts, beside a bare aiohttp")
    with places.scratch() as folder:
        path = folder / "web.db"
        shutil.copyfile(places.record(facts), path)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("UPDATE story SET public = 1 WHERE name = ?", (corpus.BIG,))
            connection.commit()
        return asyncio.run(_measure(path, folder, facts, sizes))


async def _measure(path: Path, folder: Path, facts: int, sizes: Sizes) -> list[Finding]:
    port = _free_port()
    config = folder / "config.toml"
    config.write_text(CONFIG.format(path=path, port=port), encoding="utf-8")
    with bot(["-m", "bot", "run", "--config", str(config)]):
        async with _reader(port) as reader:
            pages = await _each_once(reader, _pages(facts))
            data = await _each_once(reader, [f"/api/v1/facts?story={corpus.BIG}"])
        return [
            *_report_first(pages),
            *_report("pages", await _rates(port, pages, sizes), 0.25, 0.6),
            *_report("lists of the API", await _rates(port, data, sizes), 0.25, 0.6),
        ]


def _pages(facts: int) -> list[str]:
    parts = ("who", "timeline", "disputed", "figures", "sources", "corrections", "statements")
    return [
        f"/s/{corpus.BIG}",
        *(f"/s/{corpus.BIG}/{part}" for part in parts),
        *(f"/f/F{number}" for number in range(1, facts, 3) if number % corpus.SMALL_EVERY),
        *(f"/src/S{number}" for number in range(1, facts, 7) if number % corpus.SMALL_EVERY),
    ]


async def _each_once(reader: Reader, waiting: list[str]) -> Asked:
    """Ask for each of some addresses once, and for those that follow them."""
    asked = Asked([], [], [], [], [])
    while waiting:
        path = waiting.pop()
        cold = await reader.ask(path, packed=False)
        if cold.status != 200:
            raise RuntimeError(f"{path} is answered with {cold.status}")
        warm = await reader.ask(path)
        asked.firsts.append(cold.first)
        asked.sizes.append(len(cold.body))
        asked.packed.append(len(warm.body))
        asked.paths.append(path)
        asked.tags.append(cold.tag)
        waiting += _NEXT.findall(cold.body.decode())
    return asked


async def _rates(port: int, asked: Asked, sizes: Sizes) -> Rates:
    """Return how many answers a second are given, by who answers and whether there is an ETag."""
    bare_port = _free_port()
    rates: Rates = {}
    command = ["-m", "tests.benchmarks.peers.bare_web", str(bare_port), str(round(mean(asked.packed)))]
    with bot(command):
        for _ in range(sizes.rounds):
            for name, at in ((OURS, port), (BARE, bare_port)):
                for known in (False, True):
                    rate = await _rate(at, asked.paths, asked.tags if known else [], sizes.seconds)
                    rates.setdefault((name, known), []).append(rate)
    return rates


async def _rate(port: int, paths: Sequence[str], tags: Sequence[str], seconds: float) -> float:
    """Return how many answers a second a server gives, or how often a second that nothing has changed."""
    readers = [await Reader.at(port) for _ in range(READERS)]
    ends = time.perf_counter() + seconds
    wanted = 304 if tags else 200
    answered = 0

    async def read(reader: Reader, at: int) -> None:
        nonlocal answered
        while time.perf_counter() < ends:
            number = at % len(paths)
            answer = await reader.ask(paths[number], tag=tags[number] if tags else "")
            if answer.status != wanted:
                raise RuntimeError(f"{paths[number]} is answered with {answer.status}")
            answered += 1
            at += READERS

    began = time.perf_counter()
    await asyncio.gather(*(read(reader, at) for at, reader in enumerate(readers)))
    took = time.perf_counter() - began
    for reader in readers:
        reader.close()
    return answered / took


def _report_first(asked: Asked) -> list[Finding]:
    p95 = quantiles(asked.firsts, n=20)[-1] * 1_000
    largest = max(asked.sizes)
    middle = median(asked.firsts) * 1_000
    print(f"{len(asked.paths)} pages, each asked for once: first byte after {middle:.1f} ms in the middle,"
          f" p95 {p95:.1f} ms; the largest has {largest:,} bytes")  # fmt: skip
    return [
        Finding("web: first byte of a page that is not kept, p95, ms", f"{p95:.1f}", "at most 30", p95 <= 30),
        Finding("web: largest page, KB", f"{largest / 1_000:.0f}", "at most 100", largest <= 100_000),
    ]


def _report(what: str, rates: Rates, share: float, share_by_tag: float) -> list[Finding]:
    middle = {key: median(each) for key, each in rates.items()}
    rows = [
        [name, *(f"{middle[name, known]:.0f} ({min(rates[name, known]):.0f}-{max(rates[name, known]):.0f})"
                 for known in (False, True))]
        for name in (OURS, BARE)
    ]  # fmt: skip
    table([f"{what}: a second (lowest-highest)", "whole", "from the ETag"], rows)
    ours = middle[OURS, False]
    return [
        Finding(f"web: {what} a second", f"{ours:.0f}", "at least 500", ours >= 500),
        at_least(f"web: {what} a second / bare aiohttp", ours / middle[BARE, False], share),
        at_least(
            f"web: {what} from their ETag / bare aiohttp",
            middle[OURS, True] / middle[BARE, True],
            share_by_tag,
        ),
    ]


@asynccontextmanager
async def _reader(port: int) -> AsyncIterator[Reader]:
    reader = await Reader.at(port)
    try:
        yield reader
    finally:
        reader.close()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
