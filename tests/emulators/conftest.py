"""An emulator for each test, asked by the platform's usual library and in raw HTTP."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from telegram import Bot

from tests.emulators.asking import TOKEN, Ask, Json, new_bot
from tests.emulators.discord import DiscordEmulator
from tests.emulators.telegram import TelegramEmulator


@pytest.fixture(autouse=True)
def _new_times(monkeypatch: pytest.MonkeyPatch) -> None:
    # Without it the library warns of its future at each 429.
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest_asyncio.fixture
async def api() -> AsyncIterator[TelegramEmulator]:
    """Start an emulator without limits, which must see nothing that its schema does not know."""
    async with TelegramEmulator(TOKEN, limits=None, webhook_backoff=0.001) as emulator:
        yield emulator
        assert emulator.violations == []


@pytest_asyncio.fixture
async def bot(api: TelegramEmulator) -> AsyncIterator[Bot]:
    """Point the real library at the emulator."""
    async with new_bot(api) as client:
        yield client


@pytest_asyncio.fixture
async def ask(api: TelegramEmulator) -> AsyncIterator[Ask]:
    """Return a function for raw calls, which gives back status and body."""
    async with aiohttp.ClientSession() as session:

        async def call(method: str, token: str = TOKEN, **how: Any) -> tuple[int, Json]:
            url = f"{api.base_url}/bot{token}/{method}"
            async with session.post(url, **how) as answer:
                return answer.status, await answer.json()

        yield call


@pytest_asyncio.fixture
async def discord_api() -> AsyncIterator[DiscordEmulator]:
    """Start an emulator of Discord without limits, which must see nothing that the platform refuses."""
    async with DiscordEmulator(limits=None) as emulator:
        yield emulator
        assert emulator.violations == []
