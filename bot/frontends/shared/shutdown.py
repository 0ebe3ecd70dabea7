"""Graceful stop: work until told to stop, then finish the tasks that were begun."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Collection, Coroutine
from typing import Any

DRAIN_SECONDS = 75.0  # below the 90 that systemd waits before it kills


async def run_until(stop: asyncio.Event, work: Coroutine[Any, Any, None], ignored: type[Exception]) -> bool:
    """Run the work until it is done or `stop` is set, then cancel it; tell whether it was done.

    `ignored` are errors that the work may raise because it is cancelled.
    """
    task = asyncio.ensure_future(work)
    waiting = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
        if not task.done():
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, ignored):
                await task
    if task.cancelled():
        return False
    task.result()
    return True


async def drain(begun: Collection[asyncio.Task[Any]], seconds: float, logger: logging.Logger) -> None:
    """Wait until all tasks that were begun are done; cancel those that are not after `seconds`."""
    if not begun:
        return
    logger.info("answering %d messages that were taken", len(begun))
    _done, late = await asyncio.wait(begun, timeout=seconds)
    for task in late:
        task.cancel()
    if late:
        logger.error("%d messages were not answered within %g s", len(late), seconds)
        await asyncio.wait(late)
