"""Every way in which a command can reach the bot: what each platform sends, read by its own front end."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, NamedTuple, cast
from unittest.mock import Mock

import discord
from telegram import User

from bot.commands import commands
from bot.commands.core.declarations import Command, Kind
from bot.frontends.discord import addressing
from bot.frontends.telegram.addressing import pressed, to_request
from bot.frontends.telegram.updates import Update
from bot.requests import Call, Identity, Request, Role, Submission
from tests.bot.filling_in import OPENING

Json = dict[str, Any]
ME = User(99, "OnRecord", True, username="OnRecordBot")
MYSELF = {"id": 99, "is_bot": True, "first_name": "OnRecord", "username": "OnRecordBot"}
OTHER_BOT = {"id": 50, "is_bot": True, "first_name": "Other", "username": "other_bot"}
ANONYMOUS = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
STRANGER = {"id": 66, "is_bot": False, "first_name": "Eve"}
GROUP = {"id": -100, "type": "supergroup", "title": "Newsroom", "is_forum": True}
WIRE = {"id": -777, "type": "channel", "title": "The Wire"}
DISCORD_ME = cast("discord.ClientUser", SimpleNamespace(id=99))
BELONGS = {
    Kind.PERSON: Identity("telegram:77"), Kind.FACT: "F5", Kind.DRAFT: "D1", Kind.SOURCE: "S1",
    Kind.COUNT: "3", Kind.DATE: "2026-11-22",
}  # fmt: skip


class Who(NamedTuple):
    """Somebody by their number, which is the same on every platform; in a group they may be anonymous."""

    number: int
    role: Role = Role.READER
    anonymous: bool = False

    def json(self) -> Json:
        return {"id": self.number, "is_bot": False, "first_name": "Ann", "language_code": "en"}


Way = Callable[[Who, str, Command], Request | None]


def _message(who: Who, chat: Json, text: str, **more: Any) -> Json:
    sender = {"sender_chat": chat, "from": ANONYMOUS} if who.anonymous else {"from": who.json()}
    return {"message_id": 5, "date": 1, "chat": chat, "text": text, **sender, **more}


def _telegram(
    kind: str = "message", *, group: bool = False, before: str = "", quoted: str = "", **more: Any
) -> Way:
    """Return a way; `before` stands before the command, `quoted` is "all", or "command" without that."""

    def way(who: Who, text: str, _command: Command) -> Request | None:
        text = before + text
        chat = GROUP if group else {"id": who.number, "type": "private", "first_name": "Ann"}
        data = _message(who, chat, text, **more)
        if "caption" in more:
            data["caption"] = data.pop("text")
        if quoted:
            start = 0 if quoted == "all" else len(before)
            quote = {"type": "expandable_blockquote", "offset": start, "length": len(text) - start}
            mention = {"type": "mention", "offset": 0, "length": len(ME.name)}
            data["entities"] = [quote, mention] if before.startswith(ME.name) else [quote]
        update = Update.model_validate({"update_id": 1, kind: data})
        return to_request(update, ME, known=commands.find)

    return way


def _press(who: Who, text: str, _command: Command) -> Request | None:
    message = {"message_id": 5, "date": 1, "chat": GROUP, "from": MYSELF, "text": "old"}
    query = {"id": "1", "from": who.json(), "chat_instance": "x", "data": "#1", "message": message}
    found = Update.model_validate({"update_id": 1, "callback_query": query}).callback_query
    assert found is not None
    return pressed(found, text)


def discord_message(who: Who, text: str, *, shared: bool = False, **fields: Any) -> Any:
    """Return a message as discord.py shows it; in a channel it mentions the bot."""
    author = SimpleNamespace(id=who.number, name="ann", display_name="Ann", bot=False)
    known: Json = {
        "author": author, "webhook_id": None, "guild": object() if shared else None,
        "content": f"<@99> {text}" if shared else text, "mentions": [DISCORD_ME] if shared else [],
        "reference": None, "message_snapshots": [], "embeds": [], "is_system": lambda: False,
        "channel": Mock(spec=discord.TextChannel, id=44),
    }  # fmt: skip
    return SimpleNamespace(**known | fields)


def forwarding(text: str) -> Json:
    """Return the fields of a message on Discord that forwards a text."""
    reference = SimpleNamespace(type=discord.MessageReferenceType.forward, resolved=None)
    snapshot = SimpleNamespace(content=text, embeds=[])
    return {"content": "", "reference": reference, "message_snapshots": [snapshot]}


def _discord(*, shared: bool = False, forwards: bool = False, before: str = "") -> Way:
    def way(who: Who, text: str, _command: Command) -> Request | None:
        text = before + text
        fields = forwarding(text) if forwards else {}
        found = discord_message(who, text, shared=shared, **fields)
        return addressing.request_of(found, DISCORD_ME, language="en")

    return way


def _interaction(who: Who) -> Any:
    return SimpleNamespace(
        guild_id=1, channel_id=44, channel=Mock(spec=discord.TextChannel, id=44),
        user=SimpleNamespace(id=who.number, name="ann", display_name="Ann", bot=False),
        locale=discord.Locale.british_english, permissions=discord.Permissions.all(),
        app_permissions=discord.Permissions.all(),
    )  # fmt: skip


def _slash(who: Who, _text: str, command: Command) -> Request | None:
    needed = {each.key: BELONGS.get(each.kind, "F5") for each in command.arguments if each.required}
    return addressing.asked(_interaction(who), given=Call(command.name, needed))


def _discord_press(who: Who, text: str, _command: Command) -> Request | None:
    return addressing.asked(_interaction(who), text)


def _modal(who: Who, _text: str, command: Command) -> Request | None:
    key = f"/{command.name} {OPENING[command.name]}".strip()
    values = {"statement": "It is so", "source": "S1", "reason": "So it is"}
    return addressing.asked(_interaction(who), given=Submission(key, values))


def _terminal(who: Who, text: str, _command: Command) -> Request | None:
    return Request(text, "terminal:local", "terminal:local", role=who.role)


EARLIER = {"message_id": 4, "date": 1, "chat": GROUP, "from": MYSELF, "text": "earlier"}
# Signs before a command that its reading drops.
UNSEEN = "\u202a\u2066\ufeff\u00a0\u3000\x1f"
OF_EVE: Json = {"forward_origin": {"type": "user", "date": 1, "sender_user": STRANGER}}
OF_WIRE: Json = {"forward_origin": {"type": "channel", "date": 1, "chat": WIRE, "message_id": 3}}
# By these people themselves give a command.
GIVEN: dict[str, Way] = {
    "typed in private": _telegram(),
    "typed in a group": _telegram(group=True),
    "a caption": _telegram(caption=True, photo=[]),
    "in reply to the bot": _telegram(group=True, reply_to_message=EARLIER),
    "a button": _press,
    "typed on Discord": _discord(),
    "mentioning the bot on Discord": _discord(shared=True),
    "a slash command": _slash,
    "a button on Discord": _discord_press,
    "a modal": _modal,
    "typed in the terminal": _terminal,
}
# What comes by these is somebody else's, and is only looked up.
LOOKED_UP: dict[str, Way] = {
    "forwarded": _telegram(**OF_EVE),
    "forwarded of a hidden user": _telegram(forward_origin={"type": "hidden_user"}),
    "forwarded of a group": _telegram(forward_origin={"type": "chat"}),
    "forwarded of a channel": _telegram(**OF_WIRE),
    "forwarded, as told before 7.0": _telegram(forward_from=STRANGER, forward_date=1),
    "forwarded of a hidden user, as told before 7.0": _telegram(forward_sender_name="Eve", forward_date=1),
    "forwarded of oneself": _telegram(forward_date=1),
    "the caption of something forwarded": _telegram(caption=True, photo=[], **OF_EVE),
    "through another bot": _telegram(via_bot=OTHER_BOT),
    "quoted": _telegram(quoted="all"),
    **{f"quoted after {ord(sign):x}": _telegram(quoted="all", before=sign) for sign in UNSEEN},
    "quoted in a group": _telegram(group=True, quoted="all"),
    "quoted in a group, with a mention": _telegram(group=True, quoted="all", before=f"{ME.name} "),
    "quoted in a group, after a mention": _telegram(group=True, quoted="command", before=f"{ME.name} "),
    "quoted on Discord": _discord(before="> "),
    "quoted on Discord after a sign": _discord(before="\ufeff>>> "),
    "quoted on Discord, with a mention": _discord(shared=True, before="\n> "),
    "forwarded on Discord": _discord(forwards=True),
    "forwarded on Discord, with a mention": _discord(shared=True, forwards=True),
}  # fmt: skip
# These are not meant for the bot.
UNHEARD: dict[str, Way] = {
    "edited": _telegram("edited_message"),
    "edited in a channel": _telegram("edited_channel_post", group=True),
    "forwarded to a group": _telegram(group=True, **OF_EVE),
    "forwarded to a group as a reply": _telegram(group=True, **OF_WIRE, reply_to_message=EARLIER),
    "forwarded from its channel": _telegram(group=True, is_automatic_forward=True, sender_chat=WIRE),
    "through another bot, to a group": _telegram(group=True, via_bot=OTHER_BOT),
}  # fmt: skip
# An anonymous admin writes as the group; a button is pressed by the person behind it.
IN_GROUPS = (
    "typed in a group",
    "in reply to the bot",
    "quoted in a group",
    "forwarded to a group",
    "through another bot, to a group",
)
