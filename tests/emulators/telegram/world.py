"""The people and chats around the bot, and what a test makes them do."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from types import ModuleType
from typing import Any

from .chats import IN_CHAT, Chat
from .journal import Call, Journal
from .limits import Limiter, Limits
from .messages import Button, Message
from .people import ANONYMOUS_ADMIN, User, member_json
from .privacy import bot_sees
from .queries import Query
from .updates import Sleep, UpdateQueue
from .webhook import Webhook, WebhookPump

Json = dict[str, Any]

QUERY_LIFETIME = 60.0


@dataclass
class Profile:
    """Keep what the bot says of itself."""

    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


class World:
    """Hold all that the platform knows. Build it as a TelegramEmulator."""

    def __init__(
        self,
        token: str = "123456:TEST-TOKEN",
        *,
        name: str = "OnRecord",
        username: str = "onrecord_bot",
        privacy: bool = True,
        limits: Limits | None = None,
        validate: bool = True,
        query_lifetime: float = QUERY_LIFETIME,
        webhook_backoff: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        """Create a world with only the bot in it."""
        self.token = token
        self.privacy = privacy
        self.clock = clock
        self.wall_clock = wall_clock
        self.sleep = sleep
        self.query_lifetime = query_lifetime
        self.webhook_backoff = webhook_backoff
        self.limiter = Limiter(limits, clock) if limits else None
        self.schema = _load_schema() if validate else None
        self.bot = User(int(token.partition(":")[0]), name, username, is_bot=True)
        self.users: dict[int, User] = {self.bot.id: self.bot}
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, bytes] = {}
        self.queries: dict[str, Query] = {}
        self.profile = Profile()
        self.updates = UpdateQueue(sleep)
        self.webhook = Webhook()
        self.pump: WebhookPump | None = None
        self.violations: list[str] = []
        self.journal = Journal()
        self.logged_out = False
        self._endings: set[asyncio.Task[None]] = set()
        self._last: Counter[str] = Counter()

    # The scene

    def user(
        self,
        first_name: str,
        *,
        username: str | None = None,
        is_bot: bool = False,
        language_code: str | None = "en",
        last_name: str | None = None,
        user_id: int | None = None,
    ) -> User:
        """Create a person, or another bot."""
        number = user_id or 7_000_001 + self._next("user")
        language = None if is_bot else language_code
        user = User(number, first_name, username, is_bot, language, last_name)
        self.users[user.id] = user
        return user

    def private(self, user: User) -> Chat:
        """Return the user's private chat with the bot, started if it was not."""
        if user.id not in self.chats:
            chat = self._new_chat(user.id, "private", user.first_name, user.username)
            chat.user = user
        return self.chats[user.id]

    def group(
        self,
        title: str,
        *,
        members: Iterable[User] = (),
        admins: Iterable[User] = (),
        owner: User | None = None,
        bot: str = "member",
    ) -> Chat:
        """Create a basic group."""
        chat = self._new_chat(-(4_000_001 + self._next("group")), "group", title, None)
        return self._people(chat, members, admins, owner, bot)

    def supergroup(
        self,
        title: str,
        *,
        username: str | None = None,
        members: Iterable[User] = (),
        admins: Iterable[User] = (),
        owner: User | None = None,
        bot: str = "member",
    ) -> Chat:
        """Create a supergroup without topics."""
        chat = self._new_chat(self._marked_id(), "supergroup", title, username)
        return self._people(chat, members, admins, owner, bot)

    def forum(
        self,
        title: str,
        topics: Sequence[str] = (),
        *,
        username: str | None = None,
        members: Iterable[User] = (),
        admins: Iterable[User] = (),
        owner: User | None = None,
        bot: str = "member",
    ) -> Chat:
        """Create a supergroup with topics; it always has General."""
        chat = self._new_chat(self._marked_id(), "supergroup", title, username)
        for name in dict.fromkeys(("General", *topics)):
            chat.open_topic(name)
        return self._people(chat, members, admins, owner, bot)

    def channel(
        self,
        title: str,
        *,
        username: str | None = None,
        admins: Iterable[User] = (),
        owner: User | None = None,
        bot: str = "administrator",
    ) -> Chat:
        """Create a channel."""
        chat = self._new_chat(self._marked_id(), "channel", title, username)
        return self._people(chat, (), admins, owner, bot)

    # What people do

    async def press(self, user: User, message: Message, button: str | Button) -> Query:
        """Press a button of a message as it stands now, found by its label or its callback data."""
        current = message.chat.messages.get(message.id)
        if current is None:
            raise AssertionError(f"{message!r} is deleted; press_raw can still press it")
        data = current.button(button.label if isinstance(button, Button) else button).data
        if data is None:
            raise AssertionError(f"button {button!r} sends no callback")
        return await self.press_raw(user, data, current)

    async def press_raw(self, user: User, data: str, message: Message | None = None) -> Query:
        """Send a callback with any data, as a changed client can, or a button of a message long gone."""
        query = self._ask("callback", user)
        update: Json = {"id": query.id, "from": user.json(), "chat_instance": "-5713031", "data": data}
        if message is None:
            update["inline_message_id"] = f"AgAAAInline{query.id}"
        elif current := message.chat.messages.get(message.id):
            update["message"] = current.raw
        else:
            update["message"] = {"chat": message.chat.json(), "message_id": message.id, "date": 0}
        self.push("callback_query", update)
        return query

    async def inline(self, user: User, text: str, offset: str = "") -> Query:
        """Ask the bot inline, as with `@bot text` in any chat."""
        query = self._ask("inline", user)
        self.push("inline_query", {"id": query.id, "from": user.json(), "query": text, "offset": offset})
        return query

    def block(self, user: User) -> None:
        """Let a user block the bot: every send to that chat gets a 403."""
        self._set_blocked(user, True)

    def unblock(self, user: User) -> None:
        """Let a user take the bot back."""
        self._set_blocked(user, False)

    def migrate(self, group: Chat, by: User | None = None) -> Chat:
        """Turn a group into a supergroup with a new id; the old id answers with the new one from now on."""
        new = self._new_chat(self._marked_id(), "supergroup", group.title, None)
        new.members = dict(group.members)
        head = {"from": by.json()} if by else {"from": ANONYMOUS_ADMIN.json(), "sender_chat": group.json()}
        leaving = group.keep(group.compose(head, {"migrate_to_chat_id": new.id}))
        group.migrated_to = new.id
        head = {"from": ANONYMOUS_ADMIN.json(), "sender_chat": new.json()}
        arriving = new.keep(new.compose(head, {"migrate_from_chat_id": group.id}))
        if group.status(self.bot.id) in IN_CHAT:
            self.push("message", leaving.raw)
            self.push("message", arriving.raw)
        return new

    # Updates and calls

    def push(self, kind: str, body: Json) -> None:
        """Queue an update of the given kind, after checking it against the schema."""
        if not self.updates.wants(kind):
            return
        update_id = self.updates.next_id()
        update = {"update_id": update_id, kind: body}
        if self.schema:
            self.schema.check_update(update)
        source = body.get("chat") or body.get("from") or {}
        self.updates.add(update_id, json.dumps(update).encode(), source.get("id", 0))

    def push_raw(self, item: Json | str) -> None:
        """Queue anything at all, unchecked: an object, or text that need not even be JSON.

        A text, and an object whose `update_id` is no number, is handed out by polling once only.
        """
        self.updates.add_raw(item)

    async def next_call(
        self,
        method: str,
        timeout: float = 10.0,
        *,
        matching: Callable[[Call], bool] | None = None,
    ) -> Call:
        """Take the bot's next call of a method, each call once, refused ones included."""
        return await self.journal.next(method, timeout, matching)

    @property
    def calls(self) -> list[Call]:
        """Return the log of all calls."""
        return self.journal.calls

    def calls_of(self, method: str) -> list[Call]:
        """Return all calls of a method so far."""
        return [call for call in self.calls if call.method.lower() == method.lower()]

    # What the platform knows

    def now(self) -> int:
        """Return the Unix time."""
        return int(self.wall_clock())

    def next_message_id(self, chat: Chat) -> int:
        """Return a new number: by chat in supergroups and channels, across all other chats of the bot."""
        if chat.type in ("supergroup", "channel"):
            chat.last_id = max(chat.last_id, 1) + 1
            return chat.last_id
        return 1 + self._next("message")

    def bot_sees(self, chat: Chat, raw: Json) -> bool:
        """Tell whether the platform shows a message to the bot."""
        return bot_sees(self.bot, chat, raw, privacy=self.privacy)

    def membership(
        self, chat: Chat, user: User, before: str, after: str, by: User, *, had: Json | None = None
    ) -> Json:
        """Return a ChatMemberUpdated; `had` are the rights from before."""
        return {
            "chat": chat.json(),
            "from": by.json(),
            "date": self.now(),
            "old_chat_member": member_json(user, before, had),
            "new_chat_member": member_json(user, after, chat.rights.get(user.id)),
        }

    def ending(self, task: asyncio.Task[None] | None) -> None:
        """Remember a cancelled task until the emulator closes."""
        if task:
            self._endings.add(task)

    async def settle(self) -> None:
        """End the polls and deliveries that are under way."""
        if self.pump:
            self.ending(self.pump.stop())
        self.updates.close()
        await asyncio.gather(*self._endings, return_exceptions=True)

    def _set_blocked(self, user: User, blocked: bool) -> None:
        chat = self.private(user)
        before, after = ("member", "kicked") if blocked else ("kicked", "member")
        chat.blocked = blocked
        self.push("my_chat_member", self.membership(chat, self.bot, before, after, user))

    def _ask(self, kind: str, user: User) -> Query:
        query = Query(str(90_000_000_001 + self._next("query")), kind, user, self.clock())
        self.queries[query.id] = query
        return query

    def _new_chat(self, chat_id: int, kind: str, title: str, username: str | None) -> Chat:
        self.chats[chat_id] = chat = Chat(self, chat_id, kind, title, username=username)
        return chat

    def _people(
        self, chat: Chat, members: Iterable[User], admins: Iterable[User], owner: User | None, bot: str
    ) -> Chat:
        for status, people in (("member", members), ("administrator", admins)):
            for user in people:
                chat.set_status(user, status)
        if owner:
            chat.set_status(owner, "creator")
        chat.set_status(self.bot, bot)
        return chat

    def _marked_id(self) -> int:
        return -1_000_000_000_000 - (2_000_000_001 + self._next("marked"))

    def _next(self, kind: str) -> int:
        self._last[kind] += 1
        return self._last[kind] - 1


def _load_schema() -> ModuleType:
    # aiogram takes a second to import: only those who validate pay for it.
    return import_module(".schema", __package__)
