"""Channels that take messages again, found while the record is away."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import discord
import pytest

from bot.frontends.discord.servers import returning
from bot.retrying import Backoff
from storage.domain.errors import BusyRecord


class Listeners:
    """The chats of a record that is away for the first looks."""

    def __init__(self, away: int) -> None:
        self.away = away
        self.resumed: list[str] = []

    async def is_paused(self, chat: str) -> bool:
        self.away -= 1
        if self.away >= 0:
            raise BusyRecord("the record is away")
        return True

    async def resume(self, chat: str) -> None:
        self.resumed.append(chat)


@pytest.mark.parametrize(("away", "resumed"), [(0, ["discord:#7"]), (2, ["discord:#7"]), (3, [])])
async def test_a_channel_is_resumed_once_the_record_is_back(monkeypatch, caplog, away, resumed):
    monkeypatch.setattr(returning, "_PATIENCE", Backoff(first=0, attempts=3))
    place = Mock(spec=discord.TextChannel, id=7)
    place.permissions_for.return_value = discord.Permissions.all()
    guild: Any = SimpleNamespace(id=1, me=None, channels=[place], threads=[])
    listeners = Listeners(away)
    record: Any = SimpleNamespace(listeners=listeners)
    await returning.resume_open(record, guild)
    assert listeners.resumed == resumed
    assert bool(caplog.records) is not bool(resumed)
