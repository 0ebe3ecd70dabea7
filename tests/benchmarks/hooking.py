"""Changes sent to webhooks, against a bare aiohttp client that posts as much to the same receiver, in turns.

The client signs nothing, reads no record and keeps no account of what was taken. The receiver is a process of
its own. One end gets one event at a time, for they come in order; several ends are sent to at once.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

import aiohttp
from aiohttp import web

from bot.answers.addresses import Addresses
from bot.intake.fetching.places import Gate
from bot.notices.schedule import UNGATHERED
from bot.webhooks.sending import WebhookSender
from bot.webhooks.terms import Terms
from storage.domain.changes import Publish, SetStory
from storage.domain.entries import FactEntry
from storage.record import Record
from storage.sheets.shipped import put_shipped
from storage.trail.audit import Actor
from tests.benchmarks import places
from tests.benchmarks.report import Finding, heading, table
from tests.benchmarks.sizes import Sizes

HOST, BY = "127.0.0.1", Actor("benchmark")
# Ends that are sent to at once, and bytes of an event as they are sent.
ENDS, SIZE = 8, 1_500


def measure(sizes: Sizes) -> list[Finding]:
    """Measure what one end gets, and what several get together."""
    changes = sizes.changes
    heading(f"{changes:,} changes sent to webhooks")
    findings = []
    with places.scratch() as folder, _receiver() as port:
        for ends in (1, ENDS):
            ours, bare = [], []
            for number in range(sizes.rounds):
                path = folder / f"{ends}-{number}.db"
                ours.append(asyncio.run(_ours(path, port, ends, changes)))
                bare.append(asyncio.run(_bare(port, ends, changes)))
            a_second = [ends * changes / median(each) for each in (ours, bare)]
            name = "1 end" if ends == 1 else f"{ends} ends at once"
            table(
                (name, "a second"),
                [("OnRecord", f"{a_second[0]:.0f}"), ("bare aiohttp", f"{a_second[1]:.0f}")],
            )
            measured = f"{a_second[0]:.0f} a second, {a_second[0] / a_second[1]:.2f}"
            findings.append(Finding(f"events sent to {name} / a bare aiohttp client", measured))
    return findings


async def _ours(path: Path, port: int, ends: int, changes: int) -> float:
    """Return the seconds in which some changes are sent to some webhooks that wait for them."""
    record = await Record.open(path)
    try:
        await put_shipped(record)
        await record.ledger.make(SetStory(story_id=1, public=True), by=BY)
        for number in range(ends):
            await record.webhooks.add(1, f"http://{HOST}:{port}/{number}", by=BY, language="en")
        said = {"speaker": "Ann Example", "cue": "said that", "source": {"title": "A report"}}
        for number in range(changes):
            fact = FactEntry.model_validate(
                {"statement": f"paper {number} has arrived", "attributions": [said]}
            )
            await record.ledger.make(Publish(story_id=1, fact=fact), by=BY)
        allowed = [f"{HOST}:{port}"]
        sender = WebhookSender(record, Terms(allowed, [], "en", Addresses(), UNGATHERED), gate=Gate(allowed))
        began = time.perf_counter()
        while await sender.once():
            pass
        seconds = time.perf_counter() - began
        rows = await record.database.read("SELECT count(*) FROM delivery WHERE state = 'sent'")
        assert rows[0][0] == ends * changes
    finally:
        await record.close()
    return seconds


async def _bare(port: int, ends: int, changes: int) -> float:
    """Return the seconds in which a bare client posts as much, one request after the other to each end."""
    body = b"{" + b" " * (SIZE - 2) + b"}"

    async def post(number: int) -> None:
        async with aiohttp.ClientSession(headers={"Content-Type": "application/json"}) as session:
            for _ in range(changes):
                async with session.post(f"http://{HOST}:{port}/{number}", data=body) as response:
                    await response.read()

    began = time.perf_counter()
    await asyncio.gather(*(post(number) for number in range(ends)))
    return time.perf_counter() - began


@contextmanager
def _receiver() -> Iterator[int]:
    """Run a process that answers 204 to everything, and yield its port."""
    spawning = multiprocessing.get_context("spawn")
    here, there = spawning.Pipe()
    process = spawning.Process(target=_receive, args=(there,), daemon=True)
    process.start()
    try:
        yield here.recv()
    finally:
        process.terminate()
        process.join()


def _receive(out: Connection) -> None:
    async def serve() -> None:
        async def handle(request: web.BaseRequest) -> web.Response:
            await request.read()
            return web.Response(status=204)

        runner = web.ServerRunner(web.Server(handle), handle_signals=False)
        await runner.setup()
        await web.TCPSite(runner, HOST, 0).start()
        out.send(runner.addresses[0][1])
        await asyncio.Event().wait()

    asyncio.run(serve())
