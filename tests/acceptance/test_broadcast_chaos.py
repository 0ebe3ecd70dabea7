"""The real process tells changes while a fifth of its calls go wrong: everybody hears each of them once."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from tests.acceptance.conftest import emulator
from tests.acceptance.far_ends import TelegramEnd
from tests.acceptance.process import RunningBot, onrecord, until
from tests.broadcasts import publish, stock
from tests.emulators.telegram import Fault, TelegramEmulator

pytestmark = pytest.mark.slow

CHATS, BLOCKED_EVERY = 150, 50
CHANGES = ("the court has received the file", "the hearing begins on a Monday")
# A twentieth of the calls each: refused, failed, cut off, and applied but answered only after ten seconds.
FAULTS = (Fault.too_many(1), Fault.server_error(502), Fault.dropped(), Fault.stalled(10.0))
RATE = 0.05 * len(FAULTS)
PATIENCE = 150.0


async def test_everybody_hears_each_change_once(tmp_path: Path) -> None:
    record = tmp_path / "record.db"
    async with emulator(asyncio.Event(), delay=0.01) as api:
        users = [api.user(f"Reader {number}") for number in range(CHATS)]
        chats = [api.private(user) for user in users]
        blocked = {chat.id for chat in chats[::BLOCKED_EVERY]}
        for chat in chats[::BLOCKED_EVERY]:
            chat.blocked = True
        await stock(record, [chat.id for chat in chats])
        bot = RunningBot([TelegramEnd(api)], tmp_path, log={"level": "info"})
        await bot.start()
        api.chaos(RATE, FAULTS, seed=4, methods=["sendMessage"])
        reached = {chat.id for chat in chats} - blocked
        for number, change in enumerate(CHANGES):
            await publish(record, change)
            # The next comes while some still wait for this one.
            enough = len(reached) // 2 if number + 1 < len(CHANGES) else len(reached)
            await until(
                lambda change=change, enough=enough: len(told(api, change)) >= enough, change, PATIENCE
            )
        await until(lambda: not open_deliveries(record), "the outbox's being empty", PATIENCE)
        heard = {change: told(api, change) for change in CHANGES}
        assert await bot.stop() == 0
        bot.check_log()
        assert api.violations == []
        went_wrong = Counter(call.status for call in api.calls_of("sendMessage"))
        assert all(went_wrong[status] > 0 for status in (429, 502, 0, 403)), went_wrong
        for times in heard.values():
            assert times == dict.fromkeys(reached, 1)
        accounted(record, blocked, reached)
        listed = onrecord("outbox", folder=tmp_path).stdout
        # The list is a short one.
        assert any(f"telegram:{chat}: held, {len(CHANGES)}, Forbidden" in listed for chat in blocked)


def told(api: TelegramEmulator, change: str) -> Counter[int]:
    """Return how often each chat has been told of a change."""
    return Counter(
        chat.id for chat in api.chats.values() for message in chat.sent.unread if change in message.text
    )


def open_deliveries(record: Path) -> int:
    """Return how many deliveries are neither sent nor wait for a chat that takes none."""
    with closing(sqlite3.connect(record)) as connection:
        rows = connection.execute(
            "SELECT count(*) FROM delivery d JOIN listener l ON l.id = d.listener_id"
            " WHERE d.state <> 'sent' AND NOT (d.state = 'held' AND l.paused IS NOT NULL)"
        )
        return int(rows.fetchone()[0])


def accounted(record: Path, blocked: set[int], reached: set[int]) -> None:
    """See that the outbox tells what became of each change in each chat; all waits for who takes none."""
    with closing(sqlite3.connect(record)) as connection:
        rows = connection.execute(
            "SELECT l.chat, d.state, count(*) FROM delivery d JOIN listener l ON l.id = d.listener_id"
            " GROUP BY l.chat, d.state"
        ).fetchall()
        paused = {
            chat for (chat,) in connection.execute("SELECT chat FROM listener WHERE paused IS NOT NULL")
        }
    assert {row for row in rows if row[1] == "sent"} == {
        (f"telegram:{chat}", "sent", len(CHANGES)) for chat in reached
    }
    assert {row for row in rows if row[1] != "sent"} == {
        (f"telegram:{chat}", "held", len(CHANGES)) for chat in blocked
    }
    assert paused == {f"telegram:{chat}" for chat in blocked}
