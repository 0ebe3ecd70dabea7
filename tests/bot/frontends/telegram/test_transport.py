"""The transport: what goes over the wire, and what its errors tell."""

import asyncio
import json
import socket
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from urllib.parse import parse_qsl

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from telegram import Bot, InputFile
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import RequestData

from bot.frontends.telegram.transport import AiohttpRequest, Disconnected, Unsent
from tests.conftest import PATIENCE

TOKEN = "123456:very-secret-token-very-secret-token"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Far:
    """The far end: a server whose one handler can be exchanged."""

    def __init__(self) -> None:
        self.handler: Handler = self.fine
        self.seen: list[tuple[str, str, bytes]] = []
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        self.server = TestServer(app)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        self.seen.append((request.path, request.content_type, await request.read()))
        return await self.handler(request)

    async def fine(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"ok": True, "result": True})

    def bot(self, transport: AiohttpRequest) -> Bot:
        base = str(self.server.make_url("/bot"))
        return Bot(TOKEN, base_url=base, request=transport, get_updates_request=transport)

    def url(self, method: str) -> str:
        return str(self.server.make_url(f"/bot{TOKEN}/{method}"))


@pytest.fixture
async def far() -> AsyncIterator[Far]:
    far = Far()
    await far.server.start_server()
    yield far
    await far.server.close()


@pytest.fixture
async def transport() -> AsyncIterator[AiohttpRequest]:
    async with AiohttpRequest(read_timeout=5) as transport:
        yield transport


def answering(status: int, body: object) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        if isinstance(body, str):
            return web.Response(status=status, text=body, content_type="text/html")
        return web.json_response(body, status=status)

    return handler


def assert_silent(error: BaseException) -> None:
    """No part of an error, nor of what led to it, tells the token."""
    told = "".join(traceback.format_exception(error)) + repr(error)
    link: BaseException | None = error
    while link is not None:
        told += repr(link) + str(link)
        link = link.__context__ or link.__cause__
    assert TOKEN not in told
    assert "very-secret" not in told


async def test_parameters_go_as_a_form(far: Far, transport: AiohttpRequest) -> None:
    bot = far.bot(transport)
    await bot.send_message(5, "Привіт 🎈 <b>&;+% =", parse_mode="HTML", reply_to_message_id=7)
    path, kind, body = far.seen[-1]
    assert (path, kind) == (f"/bot{TOKEN}/sendMessage", "application/x-www-form-urlencoded")
    form = dict(parse_qsl(body.decode(), strict_parsing=True))
    assert json.loads(form.pop("reply_parameters")) == {"message_id": 7}
    assert form == {"chat_id": "5", "text": "Привіт 🎈 <b>&;+% =", "parse_mode": "HTML"}


async def test_answers_become_the_librarys_errors(
    far: Far, transport: AiohttpRequest, subtests: pytest.Subtests
) -> None:
    for status, body, kind in [
        (400, {"ok": False, "description": "Bad Request: chat not found"}, BadRequest),
        (401, {"ok": False, "description": "Unauthorized"}, InvalidToken),
        (403, {"ok": False, "description": "Forbidden: bot was blocked by the user"}, Forbidden),
        (429, {"ok": False, "description": "x", "parameters": {"retry_after": 3}}, RetryAfter),
        (400, {"ok": False, "description": "x", "parameters": {"migrate_to_chat_id": -1001}}, ChatMigrated),
        (500, {"ok": False, "description": "Internal Server Error"}, Unsent),
        (502, "<html>Bad Gateway</html>", Unsent),
        (200, "<html>not the API</html>", TelegramError),
        (200, [1], TelegramError),
        (302, "<html>elsewhere</html>", NetworkError),
    ]:
        with subtests.test(status=status, body=body):
            far.handler = answering(status, body)
            with pytest.raises(kind) as caught:
                await transport.post(far.url("sendMessage"))
            assert_silent(caught.value)


async def test_an_unreadable_answer_is_not_logged(
    far: Far, transport: AiohttpRequest, caplog: pytest.LogCaptureFixture
) -> None:
    far.handler = answering(200, "what a user wrote")
    with pytest.raises(TelegramError):
        await transport.post(far.url("sendMessage"))
    assert "what a user wrote" not in caplog.text


async def test_no_connection_is_unsent(transport: AiohttpRequest) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(Unsent) as caught:
        await transport.post(f"http://127.0.0.1:{port}/bot{TOKEN}/getMe")
    assert_silent(caught.value)


async def test_a_broken_connection_is_not_unsent(far: Far, transport: AiohttpRequest) -> None:
    async def cut(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    far.handler = cut
    with pytest.raises(Disconnected) as caught:
        await transport.post(far.url("sendMessage"))
    assert not isinstance(caught.value, Unsent)
    assert_silent(caught.value)


async def test_half_an_answer_is_a_broken_connection(far: Far, transport: AiohttpRequest) -> None:
    async def half(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "100"})
        await response.prepare(request)
        await response.write(b'{"ok":')
        assert request.transport is not None
        request.transport.abort()
        return response

    far.handler = half
    with pytest.raises(Disconnected) as caught:
        await transport.post(far.url("sendMessage"))
    assert_silent(caught.value)


async def test_a_slow_answer_times_out(far: Far, transport: AiohttpRequest) -> None:
    async def slow(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(5)
        return web.Response()

    far.handler = slow
    with pytest.raises(TimedOut) as caught:
        await transport.post(far.url("sendMessage"), read_timeout=0.05)
    assert_silent(caught.value)


async def test_a_bad_address_is_not_repeated(transport: AiohttpRequest, subtests: pytest.Subtests) -> None:
    for url in ["nonsense/bot" + TOKEN, "http://[/bot" + TOKEN, "ftp://x/bot" + TOKEN]:
        with subtests.test(url=url):
            with pytest.raises(NetworkError) as caught:
                await transport.post(url)
            assert_silent(caught.value)


async def test_uploads_are_refused(far: Far, transport: AiohttpRequest) -> None:
    bot = far.bot(transport)
    with pytest.raises(TelegramError, match="Uploads are not supported"):
        await bot.send_document(5, InputFile(b"x", filename="x.txt"))
    assert not far.seen


async def test_starting_and_stopping_twice_is_harmless(far: Far) -> None:
    transport = AiohttpRequest()
    assert transport.read_timeout == 15
    with pytest.raises(NetworkError, match="not running"):
        await transport.do_request(far.url("x"), "POST", RequestData())
    await transport.initialize()
    await transport.initialize()
    assert await transport.post(far.url("x")) is True
    await transport.shutdown()
    await transport.shutdown()


async def test_128_requests_are_in_flight_at_once(far: Far) -> None:
    inside = most = 0
    everyone = asyncio.Event()

    async def wait(request: web.Request) -> web.StreamResponse:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        if inside == 128:
            everyone.set()
        await asyncio.wait_for(everyone.wait(), PATIENCE)
        inside -= 1
        return web.json_response({"ok": True, "result": True})

    far.handler = wait
    async with AiohttpRequest() as transport:
        await asyncio.gather(*[transport.post(far.url("x")) for _ in range(128)])
    assert most == 128


async def test_one_connection_is_used_again(far: Far, transport: AiohttpRequest) -> None:
    ports: set[object] = set()

    async def note(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        ports.add(request.transport.get_extra_info("peername"))
        return web.json_response({"ok": True, "result": True})

    far.handler = note
    for _ in range(5):
        await transport.post(far.url("x"))
    assert len(ports) == 1
