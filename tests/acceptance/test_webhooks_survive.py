"""The real process is killed while it sends to a webhook: nothing is lost, and repeats keep their id."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import defaultdict
from contextlib import closing
from pathlib import Path

import pytest
from aiohttp import web

from bot.webhooks.sending import WINDOW
from storage.domain.changes import Publish, SetStory
from storage.domain.entries import FactEntry
from storage.record import Record
from storage.sheets.shipped import put_shipped
from storage.trail.audit import Actor
from tests.acceptance.conftest import emulator
from tests.acceptance.far_ends import TelegramEnd
from tests.acceptance.process import RunningBot, until
from tests.bot.webhooks.receiver import Receiver, receiver
from tests.conftest import KILLS

pytestmark = pytest.mark.slow

BY = Actor("telegram:1")
# Changes of one life, and the seconds that the end takes to answer each: about half are left at a kill.
CHANGES, SECONDS = 12, 0.03


async def test_what_is_sent_to_a_webhook_outlives_many_kills(tmp_path: Path) -> None:
    path = tmp_path / "record.db"
    async with receiver() as end, emulator(asyncio.Event()) as api:
        end.secrets.append(await prepared(path, end))
        bot = RunningBot(
            [TelegramEnd(api)], tmp_path, owners=["telegram:1"],
            log={"level": "info"}, webhooks={"hosts": [end.host]},
        )  # fmt: skip
        await bot.start()
        for life in range(KILLS):
            await publish(path, life)
            end.planned = [slowly] * CHANGES
            before = len(end.events)
            await until(lambda before=before: len(end.events) > before + 2, "that it goes on", 60)
            await asyncio.sleep((life % 7) * 0.02)
            await bot.kill()
            await bot.start()
        await until(lambda: not waiting(path), "the end of it", 120)
        assert await bot.stop() == 0
        bot.check_log()
        for secret in end.secrets:
            assert secret not in bot.log
        assert end.faults == []
    ids, order = defaultdict(set), []
    for event in end.events:
        change = event.data["id"]
        if change not in ids:
            order.append(int(change[1:].partition(".")[0]))
        ids[change].add(event.id)
    assert len(ids) == CHANGES * KILLS, "none is lost"
    assert all(len(each) == 1 for each in ids.values()), "repeats keep their id"
    assert order == sorted(order), "the order stays"
    repeated = len(end.events) - len(ids)
    print(f"{repeated} of {len(ids)} were sent twice after {KILLS} kills")
    assert repeated <= KILLS * (WINDOW + 1), "at a kill, no more are under way or not written down"


async def slowly(_request: web.Request) -> web.StreamResponse:
    await asyncio.sleep(SECONDS)
    return web.Response(status=204)


async def prepared(path: Path, end: Receiver) -> str:
    """Make a record whose story is public, with a webhook; return its secret."""
    record = await Record.open(path)
    try:
        await put_shipped(record)
        await record.ledger.make(SetStory(story_id=1, public=True), by=BY)
        _number, secret = await record.webhooks.add(1, end.url, by=BY, language="en")
    finally:
        await record.close()
    return secret


async def publish(path: Path, life: int) -> None:
    said = {"speaker": "Ann Example", "cue": "said that", "source": {"title": "A report"}}
    record = await Record.open(path)
    try:
        for number in range(CHANGES):
            statement = f"paper {number} of file {life} has arrived"
            fact = FactEntry.model_validate({"statement": statement, "attributions": [said]})
            await record.ledger.make(Publish(story_id=1, fact=fact), by=BY)
    finally:
        await record.close()


def waiting(path: Path) -> int:
    """Return how many changes are not sent yet."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(
            "SELECT (SELECT count(*) FROM delivery WHERE state <> 'sent')"
            " + (SELECT count(*) FROM notice WHERE state = 'new')"
        ).fetchall()
    return int(rows[0][0])
