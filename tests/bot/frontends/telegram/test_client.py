"""Files that somebody sent: handed over within bounds, or refused in words for people."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from telegram.error import BadRequest

from bot.errors import UserError
from bot.frontends.telegram.client import Client
from bot.intake.reading.reader import LARGEST_FILE


@pytest.fixture
def client(monkeypatch):
    made = Client("123456:TEST-TOKEN")

    async def get_file(_self, file_id):
        if file_id == "gone":
            raise BadRequest("wrong file_id")

        async def download_as_bytearray():
            return bytearray(b"The gate was open.")

        return SimpleNamespace(download_as_bytearray=download_as_bytearray)

    monkeypatch.setattr(Client, "get_file", get_file)
    return made


async def test_a_file_is_handed_over(client):
    assert await client.load("a", 18) == b"The gate was open."


async def test_a_file_that_is_too_large_or_gone_is_refused(client):
    with pytest.raises(UserError, match="larger than"):
        await client.load("a", LARGEST_FILE + 1)
    with pytest.raises(UserError, match="send it again"):
        await client.load("gone", 18)
