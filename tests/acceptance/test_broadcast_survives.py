"""The real process is killed again and again in the middle of a broadcast: nobody is left out."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from tests.acceptance.conftest import emulator
from tests.acceptance.far_ends import TelegramEnd
from tests.acceptance.process import RunningBot, until
from tests.broadcasts import publish, stock
from tests.conftest import KILLS
from tests.emulators.telegram import TelegramEmulator

pytestmark = pytest.mark.slow

# At 30 a second some are left after each life.
CHATS, LIFE = 40 * KILLS, 1.0
# Seconds that an answer is on its way.
DELAY = 0.05


async def test_a_broadcast_outlives_many_kills(tmp_path: Path) -> None:
    record = tmp_path / "record.db"
    async with emulator(asyncio.Event(), delay=DELAY) as api:
        chats = [api.private(api.user(f"Reader {number}")) for number in range(CHATS)]
        await stock(record, [chat.id for chat in chats])
        bot = RunningBot([TelegramEnd(api)], tmp_path, log={"level": "info"})
        await bot.start()
        await publish(record)
        unrecorded: list[set[int]] = []
        for _ in range(KILLS):
            before = len(told(api))
            await until(lambda before=before: len(told(api)) > before, "the broadcast's going on", 40)
            await asyncio.sleep(LIFE)
            await bot.kill()
            unrecorded.append(being_sent(record))
            await bot.start()
        await until(lambda: not waiting(record), "the end of the broadcast", 120)
        assert await bot.stop() == 0
        bot.check_log()
        assert api.violations == []
        times = Counter(chat for chat, _time in told(api))
        assert set(times) == {chat.id for chat in chats}, "none is lost"
        repeated = [chat for chat, count in times.items() if count > 1]
        print(f"{len(repeated)} of {CHATS} heard twice after {KILLS} kills")
        for chat, count in times.items():
            deaths = sum(chat in chats for chats in unrecorded)
            assert count <= 1 + deaths, "only what the record did not know to be sent is sent again"
        # What waits for its turn is claimed as well: few of those have been sent when the process dies.
        assert len(repeated) <= sum(map(len, unrecorded)) / 4


def told(api: TelegramEmulator) -> list[tuple[int, float]]:
    """Return the chat and moment of each message that was taken."""
    return [(call.params["chat_id"], call.time) for call in api.calls_of("sendMessage") if call.ok]


def being_sent(record: Path) -> set[int]:
    """Return the chats to which a message was under way, as the record has it."""
    with closing(sqlite3.connect(record)) as connection:
        rows = connection.execute(
            "SELECT l.chat FROM delivery d JOIN listener l ON l.id = d.listener_id WHERE d.state = 'sending'"
        )
        return {int(row[0].partition(":")[2]) for row in rows}


def waiting(record: Path) -> int:
    """Return how many deliveries are not sent yet."""
    with closing(sqlite3.connect(record)) as connection:
        rows = connection.execute("SELECT count(*) FROM delivery WHERE state <> 'sent'").fetchall()
    return int(rows[0][0])
