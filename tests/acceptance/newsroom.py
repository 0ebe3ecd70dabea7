"""Words for what people do with the bot: they write, press buttons, and keep the record together."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from tests.emulators.discord import Message as DiscordMessage
from tests.emulators.telegram import Chat, Message, TelegramEmulator, User

OWNER_ID = 424_242
OWNERS = (f"telegram:{OWNER_ID}",)
NAME = "onrecord_bot"


async def ask(chat: Chat, user: User | Chat, text: str, **how: Any) -> Message:
    """Write in a chat and return the bot's next message there."""
    await chat.say(user, text, **how)
    return await chat.next_message(topic=how.get("topic"))


class Person(NamedTuple):
    """Somebody in one chat with the bot."""

    api: TelegramEmulator
    user: User
    chat: Chat

    @property
    def address(self) -> str:
        """Return how the record names them."""
        return f"telegram:{self.user.id}"

    def within(self, chat: Chat) -> Person:
        """Return the same person in another chat."""
        return self._replace(chat=chat)

    async def says(self, text: str, **how: Any) -> Message:
        """Write and return the bot's answer."""
        await self.chat.say(self.user, text, **how)
        return await self.hears(how.get("topic"))

    async def hears(self, topic: Any = None) -> Message:
        """Return what the bot shows next: in a group it puts the next question in the place of the last."""
        ways = [asyncio.ensure_future(self.chat.next_message(topic=topic))]
        if self.chat.is_group:
            ways.append(asyncio.ensure_future(self.chat.next_edit()))
        done, waiting = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for each in waiting:
            each.cancel()
        (shown,) = done
        return shown.result()

    async def presses(self, message: Message, button: str) -> Message:
        """Press a button and return the bot's answer."""
        query = await self.api.press(self.user, message, button)
        reply = await self.hears()
        assert (await query.answer()).text == ""
        return reply

    async def is_refused(self, message: Message, button: str) -> str:
        """Press a button that does nothing for this person, and return what only they are told."""
        answer = await (await self.api.press(self.user, message, button)).answer()
        assert answer.show_alert and self.chat.sent.unread == []
        return answer.text

    async def does(self, text: str, *buttons: str) -> Message:
        """Write, press one button after the other, and return the bot's last answer."""
        reply = await self.says(text)
        for button in buttons or ("Confirm",):
            reply = await self.presses(reply, button)
        return reply


def owner(api: TelegramEmulator) -> Person:
    """Return the owner that the settings name, in their private chat."""
    user = api.users.get(OWNER_ID) or api.user("Olga", username="olga_owns", user_id=OWNER_ID)
    return Person(api, user, api.private(user))


async def moderator(api: TelegramEmulator, name: str, story: str = "") -> Person:
    """Return a new person whom the owner has made a moderator of a story, or of all."""
    user = api.user(name, username=f"{name.lower()}_{len(api.users)}")
    person = Person(api, user, api.private(user))
    await person.says("/start")
    reply = await owner(api).does(f"/appoint @{user.username} {story}".strip())
    assert f"@{user.username} is now a moderator of" in reply.text
    return person


def fact_in(message: Message | DiscordMessage) -> str:
    """Return the id of the first fact that a message names: `F26`."""
    found = re.search(r"\bF\d+\b", message.text)
    assert found, message
    return found[0]


def labels(message: Message) -> list[str]:
    """Return what the buttons under a message are called."""
    return [button.label for button in message.buttons]


def rows(record: Path, query: str, *values: object) -> list[tuple[Any, ...]]:
    """Return what a query finds in the record's file, which a bot may have open."""
    with closing(sqlite3.connect(record)) as connection:
        return connection.execute(query, values).fetchall()


def deliveries(record: Path, chat: str) -> list[str]:
    """Return the states of what is, or was, to be sent to a chat without its having asked."""
    query = "SELECT d.state FROM delivery d JOIN listener l ON l.id = d.listener_id WHERE l.chat = ?"
    return [state for (state,) in rows(record, query, chat)]
