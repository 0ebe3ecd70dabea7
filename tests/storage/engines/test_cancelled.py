"""Whoever is cancelled half way leaves nothing open behind."""

import asyncio

import pytest

from storage.record import Record
from tests.storage.beside import locked


async def test_who_is_cancelled_while_waiting_for_the_lock_leaves_no_transaction_open(record: Record) -> None:
    async def write() -> None:
        async with record.database.transaction() as tx:
            await tx.run("INSERT INTO progress VALUES ('never', 1)")

    with locked(record.database.path):
        task = asyncio.create_task(write())
        for _ in range(10):
            await asyncio.sleep(0)
        task.cancel()
        for _ in range(10):
            await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await task
    async with record.database.transaction() as tx:
        await tx.run("INSERT INTO progress VALUES ('after', 1)")
    assert {row[0] for row in await record.database.read("SELECT name FROM progress")} == {"after"}
