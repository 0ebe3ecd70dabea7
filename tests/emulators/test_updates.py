"""How updates are handed out: by polling and by webhook."""

import asyncio
import json

import pytest
from aiohttp import web
from telegram import (
    Bot,
)
from telegram.error import (
    BadRequest,
    Conflict,
    TelegramError,
)

from tests.emulators.asking import TOKEN, Ask, Json, new_bot, refused
from tests.emulators.telegram import TelegramEmulator

pytestmark = pytest.mark.asyncio


class TestUpdates:
    """How updates are handed out."""

    async def test_offsets_and_limits(self, api: TelegramEmulator, bot: Bot) -> None:
        alice = api.user("Alice")
        for number in range(5):
            await api.private(alice).say(alice, f"/{number}")
        first = await bot.get_updates(limit=2)
        assert [u.message.text for u in first if u.message] == ["/0", "/1"]
        rest = await bot.get_updates(offset=first[-1].update_id + 1)
        assert [u.message.text for u in rest if u.message] == ["/2", "/3", "/4"]
        (last,) = await bot.get_updates(offset=-1)
        assert last.message is not None and last.message.text == "/4"
        assert await bot.get_updates(offset=last.update_id + 1) == ()

    async def test_long_poll_wakes(self, api: TelegramEmulator, bot: Bot) -> None:
        alice = api.user("Alice")
        poll = asyncio.create_task(bot.get_updates(timeout=30))
        while not api.updates.polled:
            await asyncio.sleep(0)
        await api.private(alice).say(alice, "/who")
        assert len(await poll) == 1

    async def test_long_poll_ends_in_injected_time(self) -> None:
        asked: list[float] = []

        async def sleep(seconds: float) -> None:
            asked.append(seconds)

        async with TelegramEmulator(TOKEN, sleep=sleep) as api, new_bot(api) as bot:
            assert await bot.get_updates(timeout=30) == ()
        assert asked == [30]

    async def test_second_poll_ends_the_first(self, api: TelegramEmulator, bot: Bot) -> None:
        first = asyncio.create_task(bot.get_updates(timeout=30))
        while not api.updates.polled:
            await asyncio.sleep(0)
        async with new_bot(api) as other:
            await other.get_updates()
        with refused(Conflict, "terminated by other getUpdates request"):
            await first

    async def test_unasked_kinds(self, api: TelegramEmulator, bot: Bot) -> None:
        alice = api.user("Alice")
        await bot.get_updates(allowed_updates=["callback_query"])
        await api.private(alice).say(alice, "/who")
        await api.press_raw(alice, "data")
        (update,) = await bot.get_updates()
        assert update.callback_query is not None

    async def test_raw_updates(self, api: TelegramEmulator, bot: Bot, ask: Ask) -> None:
        api.push_raw({"message": {"text": "no chat"}})
        _, body = await ask("getUpdates")
        (update,) = body["result"]
        assert update["message"] == {"text": "no chat"}
        _, body = await ask("getUpdates", json={"offset": update["update_id"] + 1})
        api.push_raw("{broken")
        with pytest.raises(TelegramError, match="Invalid server response"):
            await bot.get_updates()
        assert await bot.get_updates() == ()

    async def test_webhook(self, api: TelegramEmulator, bot: Bot) -> None:
        got: asyncio.Queue[tuple[str, Json]] = asyncio.Queue()
        answers = iter([500, 503])

        async def receive(request: web.BaseRequest) -> web.Response:
            status = next(answers, 200)
            if status == 200:
                secret = request.headers["X-Telegram-Bot-Api-Secret-Token"]
                got.put_nowait((secret, json.loads(await request.read())))
            return web.Response(status=status)

        runner = web.ServerRunner(web.Server(receive))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
        with refused(BadRequest, "HTTPS URL must be provided"):
            await bot.set_webhook("http://example.org/hook")
        alice = api.user("Alice")
        await api.private(alice).say(alice, "/before")
        await bot.set_webhook(url, secret_token="s3cret", max_connections=1)
        with refused(Conflict, "while webhook is active"):
            await bot.get_updates()
        await api.private(alice).say(alice, "/after")
        for text in ("/before", "/after"):
            secret, update = await asyncio.wait_for(got.get(), 5)
            assert (secret, update["message"]["text"]) == ("s3cret", text)
        info = await bot.get_webhook_info()
        assert (info.url, info.last_error_message) == (
            url,
            "Wrong response from the webhook: 503 Service Unavailable",
        )
        await bot.delete_webhook()
        await api.private(alice).say(alice, "/polled")
        assert "/polled" in [u.message.text for u in await bot.get_updates() if u.message]
        await runner.cleanup()
