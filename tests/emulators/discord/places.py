"""Servers and channels of every kind, and what a test arranges in them."""

from collections.abc import Callable
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import discord
from simcord.backend import models, serializers
from simcord.backend.access import channel_accessible
from simcord.enums import ChannelType, OverwriteType

from tests.emulators.feeds import Feed

from .messages import Message
from .people import User

if TYPE_CHECKING:
    from .world import World

Json = dict[str, Any]


class Channel:
    """Keep one channel, thread, forum or DM: what was said, and what of it the test has not looked at yet."""

    def __init__(self, world: "World", model: models.Channel) -> None:
        """Show a channel of the platform; tests call `Guild.channel`, `World.dm` and their kin instead."""
        self.world = world
        self.model = model
        self.id = model.id
        self.sent: Feed[Message] = Feed(f"message in {self.name!r}")
        self.edits: Feed[Message] = Feed(f"edit in {self.name!r}")
        self.deletions: Feed[int] = Feed(f"deletion in {self.name!r}")

    def __repr__(self) -> str:
        """Show name and id."""
        return f"<channel {self.name!r} {self.id}>"

    @property
    def name(self) -> str:
        """Return the name; a DM has that of the person."""
        if self.is_dm:
            return f"DM of {self.world.backend.users[self.model.recipient_ids[0]].name}"
        return self.model.name or ""

    @property
    def is_dm(self) -> bool:
        """Tell whether it is a direct conversation with the bot."""
        return bool(self.model.type == ChannelType.DM)

    @property
    def guild_id(self) -> int | None:
        """Return the server it is in."""
        return self.model.guild_id

    # What is said here

    @property
    def messages(self) -> list[Message]:
        """Return all messages as they stand now, oldest first, but those that one person alone sees."""
        found = self.world.backend.messages.get(self.id, {})
        return [self.show(found[number]) for number in sorted(found) if not found[number].is_ephemeral]

    def show(self, model: models.Message) -> Message:
        """Return a message as it stands now."""
        return Message(self, model.id, deepcopy(dict(serializers.message_payload(self.world.backend, model))))

    async def next_message(
        self, timeout: float = 10.0, *, matching: Callable[[Message], bool] | None = None
    ) -> Message:
        """Take the next message that the bot sent here of itself, each once.

        What answers a command or a button is taken from its Interaction and never comes here.
        """
        return await self.sent.next(timeout, matching)

    async def next_edit(self, timeout: float = 10.0) -> Message:
        """Take the bot's next edit of itself here: the message as it reads afterwards."""
        return await self.edits.next(timeout)

    async def next_deletion(self, timeout: float = 10.0) -> int:
        """Take the id of the next message that the bot deleted here of itself."""
        return await self.deletions.next(timeout)

    def erase(self, message: Message) -> None:
        """Let somebody delete a message; the bot is told."""
        self.world.backend.delete_message(self.id, message.id)

    # Who may do what

    def can_see(self, user: User) -> bool:
        """Tell whether somebody sees this channel."""
        return bool(channel_accessible(self.world.backend, self.id, user.id))

    def allow(self, user: User | None, *permissions: str) -> None:
        """Allow a person, the bot, or with None everybody something here: `allow(bot, "embed_links")`."""
        self._overwrite(user, discord.Permissions(**dict.fromkeys(permissions, True)).value, 0)

    def deny(self, user: User | None, *permissions: str) -> None:
        """Deny a person, the bot, or with None everybody something here."""
        self._overwrite(user, 0, discord.Permissions(**dict.fromkeys(permissions, True)).value)

    def _overwrite(self, user: User | None, allow: int, deny: int) -> None:
        backend = self.world.backend
        channel = backend.get_channel(self.model.permission_channel_id())
        target = user.id if user else channel.guild_id
        before = next((o for o in channel.overwrites if o.target_id == target), None)
        if before:
            allow, deny = (before.allow & ~deny) | allow, (before.deny & ~allow) | deny
        kind = OverwriteType.MEMBER if user else OverwriteType.ROLE
        backend.set_overwrite(channel.id, models.Overwrite(target, kind, allow, deny))

    # What becomes of it

    def thread(self, name: str, owner: User | None = None) -> "Channel":
        """Open a thread in this channel."""
        starter = owner or self.world.bot
        return self.world.place(self.world.backend.create_thread(self.id, name, starter.id))

    def post(self, title: str, author: User, text: str) -> "Channel":
        """Write a post in this forum: a thread whose first message has the thread's id."""
        backend = self.world.backend
        thread = backend.create_thread(self.id, title, author.id, broadcast=False)
        first = backend.prepare_message(thread.id, author.id, text)
        first.id = thread.id
        backend.commit_message(first, broadcast=False)
        backend.announce_thread_create(thread)
        backend.announce_message_create(first)
        return self.world.place(thread)

    def archive(self, *, locked: bool = False) -> None:
        """Close this thread; locked, only those who manage threads can write there."""
        self.world.backend.edit_channel(self.id, {}, thread_metadata={"archived": True, "locked": locked})

    def reopen(self) -> None:
        """Open this archived thread again."""
        self.world.backend.edit_channel(self.id, {}, thread_metadata={"archived": False, "locked": False})

    def delete(self) -> None:
        """Delete this channel or thread, with the threads in it."""
        backend = self.world.backend
        for inner in [c for c in backend.channels.values() if c.is_thread and c.parent_id == self.id]:
            backend.delete_channel(inner.id)
        backend.delete_channel(self.id)


