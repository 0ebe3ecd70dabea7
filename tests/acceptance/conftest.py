"""The scenes of the acceptance tests: an emulator of Telegram, and the real bot beside it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import pytest_asyncio

from tests.acceptance import forked
from tests.acceptance.far_ends import TelegramEnd
from tests.acceptance.newsroom import OWNERS, Person, moderator, owner
from tests.acceptance.process import RunningBot
from tests.emulators.telegram import Chat, TelegramEmulator, User

# Long enough for the emulator to know it as one; no log may hold any part of it.
TOKEN = "987654:AAF-acceptance-token-that-no-log-may-hold"
# An emulated answer that is stalled for so long waits until the test lets it go.
HELD = 3600.0
# Short pages; nobody is paced but where a test is about that.
LIMITS = {"page": 3, "burst": 100_000}
Launch = Callable[..., Awaitable[RunningBot]]


class Scene(NamedTuple):
    """One bot at work, and the world around it."""

    api: TelegramEmulator
    bot: RunningBot
    end: TelegramEnd
    release: asyncio.Event

    def reader(self, name: str = "Alice") -> tuple[User, Chat]:
        """Return a new person and the private chat with the bot."""
        user = self.api.user(name)
        return user, self.api.private(user)

    def person(self, name: str, **known: Any) -> Person:
        """Return a new person in their private chat."""
        user = self.api.user(name, **known)
        return Person(self.api, user, self.api.private(user))

    @property
    def record(self) -> Path:
        """Return the record's file."""
        return self.bot.folder / "record.db"

    @property
    def owner(self) -> Person:
        """Return the owner that the settings name, in their private chat."""
        return owner(self.api)

    async def moderator(self, name: str, story: str = "") -> Person:
        """Return a new person whom the owner has made a moderator of a story, or of all."""
        return await moderator(self.api, name, story)


def emulator(release: asyncio.Event, **options: Any) -> TelegramEmulator:
    """Return an emulator without pacing, whose stalled answers wait for `release`."""

    async def sleep(seconds: float) -> None:
        if seconds >= HELD:
            await release.wait()
        else:
            await asyncio.sleep(seconds)

    return TelegramEmulator(TOKEN, limits=None, sleep=sleep, webhook_backoff=0.02, **options)


@pytest.fixture(scope="session", autouse=True)
def _end_of_forks() -> Iterator[None]:
    yield
    forked.end()


@pytest.fixture
def folder(stocked: Path, tmp_path: Path) -> Path:
    """Return a folder with a copy of the stocked record."""
    shutil.copyfile(stocked, tmp_path / "onrecord.db")
    return tmp_path


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Scene]:
    """Run one bot for all tests of a module; each brings people and chats of its own.

    Parametrise it, indirectly, with the mode.
    """
    mode = getattr(request, "param", "polling")
    release = asyncio.Event()
    async with emulator(release) as api:
        end = TelegramEnd(api, mode)
        bot = RunningBot([end], tmp_path_factory.mktemp(mode), owners=OWNERS, limits=LIMITS)
        await bot.start()
        yield Scene(api, bot, end, release)
        release.set()
        assert await bot.stop() == 0
        bot.check_log()


@pytest.fixture
def nothing_amiss(scene: Scene) -> Iterator[None]:
    """Fail a test in which the bot did what the platform does not know, or died."""
    yield
    assert scene.api.violations == []
    assert scene.bot.running


@pytest_asyncio.fixture
async def api() -> AsyncIterator[TelegramEmulator]:
    """Start an emulator for one test, and see that it knew all that was asked of it."""
    release = asyncio.Event()
    async with emulator(release) as world:
        yield world
        release.set()
        assert world.violations == []


@pytest_asyncio.fixture
async def launch(api: TelegramEmulator, tmp_path: Path) -> AsyncIterator[Launch]:
    """Return a function that starts a bot for one test; in the end it is killed and its log searched."""
    bots: list[RunningBot] = []

    async def start(*, wait: bool = True, mode: str = "polling", **how: Any) -> RunningBot:
        bot = RunningBot([TelegramEnd(api, mode)], tmp_path, **how)
        bots.append(bot)
        await (bot.start() if wait else bot.launch())
        return bot

    yield start
    for bot in bots:
        if bot.running:
            await bot.kill()
        bot.check_log()
