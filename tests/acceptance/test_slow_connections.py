"""Thousands of connections that never finish what they began hold up neither chats, readers nor operators."""

from __future__ import annotations

import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import aiohttp

from bot.http.bounded import HEADER_SECONDS
from tests.acceptance.conftest import LIMITS, Launch
from tests.acceptance.far_ends import free_port
from tests.acceptance.newsroom import ask
from tests.emulators.telegram import TelegramEmulator

SLOW = 1_100
BEGINNINGS = (b"", b"POST /telegram/hook HTTP/1.1\r\nHost: x\r\nX-Slow: ", b"GET /healthz HTTP/1.1\r\n")
# What most machines let a process open.
USUAL_FILES, MANY_FILES = 1_024, 8_192


@contextmanager
def at_most(files: int) -> Iterator[None]:
    """Let this process, and those that it starts meanwhile, open so many files, or as many as they may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = files if hard == resource.RLIM_INFINITY else min(files, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@contextmanager
def unfinished(port: int) -> Iterator[None]:
    """Open connections that begin a request, and never end it."""
    with ExitStack() as opened:
        for number in range(SLOW):
            connection = opened.enter_context(socket.create_connection(("127.0.0.1", port)))
            # The bot may have sent it away already.
            with suppress(ConnectionError):
                connection.sendall(BEGINNINGS[number % len(BEGINNINGS)])
        yield


async def test_telegram_and_the_operator_are_heard_all_the_same(
    api: TelegramEmulator, launch: Launch
) -> None:
    alice = api.user("Alice")
    chat = api.private(alice)
    watched, web = free_port(), free_port()
    with at_most(USUAL_FILES):
        await launch(
            mode="webhook", limits=LIMITS,
            metrics={"listen": f"127.0.0.1:{watched}"}, web={"listen": f"127.0.0.1:{web}"},
        )  # fmt: skip
    hook = int(api.webhook.url.rpartition(":")[2].partition("/")[0])
    with at_most(MANY_FILES), unfinished(hook), unfinished(watched), unfinished(web):
        began = time.monotonic()
        assert "Dmytro" in (await ask(chat, alice, "/who lubinets")).text
        async with aiohttp.ClientSession() as session:
            for asked in (f"http://127.0.0.1:{watched}/healthz", f"http://127.0.0.1:{web}/"):
                async with session.get(asked) as answer:
                    assert answer.status == 200
        assert time.monotonic() - began < HEADER_SECONDS, "nobody waited for the slow ones to be given up"
