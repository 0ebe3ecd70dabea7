"""Loading what questions need beside the loop: lists, grammars, the model of languages.

Together it takes about a second of a processor. A bot loads it soon after its start, and the first question
waits for it where that came earlier: no start is slower, and nobody else waits.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from threading import Lock

from bot.questions import wording
from bot.questions.asking.grammar import grammar
from storage.domain.language.detection import LANGUAGES, detect
from storage.search.vectors import Vectors

# Seconds after a start: the first requests go before.
AFTER = 1.0
# It holds what each reader of a question loads with its first one: a date, a zone, a language to be told.
_QUESTION = "When did that take place: on 1 May 2023 at 7 pm Kyiv time, or later?"

_lock = Lock()
_loaded: list[bool] = []


async def ready() -> None:
    """Load what questions need, once."""
    if not _loaded:
        await asyncio.to_thread(_load)


def _load() -> None:
    with _lock:
        if _loaded:
            return
        for language in LANGUAGES:
            grammar(language)
        detect(_QUESTION)
        wording.read(_QUESTION, dt.date(2000, 1, 1))
        _loaded.append(True)


@asynccontextmanager
async def warming(vectors: Vectors) -> AsyncIterator[None]:
    """Load all soon after a start, and the model of vectors."""

    async def load() -> None:
        await asyncio.sleep(AFTER)
        await ready()
        await vectors.ready()

    task = asyncio.create_task(load())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
