"""Show the progress of what an operator waits for."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from storage.domain.errors import RecordError

if TYPE_CHECKING:
    from storage.record import Record

# Seconds between two lines of progress if the output is no terminal.
REPORT_EVERY = 5.0
# Facts whose vectors are made while somebody waits: some minutes.
MOST_AT_ONCE = 3_000


@contextlib.contextmanager
def showing_progress(doing: str, done_is: str) -> Iterator[Callable[[int, int], None]]:
    """Yield a function of (done, total) that shows progress: at a terminal a bar, else some lines."""
    if not sys.stderr.isatty():
        last = time.monotonic()

        def report(done: int, total: int) -> None:
            nonlocal last
            if time.monotonic() - last >= REPORT_EVERY:
                last = time.monotonic()
                print(f"{doing}: {done} of {total} {done_is}", file=sys.stderr, flush=True)

        yield report
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(doing), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(doing, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total or None)


async def make_vectors(record: Record) -> None:
    """Make the vectors of new facts, so that the first question finds them; of very many the bot makes them.

    What is left when somebody has no patience, the bot makes too.
    """
    from storage.search.filling import Filler

    waiting = (await record.vectors.state()).waiting
    if not 0 < waiting <= MOST_AT_ONCE or not await record.vectors.ready():
        return
    made = 0
    with (
        contextlib.suppress(asyncio.CancelledError, RecordError),
        showing_progress("Making vectors", "facts can be found by what they mean") as progress,
    ):

        def told(more: int) -> None:
            nonlocal made
            made += more
            progress(made, waiting)

        await Filler(record.database, record.vectors, record.roles).fill(told)
