"""A chat of readers who say how it is to hear of changes, and a group that only its admins may speak for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.commands import commands
from bot.commands.dispatch import Dispatcher
from bot.config import Settings
from bot.frontends.terminal.render import plain
from bot.replies import Reply
from bot.requests import Request
from storage.domain.changes import OpenStory
from storage.domain.entries import StoryEntry
from storage.domain.models import Listener
from tests.bot.wire import Wire, open_wire


class Room:
    """A private chat, and a group; the flood is in use in both, and there is another story, the storm."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.record = wire.record
        self.dispatcher = Dispatcher(wire.record, commands, Settings(), lambda: 0.0)
        self._asked = 0

    async def ask(self, text: str, *, chat: str = "telegram:7", **how) -> Reply:
        self._asked += 1
        # Each time somebody else, so that nobody asks faster than is allowed.
        reply = await self.dispatcher.answer(Request(text, chat, f"telegram:{self._asked + 100}", **how))
        assert isinstance(reply, Reply)
        return reply

    async def say(self, text: str, **how) -> str:
        return plain(await self.ask(text, **how))

    async def group(self, text: str, *, admin: bool, topic: int = 0) -> str:
        async def administers() -> bool:
            return admin

        return await self.say(
            text, chat="telegram:-5", private=False, shared=True, topic=topic, administers=administers
        )

    async def heard(self, chat: str = "telegram:7", topic: int = 0) -> list[tuple]:
        found = await self.record.listeners.subscriptions(chat, topic)
        return [(item.story_name, item.entity, item.words) for item in found]

    async def listener(self, chat: str = "telegram:7", topic: int = 0) -> Listener:
        found = await self.record.listeners.find(chat, topic)
        assert found is not None
        return found

    async def kept(self) -> list[tuple]:
        """Return all that is kept of chats."""
        rows = []
        for table in ("listener", "subscription", "delivery", "chat"):
            rows += [tuple(row) for row in await self.record.database.read(f"SELECT * FROM {table}")]
        return rows

    async def refused(self, text: str, *needles: str, **how) -> Reply:
        """Make sure that a command is refused in a few clear words, and changes nothing."""
        before = await self.kept()
        reply = await self.ask(text, **how)
        said = plain(reply)
        for needle in needles:
            assert needle in said, said
        assert "went wrong" not in said and len(said) < 400
        assert await self.kept() == before, text
        return reply


@asynccontextmanager
async def open_room(folder: Path) -> AsyncIterator[Room]:
    """Open a room over a new record in a folder."""
    async with open_wire(folder) as wire:
        opened = Room(wire)
        await wire.make(OpenStory(story=StoryEntry(name="storm", title="The storm")))
        await wire.record.stories.use("telegram:7", 1)
        await wire.record.stories.use("telegram:-5", 1)
        yield opened


def offered(reply: Reply) -> list[str]:
    return [action.command for action in reply.actions]
