"""Several real processes on one PostgreSQL, against one emulator each of Telegram and Discord."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from storage.domain.changes import Publish
from storage.domain.entries import FactEntry
from storage.record import Record
from storage.sheets.shipped import put_shipped
from storage.trail.audit import Actor
from tests.acceptance.conftest import emulator as telegram_emulator
from tests.acceptance.discord.conftest import emulator as discord_emulator
from tests.acceptance.far_ends import DiscordEnd, FarEnd, TelegramEnd
from tests.acceptance.process import RunningBot, until
from tests.broadcasts import STATEMENT
from tests.emulators.discord import Channel, DiscordEmulator
from tests.emulators.telegram import Chat, TelegramEmulator, User
from tests.servers import Server

# Seconds: long beside a renewal on a busy machine, short for a test that waits for them.
LEASES = {"role": 4, "delivery": 4}
# Seconds after the end of a lease in which another process goes on.
GRACE = 5.0


class Several:
    """Processes on one database, and those whom they tell."""

    def __init__(self, server: Server, name: str, api: TelegramEmulator, discord: DiscordEmulator) -> None:
        self.server, self.name = server, name
        self.api, self.discord = api, discord
        self.release = asyncio.Event()
        self.bots: list[RunningBot] = []
        self.people: list[User] = []
        self.chats: list[Chat] = []
        self.channels: list[Channel] = []

    def rows(self, query: str) -> list[Any]:
        """Return what a query finds in the record."""
        return self.server.run(query, self.name)

    async def stock(self, folder: Path, chats: int, channels: int) -> None:
        """Put the first story on record, of which some chats and channels hear."""
        record = await Record.open(folder / "onrecord.db", url=self.server.url(self.name))
        try:
            await put_shipped(record)
        finally:
            await record.close()
        self.people = [self.api.user(f"Reader {number}") for number in range(chats)]
        self.chats = [self.api.private(person) for person in self.people]
        guild = self.discord.guild("Newsroom")
        self.channels = [guild.channel(f"channel-{number}") for number in range(channels)]
        addresses = [f"telegram:{chat.id}" for chat in self.chats]
        addresses += [f"discord:#{channel.id}" for channel in self.channels]
        for first in range(0, len(addresses), 500):
            named = ", ".join(f"('{each}')" for each in addresses[first : first + 500])
            self.rows(f"INSERT INTO listener (chat) VALUES {named}")
        self.rows("INSERT INTO subscription (listener_id, story_id, made_at) SELECT id, 1, '' FROM listener")

    async def publish(self, folder: Path, statement: str = STATEMENT) -> None:
        """Put one more fact on record, beside the processes that work on it."""
        said = {"speaker": "Ann Example", "cue": "said that", "source": {"title": "A report"}}
        fact = FactEntry.model_validate({"statement": statement, "attributions": [said]})
        record = await Record.open(folder / "onrecord.db", url=self.server.url(self.name))
        try:
            await record.ledger.make(Publish(story_id=1, fact=fact), by=Actor("tests"))
        finally:
            await record.close()

    def told(self) -> Counter[int]:
        """Return how often each chat on Telegram was sent the change."""
        return Counter(
            call.params["chat_id"]
            for call in self.api.calls_of("sendMessage")
            if call.ok and STATEMENT in str(call.params.get("text"))
        )

    def told_on_discord(self) -> Counter[int]:
        """Return how often each channel on Discord shows the change."""
        return Counter(
            channel.id
            for channel in self.channels
            for message in channel.messages
            if STATEMENT in message.text
        )

    def waiting(self) -> int:
        """Return how many deliveries are not sent yet."""
        return int(self.rows("SELECT count(*) FROM delivery WHERE state <> 'sent'")[0][0])

    def under_way(self) -> set[int]:
        """Return the chats on Telegram to which something is being sent, as the record has it."""
        rows = self.rows(
            "SELECT l.chat FROM delivery d JOIN listener l ON l.id = d.listener_id WHERE d.state = 'sending'"
            " AND l.chat LIKE 'telegram:%'"
        )
        return {int(row[0].partition(":")[2]) for row in rows}

    def holders(self) -> dict[str, str]:
        """Return the names of the processes that hold roles, by role; nothing before there are tables."""
        if not self.rows("SELECT 1 FROM pg_class WHERE relname = 'process'"):
            return {}
        return dict(
            self.rows(
                "SELECT r.role, p.name FROM role_lease r JOIN process p ON p.id = r.holder ORDER BY r.role"
            )
        )

    def holds(self, bot: RunningBot, role: str) -> bool:
        """Tell whether a process holds a role."""
        return bot.running and self.holders().get(role, "").endswith(f":{bot.pid}")

    def holder(self, role: str) -> RunningBot:
        """Return the process that holds a role."""
        return next(bot for bot in self.bots if self.holds(bot, role))

    async def all_told(self, patience: float = 90.0) -> None:
        """Wait until everybody was told, and the record has it; nobody is told of nothing."""
        everybody = {chat.id for chat in self.chats}, {channel.id for channel in self.channels}
        await until(
            lambda: (set(self.told()), set(self.told_on_discord())) == everybody, "all being told", patience
        )
        await until(lambda: not self.waiting(), "its being on record", patience)

    async def goes_on(self, before: int, patience: float) -> float:
        """Return the seconds until more chats than before have been told."""
        began = time.monotonic()
        await until(lambda: len(self.told()) > before, "another one's taking over", patience)
        return time.monotonic() - began


@asynccontextmanager
async def several(
    server: Server,
    folder: Path,
    *,
    chats: int = 0,
    channels: int = 0,
    processes: int = 2,
    name: str | None = None,
    ends: Sequence[Sequence[FarEnd]] = (),
    leases: dict[str, int] | None = LEASES,
    delay: float = 0.02,
) -> AsyncIterator[Several]:
    """Make processes on one database, stocked unless it is named; none is started yet."""
    release = asyncio.Event()
    own = name or server.create(server.ready())
    async with (
        telegram_emulator(release, delay=delay) as api,
        discord_emulator(release, latency=delay) as discord,
    ):
        made = Several(server, own, api, discord)
        made.release = release
        if name is None:
            await made.stock(folder, chats, channels)
        for number in range(processes):
            place = folder / f"process-{number}"
            place.mkdir()
            sections: dict[str, Any] = {"leases": leases} if leases else {}
            made.bots.append(
                RunningBot(
                    ends[number] if ends else [TelegramEnd(api), DiscordEnd(discord)],
                    place,
                    storage={"url": server.address(own)},
                    log={"level": "info"},
                    limits={"page": 3, "burst": 100_000},
                    **sections,
                )
            )
        try:
            yield made
            for bot in made.bots:
                if bot.running:
                    assert await bot.stop() == 0
        finally:
            release.set()
            for bot in made.bots:
                if bot.running:
                    await bot.kill()
            if name is None:
                server.drop(own)
        for bot in made.bots:
            bot.check_log()
        assert api.violations == [] and discord.violations == []