class Guild:
    """Keep one server: its members, roles and channels."""

    def __init__(self, world: "World", model: models.Guild) -> None:
        """Show a server of the platform; tests call `World.guild` instead."""
        self.world = world
        self.model = model
        self.id = model.id

    def __repr__(self) -> str:
        """Show name and id."""
        return f"<guild {self.model.name!r} {self.id}>"

    def channel(self, name: str) -> Channel:
        """Return the text channel of this name, made if there was none."""
        return self._channel(name, ChannelType.TEXT)

    def announcements(self, name: str) -> Channel:
        """Return the announcement channel of this name, made if there was none."""
        return self._channel(name, ChannelType.NEWS)

    def forum(self, name: str) -> Channel:
        """Return the forum of this name, made if there was none; people and the bot `post` in it."""
        return self._channel(name, ChannelType.FORUM)

    def welcome_in(self, channel: Channel) -> None:
        """Make a channel the one in which the server itself welcomes people."""
        self.model.system_channel_id = channel.id

    def join(self, *users: User) -> None:
        """Let people in."""
        for user in users:
            self.world.backend.add_member(self.id, user.id, announce=True)

    def leave(self, user: User) -> None:
        """Let somebody go."""
        self.world.backend.remove_member(self.id, user.id)

    def grant(self, user: User, *permissions: str) -> None:
        """Give a member, or the bot, permissions on the whole server: `grant(alice, "manage_channels")`."""
        backend = self.world.backend
        value = discord.Permissions(**dict.fromkeys(permissions, True)).value
        role = backend.create_role(self.id, f"role of {user.name}", permissions=value)
        backend.add_member_role(self.id, user.id, role.id)

    def revoke(self, user: User | None, *permissions: str) -> None:
        """Take permissions from every role of a member or the bot, or with None what all have."""
        backend = self.world.backend
        value = discord.Permissions(**dict.fromkeys(permissions, True)).value
        # The role of everybody has the server's own id.
        for role_id in [self.id] if user is None else self.model.members[user.id].role_ids:
            before = self.model.roles[role_id].permissions
            backend.edit_role(self.id, role_id, {"permissions": before & ~value})

    def kick_bot(self) -> None:
        """Remove the bot: it is told, and every channel here answers 403 with code 50001."""
        backend = self.world.backend
        inside = [*self.model.channel_ids, *self.model.thread_ids]
        self.world.lost |= {
            number: (backend.channels[number], backend.messages.get(number, {})) for number in inside
        }
        backend.remove_guild(self.id)

    def invite_bot(self) -> None:
        """Take a removed bot back, as it left."""
        backend = self.world.backend
        for number in (*self.model.channel_ids, *self.model.thread_ids):
            backend.channels[number], backend.messages[number] = self.world.lost.pop(number)
        backend.guilds[self.id] = self.model
        self.model.members[self.world.bot.id].joined_at = backend.now_iso()
        joined: Json = dict(serializers.guild_create_payload(backend, self.model))
        # Only of a server that was out of reach is it told that it no longer is.
        del joined["unavailable"]
        backend.emit("GUILD_CREATE", joined)

    def _channel(self, name: str, kind: ChannelType) -> Channel:
        for number in self.model.channel_ids:
            model = self.world.backend.channels[number]
            if model.name == name and model.type == kind:
                return self.world.place(model)
        return self.world.place(self.world.backend.create_channel(self.id, name, type=kind))
