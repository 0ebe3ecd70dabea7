"""Two real processes on one PostgreSQL: one of them does each thing, and the other when that one is gone."""

from __future__ import annotations

import asyncio
import random
import signal
import time

import pytest

from bot.frontends.shared.delivering import AT_ONCE
from tests.acceptance.conftest import HELD
from tests.acceptance.far_ends import TelegramEnd
from tests.acceptance.newsroom import ask
from tests.acceptance.process import RunningBot, onrecord, until
from tests.acceptance.several import GRACE, LEASES, Several, several
from tests.conftest import KILLS
from tests.emulators.telegram import Fault

pytestmark = pytest.mark.postgres
ROLES = {"gateway", "poller", "telegram sender"}
TAKEN_OVER = LEASES["role"] + GRACE


async def start_all(made: Several) -> None:
    """Start all at once, and wait until each role is held and the others wait."""
    for bot in made.bots:
        await bot.launch()
    await until(lambda: set(made.holders()) >= ROLES, "each role's being held", 60)
    await until(
        lambda: sum(bot.log.count("another process is the") for bot in made.bots) >= len(ROLES),
        "the others' waiting",
        60,
    )


async def test_two_that_start_at_once_on_an_empty_database_share_the_work(postgres, tmp_path):
    name = postgres.create()
    try:
        async with several(postgres, tmp_path, name=name) as made:
            await start_all(made)
            assert made.rows("SELECT count(*) FROM story")[0][0] == 1, "the first story comes once"
            reader = made.api.user("Alice")
            chat = made.api.private(reader)
            assert "Lubinets" in (await ask(chat, reader, "/who lubinets")).text
            found = onrecord("doctor", "--config", "config.toml", folder=made.bots[0].folder).stdout
            assert "held now: " in found and "poller" in found
            assert "clocks" in found and "of each other" in found
            first = made.holder("poller")
            other = next(bot for bot in made.bots if bot is not first)
            assert await first.stop() == 0
            await until(lambda: made.holds(other, "poller"), "taking over", TAKEN_OVER)
            assert "Lubinets" in (await ask(chat, reader, "/who lubinets")).text
    finally:
        postgres.drop(name)


async def test_the_senders_work_is_taken_over_when_it_is_killed(postgres, tmp_path):
    async with several(postgres, tmp_path, chats=120, channels=40) as made:
        await start_all(made)
        await made.publish(tmp_path)
        await until(lambda: len(made.told()) > 15, "the broadcast's beginning", 40)
        holder = made.holder("telegram sender")
        await holder.kill()
        under_way, before = made.under_way(), len(made.told())
        took = await made.goes_on(before, 60)
        await made.all_told()
        print(f"taken over {took:.1f} s after a kill, with leases of {LEASES['role']} s")
        assert took <= TAKEN_OVER
        repeated = {chat for chat, times in made.told().items() if times > 1}
        assert repeated <= under_way and max(made.told().values()) <= 2
        # Discord knows what it got by its nonce.
        assert set(made.told_on_discord().values()) == {1}


