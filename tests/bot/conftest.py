"""A desk over a copy of the stocked record, at a clock that stands still until it is told to go on."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from itertools import count
from pathlib import Path

import pytest
import pytest_asyncio

from storage.record import Record
from tests.bot.desk import Desk, Moments


@asynccontextmanager
async def _open_desk(stocked: Path, path: Path) -> AsyncIterator[Desk]:
    moments = Moments()
    shutil.copyfile(stocked, path)
    opened = await Record.open(path, clock=moments)
    made = Desk(opened, moments)
    try:
        yield made
    finally:
        # A test may have opened it again.
        await made.record.close()


@pytest_asyncio.fixture
async def desk(stocked: Path, tmp_path: Path) -> AsyncIterator[Desk]:
    async with _open_desk(stocked, tmp_path / "desk.db") as made:
        yield made


@pytest.fixture
def desks(stocked: Path, tmp_path: Path) -> Callable[[], AbstractAsyncContextManager[Desk]]:
    """Return a function that opens a desk of its own for each case that changes something."""
    numbers = count()
    return lambda: _open_desk(stocked, tmp_path / f"desk{next(numbers)}.db")
