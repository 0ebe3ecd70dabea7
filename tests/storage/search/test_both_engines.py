"""A record finds the same on either engine: facts with their scores, what is begun, names, facts by words."""

from __future__ import annotations

import random

import pytest

from storage.record import Record
from storage.search.chosen import Conditions
from storage.sheets.shipped import put_shipped
from tests.storage.conftest import Ticking

pytestmark = pytest.mark.postgres


@pytest.fixture
async def both(tmp_path, empty):
    """Two records of the first story: in a file, and in a PostgreSQL."""
    file = tmp_path / "file.db"
    # What is there as a file is one, whatever the tests run on.
    file.touch()
    records = [
        await Record.open(file, clock=Ticking()),
        await Record.open(tmp_path / "server.db", url=empty, clock=Ticking()),
    ]
    for record in records:
        await put_shipped(record)
    assert [record.database.dialect for record in records] == ["sqlite", "postgres"]
    yield records
    for record in records:
        await record.close()


async def test_lists_are_the_same_on_either_engine(both, subtests):
    chosen = random.Random(7)
    stated = [row[0] for row in await both[0].database.read("SELECT statement FROM fact ORDER BY id")]
    words = sorted({word.strip(".,;:“”’\"'()") for text in stated for word in text.split()} - {""})
    found = 0
    for size in (1, 2, 3, 5, 8):
        for _ in range(30):
            asked = " ".join(chosen.sample(words, size))
            with subtests.test(asked=asked):
                for ask in (
                    lambda record, asked=asked: record.search.find(asked, story_id=1, limit=100),
                    lambda record, asked=asked: record.search.shares_by_story(asked),
                    lambda record, asked=asked: record.search.with_prefix(asked[:-1], story_id=1, limit=20),
                    lambda record, asked=asked: record.names.resembling(1, asked),
                    lambda record, asked=asked: record.choosing.page(
                        {1: "en"}, Conditions(text=asked), limit=50
                    ),
                ):
                    here, there = [await ask(record) for record in both]
                    assert here == there
                    found += bool(here)
    assert found > 300
