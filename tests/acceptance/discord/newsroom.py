"""Words for what people do on Discord: they write, give commands, press buttons and fill in forms."""

from __future__ import annotations

import asyncio
import json
from typing import Any, NamedTuple

from tests.acceptance.process import RunningBot, onrecord
from tests.bot.frontends.discord.discord_markdown import read
from tests.emulators.discord import Channel, DiscordEmulator, Guild, Interaction, Message, User

OWNER_ID = 424_242
OWNERS = (f"discord:{OWNER_ID}",)
# What a server gives to those who are to see the commands of moderators, and to who may decide what it hears.
MODERATING = ("manage_messages",)
ADMINISTERING = ("manage_channels", "manage_threads")
ON_RECORD, DELETE = "On the record?", "Delete this answer"
# Who has so long a name that /who with it is too long for a custom id: the record keeps it under a digest.
LONG_NAME = "The Committee " + " ".join(["of Long Names"] * 8)


async def put_long_name(bot: RunningBot) -> None:
    """Put on record, from another process, more that LONG_NAME says than a page shows."""
    voice = {"speaker": LONG_NAME, "cue": "said that", "source": {"title": "The committee's notes"}}
    lines = [
        json.dumps(
            {"ref": f"notes-{number}", "statement": f"meeting {number} was short", "attributions": [voice]}
        )
        for number in range(30)
    ]
    (bot.folder / "notes.jsonl").write_text("\n".join(lines), encoding="utf-8")
    asked = ("import", "notes.jsonl", "--story", "belarus")
    ran = await asyncio.to_thread(onrecord, *asked, folder=bot.folder)
    assert (ran.returncode, ran.stderr) == (0, ""), ran


class Person(NamedTuple):
    """Somebody in one channel."""

    api: DiscordEmulator
    user: User
    channel: Channel

    @property
    def address(self) -> str:
        """Return how the record names them."""
        return f"discord:{self.user.id}"

    def within(self, channel: Channel) -> Person:
        """Return the same person in another channel."""
        return self._replace(channel=channel)

    @property
    def in_private(self) -> Person:
        """Return the same person in their direct messages."""
        return self.within(self.api.dm(self.user))

    async def gives(self, command: str, /, **options: Any) -> Interaction:
        """Give a slash command."""
        return await self.api.slash(self.user, self.channel, command, **options)

    async def asks(self, command: str, /, **options: Any) -> Message:
        """Give a slash command and return the answer that all can read."""
        asked = await self.gives(command, **options)
        answer = await asked.message()
        assert not asked.ephemeral, answer
        return answer

    async def alone_asks(self, command: str, /, **options: Any) -> Message:
        """Give a slash command and return the answer that nobody else can read."""
        return await aside(await self.gives(command, **options))

    async def opens(self, command: str, values: dict[str, str], /, **options: Any) -> Message:
        """Give a slash command, fill in the form that it opens, and return what nobody else can read."""
        return await self.sends(await self.gives(command, **options), values)

    async def sends(self, shown: Interaction, values: dict[str, str]) -> Message:
        """Fill in and send a form, and return the answer that nobody else can read."""
        return await aside(await self.api.submit(self.user, shown, values))

    async def presses(self, message: Message, button: str) -> Interaction:
        """Press a button."""
        return await self.api.press(self.user, message, button)

    async def alone_presses(self, message: Message, *buttons: str) -> Message:
        """Press one button after the other and return the last answer, which nobody else can read."""
        for button in buttons:
            message = await aside(await self.presses(message, button))
        return message

    async def says(self, text: str, **how: Any) -> Message:
        """Write and return the bot's answer to it."""
        asked = await self.api.say(self.user, self.channel, text, **how)
        return await self.channel.next_message(matching=lambda message: message.reply_to == asked.id)

    async def corrects(self, fact: str, **values: str) -> Message:
        """Correct a fact by its form, materially, and return what is said of it then."""
        filled = {"Reason": "read again", "more": "material: yes", **values}
        shown = await self.opens("correct", filled, id=fact)
        done = await self.alone_presses(shown, "Confirm")
        assert "revision" in done.text, done
        return done

    async def is_offered(self, command: str, option: str, typed: str, **filled: Any) -> list[str]:
        """Type into an option and return the values that are offered."""
        asked = await self.api.autocomplete(self.user, self.channel, command, option, typed, **filled)
        return [str(choice.value) for choice in (await asked.answer()).choices]


async def aside(interaction: Interaction) -> Message:
    """Return the answer to an interaction, which nobody else can read."""
    answer = await interaction.message()
    assert interaction.ephemeral and answer.ephemeral, answer
    return answer


def owner(api: DiscordEmulator, guild: Guild) -> Person:
    """Return the owner that the settings name, in a channel of their own."""
    user = next(
        (User(OWNER_ID, model.name) for model in api.backend.users.values() if model.id == OWNER_ID), None
    )
    if user is None:
        user = api.user("olga_owns", user_id=OWNER_ID)
        guild.join(user)
        guild.grant(user, "manage_guild", *MODERATING, *ADMINISTERING)
    return Person(api, user, guild.channel("owners"))


async def moderator(api: DiscordEmulator, guild: Guild, name: str) -> Person:
    """Return a new person whom the owner has made a moderator, in a channel of their own."""
    user = api.user(f"{name.lower()}_{len(api.backend.users)}")
    guild.join(user)
    guild.grant(user, *MODERATING)
    olga = owner(api, guild)
    reply = await olga.alone_presses(await olga.alone_asks("appoint", person=user), "Confirm")
    assert f"@{user.name} is now a moderator of" in plain(reply), reply
    return Person(api, user, guild.channel(user.name))


def plain(message: Message) -> str:
    """Return what a reader sees of a message: its text without the signs that mark it up."""
    return read(message.text).text


def labels(message: Message) -> list[str]:
    """Return what the buttons under a message are called."""
    return [button.label for button in message.buttons]
