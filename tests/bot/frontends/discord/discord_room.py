"""A server on a simulated Discord, with the real front end in it, over a record of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import discord
import simcord

from bot.commands import commands
from bot.commands.dispatch import Dispatcher
from bot.config import Settings
from bot.frontends.discord.buttons import Buttons
from bot.frontends.discord.client import Client
from bot.frontends.discord.conversation import Conversation
from bot.notices.receipt_buffer import ReceiptBuffer
from bot.requests import Role
from storage.domain.changes import Appoint
from storage.record import Record
from storage.trail.audit import Actor

BUTTON, MENU = 2, 3
UNHURRIED = {"messages_per_minute": 100_000, "burst": 100_000}
# Nothing takes so long that it would be announced.
NEVER_ANNOUNCED = 60.0


class Room:
    """A server with a channel; people in it, and what they are shown."""

    def __init__(
        self,
        env: simcord.Env,
        client: Client,
        conversation: Conversation,
        memory: ReceiptBuffer,
        record: Record,
    ) -> None:
        self.env, self.client, self.conversation = env, client, conversation
        self.memory, self.record = memory, record
        self.guild = env.create_guild("Newsroom")
        self.channel = self.guild.create_text_channel("general")
        # As a server's admins may decide: everybody sees all that readers may use.
        shown = {each.name for each in commands if each.role is Role.READER and not each.by_admins}
        everybody = {"id": str(self.guild.id), "type": 1, "permission": True}
        for scope in env.backend.commands.values():
            for (name, _kind), command in scope.items():
                if name in shown:
                    env.backend.set_command_permissions(self.guild.id, int(command["id"]), [everybody])
        self._numbers: Iterator[int] = iter(range(1, 1000))

    def member(self, name: str = "alice", **permissions: bool) -> simcord.MemberActor:
        """Return a new member who may do some things, and what all may."""
        number = next(self._numbers)
        role = self.guild.create_role(f"role {number}", permissions=discord.Permissions(**permissions))
        return self.guild.add_member(self.env.create_user(name), roles=[role])

    async def moderator(self, name: str = "mod", story: str | None = "belarus") -> simcord.MemberActor:
        """Return a new member who keeps a story's record, or every one's."""
        found = await self.record.stories.find(story) if story else None
        member = self.member(name, manage_messages=True, manage_guild=True)
        change = Appoint(address=f"discord:{member.id}", story_id=found.id if found else None, handle=name)
        await self.record.ledger.make(change, by=Actor("operator"))
        return member

    def asked_of_discord(self, method: str, ending: str) -> list[Any]:
        """Return what was sent with each request to such a path."""
        asked = (entry for entry in self.env.http_requests if entry.method == method)
        return [entry.json for entry in asked if entry.path.endswith(ending)]


def conversation_over(
    record: Record, dispatcher: Any, memory: ReceiptBuffer | None = None, *, prompt: float = NEVER_ANNOUNCED
) -> Conversation:
    memory = memory or ReceiptBuffer(record)
    return Conversation(dispatcher, record, Buttons(record), memory, at_once=8, prompt=prompt)


def dispatcher_over(record: Record, **settings: Any) -> Dispatcher:
    whole = Settings.model_validate({"limits": UNHURRIED, **settings})
    return Dispatcher(record, commands, whole, lambda: 0.0)


@asynccontextmanager
async def open_room(
    record: Record,
    dispatcher: Any = None,
    *,
    check_errors: bool = True,
    **settings: Any,
) -> AsyncIterator[Room]:
    """Open a server; in none of its conversations may an error come up that nobody has looked at."""
    dispatcher = dispatcher or dispatcher_over(record, **settings)
    memory = ReceiptBuffer(record)
    conversation = conversation_over(record, dispatcher, memory)
    client = Client(record, dispatcher.registry, conversation, aiohttp.TraceConfig())
    async with simcord.run(client, check_errors=check_errors) as env:
        yield Room(env, client, conversation, memory, record)


def words(message: Any) -> str:
    """Return all that a message shows, but its buttons."""
    assert message is not None, "nothing is shown"
    parts = [message.content]
    for embed in message.embeds:
        parts += [embed.title, embed.description]
        parts += [f"{field.name}\n{field.value}" for field in embed.fields]
    return "\n".join(filter(None, parts))


def said(result: simcord.InteractionResult) -> str:
    """Return all that an interaction has led to, message for message."""
    return "\n".join(words(message) for message in messages(result))


def messages(result: simcord.InteractionResult) -> list[Any]:
    """Return the messages that an interaction has led to and that are still there."""
    first = [result.response] if result.response is not None else []
    return [*first, *result.followups]


def labels(message: Any) -> list[str]:
    """Return what stands on the buttons under a message."""
    return [button["label"] for button in _buttons(message)]


def ids(message: Any) -> list[str]:
    """Return what the buttons under a message say when they are pressed."""
    return [button["custom_id"] for button in _buttons(message)]


def _buttons(message: Any) -> list[Any]:
    return [part for row in message.components for part in row["components"] if part["type"] == BUTTON]


def options(message: Any) -> list[Any]:
    """Return the options of the menu under a message."""
    parts = [part for row in message.components for part in row["components"] if part["type"] == MENU]
    return [option for part in parts for option in part["options"]]


def blanks(result: simcord.InteractionResult) -> dict[str, str]:
    """Return the inputs of the modal that was opened, each with its value."""
    assert result.modal is not None, said(result)
    inputs = [label["component"] for label in result.modal["components"]]
    return {each["custom_id"]: each.get("value") or "" for each in inputs}
