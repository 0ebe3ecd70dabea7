"""Pictures of stories of 25 and 200 statements: as SVG, and as PNG beside a bare resvg of the same SVG.

The first drawing measures every word; a later one has most words measured already. Both hold the interpreter;
resvg does not, and so leaves the loop free. Times are the processor's.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import TypeVar

import resvg_py

from bot.pictures import fonts
from bot.pictures.drawing import WEB_TALLEST, draw
from bot.pictures.picture import Kind
from bot.pictures.raster import png
from storage.domain import dates
from storage.domain.models import Fact, Story
from storage.record import Record
from tests.benchmarks import corpus, places
from tests.benchmarks.report import Finding, at_most, heading, table
from tests.benchmarks.sizes import Sizes

FACTS = (25, 200)
# A PNG may take so much longer than a bare resvg takes for the same SVG.
GOAL = 1.2
# Bytes that Telegram takes as a photo.
LARGEST = 10_000_000
T = TypeVar("T")


def measure(sizes: Sizes) -> list[Finding]:
    """Draw both kinds of pictures of both lengths, several times each."""
    heading("pictures of a story, beside a bare resvg of the same SVG")
    story, facts = asyncio.run(_read(places.record(sizes.records[0])))
    rows, findings = [], []
    for kind in Kind:
        for count in FACTS:
            row, found = _one(kind, story, facts[:count], sizes.rounds)
            rows.append(row)
            findings += found
    columns = ["", "first, ms", "again, ms", "PNG, ms", "bare resvg, ms", "SVG, KB", "PNG, KB", "left out"]
    table([*columns, "whole SVG, ms", "KB"], rows)
    return findings


def _one(kind: Kind, story: Story, facts: Sequence[Fact], rounds: int) -> tuple[list[str], list[Finding]]:
    """Return the row of a picture, and what is found of it; PNG and bare resvg in turns."""
    fonts.extent.cache_clear()
    first, picture = _timed(lambda: draw(kind, story, facts))
    again, drawn, bare = [], [], []
    image = b""
    for _ in range(rounds):
        again.append(_timed(lambda: draw(kind, story, facts))[0])
        took, image = _timed(lambda: png(picture))
        drawn.append(took)
        bare.append(_timed(partial(_bare, picture.svg, _width(image)))[0])
    whole, web = _timed(lambda: draw(kind, story, facts, tallest=WEB_TALLEST))
    seconds = (first, median(again), median(drawn), median(bare))
    sizes = (len(picture.svg.encode()) / 1_000, len(image) / 1_000, len(picture.left))
    row = [
        f"{kind}, {len(facts)}",
        *(f"{1_000 * each:.0f}" for each in seconds),
        *(f"{each:.0f}" for each in sizes),
        f"{1_000 * whole:.0f}",
        f"{len(web.svg.encode()) / 1_000:.0f}",
    ]
    name = f"pictures: {kind} of {len(facts)}"
    return row, [
        at_most(f"{name}, PNG / bare resvg", median(drawn) / median(bare), GOAL),
        at_most(f"{name}, drawing / its PNG", median(again) / median(drawn), 1.0),
        Finding(f"{name}, PNG in KB", f"{len(image) / 1_000:.0f}", "at most 10,000", len(image) <= LARGEST),
    ]


def _bare(svg: str, width: int) -> bytes:
    paths = [str(path) for path in fonts.files()]
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, width=width, skip_system_fonts=True, font_files=paths))


def _width(image: bytes) -> int:
    """Return how many pixels a PNG is wide: the bare resvg draws as many."""
    return int.from_bytes(image[16:20], "big")


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    """Return how many seconds of the processor some work takes, and what comes of it."""
    began = time.process_time()
    made = work()
    return time.process_time() - began, made


async def _read(path: Path) -> tuple[Story, list[Fact]]:
    record = await Record.open(path)
    try:
        story = await record.stories.find(corpus.BIG)
        if story is None:
            raise RuntimeError("the made-up story is not on record")
        facts = await record.listings.dated(
            story.id, earliest=dates.FIRST, latest=dates.LAST, limit=max(FACTS)
        )
        return story, facts
    finally:
        await record.close()
