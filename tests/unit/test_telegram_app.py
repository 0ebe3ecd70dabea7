"""The front end as a whole, against a small Bot API over HTTP."""

import asyncio
import io
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.commands.registry import Registry
from bot.config import Settings
from bot.errors import SettingsError
from bot.frontends.telegram.app import build, run
from bot.frontends.telegram.webhook import SECRET_HEADER
from bot.replies import Action, Note, Reply
from bot.requests import Request, Role
from storage.errors import BusyRecord

TOKEN = "123456:very-secret-token-very-secret-token"
SECRET = "hook-secret"
ANN = {"id": 7, "is_bot": False, "first_name": "Ann", "language_code": "en"}
LONG = "/who " + "x" * 80


def value_of(name: str, text: str) -> Any:
    """Read a field of a form as the Bot API does: everything but plain text is JSON."""
    if name in ("text", "callback_query_id", "secret_token", "url", "parse_mode"):
        return text
    return json.loads(text)


class Api:
    """The Bot API as far as the front end needs it."""

    def __init__(self) -> None:
        self.updates: list[Any] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, list[tuple[int, Any]]] = {}
        self.menus: dict[str, list[dict[str, str]]] = {}
        self.delay = 0.0
        self.offset = 0
        self._more = asyncio.Event()
        app = web.Application()
        app.router.add_post("/bot{token}/{method}", self._handle)
        self.server = TestServer(app)

    def give(self, *updates: Any) -> None:
        self.updates += updates
        self._more.set()

    def say(self, text: str, number: int = 1, chat: int = 7) -> None:
        self.give({"update_id": number, "message": message(text, chat, number)})

    def made(self, *methods: str) -> list[dict[str, Any]]:
        return [data for method, data in self.calls if method in methods]

    async def until(self, ready: Callable[[], object]) -> None:
        async with asyncio.timeout(5):
            while not ready():
                await asyncio.sleep(0.005)

    async def _handle(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        data = {name: value_of(name, str(text)) for name, text in (await request.post()).items()}
        self.calls.append((method, data))
        if request.match_info["token"] != TOKEN:
            return web.json_response({"ok": False, "description": "Unauthorized"}, status=401)
        if planned := self.answers.get(method):
            status, body = planned.pop(0)
            return web.json_response(body, status=status)
        if method not in ("getUpdates", "getMe"):
            await asyncio.sleep(self.delay)
        return web.json_response({"ok": True, "result": await self._result(method, data)})

    async def _result(self, method: str, data: dict[str, Any]) -> Any:
        match method:
            case "getMe":
                return {"id": 99, "is_bot": True, "first_name": "OnRecord", "username": "OnRecordBot"}
            case "getUpdates":
                self.offset = data["offset"]
                left = [item for item in self.updates if number_of(item) >= self.offset]
                if not left and data["timeout"]:
                    self._more.clear()
                    await self._more.wait()
                return [item for item in self.updates if number_of(item) >= self.offset][: data["limit"]]
            case "getMyCommands":
                return self.menus.get(json.dumps(data["scope"], sort_keys=True), [])
            case "setMyCommands":
                self.menus[json.dumps(data["scope"], sort_keys=True)] = data["commands"]
                return True
            case "sendMessage":
                return message(data["text"], data["chat_id"], 1000 + len(self.calls))
            case _:
                return True


def number_of(item: Any) -> float:
    number = item.get("update_id") if isinstance(item, dict) else None
    return number if isinstance(number, int) else 0


def message(text: str, chat: int = 7, number: int = 5) -> dict[str, Any]:
    place = {"id": chat, "type": "private", "first_name": "Ann"}
    return {"message_id": number, "date": 1, "chat": place, "from": ANN, "text": text}


def press(data: str | None, number: int = 1, **more: Any) -> dict[str, Any]:
    answer = message("old") | {"from": {"id": 99, "is_bot": True, "first_name": "OnRecord"}}
    query: dict[str, Any] = {"id": "q", "from": ANN, "chat_instance": "x", "message": answer} | more
    if data is not None:
        query["data"] = data
    return {"update_id": number, "callback_query": query}


class Chats:
    def __init__(self) -> None:
        self.kept: dict[str, str] = {"abc123": LONG}
        self.broken = False

    async def button(self, command: str) -> str:
        if self.broken:
            raise BusyRecord("busy")
        self.kept["abc123"] = command
        return "abc123"

    async def pressed(self, digest: str) -> str | None:
        return self.kept.get(digest)


class Record:
    def __init__(self) -> None:
        self.chats = Chats()


class Dispatcher:
    """Answer every request with its own text."""

    def __init__(self) -> None:
        self.registry = Registry()
        for name, role in (("start", Role.READER), ("who", Role.READER), ("publish", Role.MODERATOR)):
            self.registry.command(name, family="f", help=f"{name} it", example="", role=role)(
                cast("Any", None)
            )
        self.requests: list[Request] = []
        self.gate: asyncio.Event | None = None

    async def answer(self, request: Request) -> Reply | None:
        self.requests.append(request)
        if self.gate is not None:
            await self.gate.wait()
        match request.text.split()[0] if request.text else "":
            case "fail":
                raise ValueError(request.text)
            case "silence":
                return None
            case "long":
                return Reply(blocks=tuple(Note(text=f"{number} " * 200) for number in range(30)))
            case "buttons":
                actions = (Action(label="More", command="/who >E12"), Action(label="Long", command=LONG))
                return Reply(
                    blocks=(Note(text="some"),), actions=(*actions, Action(label="Q", command="who?"))
                )
        return Reply(blocks=(Note(text=request.text or "empty"),))


class Bot:
    """A running front end with all that it talks to."""

    def __init__(self, api: Api, dispatcher: Dispatcher, record: Record, settings: Settings) -> None:
        self.api, self.dispatcher, self.record, self.settings = api, dispatcher, record, settings
        self.stop = asyncio.Event()

    async def run(self) -> None:
        await run(self.settings, cast("Any", self.dispatcher), cast("Any", self.record), self.stop, sleep=nap)


async def nap(_seconds: float) -> None:
    await asyncio.sleep(0.001)


@asynccontextmanager
async def stopped_bot(token: str = TOKEN, **telegram: Any) -> AsyncIterator[Bot]:
    api = Api()
    await api.server.start_server()
    try:
        base = {"token": token, "api_base_url": str(api.server.make_url("/")), **telegram}
        settings = Settings.model_validate({"telegram": base, "owners": ("telegram:42", "discord:1")})
        yield Bot(api, Dispatcher(), Record(), settings)
    finally:
        await api.server.close()


@asynccontextmanager
async def running(**telegram: Any) -> AsyncIterator[Bot]:
    async with stopped_bot(**telegram) as bot:
        task = asyncio.create_task(bot.run())
        try:
            yield bot
        finally:
            bot.stop.set()
            await asyncio.wait_for(task, 10)


def sent(bot: Bot) -> list[str]:
    return [call["text"] for call in bot.api.made("sendMessage")]


async def test_a_message_is_answered_where_it_was_asked() -> None:
    async with running() as bot:
        group = {"id": -100, "type": "supergroup", "title": "G", "is_forum": True}
        asked = message("/who") | {"chat": group, "message_thread_id": 3, "is_topic_message": True}
        bot.api.give({"update_id": 1, "message": asked})
        await bot.api.until(lambda: sent(bot))
    assert bot.api.made("sendMessage") == [
        {
            "chat_id": -100,
            "message_thread_id": 3,
            "text": "/who",
            "parse_mode": "HTML",
            "link_preview_options": {"is_disabled": True},
            "reply_parameters": {"message_id": 5, "allow_sending_without_reply": True},
        }
    ]


async def test_bad_updates_do_not_stop_the_others(caplog: pytest.LogCaptureFixture) -> None:
    async with running() as bot:
        bad: list[Any] = [
            {"update_id": 1, "message": {"text": "secret words"}},
            {"update_id": 2, "message": 5},
            {"update_id": 3, "callback_query": {"id": "x"}},
            {"update_id": 4, "unheard_of": {}},
            {"update_id": 5, "message": message("x") | {"text": 17}},
            {"update_id": 6, "message": message("x") | {"chat": {"id": [1], "type": "private"}}},
            {"update_id": 7, "message": message("fail secret words")},
            {"update_id": 8, "edited_message": message("x")},
            {"update_id": "9"},
            "no update",
            None,
        ]
        bot.api.give(*bad, {"update_id": 10, "message": message("fine")})
        await bot.api.until(lambda: sent(bot))
        await bot.api.until(lambda: bot.api.offset == 11)
    assert sent(bot) == ["fine"]
    assert "malformed update 1 is left out" in caplog.text
    assert "secret words" not in caplog.text


async def test_sixty_four_chats_are_answered_at_once_and_each_in_order() -> None:
    async with running() as bot:
        bot.dispatcher.gate = asyncio.Event()
        updates = [
            {"update_id": 1 + 64 * turn + chat, "message": message(f"{chat} {turn}", chat + 1, turn)}
            for turn in range(2)
            for chat in range(64)
        ]
        bot.api.give(*updates)
        await bot.api.until(lambda: len(bot.dispatcher.requests) == 64)
        await asyncio.sleep(0.05)
        assert len(bot.dispatcher.requests) == 64
        bot.dispatcher.gate.set()
        await bot.api.until(lambda: len(sent(bot)) == 128)
    for chat in range(64):
        assert [text for text in sent(bot) if text.startswith(f"{chat} ")] == [f"{chat} 0", f"{chat} 1"]


async def test_what_was_taken_is_answered_when_stopped() -> None:
    async with stopped_bot() as bot:
        bot.dispatcher.gate = asyncio.Event()
        task = asyncio.create_task(bot.run())
        bot.api.say("one", 1, chat=1)
        bot.api.say("two", 2, chat=1)
        await bot.api.until(lambda: bot.dispatcher.requests)
        bot.stop.set()
        await asyncio.sleep(0.05)
        assert not task.done()
        bot.dispatcher.gate.set()
        await asyncio.wait_for(task, 10)
        assert sent(bot) == ["one", "two"]
        # Confirmed, so that the next start does not answer them again.
        assert bot.api.offset == 3


async def test_a_long_reply_is_sent_in_pieces() -> None:
    async with running() as bot:
        bot.api.say("long")
        await bot.api.until(lambda: len(sent(bot)) == 5)
    assert ["reply_parameters" in call for call in bot.api.made("sendMessage")] == [True] + [False] * 4


async def test_buttons_hold_the_command_or_its_digest() -> None:
    async with running() as bot:
        bot.api.say("buttons")
        await bot.api.until(lambda: sent(bot))
        bot.record.chats.broken = True
        bot.api.say("buttons", 2)
        await bot.api.until(lambda: len(sent(bot)) == 2)
    first, second = bot.api.made("sendMessage")
    assert first["reply_markup"]["inline_keyboard"] == [
        [{"text": "More", "callback_data": "/who >E12"}, {"text": "Long", "callback_data": "#abc123"}],
        [{"text": "Q", "callback_data": "#abc123"}],
    ]
    assert len(second["reply_markup"]["inline_keyboard"]) == 1


async def test_a_page_is_turned_in_place() -> None:
    async with running() as bot:
        bot.api.give(press("/who >E12"))
        await bot.api.until(lambda: bot.api.made("editMessageText") and bot.api.made("answerCallbackQuery"))
    assert not sent(bot)
    (edit,) = bot.api.made("editMessageText")
    assert (edit["chat_id"], edit["message_id"], edit["text"]) == (7, 5, "/who &gt;E12")
    assert bot.dispatcher.requests[0].user == "telegram:7"


async def test_other_buttons_are_answered_with_a_new_message() -> None:
    async with running() as bot:
        bot.api.give(press("#abc123"), press("/who", 2), press("/who >E1", 3, message=INACCESSIBLE))
        await bot.api.until(lambda: len(sent(bot)) == 3)
        await bot.api.until(lambda: len(bot.api.made("answerCallbackQuery")) == 3)
    assert sorted(sent(bot)) == sorted([LONG, "/who", "/who &gt;E1"])
    assert not bot.api.made("editMessageText")


INACCESSIBLE = {"message_id": 5, "date": 0, "chat": {"id": 7, "type": "private", "first_name": "Ann"}}


@pytest.mark.parametrize(
    "update",
    [
        press("#0123456789abcdef"),
        press("#'; DROP TABLE button; --"),
        press("\x00" * 64),
        press("who?"),
        press(""),
        press(None, game_short_name="x"),
        press("/who", message=None, inline_message_id="x"),
    ],
)
async def test_forged_and_stale_buttons(update: dict[str, Any]) -> None:
    update["callback_query"] = {
        name: value for name, value in update["callback_query"].items() if value is not None
    }
    async with running() as bot:
        bot.api.give(update)
        await bot.api.until(lambda: bot.api.made("answerCallbackQuery"))
    (answer,) = bot.api.made("answerCallbackQuery")
    assert answer["text"] == "This button is too old: send the command again."
    assert answer["show_alert"] is True
    assert not bot.dispatcher.requests


@pytest.mark.parametrize("command", ["fail", "silence"])
async def test_a_query_is_answered_whatever_happens(command: str) -> None:
    async with running() as bot:
        bot.record.chats.kept["abc"] = command
        bot.api.give(press("#abc"))
        await bot.api.until(lambda: bot.api.made("answerCallbackQuery"))
    assert not sent(bot)


async def test_menus_are_set_once_for_each_scope() -> None:
    async with running() as bot:
        await bot.api.until(lambda: bot.api.made("getUpdates"))
        menus = {scope: [entry["command"] for entry in menu] for scope, menu in bot.api.menus.items()}
    assert menus == {
        '{"type": "default"}': ["start", "who"],
        '{"type": "all_private_chats"}': ["start", "who"],
        '{"type": "all_group_chats"}': ["who"],
        '{"chat_id": 42, "type": "chat"}': ["start", "who", "publish"],
    }
    assert len(bot.api.made("setMyCommands")) == 4
    bot.stop = asyncio.Event()
    async with stopped_bot() as again:
        again.api.menus = bot.api.menus
        refused = {"ok": False, "description": "Bad Request: chat not found"}
        again.api.answers["getMyCommands"] = [(400, refused)]
        task = asyncio.create_task(again.run())
        await again.api.until(lambda: again.api.made("getUpdates"))
        again.stop.set()
        await task
        assert len(again.api.made("setMyCommands")) == 1, "only the one that could not be looked at"


async def test_polling_goes_on_after_errors(caplog: pytest.LogCaptureFixture) -> None:
    async with stopped_bot() as bot:
        bot.api.answers["getMe"] = [(502, {}), (429, {"ok": False, "parameters": {"retry_after": 1}})]
        bot.api.answers["getUpdates"] = [
            (409, {"ok": False, "description": "Conflict: terminated by other getUpdates request"}),
            (429, {"ok": False, "parameters": {"retry_after": 1}}),
            (502, {}),
            (401, {"ok": False, "description": "Unauthorized"}),
            (200, {"ok": True, "result": {"no": "list"}}),
        ]
        task = asyncio.create_task(bot.run())
        bot.api.say("fine")
        await bot.api.until(lambda: sent(bot))
        bot.stop.set()
        await task
    assert (
        "another process runs with this token" in caplog.text.replace("\n", " ")
        or "somebody else" in caplog.text
    )
    assert TOKEN not in caplog.text


async def test_the_token_is_never_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "onrecord")
    async with stopped_bot(token="123456:a-wrong-token") as bot:
        with pytest.raises(SettingsError, match=r"telegram\.token") as caught:
            await bot.run()
        assert "a-wrong-token" not in str(caught.value)
        assert caught.value.__suppress_context__
    assert "a-wrong-token" not in caplog.text
    empty = Settings()
    with pytest.raises(SettingsError, match="BotFather"):
        build(empty, cast("Any", Dispatcher()), cast("Any", Record()))


