"""Slow, idle and many connections do not keep a server from those who ask."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.http import bounded
from bot.http.bounded import BoundedServer, body_of


async def echo(request: web.BaseRequest) -> web.Response:
    return web.Response(body=await body_of(request))


class Scene:
    """A server, and connections to it that begin a request."""

    def __init__(self, server: BoundedServer) -> None:
        self.server = server
        self.writers: list[asyncio.StreamWriter] = []

    async def begin(self, text: str = "POST / HTTP/1.1\r\n") -> asyncio.StreamReader:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.server.port)
        self.writers.append(writer)
        writer.write(text.encode())
        return reader

    async def ask(self, body: bytes = b"fine") -> tuple[int, bytes]:
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"http://127.0.0.1:{self.server.port}/", data=io.BytesIO(body)) as answer,
        ):
            return answer.status, await answer.read()


@asynccontextmanager
async def serving(**options: Any) -> AsyncIterator[Scene]:
    server = BoundedServer(echo, **options)
    await server.start("127.0.0.1", 0)
    scene = Scene(server)
    try:
        yield scene
    finally:
        for writer in scene.writers:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()
        await server.stop()


async def ended(reader: asyncio.StreamReader) -> bytes:
    try:
        async with asyncio.timeout(0.8 * bounded.HEADER_SECONDS):
            return await reader.read()
    except ConnectionError:
        return b""


async def test_a_header_that_does_not_end_is_not_waited_for() -> None:
    async with serving(header_seconds=0.05) as scene:
        for text in ("", "P", "POST / HTTP/1.1\r\nHost: x\r\n"):
            assert await ended(await scene.begin(text)) == b""
        assert await scene.ask() == (200, b"fine")


async def test_a_body_that_does_not_end_is_not_waited_for(monkeypatch) -> None:
    monkeypatch.setattr(bounded, "BODY_SECONDS", 0.05)
    async with serving() as scene:
        said = await ended(await scene.begin("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"))
        assert said.startswith(b"HTTP/1.1 408 ")


async def test_the_connection_that_has_waited_longest_makes_room() -> None:
    async with serving(most=4) as scene:
        slow = [await scene.begin() for _ in range(4)]
        assert await scene.ask() == (200, b"fine")
        assert await ended(slow[0]) == b""
        assert not any(each.at_eof() for each in slow[1:])


async def test_those_who_have_been_heard_are_not_sent_away_for_others() -> None:
    async with serving(most=2, keep=lambda _request: True) as scene:
        whole = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
        heard = [await scene.begin(whole) for _ in range(2)]
        for each in heard:
            assert (await each.readline()).startswith(b"HTTP/1.1 200")
        assert await ended(await scene.begin()) == b""
        assert not any(each.at_eof() for each in heard)


async def test_those_who_have_had_their_last_answer_make_room_though_they_send_on() -> None:
    async def refuse(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(status=200 if "X-Known" in request.headers else 403)

    server = BoundedServer(refuse, most=3)
    await server.start("127.0.0.1", 0)
    scene = Scene(server)
    unending = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n{"
    refused = [await scene.begin(unending) for _ in range(3)]
    for each in refused:
        assert (await each.readline()).startswith(b"HTTP/1.1 403")
    known = await scene.begin("POST / HTTP/1.1\r\nHost: x\r\nX-Known: yes\r\nContent-Length: 0\r\n\r\n")
    assert (await known.readline()).startswith(b"HTTP/1.1 200")
    for writer in scene.writers:
        writer.close()
    await server.stop()


async def test_a_connection_is_kept_only_for_those_whom_the_server_knows() -> None:
    async with serving(keep=lambda request: "X-Known" in request.headers) as scene:
        whole = "POST / HTTP/1.1\r\nHost: x\r\n{}Content-Length: 0\r\n\r\n"
        assert b"200 OK" in await ended(await scene.begin(whole.format("")))
        known = await scene.begin(whole.format("X-Known: yes\r\n"))
        assert (await known.readline()).startswith(b"HTTP/1.1 200")
        assert not known.at_eof()


def test_a_process_may_open_as_many_files_as_its_servers_take_at_their_bounds() -> None:
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    soft, hard = before
    few = 512
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (few, hard))
        bounded.open_many_files()
        most = bounded.MOST_FILES if hard == resource.RLIM_INFINITY else min(bounded.MOST_FILES, hard)
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (max(few, most), hard)
        # What is more already stays.
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        bounded.open_many_files()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (hard, hard)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert 2 * bounded.MOST + bounded.MOST_READERS < bounded.MOST_FILES / 2


async def test_a_body_that_is_too_long_is_refused() -> None:
    async with serving() as scene:
        status, _said = await scene.ask(b" " * (1024**2 + 1))
        assert status == 413
