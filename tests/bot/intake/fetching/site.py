"""A web site on the loopback interface that answers as it is told, and a fetcher that is let in there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

from bot.intake.fetching.fetcher import Fetcher, Limits
from bot.intake.fetching.places import Gate
from tests.conftest import THEN

# Writes what answers a request whose path is given.
Answer = Callable[[str, asyncio.StreamWriter], Awaitable[None]]
HOST = "127.0.0.1"


class Site:
    """A running site: the requests that it was sent, as (path, header lines)."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.requests: list[tuple[str, str]] = []
        self.port = 0

    def url(self, path: str = "/") -> str:
        return f"http://{HOST}:{self.port}{path}"

    def fetcher(
        self, limits: Limits | None = None, names: Mapping[str, Sequence[str]] | None = None
    ) -> Fetcher:
        """Return a fetcher that may fetch from this site alone; `names` are the addresses of other hosts."""

        async def resolve(host: str, port: int) -> Sequence[str]:
            if names is None or host not in names:
                raise OSError(f"no host {host} at {port}")
            return names[host]

        return Fetcher(Gate([f"{HOST}:{self.port}"], resolve), limits, clock=lambda: THEN)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            path = head.split(" ", 2)[1]
            self.requests.append((path, head))
            await self._answer(path, writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def site(answer: Answer) -> AsyncIterator[Site]:
    running = Site(answer)
    server = await asyncio.start_server(running.serve, HOST, 0)
    running.port = server.sockets[0].getsockname()[1]
    try:
        yield running
    finally:
        server.close()


def page(body: bytes, *lines: str, status: str = "200 OK", kind: str | None = "text/html") -> bytes:
    """Return an answer; `lines` are more lines of its header."""
    typed = [f"Content-Type: {kind}"] if kind else []
    head = [f"HTTP/1.1 {status}", *typed, f"Content-Length: {len(body)}", "Connection: close", *lines]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def sends(answer: bytes) -> Answer:
    """Answer every request the same."""

    async def write(_path: str, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)

    return write


def redirects(target: str, hops: int = 1) -> Answer:
    """Redirect from /1 to /2 and so on, as many times, the last time to a target."""

    async def write(path: str, writer: asyncio.StreamWriter) -> None:
        number = int(path.strip("/") or 1)
        onward = target if number >= hops else f"/{number + 1}"
        writer.write(page(b"", f"Location: {onward}", status="302 Found"))

    return write
