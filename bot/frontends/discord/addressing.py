"""Turn interactions and messages into Requests. Pure, except for calls to the library.

A chat's address is `discord:#` and the id of its channel, thread or forum post. A direct message's address is
the person's, `discord:` and their id, like a private chat's on other platforms: so `/forgetme` finds the
person's own data, and the sender knows from the address whether to open a direct channel.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import discord

from bot.commands.core.declarations import Command, Kind
from bot.commands.reading.checking.claim_parts import LONGEST
from bot.commands.reviewing.intake import takes_reply
from bot.errors import UserError
from bot.intake.reading.reader import LARGEST_FILE
from bot.questions.wording import points
from bot.requests import Call, Document, Identity, Request, Submission
from bot.texts import _
from storage.domain.names import clean, clean_lines

PLATFORM = "discord"
CHANNEL = "#"
# The permissions that the bot needs to send notices to a channel.
NEEDED = ("view_channel", "send_messages", "embed_links", "read_message_history")
_NEEDED_IN_THREADS = ("view_channel", "send_messages_in_threads", "embed_links", "read_message_history")
FACT = re.compile(r"\bF[1-9]\d{0,14}\b")
# What is quoted begins with such signs: https://support.discord.com/hc/en-us/articles/210298617
_QUOTED_COMMAND = re.compile(r"(?:>\s*)+(?=/)")

Interaction = discord.Interaction[discord.Client]


def person(user_id: int) -> str:
    """Return the address of an account, and of the direct messages with it."""
    return f"{PLATFORM}:{user_id}"


def channel(channel_id: int) -> str:
    """Return the address of a channel, thread or forum post."""
    return f"{PLATFORM}:{CHANNEL}{channel_id}"


def number_of(address: str) -> tuple[int, bool]:
    """Return the id in an address of this platform, and whether it is a channel's."""
    name = address.partition(":")[2]
    return int(name.removeprefix(CHANNEL)), name.startswith(CHANNEL)


def chat_of(interaction: Interaction) -> str:
    """Return the chat of an interaction."""
    if interaction.guild_id is None or interaction.channel_id is None:
        return person(interaction.user.id)
    return channel(interaction.channel_id)


def asked(
    interaction: Interaction,
    text: str = "",
    *,
    given: Call | Submission | None = None,
    mentioned: tuple[Identity, ...] = (),
) -> Request:
    """Return the request of an interaction, with typed words or given arguments."""
    shared = interaction.guild_id is not None

    async def administers() -> bool:
        return may_manage(interaction.permissions, interaction.channel)

    return Request(
        text,
        chat_of(interaction),
        person(interaction.user.id),
        language=interaction.locale.value.replace("-", "_"),
        shared=shared,
        handle=interaction.user.name,
        name=interaction.user.display_name,
        mentioned=mentioned,
        administers=administers if shared else None,
        lacking=lacking(interaction.app_permissions, interaction.channel) if shared else (),
        alone=person(interaction.user.id),
        given=given,
        discreet=True,
    )


def request_of(message: discord.Message, me: discord.ClientUser, *, language: str) -> Request | None:
    """Return the request in a message; None if the message is not meant for the bot, or a bot wrote it.

    Every direct message is meant for the bot. In a server, messages that mention it are, including replies to
    its messages: Discord hides the text of all others.
    """
    if message.author.bot or message.webhook_id is not None or message.is_system():
        return None
    shared = message.guild is not None
    if shared and me not in message.mentions:
        return None
    forwarded = is_forward(message)
    text = quoted(message) if forwarded else message.content
    own, quoting = _parted(text) if not forwarded else (text, "")
    text = _unmentioned(text, me) if shared else text
    quotation = _QUOTED_COMMAND.match(clean(text))
    if quotation is not None:
        text = clean(text)[quotation.end() :]
    elif quoting:
        own = _unmentioned(own, me) if shared else own
        text, forwarded = own or quoting, not own
    reference = None if is_forward(message) else message.reference
    if reference is not None and text.strip() in ("/ask", "/check"):
        text = "?"  # as a mention alone
    answered = reference.resolved if reference is not None else None
    earlier = answered if isinstance(answered, discord.Message) else None

    about_it = points(text) or takes_reply(text)

    async def administers() -> bool:
        author, place = message.author, message.channel
        if not isinstance(author, discord.Member) or isinstance(place, discord.PartialMessageable):
            return False
        return may_manage(place.permissions_for(author), place)

    return Request(
        # A mention alone, in reply to a message, asks about that; else what the bot is for, in a few lines.
        text or (("?" if reference is not None else "/start") if shared else ""),
        channel(message.channel.id) if shared else person(message.author.id),
        person(message.author.id),
        language=language,
        shared=shared,
        handle=message.author.name,
        name=message.author.display_name,
        replied_to=identity(earlier.author) if earlier is not None else None,
        mentioned=tuple(_named(user, text) for user in message.mentions if user != me),
        offered=ids_under(earlier) if earlier is not None and earlier.author.id == me.id else (),
        answered=earlier.id if earlier is not None and earlier.author.id == me.id else 0,
        is_reply=reference is not None,
        forwarded=forwarded or quotation is not None,
        quoted=quoting or (_words(earlier, me) if reference is not None and about_it else None),
        alone=person(message.author.id),
        administers=administers if shared else None,
        document=_document(message, earlier) if takes_reply(text) else None,
    )