async def stand_still(made: Several, bot: RunningBot) -> None:
    """Stop a process where it does not hold the lock for which all that write wait."""
    while True:
        bot.signal(signal.SIGSTOP)
        await asyncio.sleep(0.05)
        waits = made.rows(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND database ="
            " (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        if not waits[0][0]:
            return
        bot.signal(signal.SIGCONT)
        await asyncio.sleep(0.02)


async def test_who_stood_still_sends_nothing_more(postgres, tmp_path):
    async with several(postgres, tmp_path, chats=AT_ONCE + 26) as made:
        await start_all(made)
        made.api.fail_next("sendMessage", Fault.stalled(HELD), times=AT_ONCE)
        await made.publish(tmp_path)
        await until(lambda: len(made.told()) == AT_ONCE, "as much as may be under way", 60)
        first = made.holder("telegram sender")
        await stand_still(made, first)
        began = time.monotonic()
        under_way, arrived = made.under_way(), set(made.told())
        assert arrived <= under_way
        await until(lambda: made.told().total() > AT_ONCE, "another one's going on", 60)
        took = time.monotonic() - began
        assert took <= TAKEN_OVER
        made.release.set()
        first.signal(signal.SIGCONT)
        await made.all_told()
        await until(
            lambda: "for this one stood still" in first.log or "in time that it lives" in first.log,
            "noticing",
            20,
        )
        repeated = {chat for chat, times in made.told().items() if times > 1}
        assert repeated <= arrived, "what had waited for its turn looked once more"
        assert max(made.told().values()) <= 2


async def test_a_broadcast_outlives_all_connections(postgres, tmp_path):
    async with several(postgres, tmp_path, chats=150, channels=20) as made:
        await start_all(made)
        await made.publish(tmp_path)
        under_way: set[int] = set()
        for _ in range(4):
            before = len(made.told())
            await until(lambda before=before: len(made.told()) > before + 10, "the broadcast's going on", 60)
            under_way |= made.under_way()
            assert postgres.disconnect(made.name) > 0
            under_way |= made.under_way()
        await made.all_told()
        repeated = {chat for chat, times in made.told().items() if times > 1}
        print(f"{len(repeated)} of {len(made.chats)} heard twice after 4 ends of all connections")
        assert repeated <= under_way
        assert set(made.told_on_discord().values()) == {1}


async def test_a_broadcast_outlives_the_server(postgres, tmp_path):
    async with several(postgres, tmp_path, chats=150, channels=20) as made:
        await start_all(made)
        await made.publish(tmp_path)
        await until(lambda: len(made.told()) > 30, "the broadcast's beginning", 60)
        under_way = made.under_way()
        await asyncio.to_thread(postgres.restart)
        under_way |= made.under_way()
        await made.all_told()
        assert {chat for chat, times in made.told().items() if times > 1} <= under_way
        assert set(made.told_on_discord().values()) == {1}
        reader = made.people[0]
        await made.chats[0].next_message()
        assert "Lubinets" in (await ask(made.chats[0], reader, "/who lubinets")).text


async def test_polling_beside_a_webhook_is_refused_in_clear_words(postgres, tmp_path):
    async with several(postgres, tmp_path, chats=1) as made:
        await made.bots[0].start()
        place = tmp_path / "webhook"
        place.mkdir()
        other = RunningBot(
            [TelegramEnd(made.api, "webhook")],
            place,
            storage={"url": postgres.address(made.name)},
            leases=LEASES,
        )
        await other.launch()
        assert await other.ended() == 1
        assert 'telegram.mode is "webhook" here' in other.log
        assert f'{made.holders()["poller"]} on the same record has "polling"' in other.log


class Behind(TelegramEnd):
    """Telegram, whose webhook several processes stand behind."""

    def __init__(self, made: Several, url: str) -> None:
        super().__init__(made.api, "webhook")
        self.webhook_url = url


class Balancer:
    """Passes connections on to some ports in turn, as what stands before a webhook does."""

    def __init__(self) -> None:
        self.ports: list[int] = []
        self.taken = 0

    async def start(self) -> str:
        """Begin to listen; return the address of the webhook."""
        self.server = await asyncio.start_server(self._pass, "127.0.0.1", 0)
        return f"http://127.0.0.1:{self.server.sockets[0].getsockname()[1]}/telegram/hook"

    async def _pass(self, near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        port = self.ports[self.taken % len(self.ports)]
        self.taken += 1
        try:
            far_in, far_out = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            near_out.close()
            return
        await asyncio.gather(_pump(near_in, far_out), _pump(far_in, near_out), return_exceptions=True)


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(65_536):
            sink.write(data)
            await sink.drain()
    finally:
        sink.close()


async def test_webhooks_come_to_all_processes_and_outlive_the_end_of_one(postgres, tmp_path):
    balancer = Balancer()
    async with several(postgres, tmp_path, chats=20, processes=0) as made:
        url = await balancer.start()
        for number in range(2):
            end, place = Behind(made, url), tmp_path / f"hook-{number}"
            place.mkdir()
            balancer.ports.append(end.port)
            storage = {"url": postgres.address(made.name)}
            made.bots.append(RunningBot([end], place, storage=storage, leases=LEASES, log={"level": "info"}))
            await made.bots[-1].start()
        await until(lambda: "telegram sender" in made.holders(), "a sender", 40)

        async def ask_all() -> None:
            for person, chat in zip(made.people, made.chats, strict=True):
                assert "Lubinets" in (await ask(chat, person, "/who lubinets")).text

        await ask_all()
        names = {name for (name,) in made.rows("SELECT name FROM process WHERE telegram = 'webhook'")}
        assert len(names) == 2
        # Each in its turn is gone: what Telegram could not hand over comes again, to the other.
        await made.holder("telegram sender").kill()
        await ask_all()
        await made.publish(tmp_path)
        await made.all_told(TAKEN_OVER + 40)
        assert set(made.told().values()) == {1}
        balancer.server.close()


@pytest.mark.slow
async def test_fifty_kills_in_a_broadcast_lose_nothing(postgres, tmp_path):
    kills = min(50, max(4, KILLS))
    chance = random.Random(18)
    async with several(postgres, tmp_path, chats=40 * kills) as made:
        await start_all(made)
        await made.publish(tmp_path)
        open_at_kill: list[set[int]] = []
        for _ in range(kills):
            before = len(made.told())
            await until(lambda before=before: len(made.told()) > before + 5, "the broadcast's going on", 60)
            await asyncio.sleep(chance.uniform(0.1, 0.6))
            bot = made.bots[chance.randrange(2)]
            await bot.kill()
            open_at_kill.append(made.under_way())
            await bot.launch()
        await made.all_told(240)
        times = made.told()
        repeated = {chat for chat, count in times.items() if count > 1}
        print(f"{len(repeated)} of {len(times)} heard twice after {kills} kills of either of two")
        assert repeated <= set().union(*open_at_kill)
        assert all(
            count <= 1 + sum(chat in under_way for under_way in open_at_kill) for chat, count in times.items()
        )


@pytest.mark.slow
async def test_real_leases_are_over_in_time(postgres, tmp_path):
    async with several(postgres, tmp_path, chats=80, leases=None) as made:
        await start_all(made)
        await made.publish(tmp_path)
        await until(lambda: len(made.told()) > 10, "the broadcast's beginning", 60)
        await made.holder("telegram sender").kill()
        took = await made.goes_on(len(made.told()), 60)
        print(f"taken over {took:.1f} s after a kill, with leases of 30 s")
        assert took <= 30 + GRACE
        await made.all_told()
