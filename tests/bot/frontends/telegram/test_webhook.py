"""The front end in webhook mode, against a small Bot API over HTTP."""

import asyncio
import io
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from bot.errors import SettingsError
from bot.frontends.telegram import inbox
from bot.frontends.telegram.webhook import SECRET_HEADER
from tests.bot.small_bot import Bot, message, running, sent, stopped_bot

SECRET = "hook-secret"
WEBHOOK = {
    "mode": "webhook",
    "webhook_url": "https://bot.example.org/hook/path",
    "webhook_secret": SECRET,
    "listen": "127.0.0.1:0",
}


@asynccontextmanager
async def webhook(caplog: pytest.LogCaptureFixture) -> AsyncIterator[tuple[Bot, Callable[..., Any]]]:
    caplog.set_level(logging.INFO, "bot.frontends.telegram")
    async with running(**WEBHOOK) as bot, aiohttp.ClientSession() as session:
        await bot.api.until(lambda: "on port" in caplog.text)
        port = int(caplog.text.rpartition("on port ")[2].split()[0])

        async def post(
            body: bytes | dict[str, Any],
            path: str = "/hook/path",
            secret: str | None = SECRET,
            method: str = "POST",
        ) -> int:
            data = io.BytesIO(body if isinstance(body, bytes) else json.dumps(body).encode())
            headers = {} if secret is None else {SECRET_HEADER: secret}
            url = f"http://127.0.0.1:{port}{path}"
            async with session.request(method, url, data=data, headers=headers) as response:
                return response.status

        yield bot, post


async def test_webhook(caplog: pytest.LogCaptureFixture) -> None:
    async with webhook(caplog) as (bot, post):
        (registered,) = bot.api.made("setWebhook")
        assert registered["url"] == WEBHOOK["webhook_url"]
        assert registered["secret_token"] == SECRET
        assert "message" in registered["allowed_updates"]
        assert await post({"update_id": 1, "message": message("fine")}) == 200
        await bot.api.until(lambda: sent(bot) == ["fine"])
        assert not bot.api.made("getUpdates")
        assert not bot.api.made("deleteWebhook")
        for secret in (None, "", "wrong", "wröng"):
            assert await post({"update_id": 2, "message": message("forged")}, secret=secret) == 403
        assert await post(b"{}", path="/other") == 404
        assert await post(b"", method="GET") == 405
        assert await post(b"not json") == 400
        assert await post(b"[" * 200_000) == 400
        assert await post(b"[1]") == 200
        assert await post({"update_id": 3, "message": {}}) == 200
        assert await post({}) == 200
        assert await post(b" " * (1024**2 + 1)) == 413
        assert await post({"update_id": 4, "message": message("still fine")}) == 200
        await bot.api.until(lambda: sent(bot) == ["fine", "still fine"])


async def test_webhook_answers_when_what_it_took_is_handled(caplog: pytest.LogCaptureFixture) -> None:
    async with webhook(caplog) as (bot, post):
        bot.dispatcher.gate = asyncio.Event()
        update = {"update_id": 1, "message": message("taken")}
        taken = asyncio.create_task(post(update))
        await bot.api.until(lambda: bot.dispatcher.requests)
        again = asyncio.create_task(post(update))
        await asyncio.sleep(0.05)
        bot.stop.set()
        await asyncio.sleep(0.05)
        assert await post({"update_id": 2, "message": message("late")}) == 503
        assert not taken.done() and not again.done()
        bot.dispatcher.gate.set()
        assert await taken == await again == 200
    assert sent(bot) == ["taken"]


async def test_webhook_answers_in_time_what_hangs(caplog, monkeypatch) -> None:
    monkeypatch.setattr(inbox.Inbox.__init__, "__kwdefaults__", {"closed_after": 0.1, "given_up_after": 60.0})
    async with webhook(caplog) as (bot, post):
        bot.dispatcher.gate = asyncio.Event()
        updates = [{"update_id": number, "message": message(str(number))} for number in (1, 2)]
        assert await asyncio.gather(*map(post, updates)) == [200, 200]
        assert await post(updates[0]) == 200
        bot.dispatcher.gate.set()
        await bot.api.until(lambda: sent(bot) == ["1", "2"])


async def test_webhook_turns_away_what_is_too_much(caplog, monkeypatch) -> None:
    monkeypatch.setattr(inbox, "MOST", 50)
    async with webhook(caplog) as (bot, post):
        bot.dispatcher.gate = asyncio.Event()
        taken = [
            asyncio.create_task(post({"update_id": number, "message": message("x", number + 1)}))
            for number in range(50)
        ]
        await bot.api.until(lambda: len(bot.dispatcher.requests) == 50)
        assert await post({"update_id": 9999, "message": message("x")}) == 503
        bot.dispatcher.gate.set()
        assert await asyncio.gather(*taken) == [200] * 50
        assert len(sent(bot)) == 50


async def test_webhook_settings_that_cannot_be() -> None:
    async with stopped_bot(**WEBHOOK) as bot:
        bot.api.answers["setWebhook"] = [(400, {"ok": False, "description": "Bad Request: bad webhook: no"})]
        with pytest.raises(SettingsError, match="Bad webhook"):
            await bot.run()
    async with stopped_bot() as busy:
        taken = f"127.0.0.1:{busy.api.server.port}"
        async with stopped_bot(**WEBHOOK | {"listen": taken}) as bot:
            with pytest.raises(SettingsError, match=r"telegram\.listen"):
                await bot.run()
