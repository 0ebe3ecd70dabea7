"""Many small durable transactions at about the same time are few, and each is whole or not at all."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from storage.domain.errors import BusyRecord
from storage.engines.group_commit import GroupCommit
from tests.storage.beside import BREACHES
from tests.storage.costs import cost_of

PUT = "INSERT INTO progress VALUES (?, 1)"


def put(name: str, rows) -> None:
    rows.run(PUT, (name,))


async def names(record) -> list[str]:
    return [row[0] for row in await record.database.read("SELECT name FROM progress ORDER BY name")]


async def test_what_is_asked_for_at_once_takes_two_transactions_at_most(record):
    together = GroupCommit(record.database)
    async with cost_of(record) as cost:
        await asyncio.gather(*(together.run(partial(put, f"n{number:02}")) for number in range(40)))
    assert await names(record) == [f"n{number:02}" for number in range(40)]
    assert cost.hops <= 6
    await together.run(partial(put, "z"))
    assert "z" in await names(record)


async def test_what_fails_fails_for_whoever_asked_for_it_alone(record):
    together = GroupCommit(record.database)
    asked = [together.run(partial(put, name)) for name in ("a", "b", "b", "c")]
    found = await asyncio.gather(*asked, return_exceptions=True)
    assert isinstance(found.pop(2), BREACHES)
    assert found == [None, None, None]
    assert await names(record) == ["a", "b", "c"]


async def test_where_one_is_cancelled_the_others_are_done_or_told_to_ask_again(record):
    together = GroupCommit(record.database)
    tasks = [asyncio.create_task(together.run(partial(put, name))) for name in ("a", "b", "c")]
    await asyncio.sleep(0)
    tasks[0].cancel()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(found[0], asyncio.CancelledError)
    for name, outcome in zip("bc", found[1:], strict=True):
        if isinstance(outcome, BusyRecord):
            await together.run(partial(put, name))
        else:
            assert outcome is None
    assert {"b", "c"} <= set(await names(record))


async def test_a_busy_record_is_told(record, monkeypatch):
    together = GroupCommit(record.database)

    def busy(**_how):
        raise BusyRecord("busy")

    with monkeypatch.context() as patched:
        patched.setattr(record.database, "transaction", busy)
        with pytest.raises(BusyRecord):
            await together.run(partial(put, "a"))
    await together.run(partial(put, "a"))
    assert await names(record) == ["a"]