async def test_stopped_before_telegram_is_reached() -> None:
    async with stopped_bot() as bot:
        bot.api.answers["getMe"] = [(502, {})] * 1000
        task = asyncio.create_task(bot.run())
        await bot.api.until(lambda: len(bot.api.made("getMe")) > 6)
        bot.stop.set()
        await asyncio.wait_for(task, 5)
    assert not bot.api.made("getUpdates")


WEBHOOK = {
    "mode": "webhook",
    "webhook_url": "https://bot.example.org/hook/path",
    "webhook_secret": SECRET,
    "listen": "127.0.0.1:0",
}


@asynccontextmanager
async def webhook(caplog: pytest.LogCaptureFixture) -> AsyncIterator[tuple[Bot, Callable[..., Any]]]:
    caplog.set_level(logging.INFO, "onrecord.telegram")
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


async def test_webhook_answers_what_it_took(caplog: pytest.LogCaptureFixture) -> None:
    async with webhook(caplog) as (bot, post):
        bot.dispatcher.gate = asyncio.Event()
        assert await post({"update_id": 1, "message": message("taken")}) == 200
        await bot.api.until(lambda: bot.dispatcher.requests)
        bot.stop.set()
        await asyncio.sleep(0.02)
        assert await post({"update_id": 2, "message": message("late")}) == 503
        bot.dispatcher.gate.set()
    assert sent(bot) == ["taken"]


async def test_webhook_turns_away_what_is_too_much(caplog: pytest.LogCaptureFixture) -> None:
    async with webhook(caplog) as (bot, post):
        bot.dispatcher.gate = asyncio.Event()
        most = 4 * bot.settings.limits.concurrent_updates
        for number in range(most):
            assert await post({"update_id": number, "message": message("x", number + 1)}) == 200
        assert await post({"update_id": 9999, "message": message("x")}) == 503
        bot.dispatcher.gate.set()
        await bot.api.until(lambda: len(sent(bot)) == most)


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
