"""The webhook's door: who may hand updates to the real process, and what becomes of anything else."""

from __future__ import annotations

import asyncio
import io
import json
from typing import Any

import aiohttp
import pytest

from tests.acceptance.conftest import Scene
from tests.acceptance.far_ends import WEBHOOK_SECRET
from tests.acceptance.newsroom import ask
from tests.acceptance.process import until

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.usefixtures("nothing_amiss"),
    pytest.mark.parametrize("scene", ["webhook"], indirect=True, scope="module"),
]
HEADER = "X-Telegram-Bot-Api-Secret-Token"
GENUINE: Any = {HEADER: WEBHOOK_SECRET}


async def knock(
    scene: Scene, body: bytes = b"{}", *, method: str = "POST", path: str = "", **headers: str
) -> int:
    """Send a request to the bot's address and return the status of the answer."""
    url = scene.end.webhook_url + path
    data = io.BytesIO(body)
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, url, data=data, headers=headers) as answer,
    ):
        return answer.status


async def test_without_the_secret_nothing_is_taken(scene: Scene, subtests: pytest.Subtests) -> None:
    for secret in [None, "", "wrong", WEBHOOK_SECRET[:-1], f"{WEBHOOK_SECRET}x", "\u00e9"]:
        with subtests.test(secret=secret):
            alice, chat = scene.reader()
            forged = {"update_id": 1, "message": (await chat.say(alice, "/who", deliver=False)).raw}
            headers: Any = {} if secret is None else {HEADER: secret}
            assert await knock(scene, json.dumps(forged).encode(), **headers) == 403
            assert "Dmytro" in (await ask(chat, alice, "/who lubinets")).text
            assert chat.sent.unread == []


async def test_what_is_no_update_is_turned_away(scene: Scene, subtests: pytest.Subtests) -> None:
    for body, status in [
        (b"{broken", 400),
        (b"\xff\xfe", 400),
        (b"[" * 100_000, 400),
        (b" " * 2**20 + b" {}", 413),
        (b"[]", 200),
        (b"null", 200),
    ]:
        with subtests.test(body=body):
            alice, chat = scene.reader()
            assert await knock(scene, body, **GENUINE) == status
            assert "Dmytro" in (await ask(chat, alice, "/who lubinets")).text


async def test_other_paths_and_methods_do_not_exist(scene: Scene) -> None:
    assert await knock(scene, path="/other", **GENUINE) == 404
    assert await knock(scene, method="GET") == 405


async def test_requests_that_never_end_hold_up_nobody(scene: Scene) -> None:
    alice, chat = scene.reader()
    reader, writer = await asyncio.open_connection("127.0.0.1", scene.end.port)
    head = (
        "POST /telegram/hook HTTP/1.1",
        "Host: x",
        f"{HEADER}: {WEBHOOK_SECRET}",
        "Content-Length: 99",
        "",
        "{",
    )
    writer.write("\r\n".join(head).encode())
    await writer.drain()
    assert "Dmytro" in (await ask(chat, alice, "/who lubinets")).text
    writer.close()
    await writer.wait_closed()
    del reader


async def test_the_webhook_is_registered_as_the_settings_say(scene: Scene) -> None:
    webhook = scene.api.webhook
    assert (webhook.url, webhook.secret) == (scene.end.webhook_url, WEBHOOK_SECRET)
    await until(lambda: not scene.api.updates.pending, "the delivery of all updates")
