"""Chats of every kind, and what people do in them.

What is awaited sends an update to the bot when the platform would; what is not only arranges the scene.
"""

import html
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.emulators.feeds import Feed

from .markup import find_entities, utf16_length
from .messages import Message
from .people import ANONYMOUS_ADMIN, CHANNEL_RIGHTS, CHANNEL_SPEAKER, User, member_json

if TYPE_CHECKING:
    from .world import World

Json = dict[str, Any]

MAX_TEXT = 4096
GENERAL = 1
IN_CHAT = frozenset({"creator", "administrator", "member", "restricted"})


@dataclass
class Topic:
    """Describe a topic of a forum; its id is the id of the message that opened it, 1 for General."""

    id: int
    name: str
    closed: bool = False


class Chat:
    """Keep one chat: who is in it, what was said, and what of it the test has not looked at yet."""

    def __init__(self, world: "World", chat_id: int, kind: str, title: str, *, username: str | None) -> None:
        """Start an empty chat; tests call `World.private`, `group`, `forum` and their kin instead."""
        self.world = world
        self.id = chat_id
        self.type = kind
        self.title = title
        self.username = username
        self.user: User | None = None
        self.blocked = False
        self.closed_to_members = False
        self.rights: dict[int, Json] = {}
        self.migrated_to: int | None = None
        self.topics: dict[str, Topic] = {}
        self.members: dict[int, tuple[User, str]] = {}
        self.messages: dict[int, Message] = {}
        self.sent: Feed[Message] = Feed(f"message to {title!r}")
        self.edits: Feed[Message] = Feed(f"edit in {title!r}")
        self.deletions: Feed[Message] = Feed(f"deletion in {title!r}")
        self.last_id = 0
        self._json: Json | None = None

    def __repr__(self) -> str:
        """Show kind, title and id."""
        return f"<{self.type} {self.title!r} {self.id}>"

    # What the chat is

    @property
    def is_forum(self) -> bool:
        """Tell whether the chat has topics."""
        return bool(self.topics)

    @property
    def is_group(self) -> bool:
        """Tell whether the chat is a group of either kind."""
        return self.type in ("group", "supergroup")

    def json(self) -> Json:
        """Return the chat as the Bot API shows it inside a message."""
        if self._json is None:
            self._json = {"id": self.id, "type": self.type}
            if self.user:
                self._json["first_name"] = self.user.first_name
            else:
                self._json["title"] = self.title
            if self.username:
                self._json["username"] = self.username
            if self.is_forum:
                self._json["is_forum"] = True
        return self._json

    def status(self, user_id: int) -> str:
        """Return a user's status here; "left" for one who never came."""
        if self.user:
            return "member" if user_id in (self.user.id, self.world.bot.id) else "left"
        return self.members[user_id][1] if user_id in self.members else "left"

    def set_status(self, user: User, status: str, **rights: bool) -> None:
        """Give a user a status, and rights other than it has by itself, without telling the bot."""
        self.members[user.id] = (user, status)
        own = dict.fromkeys(CHANNEL_RIGHTS, True) if self._in_channel(status) else {}
        self.rights[user.id] = own | rights

    def may(self, user_id: int, right: str) -> bool:
        """Tell whether a member has a right that depends on more than the status."""
        return bool(self.rights.get(user_id, {}).get(right))

    def close_to_members(self) -> None:
        """Let nobody but administrators write, as groups do for the night: bots are told nothing of it."""
        self.closed_to_members = True

    def open_to_members(self) -> None:
        """Let members write again; bots are told nothing of it."""
        self.closed_to_members = False

    def topic(self, topic: str | Topic | None) -> Topic | None:
        """Return a topic by its name."""
        if not isinstance(topic, str):
            return topic
        if topic not in self.topics:
            raise AssertionError(f"no topic {topic!r} in {self!r}; it has {list(self.topics)}")
        return self.topics[topic]

    # What people do

    async def say(
        self,
        sender: "User | Chat",
        text: str,
        *,
        topic: str | Topic | None = None,
        reply_to: Message | None = None,
        deliver: bool | None = None,
    ) -> Message:
        """Write a text; commands, mentions, hashtags and links in it become entities, as on the platform.

        A chat as the sender is that group's anonymous administrator, or a channel that speaks in a group.
        `deliver` overrides the platform's rules on what the bot gets to see (privacy mode, other bots).
        """
        if not 1 <= utf16_length(text) <= MAX_TEXT:
            raise AssertionError("people can send 1 to 4096 UTF-16 units; use push_raw for anything else")
        content: Json = {"text": text}
        if entities := find_entities(text):
            content["entities"] = entities
        return await self.send(sender, content, topic=topic, reply_to=reply_to, deliver=deliver)

    async def send(
        self,
        sender: "User | Chat",
        content: Json,
        *,
        topic: str | Topic | None = None,
        reply_to: Message | None = None,
        deliver: bool | None = None,
    ) -> Message:
        """Send anything else: `content` holds the fields of the Message that make it what it is."""
        head = self._sender(sender)
        raw = self.compose(head, content, topic=self.topic(topic), reply_to=reply_to)
        message = self.keep(raw, html.escape(content.get("text", ""), quote=False))
        if deliver or (deliver is None and self.world.bot_sees(self, raw)):
            self.world.push("channel_post" if self.type == "channel" else "message", raw)
        return message

    async def send_file(self, sender: "User | Chat", name: str, content: bytes, caption: str = "") -> Message:
        """Send a file, with a caption; the bot may ask for what is in it."""
        file_id = f"file{len(self.world.files) + 1}"
        self.world.files[file_id] = content
        document = {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_name": name}
        captioned: Json = {"caption": caption} if caption else {}
        if entities := find_entities(caption):
            captioned["caption_entities"] = entities
        return await self.send(sender, {"document": {**document, "file_size": len(content)}, **captioned})

    async def post(self, text: str) -> Message:
        """Publish a post in this channel."""
        return await self.say(self, text)

    async def edit(self, message: Message, text: str) -> Message:
        """Edit a person's message or a channel's post."""
        raw = {name: value for name, value in message.raw.items() if name != "entities"}
        raw |= {"text": text, "edit_date": self.world.now()}
        if entities := find_entities(text):
            raw["entities"] = entities
        edited = self.keep(raw, html.escape(text, quote=False))
        if self.world.bot_sees(self, raw):
            kind = "edited_channel_post" if self.type == "channel" else "edited_message"
            self.world.push(kind, raw)
        return edited

    def delete(self, message: Message) -> None:
        """Delete a message; the platform tells a bot nothing of it."""
        self.messages.pop(message.id, None)

    async def join(self, user: User, by: User | None = None) -> Message:
        """Let a user in, with the service message."""
        self.set_status(user, "member")
        return await self.send(by or user, {"new_chat_members": [user.json()]})

    async def leave(self, user: User, by: User | None = None) -> Message:
        """Let a user go, or be removed `by` another, with the service message."""
        message = await self.send(by or user, {"left_chat_member": user.json()})
        self.set_status(user, "kicked" if by and by != user else "left")
        return message

    async def set_bot(self, status: str, by: User, *, tell: bool = True, **rights: bool) -> None:
        """Change the bot's status: administrator, member, restricted, left or kicked; and its rights.

        Sends `my_chat_member`, and the service message when the bot comes into a group; without `tell` the
        updates are lost.
        """
        bot, before = self.world.bot, self.status(self.world.bot.id)
        had = self.rights.get(bot.id)
        if self.type != "private":
            self.set_status(bot, status, **rights)
        if not tell:
            return
        self.world.push("my_chat_member", self.world.membership(self, bot, before, status, by, had=had))
        if self.is_group and before not in IN_CHAT and status in IN_CHAT:
            await self.send(by, {"new_chat_members": [bot.json()]}, deliver=True)

    async def set_member(self, user: User, status: str, by: User) -> None:
        """Change another's status; sends `chat_member`, which the bot gets only if it asked for it."""
        before = self.status(user.id)
        self.set_status(user, status)
        self.world.push("chat_member", self.world.membership(self, user, before, status, by))

    def open_topic(self, name: str) -> Topic:
        """Open a topic of this forum without telling the bot."""
        if name == "General":
            self.topics[name] = Topic(GENERAL, name)
            return self.topics[name]
        created = {"forum_topic_created": {"name": name, "icon_color": 7322096}}
        raw = self.compose({"from": ANONYMOUS_ADMIN.json(), "sender_chat": self.json()}, created)
        raw |= {"message_thread_id": raw["message_id"], "is_topic_message": True}
        self.topics[name] = Topic(self.keep(raw).id, name)
        return self.topics[name]

    def close_topic(self, name: str) -> None:
        """Close a topic: only administrators can write there; the bot gets the service message."""
        self.topics[name].closed = True
        self._say_of_topic(name, {"forum_topic_closed": {}})

    def reopen_topic(self, name: str) -> None:
        """Open a closed topic again; the bot gets the service message."""
        self.topics[name].closed = False
        self._say_of_topic(name, {"forum_topic_reopened": {}})

    def _say_of_topic(self, name: str, content: Json) -> None:
        head = {"from": ANONYMOUS_ADMIN.json(), "sender_chat": self.json()}
        raw = self.keep(self.compose(head, content, topic=self.topics[name])).raw
        if self.world.bot_sees(self, raw):
            self.world.push("message", raw)

    def delete_topic(self, name: str) -> None:
        """Delete a topic with all its messages."""
        topic = self.topics.pop(name)
        self.messages = {i: m for i, m in self.messages.items() if m.thread_id != topic.id}

    # What the bot did

    async def next_message(
        self,
        timeout: float = 10.0,
        *,
        topic: str | Topic | None = None,
        matching: Callable[[Message], bool] | None = None,
    ) -> Message:
        """Take the bot's next message to this chat, or to one topic of it, each message once."""
        wanted = self.topic(topic)
        thread = None if wanted is None or wanted.id == GENERAL else wanted.id

        def fits(message: Message) -> bool:
            if wanted is not None and message.thread_id != thread:
                return False
            return matching is None or matching(message)

        return await self.sent.next(timeout, fits)

    async def next_edit(self, timeout: float = 10.0) -> Message:
        """Take the bot's next edit in this chat: the message as it reads afterwards."""
        return await self.edits.next(timeout)

    async def next_deletion(self, timeout: float = 10.0) -> Message:
        """Take the next message that the bot deleted here."""
        return await self.deletions.next(timeout)

    # How messages are made

    def compose(
        self,
        head: Json,
        content: Json,
        *,
        topic: Topic | None = None,
        reply_to: Message | None = None,
    ) -> Json:
        """Return a new message with its number, date, thread and the message it answers."""
        raw: Json = {"message_id": self.world.next_message_id(self), **head, "chat": self.json()}
        raw["date"] = self.world.now()
        if topic and topic.id != GENERAL:
            raw |= {"message_thread_id": topic.id, "is_topic_message": True}
            if opening := self.messages.get(topic.id):
                raw["reply_to_message"] = opening.quoted()
        if reply_to:
            raw["reply_to_message"] = reply_to.quoted()
            if self.type == "supergroup" and not self.is_forum:
                # The platform numbers threads of replies in plain supergroups too, though nobody can send
                # into them by that number.
                raw["message_thread_id"] = reply_to.thread_id or reply_to.id
        return raw | content

    def keep(self, raw: Json, source: str = "") -> Message:
        """Store a message, new or edited."""
        message = Message(self, raw["message_id"], raw, source)
        self.messages[message.id] = message
        return message

    def _sender(self, sender: "User | Chat") -> Json:
        if isinstance(sender, Chat):
            if self.type == "channel":
                return {"sender_chat": self.json()}
            speaker = ANONYMOUS_ADMIN if sender is self else CHANNEL_SPEAKER
            return {"from": speaker.json(), "sender_chat": sender.json()}
        if self.user and sender.id != self.user.id:
            raise AssertionError(f"{sender.first_name} cannot write in the private chat of {self.title}")
        if self.type == "channel":
            return {"sender_chat": self.json()}
        if self.is_group and self.status(sender.id) not in IN_CHAT:
            self.set_status(sender, "member")
        return {"from": sender.json()}

    def member_json(self, user: User) -> Json:
        """Return a user as a ChatMember of this chat."""
        return member_json(user, self.status(user.id), self.rights.get(user.id))

    def _in_channel(self, status: str) -> bool:
        return self.type == "channel" and status == "administrator"
