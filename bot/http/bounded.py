"""An HTTP server that slow, idle or many connections cannot hold.

aiohttp alone waits an hour for a header, without end for a body, and takes any number of connections: a
thousand unfinished ones use up the process's file descriptors, and then nobody else is heard.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

from aiohttp import web

# Connections at once. Telegram opens up to a hundred.
MOST = 256
# Seconds for the first header, from the opening of a connection, and for a body.
HEADER_SECONDS = 10.0
BODY_SECONDS = 10.0
# Seconds for which a kept connection may be idle, or take over its next header.
IDLE_SECONDS = 75.0
# Connections of readers at once, and the seconds in which one has to take an answer and ask for another.
MOST_READERS, READING_SECONDS = 512, 120.0

Handle = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
Keep = Callable[[web.BaseRequest], bool]
# Files that a process needs with all its servers at their bounds: each connection is one, and most systems
# let it begin with 1,024.
MOST_FILES = 4_096
# What goes with the refusal of a request that cannot be read.
PLAIN = {"Server": "OnRecord", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}

logger = logging.getLogger(__name__)


def open_many_files() -> None:
    """Let this process open as many files as its servers may take, if the system lets it."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        most = MOST_FILES if hard == resource.RLIM_INFINITY else min(MOST_FILES, hard)
        if soft != resource.RLIM_INFINITY and soft < most:
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


class BoundedServer(web.Server):
    """Serve requests by `handle`; after one that `keep` is True of, its connection stays open.

    Where there is no room for another connection, the one closes that has waited longest to send its first
    header, or to end after an answer that was its last: what a refused request still sends is read for a
    second. Where all others are being answered, or kept, the new one closes. With `reading_seconds` kept ones
    make room too, from the moment that their answer begins to be sent; and one closes that takes longer than
    that to read its answer and ask for another. `plain` are the headers that go with the refusal of a request
    that cannot be read.
    """

    def __init__(
        self,
        handle: Handle,
        *,
        keep: Keep = lambda _request: False,
        most: int = MOST,
        header_seconds: float = HEADER_SECONDS,
        reading_seconds: float | None = None,
        request_factory: Any = None,
        plain: Mapping[str, str] = PLAIN,
    ) -> None:
        # Lingering is to read on, and throw away, what a refused request still sends.
        super().__init__(
            self._serve,
            request_factory=request_factory,
            access_log=None,
            keepalive_timeout=IDLE_SECONDS,
            lingering_time=1.0,
        )
        self.plain = plain
        self._handle = handle
        self._keep = keep
        self._most = most
        self._header_seconds = header_seconds
        self._reading_seconds = reading_seconds
        self._count = 0
        # Connections that have sent no whole header yet, or had their last answer; the oldest first.
        self._unheard: dict[web.RequestHandler, asyncio.TimerHandle] = {}
        self._runner = web.ServerRunner(self, handle_signals=False)

    async def start(self, host: str, port: int) -> None:
        """Begin to listen. Raises OSError if the address cannot be listened on."""
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()

    async def stop(self) -> None:
        """Close, once the requests that are being served are answered."""
        await self._runner.cleanup()

    @property
    def port(self) -> int | None:
        """Return the port that it listens on, None before `start`."""
        addresses = self._runner.addresses
        return int(addresses[0][1]) if addresses else None

    def __call__(self) -> web.RequestHandler:
        """Return what serves a new connection."""
        return _Connection(self, loop=self._loop, **self._kwargs)

    def connection_made(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
        """Count a connection, and give it some seconds to send a header."""
        super().connection_made(handler, transport)
        self._count += 1
        if self._count > self._most and not self._make_room():
            transport.abort()
            return
        self._wait_for(handler, transport, self._header_seconds)

    def connection_lost(self, handler: web.RequestHandler, exc: BaseException | None = None) -> None:
        """Count a connection out."""
        super().connection_lost(handler, exc)
        self._count -= 1
        self._heard(handler)

    def _wait_for(
        self, handler: web.RequestHandler, transport: asyncio.BaseTransport | None, seconds: float
    ) -> None:
        """Let a connection make room for others, and close it after some seconds."""
        if isinstance(transport, asyncio.Transport):
            self._unheard[handler] = asyncio.get_running_loop().call_later(seconds, transport.abort)

    def _make_room(self) -> bool:
        oldest = next(iter(self._unheard), None)
        if oldest is None:
            return False
        self._heard(oldest)
        if oldest.transport is not None:
            oldest.transport.abort()
        return True

    def _heard(self, handler: web.RequestHandler) -> None:
        timer = self._unheard.pop(handler, None)
        if timer is not None:
            timer.cancel()

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        handler = request.protocol
        self._heard(handler)
        try:
            response = await self._handle(request)
            if self._keep(request):
                if self._reading_seconds is not None:
                    self._wait_for(handler, handler.transport, self._reading_seconds)
                return response
        except web.HTTPException as refusal:
            response = refusal
        response.force_close()
        self._wait_for(handler, handler.transport, self._header_seconds)
        if isinstance(response, web.HTTPException):
            raise response
        return response


class _Connection(web.RequestHandler):
    """A connection that refuses what cannot be read without a word of it, in the answer or in the log."""

    __slots__ = ("_plain",)

    def __init__(self, server: BoundedServer, **how: Any) -> None:
        super().__init__(server, **how)
        self._plain = server.plain

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Return what is answered instead of an answer; the connection closes after it."""
        if status != HTTPStatus.BAD_REQUEST or request.writer.output_size:
            return super().handle_error(request, status, exc, message)
        logger.debug("a request could not be read: %s", type(exc).__name__)
        response = web.Response(status=status, text="This request cannot be read.\n", headers=self._plain)
        response.force_close()
        return response


class BoundedRunner(web.AppRunner):
    """Run an application for readers within the bounds of a BoundedServer; their connections are kept.

    What `at_once` has an answer to is not brought before the application. `plain` is as in BoundedServer.
    """

    def __init__(
        self,
        app: web.Application,
        *,
        at_once: Callable[[web.BaseRequest], web.Response | None] = lambda _request: None,
        plain: Mapping[str, str] = PLAIN,
        **how: Any,
    ) -> None:
        super().__init__(app, **how)
        self._at_once = at_once
        self._plain = plain

    async def _make_server(self) -> web.Server:
        plain = await super()._make_server()

        async def handle(request: web.BaseRequest) -> web.StreamResponse:
            answer = self._at_once(request)
            return await plain.request_handler(request) if answer is None else answer

        return BoundedServer(
            handle,
            keep=lambda _request: True,
            most=MOST_READERS,
            reading_seconds=READING_SECONDS,
            request_factory=plain.request_factory,
            plain=self._plain,
        )


async def body_of(request: web.BaseRequest) -> bytes:
    """Return a request's body, at most a megabyte. Raises web.HTTPException if it is longer or too slow."""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await request.read()
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
