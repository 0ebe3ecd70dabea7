"""Records in real files, with a clock that moves a second at each look."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.record import Record
from storage.sheets.importing import Imported, import_sheet


class Ticking:
    """A clock that is one second later each time it is asked."""

    def __init__(self) -> None:
        self.moment = datetime(2024, 1, 4, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.moment += timedelta(seconds=1)
        return self.moment


def fact(ref: str, statement: str = "it rained", **fields) -> dict:
    """Return a line of a sheet; without attributions it has one."""
    given = {"speaker": "Ann", "cue": "said that", "source": {"title": "News"}}
    return {"ref": ref, "statement": statement, "attributions": [given], **fields}


def sheet(path: Path, *lines: dict) -> Path:
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    return path


async def put(record: Record, folder: Path, *lines: dict, story: str = "flood") -> Imported:
    """Import lines into a story."""
    return await import_sheet(record, sheet(folder / "sheet.jsonl", *lines), actor="tester", story=story)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "record.db"


@pytest.fixture
async def record(path: Path):
    opened = await Record.open(path, clock=Ticking())
    yield opened
    await opened.close()


@pytest.fixture
async def flood(record: Record, tmp_path) -> Record:
    """One fact of one story: F1 `a`."""
    await put(record, tmp_path, fact("a"))
    return record
