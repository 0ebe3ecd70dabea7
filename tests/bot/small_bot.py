"""The Telegram front end running against a small Bot API over HTTP, with a record in a file of its own."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any, cast

from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.commands.core.declarations import Family
from bot.commands.core.registry import Registry
from bot.config import Settings
from bot.frontends.telegram.app import run
from bot.metrics import Metrics
from bot.replies import Action, Note, Reply
from bot.requests import Request, Role
from storage.record import Record
from tests.conftest import PATIENCE

TOKEN = "123456:very-secret-token-very-secret-token"
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
        async with asyncio.timeout(PATIENCE):
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


class Dispatcher:
    """Answer every request with its own text."""

    def __init__(self) -> None:
        self.registry = Registry()
        for name, role in (("start", Role.READER), ("who", Role.READER), ("publish", Role.MODERATOR)):
            self.registry.command(
                name, family=Family.FINDING_YOUR_WAY, help=f"{name} it", example="", role=role
            )(cast("Any", None))
        self.drawings = SimpleNamespace(studio=None)  # it draws nothing
        self.requests: list[Request] = []
        self.gate: asyncio.Event | None = None
        self.metrics = Metrics(lambda: 0.0)

    async def answer(self, request: Request) -> Reply | None:
        self.requests.append(request)
        if self.gate is not None:
            await self.gate.wait()
        match request.text.split()[0] if request.text else "":
            case "fail":
                raise ValueError(request.text)
            case "/refuse":
                return Reply(blocks=(Note(text="not for you"),), aside=True)
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
        await run(self.settings, cast("Any", self.dispatcher), self.record, self.stop, sleep=nap)


async def nap(_seconds: float) -> None:
    await asyncio.sleep(0.001)


@asynccontextmanager
async def stopped_bot(token: str = TOKEN, **telegram: Any) -> AsyncIterator[Bot]:
    api = Api()
    await api.server.start_server()
    with TemporaryDirectory() as folder:
        record = await Record.open(Path(folder) / "record.db")
        try:
            base = {"token": token, "api_base_url": str(api.server.make_url("/")), **telegram}
            owners = ("telegram:42", "discord:1")
            settings = Settings.model_validate({"telegram": base, "owners": owners, "notices": {"gather": 0}})
            yield Bot(api, Dispatcher(), record, settings)
        finally:
            await record.close()
            await api.server.close()


@asynccontextmanager
async def running(**telegram: Any) -> AsyncIterator[Bot]:
    async with stopped_bot(**telegram) as bot:
        task = asyncio.create_task(bot.run())
        try:
            yield bot
        finally:
            bot.stop.set()
            await asyncio.wait_for(task, PATIENCE)


def sent(bot: Bot) -> list[str]:
    return [call["text"] for call in bot.api.made("sendMessage")]
