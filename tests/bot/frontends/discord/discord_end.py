"""Discord's end of the wire: a real server that answers as planned, and a real client for it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import discord
import pytest
from aiohttp import web
from discord.http import Route

ME = {"id": "1", "username": "onrecord", "discriminator": "0", "avatar": None, "bot": True}
APPLICATION = {"id": "2", "name": "OnRecord", "icon": None, "description": "", "verify_key": "",
               "bot_public": False, "bot_require_code_grant": False, "flags": 0, "owner": ME}  # fmt: skip
DM = {"id": "70", "type": 1, "recipients": [{**ME, "id": "5", "username": "reader"}], "last_message_id": None}
MESSAGE = {"id": "9", "channel_id": "7", "author": ME, "content": "",
           "timestamp": "2026-11-24T12:00:00+00:00", "edited_timestamp": None, "tts": False,
           "mention_everyone": False, "mentions": [], "mention_roles": [], "type": 0,
           "attachments": [], "embeds": [], "pinned": False}  # fmt: skip


class Far:
    """A server that answers as planned: status, headers and body by path, else with what discord.py wants."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.bodies: list[Any] = []
        self.planned: list[tuple[int, dict[str, str], Any]] = []
        self.stalled: asyncio.Event | None = None
        self.messages = 100

    async def answer(self, request: web.Request) -> web.StreamResponse:
        path = request.path.removeprefix("/api")
        if path == "/gateway":
            socket = web.WebSocketResponse()
            await socket.prepare(request)
            await socket.close()
            return socket
        self.asked.append(f"{request.method} {path}")
        self.bodies.append(await request.json() if request.can_read_body else None)
        if self.stalled is not None:
            await self.stalled.wait()
        if self.planned:
            status, headers, body = self.planned.pop(0)
            return _json(body, status, headers)
        known = {"/users/@me": ME, "/oauth2/applications/@me": APPLICATION, "/users/@me/channels": DM}
        self.messages += path.endswith("/messages")
        return _json(known.get(path, {**MESSAGE, "id": str(self.messages)}))


def _json(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    # Without a charset, as Discord says it; where no Via is, discord.py takes a 429 for a ban.
    whole = {"Content-Type": "application/json", "Via": "1.1 test", **(headers or {})}
    return web.Response(body=json.dumps(body), status=status, headers=whole)


@asynccontextmanager
async def serving(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Far]:
    """Serve, and let discord.py ask there."""
    far = Far()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", far.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.01)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0]
        monkeypatch.setattr(Route, "BASE", f"http://{host}:{port}/api")
        yield far
    finally:
        await runner.cleanup()


@asynccontextmanager
async def connected(far: Far, **options: Any) -> AsyncIterator[discord.Client]:
    """Log a client in; what that asked for is forgotten."""
    async with discord.Client(intents=discord.Intents.none(), **options) as client:
        await client.login("token")
        far.asked.clear()
        far.bodies.clear()
        yield client
