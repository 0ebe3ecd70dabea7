"""`onrecord doctor` on Telegram: token, connection, clock, webhook; each failure says what to do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import aiohttp
import pytest
from aiohttp import web

from bot.config import Settings
from bot.doctor import telegram
from bot.doctor.findings import Verdict, clock
from tests.emulators.telegram import TelegramEmulator

TOKEN = "123456:TEST-TOKEN"
SECRET = "a-secret"


async def found(api: str, token: str = TOKEN, **more: str) -> dict[str, tuple[Verdict, str]]:
    """Return the findings by their subject; none of them holds the token."""
    settings = Settings.model_validate({"telegram": {"token": token, "api_base_url": api, **more}})
    findings = [finding async for finding in telegram.examine(settings)]
    assert not any(token in finding.text for finding in findings)
    return {finding.subject: (finding.verdict, finding.text) for finding in findings}


@asynccontextmanager
async def page(status: int) -> AsyncIterator[str]:
    """Serve one page at an address of this machine."""

    async def answer(_request: web.BaseRequest) -> web.Response:
        return web.Response(status=status)

    runner = web.ServerRunner(web.Server(answer))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    finally:
        await runner.cleanup()


async def test_a_good_token_is_named_and_the_clock_compared():
    async with TelegramEmulator(TOKEN) as api:
        seen = await found(api.base_url)
    assert [verdict for verdict, _ in seen.values()] == [Verdict.OK] * 3
    assert "belongs to @" in seen["token"][1] and "within" in seen["clock"][1]


async def test_a_token_that_telegram_does_not_know():
    async with TelegramEmulator(TOKEN) as api:
        seen = await found(api.base_url, "654321:OTHER-TOKEN")
    assert seen["reach"][0] is Verdict.OK
    assert seen["token"][0] is Verdict.FAIL and "copy it anew from @BotFather" in seen["token"][1]


async def test_an_address_that_is_not_the_bot_api():
    async with page(502) as address:
        seen = await found(address)
    assert seen["token"] == (
        Verdict.FAIL,
        "getMe was answered with status 502: try again later, and check telegram.api_base_url",
    )


async def test_nobody_at_the_address():
    async with page(200) as address:
        pass
    seen = await found(address)
    assert set(seen) == {"reach"}
    assert seen["reach"][0] is Verdict.FAIL and "check the network" in seen["reach"][1]


@pytest.mark.parametrize(
    ("status", "registered", "verdict", "said"),
    [
        (401, True, Verdict.OK, "updates waiting: 0"),
        (401, False, Verdict.FAIL, "start 'onrecord run' once"),
        (502, True, Verdict.FAIL, "the proxy passes on"),
        (None, True, Verdict.FAIL, "check DNS"),
    ],
)
async def test_the_webhook(status, registered, verdict, said):
    async with TelegramEmulator(TOKEN) as api, page(status or 200) as address:
        url = address if status else "https://nobody.invalid/hook"
        asked = {"url": url, "secret_token": SECRET}
        if registered:
            async with aiohttp.ClientSession() as session:
                await session.post(f"{api.base_url}/bot{TOKEN}/setWebhook", data=asked)
        seen = await found(api.base_url, mode="webhook", webhook_url=url, webhook_secret=SECRET)
    assert seen["webhook"][0] is verdict and said in seen["webhook"][1], seen


def test_a_clock_that_is_wrong_is_told_by_how_much_and_which_way():
    for minutes, word in ((-5, "ahead"), (5, "behind")):
        there = format_datetime(datetime.now(UTC) + timedelta(minutes=minutes))
        finding = clock(there, "the Bot API")
        assert finding.verdict is Verdict.FAIL and word in finding.text and "timedatectl" in finding.text
    assert clock(None, "the Bot API").verdict is Verdict.SKIPPED