def _document(*messages: discord.Message | None) -> Document | None:
    """Return the first file of some messages."""
    files = [each for message in messages if message is not None for each in message.attachments]
    if not files:
        return None
    file = files[0]

    async def load() -> bytes:
        if file.size > LARGEST_FILE:
            raise UserError(_("That file is larger than {count} MB.", count=LARGEST_FILE // 1_000_000))
        try:
            return await file.read()
        except discord.DiscordException as error:
            raise UserError(_("Discord does not hand that file over: send it again.")) from error

    return Document(file.filename, load)


def call_of(command: Command, options: Mapping[str, Any]) -> tuple[Call, tuple[Identity, ...]]:
    """Return the call of a slash command with its options, and the people whom the options name."""
    people = {
        argument.key: identity(options[argument.key])
        for argument in command.arguments
        if argument.kind is Kind.PERSON and options.get(argument.key) is not None
    }
    given = {key: value for key, value in options.items() if value is not None}
    return Call(command.name, given | people), tuple(people.values())


def is_forward(message: discord.Message) -> bool:
    """Tell whether a message forwards another: its own text is empty, and it holds a copy of the other."""
    reference = message.reference
    return reference is not None and reference.type is discord.MessageReferenceType.forward


def quoted(message: discord.Message) -> str:
    """Return the text of a message, or of the one that it forwards, line by line; "" if it has no text."""
    parts: list[str | None] = []
    held: list[discord.Message | discord.MessageSnapshot] = [message, *message.message_snapshots]
    for each in held:
        parts += [each.content, *(part for embed in each.embeds for part in (embed.title, embed.description))]
    return clean_lines("\n".join(filter(None, parts)))[:LONGEST]


def fact_in(message: discord.Message) -> str | None:
    """Return the id of the first fact in a message of the bot's own, None if it states none."""
    found = FACT.search(quoted(message))
    return found[0] if found else None


def _words(message: discord.Message | None, me: discord.ClientUser) -> str | None:
    """Return what another message replies to: its words, of the bot's own a fact's id; "" if unreadable."""
    if message is None:
        return ""
    return fact_in(message) if message.author.id == me.id else quoted(message)


def _parted(text: str) -> tuple[str, str]:
    """Return the words of a message that are its writer's own, and those that it quotes."""
    own, _sign, rest = re.sub(r"(?m)^>>> ", "\0", text, count=1).partition("\0")
    lines = own.split("\n")
    taken = [line[2:] for line in lines if line.startswith("> ")]
    kept = [line for line in lines if not line.startswith("> ")]
    return "\n".join(kept).strip(), clean_lines("\n".join([*taken, rest]))[:LONGEST]


def identity(user: discord.abc.User) -> Identity:
    """Return the identity of an account, as dispatch uses it."""
    return Identity(person(user.id), user.name, user.display_name, is_person=not user.bot)


def is_theirs(interaction: Interaction) -> bool:
    """Tell whether the message with the pressed button answers the person, who may then change it.

    Everybody may change a message that answers nobody, such as a notice.
    """
    message = interaction.message
    if message is None or interaction.guild_id is None:
        return message is not None
    if message.interaction_metadata is not None:
        return message.interaction_metadata.user.id == interaction.user.id
    if message.reference is None:
        return True
    asked = message.reference.resolved
    return isinstance(asked, discord.Message) and asked.author.id == interaction.user.id


def may_manage(permissions: discord.Permissions, place: object) -> bool:
    """Tell whether a person with these permissions may change a channel's or thread's subscriptions."""
    if isinstance(place, discord.Thread):
        return permissions.manage_threads or permissions.manage_channels
    return permissions.manage_channels


def lacking(permissions: discord.Permissions, place: object, *, attaching: bool = False) -> tuple[str, ...]:
    """Return the permissions that the bot lacks to write in a channel or thread, by Discord's names.

    `attaching` tells that a file goes with what it writes.
    """
    needed: tuple[str, ...] = _NEEDED_IN_THREADS if isinstance(place, discord.Thread) else NEEDED
    if attaching:
        needed = (*needed, "attach_files")
    return tuple(name.replace("_", " ").title() for name in needed if not getattr(permissions, name))


def _named(user: discord.abc.User, text: str) -> Identity:
    """Return a person whom a message mentions, with the mention's text."""
    words = re.search(rf"<@!?{user.id}>", text)
    return replace(identity(user), words=words[0] if words else "")


def _unmentioned(text: str, me: discord.ClientUser) -> str:
    rest = re.sub(rf"(?:(?<!\s)\s++)?<@!?{me.id}>", " ", text)
    # Removing the mention from "Hey @bot, who ..." leaves a comma.
    return re.sub(r"(?<!\s)\s++(?=[,:;.?!])", "", rest).strip().lstrip(",:;—- ")


def ids_under(message: discord.Message) -> tuple[str, ...]:
    """Return the custom ids of the buttons under a message: the commands that they send, or their digests."""
    buttons = (child for row in message.components for child in getattr(row, "children", ()))
    return tuple(each for button in buttons if (each := getattr(button, "custom_id", None)))
