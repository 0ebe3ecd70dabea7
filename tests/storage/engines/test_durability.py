"""Each commit reaches the disk, but for those of work that is done again after a power cut."""

from __future__ import annotations

import pytest

from storage.record import Record

pytestmark = pytest.mark.sqlite

NORMAL, FULL = 1, 2


async def level(record: Record, *, durable: bool) -> int:
    async with record.database.transaction(durable=durable) as tx:
        rows = await tx.fetch("PRAGMA synchronous")
    return rows[0][0]


async def test_only_a_transaction_that_says_so_does_not_wait_for_the_disk(record: Record) -> None:
    levels = [await level(record, durable=durable) for durable in (True, False, False, True)]
    assert levels == [FULL, NORMAL, NORMAL, FULL]


async def test_a_failure_leaves_the_next_transaction_durable(record: Record) -> None:
    try:
        async with record.database.transaction(durable=False) as tx:
            await tx.run("INSERT INTO progress VALUES ('never', 1)")
            raise RuntimeError
    except RuntimeError:
        pass
    assert await level(record, durable=True) == FULL
    assert await record.database.read("SELECT * FROM progress") == []
