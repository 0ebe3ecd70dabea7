"""A desk over a copy of the stocked record, at a clock that stands still until it is told to go on."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from storage.record import Record
from tests.bot.desk import Desk, Moments


@pytest_asyncio.fixture
async def desk(stocked: Path, tmp_path: Path) -> AsyncIterator[Desk]:
    path, moments = tmp_path / "desk.db", Moments()
    shutil.copyfile(stocked, path)
    opened = await Record.open(path, clock=moments)
    made = Desk(opened, moments)
    yield made
    # A test may have opened it again.
    await made.record.close()
