"""The scenes of the acceptance tests on Discord: an emulator of it, and the real bot beside it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import pytest_asyncio

from bot.commands import commands
from bot.requests import Role
from tests.acceptance.discord.newsroom import ADMINISTERING, OWNERS, Person, moderator, owner
from tests.acceptance.far_ends import DiscordEnd
from tests.acceptance.process import RunningBot
from tests.emulators.discord import DiscordEmulator, Guild

# Its first part is the bot's id; no log may hold any of the others.
TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.Gaccpt.a-token-that-no-log-may-hold-a-part-of"
# An emulated answer that is stalled for so long waits until the test lets it go.
HELD = 3600.0
# Short pages; nobody is limited but where a test is about that.
LIMITS = {"page": 3, "burst": 100_000}
Launch = Callable[..., Awaitable[RunningBot]]


class Scene(NamedTuple):
    """One bot at work, and the server around it."""

    api: DiscordEmulator
    bot: RunningBot
    guild: Guild

    @property
    def record(self) -> Path:
        """Return the record's file."""
        return self.bot.folder / "record.db"

    @property
    def owner(self) -> Person:
        """Return the owner that the settings name, in a channel of their own."""
        return owner(self.api, self.guild)

    def reader(self, name: str = "alice") -> Person:
        """Return a new member in a channel of their own."""
        user = self.api.user(name)
        self.guild.join(user)
        return Person(self.api, user, self.guild.channel(f"{name}-{user.id}"))

    def admin(self, name: str = "ada") -> Person:
        """Return a new member who may manage channels, in one of their own."""
        person = self.reader(name)
        self.guild.grant(person.user, *ADMINISTERING)
        return person

    async def moderator(self, name: str = "mona") -> Person:
        """Return a new member whom the owner has made a moderator, in a channel of their own."""
        return await moderator(self.api, self.guild, name)


def emulator(release: asyncio.Event | None = None, **options: Any) -> DiscordEmulator:
    """Return an emulator without limits, whose stalled answers wait for `release`."""

    async def sleep(seconds: float) -> None:
        if release is not None and seconds >= HELD:
            await release.wait()
        else:
            await asyncio.sleep(seconds)

    made = DiscordEmulator(TOKEN, **{"limits": None, "sleep": sleep} | options)
    # Also those that readers type elsewhere, so that each can be tried as a slash command.
    made.shown_to_all = frozenset(
        each.name for each in commands if each.role is Role.READER and not each.by_admins
    )
    return made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    """Run one bot for all tests of a module; each brings people and channels of its own."""
    async with emulator() as api:
        guild = api.guild("Newsroom")
        bot = RunningBot([DiscordEnd(api)], tmp_path_factory.mktemp("discord"), owners=OWNERS, limits=LIMITS)
        await bot.start()
        yield Scene(api, bot, guild)
        assert await bot.stop() == 0
        bot.check_log()


@pytest.fixture
def nothing_amiss(scene: Scene) -> Iterator[None]:
    """Fail a test in which the bot did what Discord refuses, pinged, logged a secret or an error, or died."""
    yield
    assert scene.api.violations == scene.api.pings == []
    assert scene.bot.running
    scene.bot.check_log()


@pytest_asyncio.fixture
async def api() -> AsyncIterator[DiscordEmulator]:
    """Start an emulator for one test, and see that it refused nothing and nobody was pinged."""
    async with emulator() as world:
        yield world
        assert world.violations == world.pings == []


@pytest_asyncio.fixture
async def launch(api: DiscordEmulator, tmp_path: Path) -> AsyncIterator[Launch]:
    """Return a function that starts a bot for one test; in the end it is killed and its log searched."""
    bots: list[RunningBot] = []

    async def start(*, wait: bool = True, **how: Any) -> RunningBot:
        bot = RunningBot([DiscordEnd(api)], tmp_path, **{"owners": OWNERS, "limits": LIMITS} | how)
        bots.append(bot)
        await (bot.start() if wait else bot.launch())
        return bot

    yield start
    for bot in bots:
        if bot.running:
            await bot.kill()
        bot.check_log()
