"""Working until told to stop, and then to the end of what was begun."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Collection, Coroutine
from typing import Any

DRAIN_SECONDS = 75.0  # below the 90 that systemd waits before it kills


async def until(stop: asyncio.Event, work: Coroutine[Any, Any, None], forgiven: type[Exception]) -> bool:
    """Do the work until it is done or `stop` is set, then cancel it; tell whether it was done.

    What is `forgiven` may come of its being cancelled, and is then nobody's concern.
    """
    task = asyncio.ensure_future(work)
    waiting = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
        if not task.done():
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, forgiven):
                await task
    if task.cancelled():
        return False
    task.result()
    return True


async def drain(begun: Collection[asyncio.Task[Any]], seconds: float, logger: logging.Logger) -> None:
    """Wait until all that was begun is answered; give up what is not after `seconds`."""
    if not begun:
        return
    logger.info("answering %d messages that were taken", len(begun))
    _done, late = await asyncio.wait(begun, timeout=seconds)
    for task in late:
        task.cancel()
    if late:
        logger.error("%d messages were not answered within %g s", len(late), seconds)
        await asyncio.wait(late)
