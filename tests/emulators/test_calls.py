"""How calls reach the emulator, and the emulator as a process of its own."""

import asyncio
import sys

import aiohttp
import pytest
from telegram import (
    Bot,
)
from telegram.error import (
    BadRequest,
)

from tests.emulators.asking import TOKEN, Ask
from tests.emulators.telegram import TelegramEmulator

pytestmark = pytest.mark.asyncio


class TestCalls:
    """How calls reach the emulator."""

    async def test_names_the_bot(self, bot: Bot) -> None:
        me = await bot.get_me()
        assert (me.id, me.username, me.is_bot) == (123456, "onrecord_bot", True)

    async def test_takes_parameters_in_all_four_ways(self, api: TelegramEmulator, ask: Ask) -> None:
        chat = api.private(api.user("Alice"))
        asked = {"chat_id": str(chat.id), "text": "hello"}
        form = aiohttp.FormData(asked, default_to_multipart=True)
        for how in ({"params": asked}, {"data": asked}, {"json": asked}, {"data": form}):
            status, _ = await ask("SENDmessage", **how)
            assert status == 200
            assert (await chat.next_message()).text == "hello"

    async def test_refuses_unknown_methods_and_tokens(self, api: TelegramEmulator, ask: Ask) -> None:
        assert await ask("sendNothing") == (404, {"ok": False, "error_code": 404, "description": "Not Found"})
        assert api.violations.pop() == "unknown method sendNothing"
        assert (await ask("getMe", token="123456:OTHER"))[0] == 401

    async def test_notes_unknown_parameters(self, api: TelegramEmulator, ask: Ask) -> None:
        chat = api.private(api.user("Alice"))
        markup = {"inline_keyboard": [[{"text": "a", "callback_data": "b", "colour": "red"}]]}
        asked = {"chat_id": chat.id, "text": "hello", "txet": "hello", "reply_markup": markup}
        assert (await ask("sendMessage", json=asked))[0] == 500, "the answer would hold an unknown field"
        assert [note.split(":")[0] for note in api.violations] == [
            "sendMessage",
            "sendMessage",
            "the emulator failed in sendMessage",
        ]
        api.violations.clear()

    async def test_logs_calls(self, api: TelegramEmulator, bot: Bot) -> None:
        with pytest.raises(BadRequest):
            await bot.send_message(1, "hello")
        call = await api.next_call("sendMessage")
        assert (call.ok, call.status, call.params["text"]) == (False, 400, "hello")
        assert call.description == "Bad Request: chat not found"
        assert api.calls_of("sendmessage") == [call]

    async def test_refuses_all_after_log_out(self, api: TelegramEmulator, ask: Ask) -> None:
        assert (await ask("logOut"))[1]["result"] is True
        assert (await ask("getMe"))[1]["description"] == "Logged out"


class TestControl:
    """The emulator as a process of its own."""

    async def test_updates_stats_wait(self) -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.emulators.telegram", "--lenient", stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        base = (await process.stdout.readline()).decode().strip()
        try:
            async with aiohttp.ClientSession(base) as session:
                await session.post("/_control/updates", json={"count": 6, "chats": 3, "text": "/who x"})
                async with session.get(f"/bot{TOKEN}/getUpdates") as answer:
                    updates = (await answer.json())["result"]
                assert [u["message"]["chat"]["id"] - 1_000_001 for u in updates] == [0, 1, 2, 0, 1, 2]
                waiting = asyncio.create_task(session.get("/_control/wait?sent=2&timeout=5"))
                for update in updates[:2]:
                    asked = {"chat_id": update["message"]["chat"]["id"], "text": "reply"}
                    await session.post(f"/bot{TOKEN}/sendMessage", data=asked)
                stats = await (await waiting).json()
                assert (stats["sent"], stats["too_many"], stats["pending_updates"]) == (2, 0, 6)
                assert stats["first"] <= stats["last"] <= stats["time"]
                late = await session.get("/_control/wait?sent=3&timeout=0.01")
                assert late.status == 504
        finally:
            process.terminate()
            assert await process.wait() == 0
