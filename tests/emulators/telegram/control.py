"""Endpoints for a benchmark that drives the emulator from another process.

POST /_control/chats    {"count": M}                          create M private chats, and return their ids
POST /_control/updates  {"count": N, "chats": M, "text": T}   queue N messages, spread over M private chats
GET  /_control/stats[?calls=M]                                what was sent, when, and what was refused;
                                                              time, chat and status of each call of a method
GET  /_control/wait?sent=N[&timeout=S]                        the same, as soon as N messages have been sent
POST /_control/reset                                          start counting anew
"""

import asyncio
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from aiohttp import web

from .journal import Call

if TYPE_CHECKING:
    from .world import World

Json = dict[str, Any]

FIRST_CHAT_ID = 1_000_001


class Stats:
    """Count the answers to calls, and wake whoever waits for a number of sent messages."""

    def __init__(self) -> None:
        """Start from nothing."""
        self.sent = 0
        self.edited = 0
        self.first: float | None = None
        self.last: float | None = None
        self.statuses: Counter[int] = Counter()
        self.methods: Counter[str] = Counter()
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []

    def count(self, call: Call) -> None:
        """Count one call."""
        self.methods[call.method] += 1
        self.statuses[call.status] += 1
        if call.status != 200:
            return
        if call.method == "sendMessage":
            self.sent += 1
            if self.first is None:
                self.first = call.time
            self.last = call.time
            if self._waiting:
                self._wake()
        elif call.method == "editMessageText":
            self.edited += 1

    async def wait(self, sent: int, timeout: float | None) -> None:
        """Return when so many messages have been sent; raise TimeoutError if they are not in time."""
        if self.sent >= sent:
            return
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((sent, done))
        async with asyncio.timeout(timeout):
            await done

    def json(self) -> Json:
        """Return the counts; times are of the emulator's clock."""
        return {
            "sent": self.sent,
            "edited": self.edited,
            "first": self.first,
            "last": self.last,
            "too_many": self.statuses[429],
            "statuses": {str(status): count for status, count in self.statuses.items()},
            "methods": dict(self.methods),
        }

    def _wake(self) -> None:
        for sent, done in self._waiting:
            if self.sent >= sent and not done.done():
                done.set_result(None)
        self._waiting = [(sent, done) for sent, done in self._waiting if not done.done()]


class Control:
    """Answer the control endpoints."""

    def __init__(self, world: "World") -> None:
        """Take the world to drive."""
        self.world = world
        self.stats = Stats()

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """Answer one request below /_control/."""
        asked: Json = json.loads(await request.read() or b"{}") if request.body_exists else {}
        match request.method, request.path.removeprefix("/_control/"):
            case "POST", "chats":
                return _json({"chats": self._chats(int(asked["count"]))})
            case "POST", "updates":
                return _json(self._push(int(asked["count"]), int(asked.get("chats", 1)), asked))
            case "GET", "stats":
                calls = self._calls(request.query.get("calls", ""))
                return _json({**self._stats(), "calls": calls})
            case "POST", "reset":
                self.stats = Stats()
                return _json({})
            case "GET", "wait":
                return await self._wait(request)
        return _json({"error": "no such control"}, status=404)

    def _chats(self, count: int) -> list[int]:
        ids = list(range(FIRST_CHAT_ID, FIRST_CHAT_ID + count))
        for number, chat_id in enumerate(ids, 1):
            if chat_id not in self.world.chats:
                self.world.private(self.world.user(f"Reader {number}", user_id=chat_id))
        return ids

    def _push(self, count: int, chats: int, asked: Json) -> Json:
        """Queue messages without the checks and the book-keeping that they need in a test."""
        ids = self._chats(chats)
        text = str(asked.get("text", "/start"))
        command = text.split(maxsplit=1)[0] if text.startswith("/") else ""
        for number in range(count):
            chat = self.world.chats[ids[number % chats]]
            raw: Json = {
                "message_id": self.world.next_message_id(chat),
                "from": chat.user.json() if chat.user else {},
                "chat": chat.json(),
                "date": self.world.now(),
                "text": text,
            }
            if command:
                raw["entities"] = [{"type": "bot_command", "offset": 0, "length": len(command)}]
            chat.keep(raw)
            update_id = self.world.updates.next_id()
            body = json.dumps({"update_id": update_id, "message": raw}).encode()
            self.world.updates.add(update_id, body, chat.id)
        return {"queued": count, "time": self.world.clock()}

    def _stats(self) -> Json:
        stats = self.stats.json()
        stats["pending_updates"] = len(self.world.updates.pending)
        stats["violations"] = self.world.violations
        stats["time"] = self.world.clock()
        return stats

    def _calls(self, method: str) -> list[tuple[float, Any, int]]:
        calls = self.world.calls_of(method)
        return [(call.time, call.params.get("chat_id"), call.status) for call in calls]

    async def _wait(self, request: web.BaseRequest) -> web.Response:
        timeout = float(request.query.get("timeout", 0)) or None
        try:
            await self.stats.wait(int(request.query["sent"]), timeout)
        except TimeoutError:
            return _json(self._stats(), status=504)
        return _json(self._stats())


def _json(body: Any, status: int = 200) -> web.Response:
    return web.Response(text=json.dumps(body), status=status, content_type="application/json")
