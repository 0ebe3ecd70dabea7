"""A record in a file with a row in each table, and an empty database."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from storage.record import Record
from tests.storage.moving.full import fill


@pytest.fixture
async def full(stocked: Path, tmp_path: Path) -> Path:
    """Return the path of a record that has a row in each table."""
    path = tmp_path / "record.db"
    shutil.copyfile(stocked, path)
    fill(path)
    # What a first start does is done.
    await (await Record.open(path)).close()
    return path
