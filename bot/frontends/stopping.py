"""Working until told to stop."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any


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
