"""The gateway connection goes on where a payload cannot be read, unless it is of no use without it."""

from __future__ import annotations

import json
import logging
from typing import Any, cast
from unittest.mock import AsyncMock, Mock

import discord
import pytest
from discord import client as library
from discord.gateway import ReconnectWebSocket

from bot.config import Settings
from bot.frontends.discord.client import point_to
from bot.frontends.discord.gateway import Gateway

SECRET = "words that nobody may log"


def connection(*, user: object = None, hello: bool = True) -> Gateway:
    opened = Gateway(cast("Any", Mock(send_str=AsyncMock(), close=AsyncMock())), loop=cast("Any", None))
    opened._connection = cast("Any", Mock(user=user))
    opened._dispatch = cast("Any", Mock())
    opened._discord_parsers = {"READY": Mock(side_effect=KeyError(SECRET)), "FINE": Mock()}
    opened.session_id, opened.shard_id = None, None
    opened._keep_alive = cast("Any", Mock()) if hello else None
    return opened


def payload(event: str | None, data: object, opcode: int = 0) -> str:
    return json.dumps({"op": opcode, "t": event, "d": data, "s": 1})


async def test_what_cannot_be_read_is_logged_without_its_content(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "bot")
    opened = connection(user=object())
    opened.session_id = "kept"
    for text in (payload("READY", {"x": SECRET}), payload(SECRET, []), f"{{{SECRET}", json.dumps([SECRET])):
        await opened.received_message(text)
    fine = cast("Mock", opened._discord_parsers["FINE"])
    await opened.received_message(payload("FINE", {}))
    fine.assert_called_once_with({})
    assert caplog.text.count("cannot be read") == 3 and SECRET not in caplog.text


@pytest.mark.parametrize(
    ("hello", "text"), [(False, payload(None, {}, 10)), (True, payload("READY", {"session_id": "s"}))]
)
async def test_without_a_greeting_it_connects_again(hello: bool, text: str) -> None:
    opened = connection(hello=hello)
    with pytest.raises(OSError, match="cannot be understood"):
        await opened.received_message(text)
    assert opened.session_id is None
    cast("Any", opened.socket).close.assert_awaited_once()


async def test_what_the_library_means_is_left_to_it() -> None:
    opened = connection()
    with pytest.raises(ReconnectWebSocket):
        await opened.received_message(payload(None, None, 7))


def test_clients_use_it() -> None:
    before = library.DiscordWebSocket
    try:
        point_to(Settings().discord)
        assert library.DiscordWebSocket is Gateway and issubclass(Gateway, discord.gateway.DiscordWebSocket)
    finally:
        library.DiscordWebSocket = before  # type: ignore[misc]  # reason: as it was
