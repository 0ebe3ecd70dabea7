"""Two real processes on one file: one polls and sends while the other waits, and takes over when it dies."""

from __future__ import annotations

import asyncio
import random
import re
import signal
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bot.frontends.shared.delivering import AT_ONCE
from tests.acceptance.conftest import HELD, emulator
from tests.acceptance.far_ends import TelegramEnd
from tests.acceptance.newsroom import ask
from tests.acceptance.process import RunningBot, onrecord, until
from tests.broadcasts import publish, stock
from tests.conftest import KILLS
from tests.emulators.telegram import Chat, Fault, TelegramEmulator, User

# Seconds: long beside a renewal on a busy machine, short for a test that waits for them.
LEASES = {"role": 3, "delivery": 3}
WAITS = "another process is the"


class Pair(NamedTuple):
    """Two processes on one file, and those whom they tell."""

    api: TelegramEmulator
    bots: tuple[RunningBot, RunningBot]
    people: list[User]
    chats: list[Chat]
    record: Path
    # Lets stalled answers go.
    release: asyncio.Event

    def told(self) -> Counter[int]:
        """Return how often each chat was sent something."""
        return Counter(call.params["chat_id"] for call in self.api.calls_of("sendMessage") if call.ok)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.record)) as connection:
            return connection.execute(query).fetchall()

    def waiting(self) -> int:
        """Return how many deliveries are not sent yet."""
        return int(self.rows("SELECT count(*) FROM delivery WHERE state <> 'sent'")[0][0])

    def under_way(self) -> set[int]:
        """Return the chats to which something is being sent, as the record has it."""
        rows = self.rows(
            "SELECT l.chat FROM delivery d JOIN listener l ON l.id = d.listener_id WHERE d.state = 'sending'"
        )
        return {int(row[0].partition(":")[2]) for row in rows}

    def held(self) -> set[str]:
        """Return the roles that somebody holds."""
        return {row[0] for row in self.rows("SELECT role FROM role_lease WHERE holder <> ''")}


@asynccontextmanager
async def pair(tmp_path: Path, chats: int, *, mode: str = "polling") -> AsyncIterator[Pair]:
    """Start two processes, the second when the first has its roles."""
    record, release = tmp_path / "record.db", asyncio.Event()
    async with emulator(release, delay=0.02) as api:
        people = [api.user(f"Reader {number}") for number in range(chats)]
        places = [api.private(person) for person in people]
        await stock(record, [place.id for place in places])
        folders = [tmp_path / name for name in ("one", "two")]
        for folder in folders:
            folder.mkdir()
        first, second = (
            RunningBot(
                [TelegramEnd(api, mode)],
                folder,
                storage={"path": str(record)},
                log={"level": "info"},
                leases=LEASES,
            )
            for folder in folders
        )
        bots = (first, second)
        both = Pair(api, bots, people, places, record, release)
        try:
            for bot in bots:
                await bot.launch()
                await until(lambda: "telegram sender" in both.held(), "the first process's roles", 40)
            await until(lambda: f"{WAITS} telegram sender" in bots[1].log, "the second one's waiting", 40)
            yield both
        finally:
            for bot in bots:
                if bot.running:
                    await bot.kill()
        for bot in bots:
            bot.check_log()
        assert api.violations == []


async def test_the_second_process_waits_says_so_once_and_takes_over_in_order(tmp_path):
    async with pair(tmp_path, 3) as both:
        first, second = both.bots
        await publish(both.record)
        await until(lambda: len(both.told()) == 3 and not both.waiting(), "the broadcast")
        assert set(both.told().values()) == {1}
        assert second.log.count(WAITS) == 2 and WAITS not in first.log
        found = onrecord("doctor", folder=second.folder).stdout
        assert re.search(r"roles .*held now: poller, telegram sender", found), found
        assert await first.stop() == 0
        await until(lambda: "this process is the poller now" in second.log, "the second one's taking over")
        assert "answered" in first.log
        await both.chats[0].next_message()  # the notice
        reply = await ask(both.chats[0], both.people[0], "/who lubinets")
        assert "Lubinets" in reply.text
        assert await second.stop() == 0
        assert both.held() == set()


async def stand_still(bot: RunningBot, record: Path) -> None:
    """Stop a process where it does not hold the file's write lock, for which everybody waits."""
    while True:
        bot.signal(signal.SIGSTOP)
        await asyncio.sleep(0.05)
        try:
            with closing(sqlite3.connect(record, timeout=0.1, isolation_level=None)) as connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("ROLLBACK")
        except sqlite3.OperationalError:
            bot.signal(signal.SIGCONT)
            await asyncio.sleep(0.02)
        else:
            return


async def test_a_process_that_stands_still_sends_no_more_once_another_has_taken_over(tmp_path):
    async with pair(tmp_path, AT_ONCE + 26) as both:
        first, second = both.bots
        # It stops where all that it may have under way has arrived, and the rest waits for its turn: what it
        # has looked at once more, and not yet sent, is on its way, and could be stopped by nobody.
        both.api.fail_next("sendMessage", Fault.stalled(HELD), times=AT_ONCE)
        await publish(both.record)
        await until(lambda: len(both.told()) == AT_ONCE, "as much as may be under way", 40)
        await stand_still(first, both.record)
        under_way, arrived = both.under_way(), set(both.told())
        assert arrived <= under_way
        await until(lambda: "this process is the telegram sender now" in second.log, "taking over", 40)
        await until(lambda: both.told().total() > AT_ONCE, "going on", 40)
        both.release.set()
        first.signal(signal.SIGCONT)
        await until(lambda: len(both.told()) == len(both.chats) and not both.waiting(), "the end", 60)
        await until(lambda: "another process has become" in first.log, "noticing", 20)
        assert set(both.told()) == {chat.id for chat in both.chats}
        repeated = {chat for chat, times in both.told().items() if times > 1}
        assert repeated <= under_way and max(both.told().values()) <= 2
        assert repeated <= arrived, "what had waited for its turn looked once more"
        for bot in both.bots:
            assert await bot.stop() == 0


@pytest.mark.slow
async def test_two_senders_killed_again_and_again_lose_nothing(tmp_path):
    chance = random.Random(11)
    kills = max(2, min(20, 2 * KILLS // 3 if KILLS < 30 else 20))
    async with pair(tmp_path, 45 * kills) as both:
        await publish(both.record)
        open_at_kill: list[set[int]] = []
        for _ in range(kills):
            before = len(both.told())
            await until(lambda before=before: len(both.told()) > before + 5, "the broadcast's going on", 40)
            await asyncio.sleep(chance.uniform(0.2, 1.0))
            bot = both.bots[chance.randrange(2)]
            await bot.kill()
            open_at_kill.append(both.under_way())
            await bot.launch()
        await until(lambda: len(both.told()) == len(both.chats) and not both.waiting(), "the end", 180)
        times = both.told()
        assert set(times) == {chat.id for chat in both.chats}, "none is lost"
        repeated = {chat for chat, count in times.items() if count > 1}
        print(f"{len(repeated)} of {len(times)} heard twice after {kills} kills of either of two")
        assert repeated <= set().union(*open_at_kill), "only what was under way at a kill is sent again"
        assert all(
            count <= 1 + sum(chat in under_way for under_way in open_at_kill) for chat, count in times.items()
        )
        for bot in both.bots:
            assert await bot.stop() == 0
