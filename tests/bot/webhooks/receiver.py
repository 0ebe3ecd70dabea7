"""An end that takes webhooks on a real socket, and is strict: it checks each signature by the standard."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from aiohttp import web

# Seconds by which a moment may be off, as libraries of the standard have it.
TOLERANCE = 300
HOST = "127.0.0.1"
Handle = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Taken(NamedTuple):
    """An event that was taken: its id, its type, its data and its whole body."""

    id: str
    type: str
    data: dict[str, Any]
    body: bytes


class Receiver:
    """Take events; `planned` are the answers to the next requests, 204 where there are none."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self.secrets: list[str] = []
        self.events: list[Taken] = []
        # All that came, whatever was answered: ids in order.
        self.tried: list[str] = []
        self.bodies: list[bytes] = []
        self.faults: list[str] = []
        self.planned: list[int | Handle] = []
        self.connections = 0
        self.scheme, self.port = "http", 0

    @property
    def url(self) -> str:
        return f"{self.scheme}://{HOST}:{self.port}/hook?key=k1"

    @property
    def host(self) -> str:
        return f"{HOST}:{self.port}"

    def types(self) -> list[str]:
        """Return the types of the events that were taken, and forget these."""
        events, self.events = self.events, []
        return [each.type for each in events]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        fault = self._fault(request, body)
        if fault:
            self.faults.append(fault)
            return web.Response(status=400, text=fault)
        self.tried.append(request.headers["webhook-id"])
        self.bodies.append(body)
        answer = self.planned.pop(0) if self.planned else 204
        if not isinstance(answer, int):
            response = await answer(request)
        else:
            response = web.Response(status=answer)
        if 200 <= response.status < 300:
            event = json.loads(body)
            self.events.append(Taken(request.headers["webhook-id"], event["type"], event["data"], body))
        return response

    def _fault(self, request: web.Request, body: bytes) -> str:
        named = ("webhook-id", "webhook-timestamp", "webhook-signature")
        if request.method != "POST" or any(len(request.headers.getall(name, [])) != 1 for name in named):
            return f"no such request: {request.method} {sorted(request.headers)}"
        if request.path_qs != "/hook?key=k1" or request.headers["Content-Type"] != "application/json":
            return f"not as it was asked for: {request.path_qs} {request.headers['Content-Type']}"
        event_id, moment, signatures = (request.headers[name] for name in named)
        if abs(int(moment) - self._clock()) > TOLERANCE:
            return "from another time"
        content = f"{event_id}.{moment}.".encode() + body
        keys = (base64.b64decode(each.removeprefix("whsec_")) for each in self.secrets)
        made = (hmac.new(key, content, hashlib.sha256).digest() for key in keys)
        expected = {f"v1,{base64.b64encode(each).decode()}" for each in made}
        if not expected & set(signatures.split(" ")):
            return "signed by nobody known"
        event = json.loads(body)
        if set(event) != {"type", "version", "timestamp", "data"} or event["version"] != 1:
            return f"of another form: {sorted(event)}"
        return ""


@asynccontextmanager
async def receiver(
    clock: Callable[[], float] = time.time, *, tls: ssl.SSLContext | None = None, port: int = 0
) -> AsyncIterator[Receiver]:
    """Run a receiver; with `tls` by https."""
    running = Receiver(clock)
    server = web.Server(running.handle)  # type: ignore[arg-type]  # reason: a request of the low-level server
    runner = web.ServerRunner(server, handle_signals=False, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, HOST, port, ssl_context=tls).start()
    running.port = runner.addresses[0][1]
    running.scheme = "https" if tls else "http"
    try:
        yield running
    finally:
        await runner.cleanup()


def says(status: int, **headers: str) -> Handle:
    """Answer with a status and headers."""

    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.Response(
            status=status, headers={name.replace("_", "-"): text for name, text in headers.items()}
        )

    return answer


async def hangs(_request: web.Request) -> web.StreamResponse:
    """Answer never."""
    await asyncio.Event().wait()
    raise AssertionError


async def hangs_up(request: web.Request) -> web.StreamResponse:
    """Close the connection without an answer."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response(status=500)


async def trickles(request: web.Request) -> web.StreamResponse:
    """Send a header byte by byte, and never end it."""
    assert request.transport is not None
    request.transport.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not request.transport.is_closing():
        request.transport.write(b"a")
        await asyncio.sleep(0.01)
    return web.Response(status=500)


async def babbles(request: web.Request) -> web.StreamResponse:
    """Answer 200, and then far more than anybody wants to read."""
    response = web.StreamResponse(headers={"Content-Length": str(10**9)})
    await response.prepare(request)
    try:
        for _ in range(10_000):
            await response.write(b"x" * 100_000)
    except ConnectionError:
        pass
    return response
